"""Month-end dips: a fleet hidden in the last days of a month and back in the next week (domain.md §10). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

FAR_BELOW = Fraction(7, 10)  # of the peak before: the highest fleet of the last days is at most this
BACK = Fraction(9, 10)  # of the peak before: the next week's highest fleet is at least this
SMALLEST_DIP = 3  # vehicles; less is everyday coming and going
SHORTEST_DIP = 4  # days: whoever hides vehicles from the count does it before a weekend is over, and three days are a long weekend
WEEK = 7


class Dip(StrEnum):
    """How sure a dip is."""

    SUSPECTED = "suspected"  # the next week is not over yet
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The end of a contract's month: the peak before its low last days, their highest fleet and number; the next week's highest.

    ``next_week_days``: how many of its days are known; ``hidden``: vehicle-days that the low days lack of the peak before.
    """

    peak_before: int
    low: int
    low_days: int
    next_week: int | None
    next_week_days: int
    hidden: int = 0


def month_end(fleets: Sequence[int | None], next_week: int | None, next_week_days: int) -> MonthEnd | None:
    """The low last days of a month, at most its last week. ``fleets``: by day, None where not known, which ends the low days.

    None where the month has no low end at all.
    """
    peak = max((fleet for fleet in fleets if fleet is not None), default=0)
    low: list[int] = []
    for fleet in reversed(fleets[-WEEK:]):
        if fleet is None or fleet > peak * FAR_BELOW:
            break
        low.append(fleet)
    before = [fleet for fleet in fleets[: len(fleets) - len(low)] if fleet is not None]
    if not low or not before:
        return None
    return MonthEnd(max(before), max(low), len(low), next_week, next_week_days, sum(max(before) - fleet for fleet in low))


def dip(end: MonthEnd) -> Dip | None:
    """Whether the fleet was hidden at the month's end. Highest fleets are compared, so that weekends are no dips."""
    if end.low_days < SHORTEST_DIP:
        return None
    if end.low > end.peak_before * FAR_BELOW or end.peak_before - end.low < SMALLEST_DIP:
        return None
    if end.next_week is not None and end.next_week >= end.peak_before * BACK:
        return Dip.CONFIRMED
    return Dip.SUSPECTED if end.next_week_days < WEEK else None
