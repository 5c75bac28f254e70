"""How late clients pay, from what they have paid: when money for an open invoice may be expected. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

LEAST_PAID: Final = 3
"""Paid invoices from which on they are a habit."""


class HabitBasis(StrEnum):
    """Whose habit an expectation rests on."""

    OWN = "own"
    CATEGORY = "category"
    ALL = "all"
    DUE_DATE = "due_date"


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice that was paid whole, `days` after its due date (before it when below zero)."""

    organization_code: str
    client_code: str
    category: str | None
    days: int


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """What is open of an invoice."""

    organization_code: str
    client_code: str
    category: str | None
    number: str
    due_on: date
    open: Decimal


@dataclass(frozen=True, slots=True)
class Habit:
    """Days after the due date on which somebody has paid, in order; of whom."""

    basis: HabitBasis
    days: tuple[int, ...]

    @property
    def median(self) -> int:
        """Half of the invoices were paid by then; 0 where nothing was ever paid."""
        return quantile(self.days, 1, 2) if self.days else 0

    def days_after(self, late: int) -> tuple[int, ...]:
        """Those of invoices that were open so many days after the due date: who is late already is not expected yesterday."""
        return self.days[bisect_right(self.days, late) :]


@dataclass(frozen=True, slots=True)
class Expectation:
    """When an open invoice is expected to be paid: a quarter of the like were paid by `early`, half by `day`, three quarters by `late`.

    All are None for one that is later than its client (or the like) has ever paid: no habit speaks for it.
    """

    claim: OpenClaim
    habit: Habit
    early: date | None = None
    day: date | None = None
    late: date | None = None


class Habits:
    """The habits of clients, of their categories and of everybody, by organization."""

    def __init__(self, paid: Iterable[PaidInvoice]) -> None:
        own: dict[Hashable, list[int]] = defaultdict(list)
        of_category: dict[Hashable, list[int]] = defaultdict(list)
        of_all: dict[Hashable, list[int]] = defaultdict(list)
        for invoice in paid:
            own[invoice.organization_code, invoice.client_code].append(invoice.days)
            if invoice.category is not None:
                of_category[invoice.organization_code, invoice.category].append(invoice.days)
            of_all[invoice.organization_code].append(invoice.days)
        self._own, self._of_category, self._of_all = (_habits(basis, days) for basis, days in (
            (HabitBasis.OWN, own), (HabitBasis.CATEGORY, of_category), (HabitBasis.ALL, of_all),
        ))  # fmt: skip

    def of(self, organization_code: str, client_code: str, category: str | None) -> Habit:
        """The client's own habit from `LEAST_PAID` invoices on; before that its category's, everybody's, at last the due date itself."""
        return (
            self._own.get((organization_code, client_code))
            or self._of_category.get((organization_code, category))
            or self._of_all.get(organization_code)
            or Habit(HabitBasis.DUE_DATE, ())
        )


def _habits(basis: HabitBasis, days: Mapping[Hashable, list[int]]) -> dict[Hashable, Habit]:
    return {whose: Habit(basis, tuple(sorted(listed))) for whose, listed in days.items() if len(listed) >= LEAST_PAID}


def quantile(ordered: Sequence[int], part: int, of: int) -> int:
    """The least value that at least part/of of them do not exceed (inverse of the empirical distribution): one that has really been.

    >>> quantile((1, 2, 3, 10), 1, 2), quantile((1, 2, 3, 10), 3, 4)
    (2, 3)
    """
    return ordered[-(-len(ordered) * part // of) - 1]


def expect(claim: OpenClaim, habit: Habit, on: date) -> Expectation:
    """When an invoice that is open at the end of a day is expected to be paid, after that day."""
    late = (on - claim.due_on).days
    if habit.basis is HabitBasis.DUE_DATE:
        return Expectation(claim, habit) if late >= 0 else Expectation(claim, habit, claim.due_on, claim.due_on, claim.due_on)
    days = habit.days_after(late)
    if not days:
        return Expectation(claim, habit)
    quarter, half, three = (claim.due_on + timedelta(days=quantile(days, part, 4)) for part in (1, 2, 3))
    return Expectation(claim, habit, quarter, half, three)
