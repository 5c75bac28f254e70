"""`fleetbill preview`: what a close would bill, and what other tariffs would have billed; nothing is ever stored."""

from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.output import MONTH, View, contract_option, emit, format_option, interactive, say, settings
from pipelines.cli.parked import named, say_not_over, say_parked
from pipelines.clock import now
from pipelines.money import ZERO, shown
from pipelines.period import Month
from pipelines.wording.english import counted, first_few, months

if TYPE_CHECKING:
    from pipelines.whatif.comparison import Comparison, ContractMonth
    from pipelines.whatif.preview import Preview
    from pipelines.whatif.simulate import Simulation

CLIENT_COLUMNS = ("client_code", "client", "contracts", "billed_net", "simulated_net", "billed", "simulated", "difference", "percent")
CONTRACT_COLUMNS = ("contract_no", "client_code", "month", "billed", "simulated", "difference")
EXTREMES = 10
VIEW = View(
    (
        "contract_no",
        "client",
        "kind",
        "component",
        "segment_from",
        "segment_to",
        "quantity",
        "price",
        "share",
        "net",
        "vat",
        "total",
        "arithmetic",
    ),
    ("contract_no", "client", "component", "quantity", "price", "net", "total"),
    ("net", "vat", "total"),
    is_russian=True,
)
_SUMS = ("billed", "simulated", "difference")
CLIENT_VIEW = View(("client_code", "client", "contracts", *_SUMS, "percent"))  # only the extremes: their sum says nothing
CONTRACT_VIEW = View(("contract_no", "client", "month", *_SUMS), totals=_SUMS)


@click.command()
@click.option("--month", type=MONTH, required=True, help="The month to compute; with --to, the first one.")
@contract_option
@click.option("--tariffs", metavar="PATH", help="A source as `master import` takes it; its terms, tariffs, components, tiers are tried.")
@click.option("--to", "to_month", type=MONTH, help="With --tariffs: through this month.  [default: --month alone]")
@click.option("--by", "grouping", type=click.Choice(["client", "contract"]), help="With --tariffs: a row of what.  [default: client]")
@format_option
def preview(
    month: Month, contract: str | None, tariffs: str | None, to_month: Month | None, grouping: str | None, output_format: str
) -> None:
    """What a close of the month would bill now, line by line; nothing is stored.

    With --tariffs: what would have been billed had these tariffs and terms been imported, by client, against everything
    that was issued. A version replaces the stored one of the same key, the others stay; where all versions of a tariff in
    PATH begin after the month, the earliest is applied to the whole of it. A month that is not closed is compared with
    what the stored tariffs would bill. In a table: the totals, and those who would pay most more and most less.
    """
    if tariffs is None:
        if given := [name for name, value in (("--to", to_month), ("--by", grouping)) if value is not None]:
            raise click.UsageError(f"{given[0]} needs --tariffs PATH")
        _preview(month, contract, output_format)
        return
    last = to_month or month
    if last < month:
        raise click.UsageError(f"--to {last} lies before --month {month}")
    from pipelines.whatif.simulate import simulate

    run = _run_of(month, last)
    shown_step = (lambda step: say(f"{step} …")) if interactive() else (lambda _: None)
    simulation = simulate(settings(), run, tariffs, contract_no=contract, at=now(), progress=shown_step)
    _remarks(simulation)
    if grouping == "contract":
        _show_contracts(simulation, output_format)
    else:
        _show_clients(simulation, output_format)


def _preview(month: Month, contract: str | None, output_format: str) -> None:
    from pipelines.whatif.preview import COLUMNS, preview_month

    previewed = preview_month(settings(), month, contract, now())
    say_not_over(settings(), month, now())
    emit(previewed.rows, COLUMNS, output_format, VIEW)
    if output_format == "table" and previewed.rows:
        amounts = previewed.amounts
        contracts = counted(previewed.contracts, "contract")
        click.echo(f"\n{contracts}: net {shown(amounts.net)}, VAT {shown(amounts.vat)}, total {shown(amounts.total)}")
    _say_rest(month, previewed, contract)


def _say_rest(month: Month, preview: "Preview", contract: str | None) -> None:
    if contract is None and preview.closed:
        say(f"closed already: {counted(preview.closed, 'contract')}; `fleetbill invoices --month {month}` lists what was issued")
    if preview.nothing:
        say(f"nothing to bill: {named(preview.nothing)}")
    say_parked(preview.parked)


def _show_clients(simulation: "Simulation", output_format: str) -> None:
    from pipelines.whatif.comparison import by_client, extremes

    clients = by_client(simulation.compared)
    if output_format != "table":
        emit(map(_client_row, clients), CLIENT_COLUMNS, output_format)
        return
    _show_total(simulation, len(clients))
    more, less = extremes(clients, EXTREMES)
    sides = (
        ("more", more, sum(client.difference > 0 for client in clients)),
        ("less", less, sum(client.difference < 0 for client in clients)),
    )
    for word, listed, count in sides:
        if not count:
            click.echo(f"\nnobody would pay {word}")
            continue
        shortened = f"; the {EXTREMES} biggest differences" if count > EXTREMES else ""
        click.echo(f"\n{counted(count, 'client')} would pay {word}{shortened}:")
        emit(map(_client_row, listed), CLIENT_COLUMNS, output_format, CLIENT_VIEW)
    say("the whole list: --format csv or json; by contract and month: --by contract")


def _show_contracts(simulation: "Simulation", output_format: str) -> None:
    rows = sorted(simulation.compared, key=lambda row: (row.contract_no, row.month))
    if output_format == "table":
        _show_total(simulation, len({row.client_code for row in rows}))
        click.echo()
    emit(map(_contract_row, rows), CONTRACT_COLUMNS, output_format, CONTRACT_VIEW)


def _show_total(simulation: "Simulation", clients: int) -> None:
    from pipelines.whatif.comparison import together

    total = together(simulation.compared)
    percent = "" if total.percent is None else f" ({total.percent:+} %)"
    click.echo(
        f"{months(simulation.months)}, {counted(clients, 'client')}, {counted(total.contracts, 'contract')}: billed {shown(total.billed)}, "
        f"simulated {shown(total.simulated)}, difference {total.difference:+.2f}{percent}"
    )


def _remarks(simulation: "Simulation") -> None:
    """What a reader of the figures must know beside them."""
    for notice in simulation.notices:
        say(f"notice: {notice}")
    opened = sum(not row.is_closed for row in simulation.compared)
    if opened:
        say(
            f"not closed: {counted(opened, 'contract-month')} of {len(simulation.compared)}, "
            "compared with what the stored tariffs would bill now"
        )
    moved = [row.drift.total for row in simulation.compared if row.drift]
    if moved:
        say(
            f"facts have changed since the close of {counted(len(moved), 'contract-month')}: the stored tariffs would bill them "
            f"{sum(moved, ZERO):+.2f} differently today; that part of the difference is not the tariffs' (`fleetbill correct` bills it)"
        )
    unknown = [f"{row.contract_no} {row.month}" for row in simulation.compared if row.drift is None]
    if unknown:
        say(
            f"what is stored cannot be rated today for {counted(len(unknown), 'closed contract-month')} ({first_few(unknown, 10)}): "
            "how much of the difference is not the tariffs' is not known"
        )
    for month in simulation.months:
        say_parked([each for at, each in simulation.parked if at == month], f"{month}: ")


def _client_row(client: "Comparison") -> dict[str, Any]:
    row = {name: getattr(client, name) for name in CLIENT_COLUMNS}
    return {**row, "percent": None if client.percent is None else str(client.percent)}


def _contract_row(row: "ContractMonth") -> dict[str, Any]:
    return {
        "contract_no": row.contract_no,
        "client_code": row.client_code,
        "month": row.month,
        "billed": row.billed.total,
        "simulated": row.simulated.total,
        "difference": row.difference,
    }


def _run_of(first: Month, last: Month) -> list[Month]:
    months = [first]
    while months[-1] < last:
        months.append(months[-1].next)
    return months
