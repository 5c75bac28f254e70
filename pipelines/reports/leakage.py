"""Leakage: what was served in a month and not billed, in vehicles and in roubles (domain.md §10)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month
from pipelines.reports.leak_prices import Price, Prices, Rate, told
from pipelines.warehouse.statements import statement
from pipelines.wording.russian import roubles

if TYPE_CHECKING:
    from sqlalchemy import Connection

ORPHAN, OUT_OF_CONTRACT, PARKED, ZERO_PRICE = "orphan", "out_of_contract", "parked_contract", "zero_price"
UNKNOWN = "цена неизвестна"


@dataclass(frozen=True, slots=True)
class Leak:
    """Vehicles that somebody was served with for nothing.

    ``kind``: of the finding; ``subject``: the platform for vehicles of nobody, else the contract; ``vehicles``: different ones
    (of a contract as a whole: its peak); ``roubles``: an estimate without VAT; ``how``: the arithmetic in Russian.
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


@dataclass(frozen=True, slots=True)
class Served:
    """Vehicle-days that nobody pays for. ``billed``: net that their contract was billed for its vehicles on the same days all the same."""

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
    served = [*_unbilled(connection, month), *_parked(connection, month), *_zero_prices(connection, month)]
    if not served:
        return ()
    prices = _prices(connection, month, sorted({one.contract_no for one in served if one.contract_no}))
    return tuple(valued(one, _price(prices, one)) for one in served)


def valued(one: Served, price: Price | None) -> Leak:
    """The estimate: vehicle-days × price, less what was billed for the same days; never below nothing. Rounded once."""
    roubles_lost, how = ZERO, "; ".join(filter(None, (UNKNOWN, one.note)))
    if not one.vehicle_days:
        how = one.note or "использование неизвестно"
    elif price is not None:
        whole = price.amount * one.vehicle_days
        roubles_lost = round_kopeck(max(Fraction(0), whole - Fraction(one.billed)))
        less = f" − {roubles(one.billed)}\u00a0₽ уже выставлено" if one.billed else ""
        how = told(one.vehicle_days, price) + less + (f"; {one.note}" if one.note else "")
    return Leak(
        one.kind, one.subject, one.contract_no, one.client_code, one.client, one.vehicles, one.vehicle_days, roubles_lost, how
    )  # fmt: skip


def _price(prices: Prices, one: Served) -> Price | None:
    if one.contract_no is None:
        return prices.of_platforms({one.subject})
    if one.kind == OUT_OF_CONTRACT:
        return prices.of_ended(one.contract_no)
    return prices.of_platforms(prices.platforms.get(one.contract_no, ())) if one.kind == ZERO_PRICE else prices.of_contract(one.contract_no)


def _unbilled(connection: "Connection", month: Month) -> Iterator[Served]:
    for row in _rows(connection, "leakage_unbilled", first=month.first, last=month.last):
        yield Served(row.kind, row.subject, row.contract_no, row.client_code, row.client, row.vehicles, row.vehicle_days)


def _parked(connection: "Connection", month: Month) -> Iterator[Served]:
    for row in _rows(connection, "leakage_parked", month=month.first, last=month.last):
        yield Served(
            PARKED, row.contract_no, row.contract_no, row.client_code, row.client, row.vehicles, row.vehicle_days, row.billed, row.russian
        )


def _zero_prices(connection: "Connection", month: Month) -> Iterator[Served]:
    """One per contract: its vehicle-days in the segments where a price per vehicle was 0; a segment counts once."""
    rows = _rows(connection, "leakage_zero_prices", first=month.first, last=month.last, month=month.first)
    for contract_no, group in groupby(rows, key=lambda row: row.contract_no):
        found = list(group)
        segments = {row.segment_from: row for row in found if row.is_per_vehicle}.values()
        names = ", ".join(dict.fromkeys(f"«{row.component}»" for row in found))
        yield Served(
            ZERO_PRICE,
            contract_no,
            contract_no,
            found[0].client_code,
            found[0].client,
            max((row.vehicles for row in segments), default=0),
            sum(row.vehicle_days for row in segments),
            sum((row.billed for row in segments), ZERO),
            f"цена 0: {names}" if segments else f"{UNKNOWN}: {names} считается не по машинам",
        )


def _prices(connection: "Connection", month: Month, contracts: list[str]) -> Prices:
    before = month.previous
    by_month: dict[Month, dict[str, Rate]] = {month: {}, before: {}}
    for row in _rows(connection, "leakage_rates", first=before.first, last=month.last):
        by_month[Month.of(row.month)][row.contract_no] = Rate(row.net, row.vehicle_days)
    own = _rows(connection, "leakage_own_rates", first=month.first, contracts=contracts)
    platforms = _rows(connection, "leakage_platforms", first=before.first, last=month.last)
    return Prices(
        month,
        by_month[month],
        by_month[before],
        {row.contract_no: (Month.of(row.month), Rate(row.net, row.vehicle_days)) for row in own},
        {row.contract_no: frozenset(row.platforms) for row in platforms},
    )


def _rows(connection: "Connection", name: str, **binds: object) -> Iterable[Any]:
    from sqlalchemy import text

    return connection.execute(text(statement(f"warehouse/reports/{name}")), binds)
