"""`fleetbill receivables`: debts by month, what the ladder collects, promises, what is expected to come in."""

from dataclasses import asdict, fields
from datetime import date
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import DATE, MONTH, View, author_options, authorship, client_option, emit, format_option, say, settings
from pipelines.cli.platform_writes import give_access_back
from pipelines.clock import now
from pipelines.errors import BadInput
from pipelines.period import Month, Span

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

DSO_COLUMNS = (
    "organization_code", "month", "days", "issued", "received", "open", "overdue", "overdue_share", "dso", "best_dso", "late_days",
)  # fmt: skip
DSO_VIEW = View(DSO_COLUMNS, ("organization_code", "month", "issued", "open", "overdue_share", "dso"), is_russian=True)
PROMISE_COLUMNS = (
    "organization_code", "client_code", "given_on", "until", "owed", "paid", "promise", "replaced_on", "by_name", "reason",
)  # fmt: skip
PROMISE_VIEW = View(
    ("organization_code", "client", "given_on", "until", "owed", "paid", "promise", "by_name", "reason"),
    ("client", "given_on", "until", "owed", "paid", "promise"),
    ("owed", "paid"),
    is_russian=True,
)
WRITE_OFFS_VIEW = View(
    ("on", "organization_code", "client", "contract_no", "number", "amount", "by_name", "reason"),
    ("on", "client", "number", "amount", "reason"),
    ("amount",),
    is_russian=True,
)
_FIRST = click.option("--from", "first", type=DATE, required=True, help="First day.")
_LAST = click.option("--to", "last", type=DATE, required=True, help="Last day.")
_ON = click.option("--date", "on", type=DATE, default=None, help="As known at the end of this day; default: today.")


@click.group()
def receivables() -> None:
    """What the ledger says of debts over time, and what is expected to come in. `ageing` shows the debts of one day."""


@receivables.command(short_help="Debts by month: issued, received, open, overdue; DSO.")
@click.option("--from", "first", type=MONTH, required=True, help="First month, such as 2026-01.")
@click.option("--to", "last", type=MONTH, required=True, help="Last month.")
@_ON
@format_option
def dso(first: Month, last: Month, on: date | None, output_format: str) -> None:
    """Debts by month and organization, with VAT: issued less corrections, received less refunds, open and overdue at the month's end.

    dso: open ÷ issued × days of the month (days sales outstanding). best_dso: the same of what is not overdue; late_days: the difference,
    what paying late makes of it. A month in which nothing was issued has none. The month of --date goes up to that day.
    """
    from pipelines.reports.dso import debts_by_month

    if first > last:
        raise BadInput.one("--to", "lies before --from")
    with _reading() as connection:
        months = debts_by_month(connection, first, last, _day(connection, on))
    rows = [
        {
            **asdict(each),
            "month": str(Month.of(each.month)),
            "overdue_share": each.share,
            "dso": each.dso,
            "best_dso": each.best_dso,
            "late_days": each.late_days,
        }
        for each in months
    ]
    emit(rows, DSO_COLUMNS, output_format, DSO_VIEW)


@receivables.command(short_help="What each step of the ladder has collected within some days.")
@_FIRST
@_LAST
@click.option("--within", type=click.IntRange(0, 90), default=3, show_default=True, help="Days after the step in which money counts.")
@_ON
@format_option
def steps(first: date, last: date, within: int, on: date | None, output_format: str) -> None:
    """What each step of the ladder has collected: the money that came within some days on the debts that stood at it.

    Of steps taken from --from to --to: how many debts and roubles stood at the step, how many letters left, on how many of the debts
    money came, how much, and its share. Debts whose days are not over are waiting and stand in no other figure.
    """
    from pipelines.reports.ladder_effect import StepEffect, step_effects

    with _reading() as connection:
        effects = step_effects(connection, _span(first, last), _day(connection, on), within)
    columns = tuple(column.name for column in fields(StepEffect))
    view = View(
        tuple("taken_share" if column == "share" else column for column in columns),
        ("step", "debts", "owed", "paid_debts", "collected", "taken_share"),
        ("debts", "letters", "owed", "paid_debts", "collected", "waiting"),
        is_russian=True,
    )
    emit([{**asdict(each), "taken_share": each.share} for each in effects], columns, output_format, view)


@receivables.command(short_help="Promises of payment: which were kept, which broken.")
@_FIRST
@_LAST
@_ON
@client_option
@format_option
def promises(first: date, last: date, on: date | None, client: str | None, output_format: str) -> None:
    """Promises that were given from --from to --to, newest first: what was due then, what was paid of it in time, what became of it.

    kept: all of it was paid by the last day; broken: the day is over, and it was not; open: the day is to come; replaced: the client
    has promised again before; nothing_due: nothing was due when it was given.
    """
    from pipelines.master.history import known
    from pipelines.reports.promises import promises_given

    with _reading() as connection:
        if client is not None:
            known(connection, "client", client)
        day = _day(connection, on)
        given = promises_given(connection, _span(first, last), day)
    rows = [{**asdict(each), "promise": each.state(day).value} for each in given if client in (None, each.client_code)]
    shown = [{**row, "client": f"{row['client_code']} {row['client']}"} for row in rows]
    emit(shown, PROMISE_COLUMNS, output_format, PROMISE_VIEW)


@receivables.command(short_help="Expected money: by due dates and by each client's habit.")
@click.option("--by", type=click.Choice(["week", "client"]), default="week", show_default=True, help="A line for each what.")
@click.option("--weeks", type=click.IntRange(1, 52), default=8, show_default=True, help="How many weeks from the next day on.")
@click.option("--organization", metavar="CODE", help="Only what is owed to this organization.")
@_ON
@format_option
def forecast(by: str, weeks: int, organization: str | None, on: date | None, output_format: str) -> None:
    """What is expected to come in for the open invoices: by their due dates, and by how late each client has paid in the year before.

    A client's habit is the median delay of its own paid invoices (three at least), else that of its category, else of all. An invoice
    that is late already is expected as those that were as late; no_habit: later than any of them. By week also the range of what
    has come in by its end: invoices paid as late as three quarters of the like, and as early as one quarter.
    """
    from pipelines.reports.forecast import ClientForecast, ForecastLine, by_client, by_week, expectations

    with _reading() as connection:
        day = _day(connection, on)
        expected = expectations(connection, day)
        _known(connection, organization)
    wanted = [each for each in expected if organization in (None, each.claim.organization_code)]
    record = ForecastLine if by == "week" else ClientForecast
    columns = tuple(column.name for column in fields(record))
    if by == "week":
        narrow: tuple[str, ...] = ("part", "first", "due", "expected", "least", "most")
        emit(map(asdict, by_week(wanted, day, weeks)), columns, output_format, View(columns, narrow, ("due", "expected"), is_russian=True))
        return
    view = View(
        ("organization_code", "client", *columns[2:]),
        ("client", "open", "habit_days", "next_on", "expected", "no_habit"),
        ("open", "overdue", "expected", "no_habit"),
        is_russian=True,
    )
    emit(map(asdict, by_client(wanted, day, weeks)), columns, output_format, view)


def _reading() -> "AbstractContextManager[Connection]":
    from pipelines.warehouse import engine

    return engine.reading(settings())


def _day(connection: "Connection", on: date | None) -> date:
    """The day that is asked for, or the house's today."""
    from pipelines.master import house_clock

    return on or house_clock.today(connection, now())


def _span(first: date, last: date) -> Span:
    if first > last:
        raise BadInput.one("--to", "lies before --from")
    return Span(first, last)


def _known(connection: "Connection", organization: str | None) -> None:
    from pipelines.warehouse import query

    codes = query.scalars(connection, "receivables/organizations")
    if organization is not None and organization not in codes:
        raise BadInput.one("--organization", f"there is no organization {organization!r}, only {', '.join(sorted(codes))}")


@receivables.command("write-off", short_help="A person's word: a debt that nobody will pay is written off, or is open again.")
@click.argument("number")
@click.option("--amount", "written", metavar="AMOUNT", help="So much of it; default: all that is open.")
@click.option("--undo", "is_undone", is_flag=True, help="Take back all that is written off of it.")
@author_options()
def write_off_debt(number: str, written: str | None, by: str, reason: str, *, is_undone: bool) -> None:
    """Write off an invoice, or a debt of go-live, in whole or in part: it is asked for no more, what was billed stays billed.

    The акт сверки has it as an entry of its own. With --undo the debt is open again, and the ladder asks for it.
    """
    from pipelines.receivables.bank_document import amount
    from pipelines.receivables.write_offs import undo, write_off

    sum_ = None if written is None else amount(written.strip())
    if written is not None and (is_undone or not sum_):
        raise BadInput.one("--amount", f"{written!r} is no amount above zero, or stands beside --undo")
    configured, author = settings(), authorship(by, reason)
    done = undo(configured, number, author) if is_undone else write_off(configured, number, author, sum_)
    said = f"{done.amount:.2f} written off" if done.amount > 0 else f"{-done.amount:.2f} no longer written off"
    say(f"{number} of {done.client_code}: {said}, {done.open:.2f} open")
    give_access_back(configured, author.at)


@receivables.command("write-offs", short_help="Debts that were written off: when, by whom, why.")
@client_option
@format_option
def list_write_offs(client: str | None, output_format: str) -> None:
    """Every debt that was written off, in the order of time; below zero: taken back."""
    from pipelines.receivables.write_offs import COLUMNS, write_offs

    emit(write_offs(settings(), client), COLUMNS, output_format, WRITE_OFFS_VIEW)
