"""The month that runs: the bill so far, what it may come to, and what would exceed the vehicles paid ahead, and when (domain.md §5, §6).

Every figure is made by the rating that makes the invoice; only the days to come are assumed, see `forecast`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.cabinet import forecast
from pipelines.cabinet.agreed import Agreed
from pipelines.cabinet.fleet import FleetMonth, fleet_month
from pipelines.cabinet.fleet_days import fleet_days
from pipelines.cabinet.forecast import MONTHS_BACK, Course
from pipelines.money import ZERO
from pipelines.period import ONE_DAY, Month, Span
from pipelines.rating.charges import Charge, Parked, RatedMonth
from pipelines.rating.model import Basis, DayUsage
from pipelines.rating.month import rate_month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Range:
    """A sum with VAT in roubles as it may come."""

    low: Decimal
    likely: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class PrepaidLimit:
    """Vehicles paid ahead, on the basis that the terms name.

    `exceeded_on`: the first known day above them. `likely_on`, `possibly_on`: the first day to come on which the likely, and the highest,
    course of the fleet is above them; both None where the basis is the average, which is known at the end of the month alone.
    """

    vehicles: int
    basis: Basis
    exceeded_on: date | None
    likely_on: date | None
    possibly_on: date | None


@dataclass(frozen=True, slots=True)
class RunningMonth:
    """A contract's month that is not closed. `issued`: what was invoiced for it already, in roubles with VAT.

    `so_far`: its lines if no vehicle came to any day that is not known yet, `total` their sum; `expected`: what the whole month may come
    to. None where it cannot be priced: `parked` says why. `missing`: days before the last known one whose data have not come: they are
    taken as the day before. `course`: the days to come.
    """

    fleet: FleetMonth
    known_until: date | None
    missing: tuple[date, ...]
    issued: Decimal
    so_far: tuple[Charge, ...]
    total: Decimal | None
    expected: Range | None
    course: Course | None
    limits: tuple[PrepaidLimit, ...]
    parked: Parked | None = None


def running_month(connection: "Connection", clients: Sequence[str], agreed: Agreed, month: Month) -> RunningMonth | None:
    """The month of a contract of the clients as it stands now; None where the contract is not in force in it."""
    return next((running for _, running in running_months(connection, clients, [agreed], month)), None)


def running_months(
    connection: "Connection", clients: Sequence[str], contracts: Sequence[Agreed], month: Month
) -> list[tuple[Agreed, RunningMonth]]:
    """The month of each contract of the clients that is in force in it, in their order; two statements, however many there are."""
    if not contracts:
        return []
    numbers = [each.contract.contract_no for each in contracts]
    back = Span(month.shift(-MONTHS_BACK - 1).last, month.last)
    days = fleet_days(connection, clients, numbers, back)
    rows = query.rows(connection, "cabinet/billed_of_month", clients=list(clients), contracts=numbers, month=month.first)
    billed = {row.contract_no: row.total for row in rows}
    running: list[tuple[Agreed, RunningMonth]] = []
    for each in contracts:
        number = each.contract.contract_no
        known = days.get(number, ())
        fleet = fleet_month(each.contract.rated, each.terms, each.tariffs, month, known)
        if fleet is not None:
            running.append((each, estimated(each, fleet, known, billed.get(number, ZERO))))
    return running


def estimated(agreed: Agreed, fleet: FleetMonth, known: Sequence[DayUsage], issued: Decimal) -> RunningMonth:
    """The same from what was read: `known` are days of this month and of those before it, in order. Nothing is read."""
    span, month = fleet.span, fleet.month
    days = forecast.filled(span, known)
    course = forecast.course(span, known)
    until = days[-1].date if days else None
    seen = {day.date for day in fleet.days}
    missing = tuple(day.date for day in days if day.date not in seen)
    rated = _rated(agreed, month, forecast.nothing_more(span, days))
    if isinstance(rated, Parked) or course is None:
        parked = rated if isinstance(rated, Parked) else None
        lines = () if isinstance(rated, Parked) else rated.everything
        total = None if parked else _total(lines)
        return RunningMonth(fleet, until, missing, issued, lines, total, None, course, _limits(fleet, None), parked)
    ways = [_rated(agreed, month, (*days, *_after(span, days, ahead))) for ahead in (course.low, course.likely, course.high)]
    totals = [_total(way.everything) for way in ways if isinstance(way, RatedMonth)]
    expected = Range(min(totals), totals[1], max(totals)) if len(totals) == len(ways) else None
    return RunningMonth(fleet, until, missing, issued, rated.everything, _total(rated.everything), expected, course, _limits(fleet, course))


def _after(span: Span, days: Sequence[DayUsage], ahead: Sequence[DayUsage]) -> Sequence[DayUsage]:
    last = days[-1].date if days else span.first - ONE_DAY
    return [day for day in ahead if day.date > last]


def _rated(agreed: Agreed, month: Month, days: Sequence[DayUsage]) -> RatedMonth | Parked:
    return rate_month(agreed.contract.rated, month, agreed.terms, agreed.tariffs, days, agreed.vat_modes)


def _total(lines: Sequence[Charge]) -> Decimal:
    return sum((line.total for line in lines), ZERO)


def _limits(fleet: FleetMonth, course: Course | None) -> tuple[PrepaidLimit, ...]:
    """The limits of the month's segments, in order; equal ones that follow each other are one."""
    limits: list[PrepaidLimit] = []
    for segment in fleet.segments:
        vehicles, basis = segment.terms.prepaid_vehicles, segment.terms.basis
        if vehicles <= 0:
            continue
        is_peak = basis is Basis.PEAK
        limit = PrepaidLimit(
            vehicles,
            basis,
            _first_above(fleet.days, segment.span, vehicles) if is_peak else None,
            _first_above(course.likely, segment.span, vehicles) if is_peak and course else None,
            _first_above(course.high, segment.span, vehicles) if is_peak and course else None,
        )
        if limits and (limits[-1].vehicles, limits[-1].basis) == (vehicles, basis):
            limit = _joined(limits.pop(), limit)
        limits.append(limit)
    return tuple(limits)


def _joined(one: PrepaidLimit, other: PrepaidLimit) -> PrepaidLimit:
    return PrepaidLimit(
        one.vehicles,
        one.basis,
        one.exceeded_on or other.exceeded_on,
        one.likely_on or other.likely_on,
        one.possibly_on or other.possibly_on,
    )


def _first_above(days: Sequence[DayUsage], span: Span, vehicles: int) -> date | None:
    return next((day.date for day in days if day.date in span and day.fleet_size > vehicles), None)
