"""What a finding costs, in roubles without VAT: an estimate from what was billed for others' vehicle-days (domain.md §10).

The rule is that of leakage: the contract's own price of a vehicle-day where there is one, else the average of its platform, else of
the house; each finding is rounded by itself. A parked contract costs what its month may come to, a price of 0 what others pay for
the same vehicle-days, an unmatched payment its money. A transfer in the last seven days of a month costs what the contract before
would have paid more than the new one for the days that are left; one to a dearer contract costs nothing. The same vehicle may be told
twice (as an orphan, and by its account), so costs of different kinds are never added up.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pipelines.findings import store
from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month
from pipelines.reports.leak_prices import Price, Prices
from pipelines.reports.leakage import PARKED, ZERO_PRICE, leakage, prices_of
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNMATCHED = "unmatched_payment"
TRANSFER = "transfer"
SERVED_IN_THE_MONTH = frozenset({"out_of_contract", "month_end_dip", TRANSFER})
"""Kinds whose contract was billed in this very month: its own price of the month comes first."""

OF_CONTRACTS = frozenset({PARKED, ZERO_PRICE})
"""Kinds whose estimate is the whole contract's: of several findings of one contract, the first bears it."""

Costs = dict[tuple[str, str], Decimal]


def add_costs(connection: "Connection", rows: Sequence[dict[str, Any]], month: Month | None = None) -> None:
    """Give every row of a listing its ``roubles`` (None: it has no price), those of the month, or of all months that it was seen in."""
    costs = read_costs(connection, [row for row in rows if row["kind"] in OF_CONTRACTS], month)
    for row in rows:
        row["roubles"] = cost_of(row, costs)


def priced_findings(
    connection: "Connection",
    month: Month | None = None,
    kind: str | None = None,
    *,
    client: str | None = None,
    contract_no: str | None = None,
    kinds_first: Sequence[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Findings one after the other as `findings.store.stream` gives them, each with its ``roubles``: there may be millions."""
    whose = {"client": client, "contract_no": contract_no}
    of_contracts = [row for each in sorted(OF_CONTRACTS) if kind in (None, each) for row in store.listing(connection, month, each, **whose)]
    costs = read_costs(connection, of_contracts, month)
    for row in store.stream(connection, month, kind, kinds_first=kinds_first, **whose):
        yield row | {"roubles": cost_of(row, costs)}


def read_costs(connection: "Connection", of_contracts: Sequence[dict[str, Any]], month: Month | None = None) -> Costs:
    """What findings cost, by kind and subject; ``of_contracts``: the listed findings of kinds `OF_CONTRACTS`, in their order."""
    costs = _of_vehicle_days(connection, month)
    first_of: dict[tuple[str, str], str] = {}
    for row in of_contracts:
        first_of.setdefault((row["kind"], row["contract_no"]), row["subject"])
    for each in sorted({Month.of(day) for row in of_contracts for day in (row["first_seen"], row["last_seen"])}):
        for leak in leakage(connection, each):
            subject = first_of.get((leak.kind, leak.contract_no or ""))
            if subject and leak.roubles:
                costs[leak.kind, subject] = costs.get((leak.kind, subject), ZERO) + leak.roubles
    return costs


def cost_of(row: Mapping[str, Any], costs: Costs) -> Decimal | None:
    """What a listed finding costs; None: it has no price."""
    left_over = (row.get("parameters") or {}).get("left_over") if row["kind"] == UNMATCHED else None
    return Decimal(left_over) if left_over else costs.get((row["kind"], row["subject"]))


def _of_vehicle_days(connection: "Connection", month: Month | None) -> Costs:
    bounds: dict[str, Any] = {"first": month.first if month else None, "last": month.last if month else None}
    costs: Costs = {}
    for first, of_month in groupby(query.stream(connection, "reports/finding_days", **bounds), key=attrgetter("month")):
        each, days = Month.of(first), list(of_month)
        named = {contract for row in days for contract in (row.contract_no, row.contract_before) if contract}
        prices = prices_of(connection, each, sorted(named))
        amounts: dict[tuple[Any, ...], Decimal | None] = {}  # many vehicles of one contract are worth the same for as many days
        for row in days:
            worth = row.kind, row.platform, row.contract_no, row.contract_before, row.vehicle_days
            if worth not in amounts:
                price = at_stake(prices, row)
                amounts[worth] = round_kopeck(price * row.vehicle_days) if price is not None else None
            amount = amounts[worth]
            if amount is not None:
                costs[row.kind, row.subject] = costs.get((row.kind, row.subject), ZERO) + amount
    return costs


def at_stake(prices: Prices, row: Any) -> Fraction | None:
    """What a vehicle-day of a finding (a row of `reports/finding_days`) is worth; None: not known."""
    price = price_of(prices, row.kind, row.platform, row.contract_no)
    if row.kind != TRANSFER or price is None:
        return Fraction(price.amount) if price else None
    before = price_of(prices, row.kind, row.platform, row.contract_before)
    return max(Fraction(0), Fraction(before.amount) - Fraction(price.amount)) if before else None


def price_of(prices: Prices, kind: str, platform: str | None, contract_no: str | None) -> Price | None:
    """The price of a vehicle-day of a finding, or None where nothing was billed that says what one costs."""
    if contract_no is None:
        return prices.of_platforms({platform} if platform else ())
    return prices.of_ended(contract_no) if kind in SERVED_IN_THE_MONTH else prices.of_contract(contract_no)
