"""A plan of instalments: a promise of several dates and sums for the debts of one day; what is kept of it, and what is not. Pure.

While a plan is kept the ladder asks nothing for what it covers; once an instalment is missed it goes on from where it stood (domain.md §9).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pipelines.money import ZERO


@dataclass(frozen=True, order=True, slots=True)
class Instalment:
    """So many roubles, to be paid by the end of a day."""

    due_on: date
    amount: Decimal


class PlanState(StrEnum):
    """How a plan stands: it is kept, an instalment was missed, all is paid, or a later promise has taken its place."""

    KEPT = "kept"
    BROKEN = "broken"
    FULFILLED = "fulfilled"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """A plan on a day. `days_held`: for so many days the ladder has stood still for it.

    `next`: the first instalment that is not paid yet, with what is left of it; of a broken plan the one that was missed. `paid`: roubles
    paid for the debts since it was made.
    """

    state: PlanState
    days_held: int
    paid: Decimal
    next: Instalment | None = None

    @property
    def is_kept(self) -> bool:
        """Whether nothing is asked for what it covers."""
        return self.state is PlanState.KEPT


@dataclass(frozen=True, slots=True)
class InstalmentPlan:
    """Instalments agreed on a local day for the debts `covers` (their numbers); `replaced_on`: the day of the next promise.

    `payments`: what the ledger says was paid for those debts, by the day of the bank; `paid_before`: how much of that was known then.
    """

    made_on: date
    instalments: tuple[Instalment, ...]
    covers: frozenset[str]
    payments: Sequence[tuple[date, Decimal]] = ()
    paid_before: Decimal = ZERO
    replaced_on: date | None = None

    def paid_by(self, day: date) -> Decimal:
        """Roubles paid for its debts since it was made, as the bank dates them."""
        return sum((amount for paid_on, amount in self.payments if paid_on <= day), ZERO) - self.paid_before

    @property
    def promised(self) -> Decimal:
        """All of its instalments together, in roubles."""
        return sum((instalment.amount for instalment in self.instalments), ZERO)

    def left(self, on: date) -> Iterator[Instalment]:
        """What is not paid of its instalments at the end of a day, each on its day."""
        paid = max(self.paid_by(on), ZERO)
        for instalment in self.instalments:
            part = min(paid, instalment.amount)
            paid -= part
            if part < instalment.amount:
                yield Instalment(instalment.due_on, instalment.amount - part)

    def standing(self, on: date) -> PlanStanding:
        """How the plan stands on a day; what was missed stays missed, unless the money turns out to have come in time; money
        that was given back is missed."""
        paid, promised = self.paid_by(on), ZERO
        waiting: Instalment | None = None
        for instalment in self.instalments:
            promised += instalment.amount
            missing = promised - min(self.paid_by(min(instalment.due_on, on)), paid)
            is_over = self.replaced_on is not None and self.replaced_on <= min(instalment.due_on, on)
            if instalment.due_on < on and missing > 0 and not is_over:
                missed = Instalment(instalment.due_on, min(missing, instalment.amount))
                return PlanStanding(PlanState.BROKEN, self._held_until(instalment.due_on), paid, missed)
            if waiting is None and promised > paid:
                waiting = Instalment(instalment.due_on, min(promised - paid, instalment.amount))
        replaced_on = self.replaced_on if self.replaced_on is not None and self.replaced_on <= on else None
        if waiting is None and (replaced_on is None or self._fulfilled_on <= replaced_on):
            return PlanStanding(PlanState.FULFILLED, self._held_until(min(on, self._fulfilled_on)), paid)
        if replaced_on is not None:
            return PlanStanding(PlanState.REPLACED, self._held_until(replaced_on), paid)
        return PlanStanding(PlanState.KEPT, self._held_until(on), paid, waiting)

    @property
    def _fulfilled_on(self) -> date:
        """The day on which the last rouble of a plan that is paid came, or its last day where that is unknown."""
        days = sorted(paid_on for paid_on, _ in self.payments)
        return next((day for day in days if self.paid_by(day) >= self.promised), self.instalments[-1].due_on)

    def _held_until(self, day: date) -> int:
        return max((day - self.made_on).days, 0)


def plan_of(row: Any) -> InstalmentPlan:
    """A plan as a row of sql/warehouse/access/plans.sql has it."""
    return InstalmentPlan(
        made_on=row.made_on,
        instalments=tuple(Instalment(date.fromisoformat(day), Decimal(amount)) for day, amount in row.instalments),
        covers=frozenset(row.covers),
        payments=[(date.fromisoformat(day), Decimal(amount)) for day, amount in row.payments],
        paid_before=sum(map(Decimal, row.covers.values()), ZERO),
        replaced_on=row.replaced_on,
    )


def held(plans: Iterable[InstalmentPlan], on: date) -> Mapping[str, tuple[int, PlanStanding]]:
    """Number of a covered debt → for how many days plans have held it, and how the last of them stands.

    `plans`: those of one client and organization, in the order in which they were made.
    """
    covered: dict[str, tuple[int, PlanStanding]] = {}
    for plan in plans:
        standing = plan.standing(on)
        for number in plan.covers:
            covered[number] = (covered[number][0] if number in covered else 0) + standing.days_held, standing
    return covered


class FaultKind(StrEnum):
    """What may be wrong with a plan when it is agreed."""

    IS_OVER = "is_over"
    STANDS_TWICE = "stands_twice"
    MORE_THAN_OWED = "more_than_owed"


@dataclass(frozen=True, slots=True)
class PlanFault:
    """Something wrong with instalments: of a ``day``, or of the sum (roubles ``promised`` and ``owed``)."""

    kind: FaultKind
    day: date | None = None
    promised: Decimal = ZERO
    owed: Decimal = ZERO

    def __str__(self) -> str:
        match self.kind:
            case FaultKind.IS_OVER:
                return f"{self.day}: is over already"
            case FaultKind.STANDS_TWICE:
                return f"{self.day}: stands twice"
            case FaultKind.MORE_THAN_OWED:
                return f"{self.promised:.2f} are promised, and only {self.owed:.2f} are owed"


def faults(instalments: Sequence[Instalment], on: date, owed: Decimal) -> list[PlanFault]:
    """Everything that is wrong with instalments agreed on a day for so much open debt."""
    days = [instalment.due_on for instalment in instalments]
    wrong = [PlanFault(FaultKind.IS_OVER, day) for day in days if day < on]
    wrong.extend(PlanFault(FaultKind.STANDS_TWICE, day) for day in sorted({day for day in days if days.count(day) > 1}))
    total = sum((instalment.amount for instalment in instalments), ZERO)
    if total > owed:
        wrong.append(PlanFault(FaultKind.MORE_THAN_OWED, promised=total, owed=owed))
    return wrong
