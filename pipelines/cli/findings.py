"""`fleetbill findings`: what somebody must look at, and what a person has silenced for a time."""

from datetime import date
from itertools import chain

import click

from pipelines.cli.output import (
    DATE,
    MONTH,
    View,
    author_options,
    authorship,
    client_option,
    contract_option,
    emit,
    format_option,
    heading,
    say,
    settings,
)  # fmt: skip
from pipelines.period import Month

COLUMNS = (
    "kind", "subject", "contract_no", "first_seen", "last_seen", "days", "detail",
    "owner", "is_open", "roubles", "muted_until", "muted_by", "muted_for",
)  # fmt: skip
_SHOWN = ("kind", "subject", "contract_no", "client", "owner", "first_seen", "last_seen", "days", "is_open", "roubles", "detail")
VIEW = View(_SHOWN, ("kind", "subject", "days", "roubles", "detail"), is_russian=True)
MUTED_VIEW = View(
    (*_SHOWN, "muted_until", "muted_by", "muted_for"), ("kind", "subject", "muted_until", "muted_by", "muted_for"), is_russian=True
)


@click.group(invoke_without_command=True)
@click.option("--month", type=MONTH, default=None, help="As seen in this month; without it: ever.")
@click.option(
    "--kind", default=None, metavar="K", help="Only this kind, such as orphan or duplicate, or by the name that the table gives it."
)
@click.option("--owner", default=None, metavar="ROLE", help="Only those of finance, technical or account_manager.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not over.")
@client_option
@contract_option
@format_option
def findings(
    month: Month | None,
    kind: str | None,
    owner: str | None,
    client: str | None,
    contract: str | None,
    output_format: str,
    *,
    only_open: bool,
) -> None:
    """What somebody must look at: orphans, duplicates, unknown accounts, month-end dips and the rest.

    Each with whom it waits for, whether it is still open, and what it costs (roubles without VAT, an estimate).
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    from pipelines.clock import now
    from pipelines.findings.words import subject_words
    from pipelines.reports.finding_costs import priced_findings
    from pipelines.usage.month import refresh
    from pipelines.usage.stored import months_with_evidence
    from pipelines.warehouse import engine

    configured = settings()
    kind, owner = _kind(kind), _owner(owner)
    with engine.transaction(configured) as connection:
        refresh(configured, connection, [month] if month else months_with_evidence(connection), now())
    with engine.reading(configured) as connection:
        listed = priced_findings(connection, month, kind, client=client, contract_no=contract)
        if (first := next(listed, None)) is None and kind:
            _refuse_unknown(kind)
        every = chain([first] if first else [], listed)
        chosen = (row for row in every if (owner is None or row["owner"] == owner) and (row["is_open"] or not only_open))
        if output_format != "table":
            emit(chosen, COLUMNS, output_format)
            return
        rows = list(chosen)
    shown = [row | {"is_open": "да" if row["is_open"] else "нет", "subject": subject_words(row["kind"], row["subject"])} for row in rows]
    muted = [row for row in shown if row["muted_until"]]
    emit([row for row in shown if not row["muted_until"]], COLUMNS, output_format, VIEW)
    if muted:
        heading("заглушено людьми")
        emit(muted, COLUMNS, output_format, MUTED_VIEW)


@findings.command(short_help="Silence a finding until a day; kept in the history.")
@click.argument("kind")
@click.argument("subject")
@click.option("--until", type=DATE, required=True, help="The last day on which it stays silent.")
@author_options()
def mute(kind: str, subject: str, until: date, by: str, reason: str) -> None:
    """Silence a finding until a day: it is told apart, and not in the digest. Kept in the history."""
    from pipelines.findings import muting

    code = _kind(kind) or kind
    muting.mute(settings(), code, _subject(code, subject), until, authorship(by, reason))
    say(f"{kind} {subject}: muted until {until}")


@findings.command()
@click.argument("kind")
@click.argument("subject")
@author_options()
def unmute(kind: str, subject: str, by: str, reason: str) -> None:
    """Let a muted finding be told again."""
    from pipelines.findings import muting

    code = _kind(kind) or kind
    muting.unmute(settings(), code, _subject(code, subject), authorship(by, reason))
    say(f"{kind} {subject}: told again")


def _kind(name: str | None) -> str | None:
    """The code of a kind, given by its code or its Russian name."""
    from pipelines.findings.kinds import KIND_NAMES

    return next((code for code, russian in KIND_NAMES.items() if russian == name), name)


def _subject(kind: str, given: str) -> str:
    """The subject of a finding, given as it is kept or by the words that the table shows."""
    from pipelines.findings.store import listing
    from pipelines.findings.words import subject_words
    from pipelines.warehouse import engine

    with engine.transaction(settings()) as connection:
        known = [row["subject"] for row in listing(connection, None, kind)]
    return next((subject for subject in known if given not in known and subject_words(kind, subject) == given), given)


def _owner(name: str | None) -> str | None:
    from pipelines.errors import BadInput
    from pipelines.findings.kinds import OWNER_NAMES

    code = next((code for code, russian in OWNER_NAMES.items() if name in (russian, code)), None)
    if name and code is None:
        raise BadInput.one("--owner", f"unknown role '{name}'; the roles are {', '.join(OWNER_NAMES)}")
    return code


def _refuse_unknown(kind: str) -> None:
    from difflib import get_close_matches

    from pipelines.errors import BadInput
    from pipelines.findings.kinds import KIND_NAMES

    if kind not in KIND_NAMES:
        meant = get_close_matches(kind, KIND_NAMES, n=1)
        hint = f"did you mean '{meant[0]}'?" if meant else f"the kinds are {', '.join(KIND_NAMES)}"
        raise BadInput.one("--kind", f"unknown kind '{kind}'; {hint}")
