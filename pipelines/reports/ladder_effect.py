"""What each step of the ladder has collected: the money that came within some days on the debts that stood at it (domain.md §9)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pipelines.master.sheets import LETTERS
from pipelines.period import Span
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

WITHIN_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class StepEffect:
    """A step of an organization's ladder. `days`: relative to the due date, of a block as it mostly was.

    `debts` stood at the step, and `owed` roubles; `letters` of theirs have left. `paid_debts` and `collected`: of how many of them money
    came within the days, and how much; `share` of what was owed, in percent (None: nothing). `waiting`: debts whose days are not over;
    they stand in no other figure.
    """

    organization_code: str
    step: str
    days: int
    debts: int
    letters: int
    owed: Decimal
    paid_debts: int
    collected: Decimal
    share: Decimal | None
    waiting: int


def step_effects(connection: "Connection", taken: Span, on: date, within: int = WITHIN_DAYS) -> list[StepEffect]:
    """The steps that were taken on the days of `taken`, as known on the day `on`, by organization and in the order of the steps.

    A debt stands at a step from its day until the next step. Money counts by the day of the bank, from the day of the step itself until
    `within` days after it; corrections are no money, and what was given back has not come. Debts that were paid before the step, but of
    which the bank told later, do not stand at it.
    """
    days = {"first": taken.first, "last": taken.last, "on": on, "within": within}
    return query.rows(connection, "reports/step_effects", StepEffect, letters=list(LETTERS), **days)
