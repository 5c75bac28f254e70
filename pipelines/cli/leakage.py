"""`fleetbill leakage`: what was served and not billed, and what was billed and not served."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import MONTH, View, dealer_option, emit, format_option, heading, settings
from pipelines.period import Month

if TYPE_CHECKING:
    from pipelines.reports.leakage import Leak

VIEW = View(
    ("kind", "subject", "contract_no", "client", "dealer_code", "vehicles", "vehicle_days", "roubles", "before", "how"),
    ("kind", "subject", "client", "roubles", "how"),
    ("vehicle_days", "roubles", "before"),
    is_russian=True,
)
DEALER_COLUMNS = ("direction", "dealer_code", "clients", "vehicle_days", "roubles", "before", "change")
DEALER_VIEW = View(DEALER_COLUMNS, is_russian=True)  # the two ways are never added up


@click.command()
@click.option("--month", type=MONTH, required=True, help="Month, such as 2026-01.")
@click.option("--by", type=click.Choice(["client", "dealer"]), default="client", show_default=True, help="A line for each what.")
@dealer_option
@format_option
def leakage(month: Month, by: str, dealer: str | None, output_format: str) -> None:
    """What was served in a month and not billed, and what was billed and not served, in vehicles and in roubles without VAT: an
    estimate, with its arithmetic, beside the month before.

    Not billed: vehicles of nobody and of contracts out of force (only on days with a message from them), and parked contracts.
    Not served: vehicles that are billed because they are connected and sent nothing, and vehicles paid ahead that never came.
    Prices of 0 and discounts are told apart (`agreed`): they are given away on purpose.
    """
    from dataclasses import asdict, fields

    from pipelines.clock import now
    from pipelines.master.dealer_trees import clients_under
    from pipelines.reports.leakage import Leak
    from pipelines.reports.unserved import both_ways, by_dealer
    from pipelines.usage.month import refresh
    from pipelines.warehouse import engine

    configured = settings()
    with engine.transaction(configured) as connection:
        refresh(configured, connection, [month.previous, month], now())
        leaks = both_ways(connection, month)
        if dealer is not None:
            tree = clients_under(connection, dealer)
            leaks = tuple(each for each in leaks if each.client_code in tree)
    if by == "dealer":
        emit(by_dealer(leaks), DEALER_COLUMNS, output_format, DEALER_VIEW)
    elif output_format == "table":
        _tables(leaks)
    else:
        emit([asdict(each) for each in leaks], [column.name for column in fields(Leak)], output_format)


def _tables(leaks: "Iterable[Leak]") -> None:
    """One table for each direction, and one for what is given away on purpose."""
    from dataclasses import asdict

    from pipelines.reports.leakage import UNBILLED

    rows = [asdict(each) for each in leaks]
    unserved = [row for row in rows if row["direction"] != UNBILLED]
    given = [row for row in rows if row["agreed"]]
    emit([row for row in rows if row["direction"] == UNBILLED and not row["agreed"]], VIEW.columns, "table", VIEW)
    for title, listed in (("выставлено и не обслужено", unserved), ("скидки и бесплатное: по договорам и тарифам, не утечка", given)):
        if listed:
            heading(title)
            emit(listed, VIEW.columns, "table", VIEW)
