"""Month-end dips: a fleet hidden in the last week and back in the next (domain.md §10). Pure."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

FAR_BELOW = Fraction(7, 10)  # of the peak before: the last week's highest fleet is at most this
BACK = Fraction(9, 10)  # of the peak before: the next week's highest fleet is at least this
SMALLEST_DIP = 3  # vehicles; less is everyday coming and going
WEEK = 7


class Dip(StrEnum):
    """How sure a dip is."""

    SUSPECTED = "suspected"  # the next week is not over yet
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """Highest fleets of a contract: before the last seven days of a month, in them, in the next seven; days known of each week."""

    peak_before: int | None
    last_week: int | None
    last_week_days: int
    next_week: int | None
    next_week_days: int


def dip(end: MonthEnd) -> Dip | None:
    """Whether the fleet was hidden at the month's end. Highest fleets are compared, so that weekends are no dips."""
    if end.peak_before is None or end.last_week is None or end.last_week_days < WEEK:
        return None
    if end.last_week > end.peak_before * FAR_BELOW or end.peak_before - end.last_week < SMALLEST_DIP:
        return None
    if end.next_week is not None and end.next_week >= end.peak_before * BACK:
        return Dip.CONFIRMED
    return Dip.SUSPECTED if end.next_week_days < WEEK else None
