"""`fleetbill dunning` and `access`: whom the ladder reminds, blocks and lets in again, and what people say of it."""

from datetime import date
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import DATE, View, author_options, authorship, emit, format_option, say, settings
from pipelines.cli.platform_writes import give_access_back, refuse_unwritten
from pipelines.cli.russian import russian_word
from pipelines.clock import now
from pipelines.errors import BadInput
from pipelines.money import ZERO
from pipelines.wording.russian import NO_WORD, in_roubles, short_date

if TYPE_CHECKING:
    from pipelines.instalments import Instalment

DUNNING_VIEW = View(
    ("client", "organization_code", "action", "debt", "due_on", "reason", "accounts", "parts"),
    ("client", "action", "debt", "reason"),
    is_russian=True,  # no total: what is withheld from a client and what its letters speak of are one debt
)
ACCESS_VIEW = View(
    (
        "client", "organization_code", "platform", "account_id", "since", "debt", "reason", "order_no", "state", "approved_by",
        "share_links", "sub_users", "vehicles", "lifted_at", "lifted_by", "explanation",
    ),
    ("client", "platform", "account_id", "debt", "explanation"),
    is_russian=True,
)  # fmt: skip
DRIFT_COLUMNS = ("kind", "platform", "subject", "contract_no", "first_seen", "last_seen", "days", "detail")
DRIFT_VIEW = View(DRIFT_COLUMNS, ("kind", "subject", "first_seen", "days", "detail"), is_russian=True)
RESTORED_VIEW = View(
    ("client", "organization_code", "platform", "account_id", "since", "restored_at", "days", "reason", "state"),
    ("client", "account_id", "since", "restored_at", "reason"),
    is_russian=True,
)
TRIED_VIEW = View(
    ("client", "organization_code", "action", "number", "happened_on", "would_on", "amount"),
    ("client", "action", "number", "happened_on", "would_on", "amount"),
    is_russian=True,
)
PLANS_VIEW = View(
    ("client", "organization_code", "promised_on", "until", "state", "promised", "paid", "next_on", "next_amount", "by_name", "reason"),
    ("client", "until", "state", "promised", "paid", "next_on"),
    is_russian=True,
)


@click.command()
@click.option("--date", "day", type=DATE, help="The day of the ladder.")
@click.option("--dry-run", is_flag=True, help="Show whom it would block, restore, remind or leave, and why; store nothing.")
@click.option("--approve-by", metavar="NAME", help="Block more clients than the share allows, in the name of this person.")
@click.option("--reason", default=NO_WORD, show_default=True, metavar="TEXT", help="A word of the approver.")
@click.option("--ladder", "source", metavar="PATH", help="Another ladder, as `master import` takes it, tried from --from to --to.")
@click.option("--from", "first", type=DATE, help="Instead of --date: the first of the past days on which a ladder is tried.")
@click.option("--to", "last", type=DATE, help="The last of these days.")
@format_option
def dunning(  # noqa: PLR0913 - one parameter per option
    day: date | None, source: str | None, first: date | None, last: date | None, *,
    dry_run: bool, approve_by: str | None, reason: str, output_format: str,
) -> None:  # fmt: skip
    """The overdue ladder of a date: whom to block, whom to let in again, whom to remind; block lists are written complete.

    With --from and --to: what the ladder of --ladder (default: the declared one) would have told, blocked and given back on past days,
    beside what happened. Each day sees what was known then, with today's clients and accounts; nothing is stored.
    """
    if first is not None and last is not None and day is None and approve_by is None:
        _try_ladder(first, last, source, output_format)
        return
    if day is None or (source, first, last) != (None, None, None):
        raise BadInput.one("--date", "say --date for a day's ladder, or --from and --to with --ladder for past days")
    from pipelines.access.dunning import COLUMNS
    from pipelines.access.dunning import dunning as taken

    if approve_by is not None and not approve_by.strip():
        raise BadInput.one("--approve-by", "must not be empty")
    approver = authorship(approve_by, reason) if approve_by else None
    done = taken(settings(), day, now(), dry_run=dry_run, approver=approver)
    emit([{column: getattr(row, column) for column in COLUMNS} for row in done.rows], COLUMNS, output_format, DUNNING_VIEW)
    say(
        f"{'пробный расчёт' if dry_run else 'расчёт'} на {short_date(day)}: клиентов к отключению {done.count('block')}, "
        f"к возврату доступа {done.count('restore')}, удержано {done.count('withheld')}"
    )
    _say_stopped()
    refuse_unwritten(done.refused)


def _try_ladder(first: date, last: date, source: str | None, output_format: str) -> None:
    """Steps that happened beside those of the tried ladder, and their sums by step."""
    from dataclasses import asdict

    from pipelines.access.dry_run import COLUMNS, try_ladder

    tried = try_ladder(settings(), first, last, source)
    emit([{**asdict(step), "action": step.step} for step in tried.steps], COLUMNS, output_format, TRIED_VIEW)
    for notice in tried.notices:
        say(f"notice: {notice}")
    say(f"дней, в которые лестница проходила: {tried.runs}; было → было бы:")
    for name in dict.fromkeys(step.step for step in tried.steps):
        own = [step for step in tried.steps if step.step == name]
        sides = [step for step in own if step.happened_on], [step for step in own if step.would_on]
        was, would = (f"{len(side)} ({in_roubles(sum((step.amount for step in side), ZERO))})" for side in sides)
        say(f"  {russian_word('action', name)}: {was} → {would}")


@click.group(invoke_without_command=True)
@click.option("--client", metavar="C", help="Only this client.")
@format_option
@click.pass_context
def access(context: click.Context, client: str | None, output_format: str) -> None:
    """What we block now and why. `access promise` takes a client's word that it pays, `access reblock` a person's on a lifted block."""
    if context.invoked_subcommand is not None:
        return
    from pipelines.access.listing import COLUMNS, blocked

    emit(blocked(settings(), client), COLUMNS, output_format, ACCESS_VIEW)
    _say_stopped()


@access.command("restored", short_help="Who got access back on a day, since when it was blocked, and why.")
@click.option("--date", "day", type=DATE, default=None, help="The day; default: today.")
@format_option
def show_restored(day: date | None, output_format: str) -> None:
    """Accounts that we gave back on a day: since when each was blocked, why it came back, and what the platform said afterwards."""
    from dataclasses import asdict, fields

    from pipelines.master import house_clock
    from pipelines.period import Span
    from pipelines.reports.access_days import RestoredAccount, restored_between
    from pipelines.warehouse import engine

    with engine.reading(settings()) as connection:
        on = day or house_clock.today(connection, now())
        restored = restored_between(connection, Span(on, on))
    columns = tuple(column.name for column in fields(RestoredAccount) if column.name not in ("organization", "client"))
    rows = [{**asdict(each), "client": f"{each.client_code} {each.client}"} for each in restored]
    emit(rows, columns, output_format, RESTORED_VIEW)


@access.command("promise", short_help="A promise of payment, of one day or in parts: until then the client is not blocked.")
@click.option("--client", required=True, metavar="C", help="The client's code.")
@click.option("--until", type=DATE, help="Last day of a promise that names no sums.")
@click.option("--pays", "parts", multiple=True, metavar="YYYY-MM-DD=AMOUNT", help="An instalment: so much by that day; several times.")
@click.option("--organization", metavar="CODE", help="Only for this organization; default: all that the client has contracts with.")
@author_options()
def promise_payment(client: str, until: date | None, parts: tuple[str, ...], organization: str | None, by: str, reason: str) -> None:
    """A promise of payment: until its day the client is not blocked; if it is blocked by us, access comes back at once.

    With --pays it is a plan of instalments for all that is open now: while it is kept no step is taken for these debts; once a day passes
    with less paid, the ladder goes on from where it stood. A later promise takes the place of an earlier one.
    """
    from pipelines.access.promises import promise, promise_instalments
    from pipelines.master import house_clock
    from pipelines.warehouse import engine

    if (until is None) == (not parts):
        raise BadInput.one("--until", "say --until DAY, or the instalments with --pays")
    configured, author = settings(), authorship(by, reason)
    if until is not None:
        for code in promise(configured, client, until, author, organization):
            say(f"{client} of {code}: not blocked until {until}")
        with engine.reading(configured) as connection:
            today = house_clock.today(connection, author.at)
        if until < today:
            say(f"notice: {until} is over already: no ladder of today or later waits for it")
    else:
        planned = promise_instalments(configured, client, [_instalment(part) for part in parts], author, organization)
        for part in planned.instalments:
            say(f"{client} of {planned.organization_code}: {part.amount:.2f} by {part.due_on}")
        rest = planned.owed - sum((part.amount for part in planned.instalments), ZERO)
        if rest:
            say(f"notice: {rest:.2f} of the {planned.owed:.2f} owed stand in no instalment; after the last one the ladder asks for them")
    give_access_back(configured, author.at)


def _instalment(text: str) -> "Instalment":
    """One instalment; BadInput for what is no day or no amount above zero."""
    from pipelines.instalments import Instalment
    from pipelines.receivables.bank_document import amount

    day, _, written = text.partition("=")
    value = amount(written.strip())
    try:
        due_on = date.fromisoformat(day.strip())
    except ValueError:
        raise BadInput.one("--pays", f"{text!r}: write it as 2026-01-31=1000.00") from None
    if not value or value < 0:
        raise BadInput.one("--pays", f"{written!r} is no amount in roubles and kopecks above zero")
    return Instalment(due_on, value)


@access.command("plans", short_help="Plans of instalments: kept, broken, fulfilled, and what comes next.")
@click.option("--client", metavar="C", help="Only this client.")
@click.option("--date", "day", type=DATE, default=None, help="As they stand on this day; default: today.")
@format_option
def list_plans(client: str | None, day: date | None, output_format: str) -> None:
    """Every plan of instalments as it stands, the last one of a client first: what was paid of it and what comes next.

    `fleetbill receivables promises` judges all promises, also those of one day.
    """
    from pipelines.access.promises import PLAN_COLUMNS, plans_listed
    from pipelines.master import house_clock
    from pipelines.warehouse.engine import reading

    configured = settings()
    if day is None:
        with reading(configured) as connection:
            day = house_clock.today(connection, now())
    emit(plans_listed(configured, day, client), PLAN_COLUMNS, output_format, PLANS_VIEW)


@access.command("stop", short_help="End all blocking at once, until a person resumes it.")
@click.option("--release", is_flag=True, help="Give back as well what we block now.")
@author_options()
def stop_blocking(*, release: bool, by: str, reason: str) -> None:
    """End all blocking at once: no ladder and no waiting order disconnects anybody until `access resume`; access comes back as ever.

    Who is disconnected now stays so until the debt is paid; with --release everybody gets access back.
    """
    from pipelines.access.stop import stop

    configured, author = settings(), authorship(by, reason)
    say("blocking is stopped" if stop(configured, author, release=release) else "blocking was stopped already")
    if release:
        give_access_back(configured, author.at)


@access.command("resume", short_help="Blocking goes on with the next ladder.")
@author_options()
def resume_blocking(by: str, reason: str) -> None:
    """Lift the stop of all blocking: the next ladder blocks who owes by then."""
    from pipelines.access.stop import resume

    resume(settings(), authorship(by, reason))
    say("blocking goes on with the next ladder")


@access.command("reblock", short_help="A person's word: what somebody else has lifted is blocked again.")
@click.option("--client", required=True, metavar="C", help="The client's code.")
@author_options()
def block_again(client: str, by: str, reason: str) -> None:
    """Block again the accounts of a client whose block somebody else has lifted: a dealer, or a form that was open in a browser.

    By machine that is done only when another debt comes to its block.
    """
    from pipelines.access.reblock import reblock

    done = reblock(settings(), client, authorship(by, reason))
    for line in done.lines:
        say(line)
    refuse_unwritten(done.refused)


@access.command("reconcile", short_help="Compare what every platform says with what we have blocked; differences are findings.")
@format_option
def reconcile_access(output_format: str) -> None:
    """Ask every live platform, and look into the newest snapshot of the others: what differs from our orders, since when.

    Nothing is written to a platform. Refused at the end where one could not be read.
    """
    from pipelines.access import read_back
    from pipelines.access.reconcile import KINDS, PlatformsNotRead, reconcile
    from pipelines.findings.store import listing
    from pipelines.warehouse.engine import reading

    done = reconcile(settings(), now())
    with reading(settings()) as connection:
        rows = [row for kind in (*read_back.KINDS, *KINDS) for row in listing(connection, None, kind) if row["last_seen"] == done.day]
    emit([{column: row[column] for column in DRIFT_COLUMNS} for row in rows], DRIFT_COLUMNS, output_format, DRIFT_VIEW)
    if done.unread:
        raise PlatformsNotRead("; ".join(f"{platform}: {why}" for platform, why in sorted(done.unread.items())))


def _say_stopped() -> None:
    """That a person has stopped all blocking, where that is so."""
    from pipelines.access.stop import stopped
    from pipelines.master import house_clock
    from pipelines.warehouse.engine import reading

    with reading(settings()) as connection:
        halt, zone = stopped(connection), house_clock.zone(connection)
    if halt:
        say(f"отключения остановлены: {halt.in_words(zone)}; вернуть их: fleetbill access resume")
