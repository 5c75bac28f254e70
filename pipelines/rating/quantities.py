"""Usage of a run of days, and the quantity a component takes from it (domain.md §4, §5)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pipelines.period import Span, runs
from pipelines.rating.charges import Cause, ParkReason
from pipelines.rating.model import Basis, Component, DayUsage, Kind
from pipelines.wording.russian import DAY, VEHICLE, VEHICLE_DAY, full_number, in_units, short_date

ONE = Fraction(1)
_MINUTE = ("минута", "минуты", "минут")
_HOUR = ("час", "часа", "часов")


class Quantity(NamedTuple):
    """An exact quantity; ``over`` is the division it comes from, as people know it: vehicle-days and days.

    ``text`` says in Russian what was counted.
    """

    value: Fraction
    over: tuple[Decimal | int, int] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage of a contract over a run of days, every one of them known; never empty."""

    days: Sequence[DayUsage]

    @property
    def peak(self) -> int:
        """The largest fleet."""
        return max([day.fleet_size for day in self.days])

    @property
    def peak_date(self) -> dt.date:
        """The first day of the largest fleet."""
        peak = self.peak
        return min(day.date for day in self.days if day.fleet_size == peak)

    @property
    def vehicle_days(self) -> int:
        """Σ fleet size."""
        return sum([day.fleet_size for day in self.days])

    @property
    def average(self) -> Fraction:
        """Vehicle-days ÷ days, exact."""
        return Fraction(self.vehicle_days, len(self.days))

    @property
    def online_minutes(self) -> Decimal:
        """Σ online minutes; days of fleet 0 and days not known add nothing."""
        return Decimal(sum([day.online_minutes or 0 for day in self.days]))

    def meter(self, name: str) -> Decimal:
        """Σ of a meter; days of fleet 0 and days not known add nothing."""
        return sum((day.meters[name] for day in self.days if name in day.meters), Decimal(0))


def usage_of(span: Span, days: Mapping[dt.date, DayUsage]) -> Usage:
    """The usage of a span; KeyError for a day that is not there."""
    return Usage([days[day] for day in span.dates()])


def missing_days(span: Span, days: Mapping[dt.date, DayUsage]) -> ParkReason | None:
    """The days of a span without usage: missing is not zero (domain.md §2.5)."""
    missing = runs(day for day in span.dates() if day not in days)
    return ParkReason(Cause.MISSING_DAYS, missing) if missing else None


def quantity_of(component: Component, basis: Basis, usage: Usage) -> Quantity:
    """The quantity of a component over a segment. Nothing is rounded."""
    kind = component.kind
    if kind == Kind.VEHICLES:
        if basis == Basis.AVERAGE:
            return _average(usage)
        return Quantity(Fraction(usage.peak), None, peak_text(usage.peak, usage.peak_date))
    if kind == Kind.FIXED:
        return Quantity(ONE)
    if kind == Kind.VEHICLE_DAYS:
        return Quantity(Fraction(usage.vehicle_days), None, in_units(usage.vehicle_days, *VEHICLE_DAY))
    if kind == Kind.ONLINE_HOURS:
        minutes = usage.online_minutes
        return Quantity(Fraction(minutes) / 60, (minutes, 60), _online_text(minutes))
    metered = usage.meter(component.meter or "")
    return Quantity(Fraction(metered), None, f"учтено {full_number(metered)}")


def peak_text(peak: int, on: dt.date) -> str:
    """``максимум 24 машины (14.01.2026)``."""
    return f"максимум {in_units(peak, *VEHICLE)} ({short_date(on)})"


def prepaid(vehicles: int, usage: Quantity | None = None) -> Quantity:
    """What is paid ahead: ``vehicles``, or what was counted where that is more (domain.md §6)."""
    agreed = f"предоплата {in_units(vehicles, *VEHICLE)}"
    if usage is None or usage.value <= vehicles:
        return Quantity(Fraction(vehicles), None, agreed)
    return usage._replace(text=f"{usage.text}, {agreed}")


def _average(usage: Usage) -> Quantity:
    """``в среднем 46,194 машины: 1 432 машино-дня ÷ 31 день``."""
    used, days, average = usage.vehicle_days, len(usage.days), usage.average
    division = f"{in_units(used, *VEHICLE_DAY)} ÷ {in_units(days, *DAY)}"
    return Quantity(average, (used, days), f"в среднем {in_units(average, *VEHICLE)}: {division}")


def _online_text(minutes: Decimal) -> str:
    """``на связи 78 582 минуты ÷ 60 = 1 309,7 часа``."""
    hours = Fraction(minutes) / 60
    return f"на связи {in_units(minutes, *_MINUTE)} ÷ 60 = {in_units(hours, *_HOUR)}"


def unknown(component: Component, usage: Usage, span: Span) -> ParkReason | None:
    """What a component needs and the usage does not tell, or tells as less than nothing."""
    if component.kind == Kind.ONLINE_HOURS:
        blank = runs(day.date for day in usage.days if day.online_minutes is None and day.fleet_size)
        if blank:
            return ParkReason(Cause.UNKNOWN_ONLINE, blank)
        return ParkReason(Cause.NEGATIVE_USAGE, (span,), "online_minutes") if usage.online_minutes < 0 else None
    if component.kind == Kind.METER and component.meter:
        name = component.meter
        blank = runs(day.date for day in usage.days if name not in day.meters and day.fleet_size)
        if blank:
            return ParkReason(Cause.MISSING_METER, blank, name)
        return ParkReason(Cause.NEGATIVE_USAGE, (span,), name) if usage.meter(name) < 0 else None
    return None
