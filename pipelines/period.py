"""Months and runs of days: the calendar that everything is billed by. No time zones here, only local dates."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Self

ONE_DAY = timedelta(days=1)
_MONTH = re.compile(r"(?!0000)(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A run of days, both ends inclusive. ``first`` must not lie after ``last``."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"{self.first} lies after {self.last}")

    def __str__(self) -> str:
        return f"{self.first}…{self.last}"

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> int:
        """Number of days, at least 1."""
        return (self.last - self.first).days + 1

    def dates(self) -> Iterator[date]:
        """Every day in order."""
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY

    def overlap(self, first: date, last: date | None) -> "Span | None":
        """The part that also lies in ``first``…``last`` (None: open end), or None."""
        begin = max(self.first, first)
        end = self.last if last is None else min(self.last, last)
        return Span(begin, end) if begin <= end else None


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month; written and parsed as ``2026-01``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``"2026-01"`` → Month; ValueError for anything else."""
        match = _MONTH.fullmatch(text.strip())
        if not match:
            raise ValueError(f"{text!r} is not a month; write it as 2026-01")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that a day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        return _bounds(self.year, self.number)[0]

    @property
    def last(self) -> date:
        return _bounds(self.year, self.number)[1]

    @property
    def days(self) -> int:
        """Days of the calendar month: the denominator of every share."""
        return self.last.day

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def dates(self) -> Iterator[date]:
        """Every day in order."""
        return self.span.dates()

    def shift(self, months: int) -> "Month":
        """The month that many months later (earlier when negative)."""
        return _shifted(self.year, self.number, months)

    @property
    def next(self) -> "Month":
        return self.shift(1)

    @property
    def previous(self) -> "Month":
        return self.shift(-1)

    def share(self, span: Span) -> Fraction:
        """days of the span ÷ days of the calendar month (domain.md §5)."""
        return Fraction(span.days, self.days)


@cache
def _bounds(year: int, number: int) -> tuple[date, date]:
    """First and last day of a month: asked for each contract of a run many times."""
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


@cache
def _shifted(year: int, number: int, months: int) -> Month:
    index = year * 12 + number - 1 + months
    return Month(index // 12, index % 12 + 1)


def runs(days: Iterable[date]) -> tuple[Span, ...]:
    """Days, in any order, as the fewest runs of consecutive days."""
    spans: list[Span] = []
    for day in sorted(set(days)):
        if spans and spans[-1].last + ONE_DAY == day:
            spans[-1] = Span(spans[-1].first, day)
        else:
            spans.append(Span(day, day))
    return tuple(spans)
