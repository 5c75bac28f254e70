"""Leakage: what was served in a month and not billed, in vehicles and in roubles (domain.md §10).

Told apart from what is given away on purpose: discounts of the terms, and components whose price is 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month
from pipelines.reports.leak_prices import Price, Prices, Rate, arithmetic
from pipelines.warehouse import query
from pipelines.wording.russian import number, roubles

if TYPE_CHECKING:
    from sqlalchemy import Connection

ORPHAN, OUT_OF_CONTRACT, PARKED, ZERO_PRICE, DISCOUNT = "orphan", "out_of_contract", "parked_contract", "zero_price", "discount"
AGREED = frozenset({ZERO_PRICE, DISCOUNT})
"""Kinds that are no leak: a contract or a tariff gives them away."""
UNKNOWN = "цена неизвестна"
UNBILLED, UNSERVED = "unbilled", "unserved"
ALL = 100  # percent


@dataclass(frozen=True, slots=True)
class Leak:
    """What was served and is paid by nobody.

    ``kind``: of the finding, or `DISCOUNT`; ``subject``: the platform for vehicles of nobody, else the contract; ``vehicles``:
    different ones (of a contract as a whole: its peak); ``roubles``: an estimate without VAT; ``how``: the arithmetic of it, in
    Russian; ``agreed``: given away on purpose, no leak; ``direction``: `UNBILLED`, or `UNSERVED` for what is billed and not served;
    ``dealer_code``: the client's dealer; ``before``: the same in the month before (None: not asked).
    """

    kind: str
    subject: str
    contract_no: str | None
    client_code: str | None
    client: str | None
    vehicles: int
    vehicle_days: int
    roubles: Decimal
    how: str
    agreed: bool = False
    direction: str = UNBILLED
    dealer_code: str | None = None
    before: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """Vehicle-days that nobody pays for. ``billed``: what their contract was nevertheless billed for the same days, net."""

    kind: str
    subject: str
    contract_no: str | None
    client_code: str | None
    client: str | None
    vehicles: int
    vehicle_days: int
    billed: Decimal = ZERO
    note: str = ""


def leakage(connection: "Connection", month: Month) -> tuple[Leak, ...]:
    """What the month's stored usage, findings and invoices say was served and not billed; ordered by kind, then by subject.

    Duplicates are no leakage: the same physical vehicle is billed once.
    """
    discounts = tuple(_discount(row) for row in query.rows(connection, "reports/discounts", month=month.first))
    served = [*_unbilled(connection, month), *_parked(connection, month), *_zero_prices(connection, month)]
    if not served:
        return discounts
    prices = prices_of(connection, month, sorted({unpaid.contract_no for unpaid in served if unpaid.contract_no}))
    return (*(priced(unpaid, _price(prices, unpaid)) for unpaid in served), *discounts)


def lost(leaks: Iterable[Leak]) -> Decimal:
    """Roubles without VAT of what leaks; what is given away on purpose is none of it."""
    return sum((leak.roubles for leak in leaks if not leak.agreed), ZERO)


def discount_given(net: Decimal, percent: Decimal, free: Decimal = ZERO) -> Decimal:
    """What a discount took off lines that come to ``net``, roubles; ``free``: what lines with 100 % would have come to."""
    if percent == ALL:
        return round_kopeck(Fraction(free))
    return round_kopeck(Fraction(net) * Fraction(percent) / (ALL - Fraction(percent)))


def _discount(row: Any) -> Leak:
    given = discount_given(row.net, row.discount_percent, row.free)
    percent_text = number(row.discount_percent)
    how = f"скидка {percent_text}\u00a0% по условиям договора; выставлено {roubles(row.net)}\u00a0₽ без НДС"
    return Leak(DISCOUNT, row.contract_no, row.contract_no, row.client_code, row.client, 0, 0, given, how, agreed=True)


def priced(served: Served, price: Price | None) -> Leak:
    """The estimate: vehicle-days × price, less what was billed for the same days; never below nothing. Rounded once."""
    amount, how = ZERO, "; ".join(filter(None, (UNKNOWN, served.note)))
    if not served.vehicle_days:
        how = served.note or "использование неизвестно"
    elif price is not None:
        amount = round_kopeck(max(Fraction(0), price.amount * served.vehicle_days - Fraction(served.billed)))
        less = f" − {roubles(served.billed)}\u00a0₽ уже выставлено" if served.billed else ""
        how = arithmetic(served.vehicle_days, price) + less + (f"; {served.note}" if served.note else "")
    return Leak(
        served.kind,
        served.subject,
        served.contract_no,
        served.client_code,
        served.client,
        served.vehicles,
        served.vehicle_days,
        roubles=amount,
        how=how,
        agreed=served.kind in AGREED,
    )


def _price(prices: Prices, served: Served) -> Price | None:
    if served.contract_no is None:
        return prices.of_platforms({served.subject})
    if served.kind == OUT_OF_CONTRACT:
        return prices.of_ended(served.contract_no)
    if served.kind == ZERO_PRICE:
        return prices.of_platforms(prices.platforms.get(served.contract_no, ()))
    return prices.of_contract(served.contract_no)


def _unbilled(connection: "Connection", month: Month) -> Iterator[Served]:
    for row in query.rows(connection, "reports/leakage_unbilled", first=month.first, last=month.last):
        yield Served(row.kind, row.subject, row.contract_no, row.client_code, row.client, row.vehicles, row.vehicle_days)


def _parked(connection: "Connection", month: Month) -> Iterator[Served]:
    for row in query.rows(connection, "reports/leakage_parked", month=month.first, last=month.last):
        yield Served(
            PARKED, row.contract_no, row.contract_no, row.client_code, row.client, row.vehicles, row.vehicle_days, row.billed, row.russian
        )


def _zero_prices(connection: "Connection", month: Month) -> Iterator[Served]:
    """One per contract: its vehicle-days in the segments where a price per vehicle was 0; a segment counts once."""
    rows = query.rows(connection, "reports/leakage_zero_prices", first=month.first, last=month.last, month=month.first)
    for contract_no, group in groupby(rows, key=lambda row: row.contract_no):
        components = list(group)
        segments = {row.segment_from: row for row in components if row.is_per_vehicle}.values()
        names = ", ".join(dict.fromkeys(f"«{row.component}»" for row in components))
        yield Served(
            ZERO_PRICE,
            contract_no,
            contract_no,
            components[0].client_code,
            components[0].client,
            max((row.vehicles for row in segments), default=0),
            sum(row.vehicle_days for row in segments),
            sum((row.billed for row in segments), ZERO),
            f"цена 0: {names}" if segments else f"{UNKNOWN}: {names} считается не по машинам",
        )


def prices_of(connection: "Connection", month: Month, contracts: list[str]) -> Prices:
    """What vehicle-days were billed for in the month, the month before, and last of these contracts."""
    before = month.previous
    by_month: dict[Month, dict[str, Rate]] = {month: {}, before: {}}
    for row in query.rows(connection, "reports/leakage_rates", first=before.first, last=month.last):
        by_month[Month.of(row.month)][row.contract_no] = Rate(row.net, row.vehicle_days)
    own = query.rows(connection, "reports/leakage_own_rates", first=month.first, contracts=contracts)
    platforms = query.rows(connection, "reports/leakage_platforms", first=before.first, last=month.last)
    return Prices(
        month,
        by_month[month],
        by_month[before],
        {row.contract_no: (Month.of(row.month), Rate(row.net, row.vehicle_days)) for row in own},
        {row.contract_no: frozenset(row.platforms) for row in platforms},
    )
