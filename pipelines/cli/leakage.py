"""`fleetbill leakage`: what was served and not billed."""

import click

from pipelines.cli.output import MONTH, View, emit, format_option, heading, settings
from pipelines.period import Month

VIEW = View(
    ("kind", "subject", "contract_no", "client", "vehicles", "vehicle_days", "roubles", "how"),
    ("kind", "subject", "client", "roubles", "how"),
    ("vehicle_days", "roubles"),
    is_russian=True,
)


@click.command()
@click.option("--month", type=MONTH, required=True, help="Month, such as 2026-01.")
@format_option
def leakage(month: Month, output_format: str) -> None:
    """What was served in a month and not billed, in vehicles and in roubles without VAT: an estimate, with its arithmetic.

    Vehicles of nobody and of contracts out of force (only on days with a message from them), and parked contracts. Prices of 0
    and discounts are told apart from them (`agreed`): they are given away on purpose.
    """
    from dataclasses import asdict, fields

    from pipelines.clock import now
    from pipelines.reports.leakage import Leak
    from pipelines.reports.leakage import leakage as found_in
    from pipelines.usage.month import refresh
    from pipelines.warehouse import engine

    configured = settings()
    with engine.transaction(configured) as connection:
        refresh(configured, connection, [month.previous, month], now())
        leaks = found_in(connection, month)
    columns, rows = [column.name for column in fields(Leak)], [asdict(each) for each in leaks]
    if output_format != "table":
        emit(rows, columns, output_format)
        return
    given = [row for row in rows if row["agreed"]]
    emit([row for row in rows if not row["agreed"]], columns, output_format, VIEW)
    if given:
        heading("скидки и бесплатное: по договорам и тарифам, не утечка")
        emit(given, columns, output_format, VIEW)
