"""Short ways to say what a test is about: one contract "C1", tariff "T", general VAT unless told otherwise."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from pipelines.period import Month
from pipelines.rating.charges import Charge, Parked, RatedMonth
from pipelines.rating.model import Component, Contract, DayUsage, Kind, Scheme, TariffVersion, TaxMode, Terms, Tier, VatMode
from pipelines.rating.month import rate_month

LONG_AGO = dt.date(2020, 1, 1)
GENERAL = (VatMode(None, TaxMode.GENERAL),)
EXEMPT = (VatMode(None, TaxMode.EXEMPT),)
TIERS = (Tier(Decimal(15), Decimal(10)), Tier(None, Decimal(5)))
"""Example 8 of the domain: 1–15 at 10, 16+ at 5."""


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def day(month: str, number: int) -> dt.date:
    return dt.date.fromisoformat(f"{month}-{number:02}")


def contract(starts_on: dt.date = LONG_AGO, ends_on: dt.date | None = None) -> Contract:
    return Contract("C1", "K1", "ORG", starts_on, ends_on)


def terms(valid_from: dt.date = LONG_AGO, **fields: object) -> Terms:
    return Terms(**{"contract_no": "C1", "valid_from": valid_from, "tariff_code": "T", **fields})


def vehicles(price: str | None = "300", number: int = 1, **fields: object) -> Component:
    return Component(number, "Мониторинг", Kind.VEHICLES, price=None if price is None else Decimal(price), **fields)


def fixed(price: str, number: int = 2) -> Component:
    return Component(number, "Абонентская плата", Kind.FIXED, price=Decimal(price))


def tiered(scheme: Scheme, number: int = 1) -> Component:
    return vehicles(None, number, scheme=scheme, tiers=TIERS)


def version(*components: Component, valid_from: dt.date = LONG_AGO, code: str = "T", include_vat: bool = False) -> TariffVersion:
    return TariffVersion(code, valid_from, f"Тариф {code}", include_vat, components)


def fleet(month: str, size: int | Callable[[int], int], minutes: int | None = 0, **meters: Decimal) -> list[DayUsage]:
    """Every day of the month; ``size`` is a number or a function of the day's number."""
    return [DayUsage(d, size if isinstance(size, int) else size(d.day), minutes, dict(meters)) for d in Month.parse(month).dates()]


def rate(month: str, *versions: TariffVersion, days: list[DayUsage] | int, rows=None, at=None, vat=EXEMPT, **options: object):
    """The outcome of rating; ``days`` an even fleet when a number."""
    by_code: dict[str, list[TariffVersion]] = {}
    for one in versions:
        by_code.setdefault(one.tariff_code, []).append(one)
    usage = fleet(month, days) if isinstance(days, int) else days
    return rate_month(at or contract(), Month.parse(month), rows or [terms()], by_code, usage, vat, **options)


def rated(month: str, *versions: TariffVersion, **rest: object) -> RatedMonth:
    outcome = rate(month, *versions, **rest)
    assert isinstance(outcome, RatedMonth), str(outcome)
    return outcome


def parked(month: str, *versions: TariffVersion, **rest: object) -> Parked:
    outcome = rate(month, *versions, **rest)
    assert isinstance(outcome, Parked)
    return outcome


def nets(lines: tuple[Charge, ...]) -> list[Decimal]:
    return [line.net for line in lines]


def billed(lines: tuple[Charge, ...]) -> list:
    return [line.as_billed() for line in lines]
