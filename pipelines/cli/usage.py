"""`fleetbill usage`: the fleet by contract."""

import click

from pipelines.cli.output import MONTH, View, client_option, contract_option, dealer_option, emit, format_option, settings
from pipelines.period import Month

COLUMNS = ("contract_no", "client_code", "month", "days", "days_covered", "peak", "peak_date", "average", "vehicle_days", "online_minutes")
DAILY = ("contract_no", "date", "fleet_size", "online_minutes")
VIEW = View(
    ("contract_no", "client", "month", "days", "days_covered", "peak", "peak_date", "average", "vehicle_days", "online_minutes"),
    ("contract_no", "client", "month", "peak", "average", "vehicle_days", "online_minutes"),
    ("vehicle_days", "online_minutes"),
)
DAILY_VIEW = View(("contract_no", "client", "date", "fleet_size", "online_minutes"), totals=("fleet_size", "online_minutes"))


@click.command()
@click.option("--month", type=MONTH, required=True, help="Month, such as 2026-01.")
@client_option
@dealer_option
@contract_option
@click.option("--daily", is_flag=True, help="One row per contract and covered day.")
@format_option
def usage(month: Month, client: str | None, dealer: str | None, contract: str | None, *, daily: bool, output_format: str) -> None:
    """Fleet by contract: peak, average, vehicle-days, minutes.

    Recomputed from the evidence when anything has changed; with --contract, --client or --dealer only what these contracts need is read,
    and nothing is stored. `days` are the days of the month on which the contract is in
    force, `days_covered` those of which nothing is missing; a missing day is not counted as zero.
    """
    from pipelines.clock import now
    from pipelines.errors import BadInput
    from pipelines.master.dealer_trees import clients_under
    from pipelines.usage.month import compute, of_contracts
    from pipelines.usage.sources import known_contracts
    from pipelines.usage.stored import FLEETS
    from pipelines.usage.summary import by_contract, shown_average, summary
    from pipelines.warehouse import engine

    configured = settings()
    with engine.transaction(configured) as connection:
        known = known_contracts(connection)
        tree = {each.client_code for each in known} if dealer is None else clients_under(connection, dealer)
        wanted = [
            each
            for each in known
            if contract in (None, each.contract_no) and client in (None, each.client_code) and each.client_code in tree
        ]
        if contract is not None and not wanted:
            raise BadInput.one(
                "--contract", f"unknown contract {contract!r}" if client is None else f"{client} has no contract {contract!r}"
            )
        if client is not None and not wanted:
            raise BadInput.one("--client", f"no client {client!r} with a contract")
        if contract is None and client is None and dealer is None:
            columns = compute(configured, connection, month, store=True, at=now()).days.select(FLEETS).to_pydict()
        else:
            columns = of_contracts(configured, connection, month, {each.contract_no for each in wanted}, now())
    days = by_contract(columns)
    if daily:
        listed = [
            {"contract_no": each.contract_no, "date": day.date, "fleet_size": day.fleet_size, "online_minutes": day.online_minutes}
            for each in wanted
            for day in days.get(each.contract_no, [])
        ]
        emit(listed, DAILY, output_format, DAILY_VIEW)
        return
    rows = [summary(each, month, days.get(each.contract_no, [])) for each in wanted]
    emit(
        [{**{name: getattr(row, name) for name in COLUMNS}, "average": shown_average(row.average)} for row in rows if row is not None],
        COLUMNS,
        output_format,
        VIEW,
    )
