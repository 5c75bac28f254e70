"""Promises of payment: which of them were kept (domain.md §9)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipelines.instalments import PlanState, plan_of
from pipelines.money import ZERO
from pipelines.period import Span
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class PromiseState(StrEnum):
    """What became of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "open"
    REPLACED = "replaced"
    NOTHING_DUE = "nothing_due"


_OF_PLANS: Final = {
    PlanState.KEPT: PromiseState.OPEN,
    PlanState.BROKEN: PromiseState.BROKEN,
    PlanState.FULFILLED: PromiseState.KEPT,
    PlanState.REPLACED: PromiseState.REPLACED,
}


@dataclass(frozen=True, slots=True)
class GivenPromise:
    """A promise to pay until a day (inclusive). `owed`: what was due and open in the morning of the day on which it was given; `paid`:
    what came of that by the end of `until`; `replaced_on`: when the client promised again; `plan`: how a plan of instalments stands."""

    organization_code: str
    client_code: str
    client: str
    given_on: date
    until: date
    owed: Decimal
    paid: Decimal
    replaced_on: date | None
    by_name: str
    reason: str
    plan: PlanState | None = None

    def state(self, on: date) -> PromiseState:
        """What became of it by a day.

        Kept: all that was due when it was given has been paid by its last day, whatever fell due since. Broken: its last day is over, and
        that is not so. Replaced: the client promised again before; the later promise is judged by itself.
        A plan of instalments is broken by the first one that is missed.
        """
        if self.plan is not None:
            return _OF_PLANS[self.plan]
        if self.owed == ZERO:
            return PromiseState.NOTHING_DUE
        if self.paid >= self.owed:
            return PromiseState.KEPT
        if self.replaced_on is not None and self.replaced_on <= min(self.until, on):
            return PromiseState.REPLACED
        return PromiseState.BROKEN if self.until < on else PromiseState.OPEN


def promises_given(connection: "Connection", given: Span, on: date) -> list[GivenPromise]:
    """The promises of some days, newest first, with what was paid up to the day `on`."""
    plans = {
        (row.organization_code, row.client_code, row.promise_no): plan_of(row).standing(on).state
        for row in query.rows(connection, "access/plans", organization_code=None, client_code=None)
    }
    rows = query.mappings(connection, "reports/promises_given", first=given.first, last=given.last, on=on)
    return [
        GivenPromise(**row, plan=plans.get((row["organization_code"], row["client_code"], promise_no)))
        for row, promise_no in ((row, row.pop("promise_no")) for row in rows)
    ]
