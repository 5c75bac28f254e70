"""Usage of a month by contract: peak, average, vehicle-days, minutes (domain.md §4). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from pipelines.period import Month
from pipelines.usage.sources import ContractSpan

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Day:
    """Usage of a contract on one covered day; ``online_minutes`` None: not known."""

    date: date
    fleet_size: int
    online_minutes: Decimal | None


@dataclass(frozen=True, slots=True)
class ContractUsage:
    """Usage of a contract over the covered days of a month: the average is None until all are, the peak without any."""

    contract_no: str
    client_code: str
    month: Month
    days: int
    days_covered: int
    peak: int | None
    peak_date: date | None
    average: Fraction | None
    vehicle_days: int
    online_minutes: Decimal | None


def summary(contract: ContractSpan, month: Month, days: Iterable[Day]) -> ContractUsage | None:
    """A contract's usage from its covered days in order; None when it is not in force in the month.

    A missing day is not zero: while one is missing, the average is not known.
    """
    span = contract.days_in(month)
    if span is None:
        return None
    covered = list(days)
    vehicle_days = sum(day.fleet_size for day in covered)
    best = max(covered, key=lambda day: (day.fleet_size, -day.date.toordinal()), default=None)
    minutes = [day.online_minutes for day in covered]
    return ContractUsage(
        contract.contract_no,
        contract.client_code,
        month,
        span.days,
        len(covered),
        best.fleet_size if best else None,
        best.date if best else None,
        Fraction(vehicle_days, span.days) if len(covered) == span.days else None,
        vehicle_days,
        None if None in minutes else sum((each for each in minutes if each is not None), Decimal(0)),
    )


def by_contract(columns: Mapping[str, list[Any]]) -> dict[str, list[Day]]:
    """Days of each contract in order, from the columns of `MonthUsage.days`."""
    days: dict[str, list[Day]] = {}
    names = ("contract_no", "business_date", "fleet_size", "online_minutes")
    for contract_no, day, fleet_size, minutes in zip(*(columns[name] for name in names), strict=True):
        days.setdefault(str(contract_no), []).append(Day(day, fleet_size, minutes))
    return days


def shown_average(average: Fraction | None) -> str | None:
    """Three decimals, half-up; the exact fraction is what is billed."""
    if average is None:
        return None
    scaled = average * 1000
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return str((Decimal(whole) / 1000).quantize(THOUSANDTH, ROUND_HALF_UP))
