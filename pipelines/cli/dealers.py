"""`fleetbill dealers`: the month of every dealer's tree."""

from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

import click

from pipelines.cli.output import DATE, MONTH, View, emit, format_option, say, settings
from pipelines.period import Month
from pipelines.usage.summary import shown_average

_SUMS = ("billed", "own", "debt", "overdue", "leak")
COLUMNS = ("dealer_code", "dealer", "clients", "contracts", "peak", "vehicle_days", *_SUMS)
VIEW = View(COLUMNS, ("dealer_code", "dealer", "clients", "peak", "billed", "debt"))

CLIENTS = ("client_code", "client", "dealer_code", "contracts", "peak", "average", "vehicle_days", "billed", "debt", "overdue")
CLIENTS_VIEW = View(CLIENTS, ("client_code", "client", "peak", "billed", "debt"), ("vehicle_days", "billed", "debt", "overdue"))


@click.group(short_help="Dealers with their clients: fleets, sums, debts; their reports.")
def dealers() -> None:
    """Dealers: a client with other clients under it, by the column dealer_code of the sheet clients, however deep."""


@dealers.command(name="list", short_help="A line about every dealer's tree.")
@click.option("--month", type=MONTH, required=True, help="Month, such as 2026-01.")
@click.option("--date", "on", type=DATE, default=None, help="Debts of this day.  [default: today]")
@format_option
def list_(month: Month, on: date | None, output_format: str) -> None:
    """Every dealer with its tree: clients, contracts, fleet, what was billed (`own`: to the dealer itself), debts, leakage.

    A dealer under another one counts in both trees, so the lines do not add up. Roubles with VAT; `leak` is an estimate without.
    """
    from pipelines.clock import now
    from pipelines.master import house_clock
    from pipelines.reports.dealers import DealerSummary, summaries
    from pipelines.usage.month import refresh
    from pipelines.warehouse import engine

    configured, at = settings(), now()
    with engine.transaction(configured) as connection:
        refresh(configured, connection, [month.previous, month], at)
        rows = [asdict(each) for each in summaries(connection, month, on or house_clock.today(connection, at))]
    emit(rows, [column.name for column in fields(DealerSummary)], output_format, VIEW)


@dealers.command(short_help="The report of a dealer's own tree, as PDF and workbook.")
@click.argument("dealer")
@click.option("--month", type=MONTH, required=True, help="Month, such as 2026-01.")
@click.option("--date", "on", type=DATE, default=None, help="Debts of this day.  [default: today]")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Where to write the document.")
@click.option("--workbook", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Where to write the workbook (.xlsx).")
@click.option("--send", is_flag=True, help="Queue a letter with both to the dealer's e-mail address.")
@format_option
def report(dealer: str, month: Month, on: date | None, pdf: Path | None, workbook: Path | None, *, send: bool, output_format: str) -> None:
    """DEALER's clients in a month: fleets, sums, debts and dips; its own tree and nobody else's."""
    from pipelines.clock import now
    from pipelines.files import write_whole
    from pipelines.runs import dealer_reports

    configured, at = settings(), now()
    made = dealer_reports.make(configured, dealer, month, at, on)
    for path, content in ((pdf, made.pdf), (workbook, made.workbook)):
        if path is not None:
            write_whole(path, content)
            say(f"written: {path}")
    emit(
        [{**asdict(each), "average": shown_average(each.average)} for each in made.document.figures.clients],
        CLIENTS,
        output_format,
        CLIENTS_VIEW,
    )
    if send:
        say("queued" if dealer_reports.send(configured, made, at) else "this very report was queued before")


@dealers.command(short_help="Queue the reports of a month to every dealer.")
@click.option("--month", type=MONTH, required=True, help="Month, such as 2026-01.")
@click.option("--date", "on", type=DATE, default=None, help="Debts of this day.  [default: today]")
def send(month: Month, on: date | None) -> None:
    """Queue a letter with its report to every dealer, where FLEETBILL_MAIL_DEALERS allows it; the same report once."""
    from pipelines.clock import now
    from pipelines.errors import Refused
    from pipelines.runs.dealer_reports import send_all

    refused = []
    for sent in send_all(settings(), month, now(), on):
        refused += [sent.dealer] if sent.refused else []
        said = "queued" if sent.is_queued else "this very report was queued before"
        say(f"{sent.dealer}: {sent.refused or sent.not_needed or said}")
    if refused:
        raise Refused(f"no report of {month} could be made for {', '.join(refused)}; the others are queued")
