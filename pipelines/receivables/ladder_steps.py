"""The steps of a ladder, by organization and category of clients: what happens to an overdue debt on which day (domain.md §9). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from pipelines.master.sheets import LETTERS
from pipelines.receivables.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class Step:
    """A step, `days` after the due date (before it when negative). At most one step of a ladder blocks.

    `least_debt` (roubles): a client that owes less for invoices as late as the step asks is neither told by it nor blocked; None: as
    the ladder says. `letter`: which letter a message is; None: the one of the step's name. `waits_for_work`: neither its
    due date nor its own day falls on a day off; each moves to the next working day.
    """

    name: str
    days: int
    action: Literal["message", "block"] = "message"
    least_debt: Decimal | None = None
    letter: str | None = None
    waits_for_work: bool = False


DEFAULT_STEPS: Final = (
    Step("reminder", -3),
    Step("notice", 1),
    Step("warning", 7),
    Step("final", 10),
    Step("block", 14, "block"),
)


def with_letters(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps in the order of their days, each message with its letter: the declared one, else its name's, else by its place.

    Before the due date that is the reminder; of what comes after, the first is the notice, the last the final warning.
    """
    ordered = sorted(steps, key=lambda step: step.days)
    late = [step.name for step in ordered if step.action == "message" and step.days > 0]

    def letter_of(step: Step) -> str:
        if step.name in LETTERS:
            return step.name
        if step.days <= 0:
            return "reminder"
        return "notice" if step.name == late[0] else "final" if step.name == late[-1] else "warning"

    return tuple(step if step.letter or step.action == "block" else replace(step, letter=letter_of(step)) for step in ordered)


def _blocking(steps: Iterable[Step]) -> Step | None:
    return next((step for step in steps if step.action == "block"), None)


@dataclass(frozen=True, slots=True)
class Ladder:
    """An organization's rules. `max_share` (0…1) of its clients may be blocked in one run without a person's word, one client always.

    `payment_data_limit`: nobody is blocked on older payment data. `least_debt` (roubles): what a step asks for that declares nothing
    else. `categories`: the steps for clients of a category; `steps` are for all others. `stopped`: who has stopped all blocking, in
    words; `is_released`: what we block is given back as well. `working_days`: of the organization.
    """

    organization_code: str
    steps: tuple[Step, ...] = DEFAULT_STEPS
    categories: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    time_zone: str = "Europe/Moscow"
    payment_data_limit: timedelta = timedelta(hours=72)
    max_share: Decimal = Decimal("0.1")
    stopped: str = ""
    is_released: bool = False
    least_debt: Decimal = Decimal("100.00")
    working_days: WorkingDays = WorkingDays()

    _blocks: Mapping[str | None, Step | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for steps in (self.steps, *self.categories.values()):
            if len({step.name for step in steps}) < len(steps):
                raise ValueError(f"ladder of {self.organization_code}: two steps of one name")
            if sum(step.action == "block" for step in steps) > 1:
                raise ValueError(f"ladder of {self.organization_code}: more than one step blocks")
        if not 0 <= self.max_share <= 1:
            raise ValueError(f"ladder of {self.organization_code}: a share of {self.max_share} is not between 0 and 1")
        blocks = {None: _blocking(self.steps)} | {category: _blocking(steps) for category, steps in self.categories.items()}
        object.__setattr__(self, "_blocks", blocks)

    def steps_for(self, category: str | None) -> tuple[Step, ...]:
        """The steps of a client of a category, or of none."""
        return self.categories.get(category, self.steps) if category else self.steps

    def block_step_for(self, category: str | None) -> Step | None:
        """The step that blocks such a client, if its ladder has one."""
        return self._blocks[category if category in self._blocks else None]

    @property
    def first_day(self) -> int:
        """Days relative to the due date from which any client is told anything."""
        return min((step.days for steps in (self.steps, *self.categories.values()) for step in steps), default=0)

    def step_day(self, asked_from: date, step: Step) -> date:
        """The day on which a step is taken for a debt that is asked for from a day."""
        if not step.waits_for_work:
            return asked_from + timedelta(days=step.days)
        return self.working_days.from_day(self.working_days.from_day(asked_from) + timedelta(days=step.days))

    def asked_until(self, step: Step, day: date) -> date:
        """The last day from which a debt is asked for whose step has come by a day: `step_day` never runs backwards."""
        asked_from = day - timedelta(days=step.days)
        while self.step_day(asked_from, step) > day:
            asked_from -= timedelta(days=1)
        return asked_from

    def messages_due(self, category: str | None, day: date) -> Iterator[tuple[Step, date, date]]:
        """The message that is due on a day for debts asked for from the first to the last of these days: the latest of those due.

        What speaks of a debt that is not due yet is none once it is.
        """
        reached = date.min
        messages = [step for step in self.steps_for(category) if step.action == "message"]
        for step in sorted(messages, key=lambda step: -step.days):
            first, last = max(reached, day if step.days <= 0 else date.min), self.asked_until(step, day)
            if first <= last:
                yield step, first, last
                reached = last + timedelta(days=1)

    def blocks_allowed(self, clients: int) -> int:
        """How many of so many clients may be blocked in one run without a person's word."""
        return max(1, int(self.max_share * clients))

    def least_for(self, step: Step) -> Decimal:
        """The least debt that a step asks for."""
        return self.least_debt if step.least_debt is None else step.least_debt
