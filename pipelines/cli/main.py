"""`fleetbill`: the root of the command line. Groups are imported only when they are called."""

import contextlib
import importlib
import logging
import secrets
import sys
from collections.abc import Iterator
from typing import Any

import click

from pipelines import logs, settings
from pipelines.errors import BadInput, Refused, no_room

# name → (module, attribute, one line for --help), in the order of the work
COMMANDS: dict[str, tuple[str, str, str]] = {
    "status": ("pipelines.cli.status", "status", "What waits for whom, and what to do next."),
    "health": ("pipelines.cli.status", "health", "What is late or stuck, and what to do; for monitoring."),
    "metrics": ("pipelines.cli.metrics", "metrics", "What was done, by day: durations, counts, failures; how the house stands."),
    "db": ("pipelines.cli.db", "db", "Create or migrate the schema; stop the embedded server."),
    "backup": ("pipelines.cli.backup", "backup", "Write the database and every file into a folder."),
    "restore": ("pipelines.cli.backup", "restore", "Put a backup into an empty house."),
    "master": ("pipelines.cli.master", "master", "Clients, contracts, terms, tariffs: import, export, history."),
    "forget": ("pipelines.cli.forget", "forget", "Erase what reaches the people of a client that has left."),
    "snapshot": ("pipelines.cli.snapshot", "snapshot", "Snapshots of platforms: land, check, look at, rule on."),
    "usage": ("pipelines.cli.usage", "usage", "Fleet by contract: peak, average, vehicle-days, minutes."),
    "findings": ("pipelines.cli.findings", "findings", "What somebody must look at."),
    "leakage": ("pipelines.cli.leakage", "leakage", "What was served and not billed, in vehicles and in roubles."),
    "dealers": ("pipelines.cli.dealers", "dealers", "Dealers with their clients: fleets, sums, debts; their reports."),
    "prepay": ("pipelines.cli.prepayment", "prepay", "Issue the advance invoices of a month."),
    "watch": ("pipelines.cli.prepayment", "watch", "Check the prepaid limits of a day, issue corrective invoices."),
    "close": ("pipelines.cli.billing", "close", "Draft a month; with approval: issue it."),
    "review": ("pipelines.cli.review", "review", "A run as the person who approves it sees it, and as it was approved."),
    "hold": ("pipelines.cli.hold", "hold", "Hold contracts back from the runs of a month; release them."),
    "preview": ("pipelines.cli.preview", "preview", "What a close would bill, or other tariffs would bring."),
    "correct": ("pipelines.cli.prepayment", "correct", "Adjustments of a closed month."),
    "invoices": ("pipelines.cli.billing", "invoices", "Invoices of a month, or their lines."),
    "explain": ("pipelines.cli.explain", "explain", "An issued invoice down to days, vehicles and snapshot digests."),
    "proof": ("pipelines.cli.proof", "proof", "A zip by which a client checks an invoice alone."),
    "ledger": ("pipelines.cli.ledger", "ledger", "The chain of issued invoices: whether every one is as it was issued."),
    "edo": ("pipelines.cli.edo", "edo", "Files for ЭДО and the client's accounting: УПД, CommerceML."),
    "payments": ("pipelines.cli.receivables", "payments", "Import bank statements; list payments."),
    "ageing": ("pipelines.cli.receivables", "ageing", "Open debt by days past due."),
    "statement": ("pipelines.cli.receivables", "statement", "A client's statement of account (акт сверки)."),
    "receivables": ("pipelines.cli.receivables_reports", "receivables", "Debts by month, promises, steps, expected money."),
    "dunning": ("pipelines.cli.access", "dunning", "The overdue ladder of a date: whom to block, whom to restore."),
    "access": ("pipelines.cli.access", "access", "What is blocked now, and why."),
    "onec": ("pipelines.cli.onec", "onec", "The exchange with 1C."),
    "mail": ("pipelines.cli.mail", "mail", "Letters from the outbox: send them, look at them."),
    "export": ("pipelines.cli.export", "export", "Data for other systems: CRM, contractors, logistics."),
    "cabinet": ("pipelines.cli.cabinet", "cabinet", "The clients' cabinet over the web."),
    "report": ("pipelines.cli.billing", "report", "The finance workbook of a month."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is called; --help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and one-liners, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="fleetbill")
def cli() -> None:
    """Batch ETL and billing for telematics providers: from daily snapshots of vehicles to exact, explainable invoices."""


def main(arguments: list[str] | None = None) -> None:
    """Run one command. Exit codes: 0 done, 1 refused or failed, 2 bad input or usage, 130 interrupted."""
    _show_log()
    with _measured(), logs.of_run(f"cli-{secrets.token_hex(4)}"):
        code = run(arguments)
    sys.exit(code)


def _show_log() -> None:
    """The log goes to stderr from the level that the settings name on; settings that cannot be read are said by the command."""
    with contextlib.suppress(BadInput):
        known = settings.load()
        logs.show_on_stderr(logging.getLevelNamesMapping()[known.log_level], as_json=known.log_format == "json")


@contextlib.contextmanager
def _measured() -> Iterator[None]:
    """What the command's verbs did is kept by day at its end; a command that has none of them imports nothing for it."""
    heard: list[logs.VerbDone] = []
    with logs.listening(heard.append):
        yield
    if heard:
        from pipelines.clock import now
        from pipelines.runs import metrics

        tally = metrics.Tally()
        for done in heard:
            tally.hear(done)
        with contextlib.suppress(BadInput):
            metrics.keep(settings.load(), tally, now())


def run(arguments: list[str] | None = None) -> int:
    """Like `main`, but returns the exit code."""
    try:
        result: Any = cli.main(arguments, prog_name="fleetbill", standalone_mode=False)
    except BadInput as error:
        for problem in error.problems:
            _say(str(problem))
        return 2
    except Refused as error:
        _say(f"refused: {error}")
        return 1
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else error.format_message())
        return 0
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 1
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted; nothing was left half-done")
        return 130
    except Exception as error:
        if settings.load().debug:
            raise
        _say(_failure(error))
        return 1
    return result if isinstance(result, int) else 0


def _failure(error: Exception) -> str:
    """One line about what nobody foresaw, or about a disk that takes nothing more."""
    if refusal := no_room(error):
        return f"refused: {refusal}"
    said = str(error).strip().split("\n", 1)[0]
    return f"failed: {type(error).__name__}: {said} (FLEETBILL_DEBUG=1 shows where)"


def _say(message: str) -> None:
    from pipelines.cli.output import say

    say(message)
