"""`fleetbill dealers`: the month of every dealer's tree."""

from dataclasses import asdict, fields
from datetime import date

import click

from pipelines.cli.output import DATE, MONTH, View, emit, format_option, settings
from pipelines.period import Month

_SUMS = ("billed", "own", "debt", "overdue", "leak")
COLUMNS = ("dealer_code", "dealer", "clients", "contracts", "peak", "vehicle_days", *_SUMS)
VIEW = View(COLUMNS, ("dealer_code", "dealer", "clients", "peak", "billed", "debt"))


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
    from pipelines.reports.dealers import DealerSummary, summaries
    from pipelines.usage.month import refresh
    from pipelines.warehouse import engine

    configured, at = settings(), now()
    with engine.transaction(configured) as connection:
        refresh(configured, connection, [month.previous, month], at)
        rows = [asdict(each) for each in summaries(connection, month, on or at.date())]
    emit(rows, [column.name for column in fields(DealerSummary)], output_format, VIEW)
