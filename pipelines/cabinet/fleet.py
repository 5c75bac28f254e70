"""The fleet of a contract by day, with its peak, its average, the prepaid limit and what changes in between (domain.md §4). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.period import Month, Span
from pipelines.rating.model import Contract, DayUsage, Segment, TariffVersion, Terms
from pipelines.rating.segments import cut


@dataclass(frozen=True, slots=True)
class FleetMonth:
    """A contract's month: the days whose fleet is known, in order, and the segments under one price, with their prepaid vehicles."""

    month: Month
    span: Span
    days: tuple[DayUsage, ...]
    segments: tuple[Segment, ...]

    @property
    def peak(self) -> int | None:
        """The largest fleet; None where no day is known."""
        return max((day.fleet_size for day in self.days), default=None)

    @property
    def peak_on(self) -> date | None:
        """The first day of the largest fleet."""
        return next((day.date for day in self.days if day.fleet_size == self.peak), None)

    @property
    def vehicle_days(self) -> int:
        """Σ fleet over the days that are known."""
        return sum(day.fleet_size for day in self.days)

    @property
    def average(self) -> Fraction | None:
        """Vehicle-days ÷ days that are known, exact."""
        return Fraction(self.vehicle_days, len(self.days)) if self.days else None

    @property
    def average_shown(self) -> Decimal | None:
        """The average with three decimals, for the eye."""
        return None if self.average is None else Decimal((self.average * 1000 + Fraction(1, 2)) // 1).scaleb(-3)

    @property
    def is_whole(self) -> bool:
        """Whether every day of the month on which the contract is in force is known."""
        return len(self.days) == self.span.days

    @property
    def changes(self) -> tuple[date, ...]:
        """Days inside the month on which other prices begin."""
        return tuple(segment.span.first for segment in self.segments[1:])

    def prepaid_on(self, day: date) -> int:
        """Vehicles that are paid ahead for a day; 0: none."""
        return next((segment.terms.prepaid_vehicles for segment in self.segments if day in segment.span), 0)


def fleet_month(
    contract: Contract, terms: Sequence[Terms], tariffs: Mapping[str, Sequence[TariffVersion]], month: Month, days: Sequence[DayUsage]
) -> FleetMonth | None:
    """A contract's month out of the days that are known; None where it was not in force in it."""
    span = month.span.overlap(contract.starts_on, contract.ends_on)
    if span is None:
        return None
    segments, _ = cut(contract, month, terms, tariffs)
    return FleetMonth(month, span, tuple(day for day in days if day.date in span), segments)
