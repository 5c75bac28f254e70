"""A ladder taken again on past days, from what the ledger knew on each of them: what it would have told, blocked and given back. Pure.

It is the ladder of each day itself that is asked (`ladder.plan_ladder`), with the steps that it would have taken before (domain.md §9).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate

from pipelines.clock import local_date
from pipelines.instalments import PlanStanding
from pipelines.money import ZERO
from pipelines.receivables.ladder import AccountData, ClientStanding, LadderPlan, OpenInvoice, plan_ladder
from pipelines.receivables.ladder_steps import Ladder


@dataclass(frozen=True, slots=True)
class PastClaim:
    """A debt with its whole story: `moves` are what paid it (below zero: taken back), in order of time; `known_from`: its issue."""

    number: str
    client_code: str
    due_on: date
    issued_on: date
    known_from: datetime
    total: Decimal
    moves: tuple[tuple[datetime, Decimal], ...] = ()
    _moments: list[datetime] = field(init=False, repr=False, compare=False)
    _paid: list[Decimal] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sum the moves once: a debt is asked for on every day of its life."""
        object.__setattr__(self, "_moments", [at for at, _ in self.moves])
        object.__setattr__(self, "_paid", [ZERO, *accumulate(amount for _, amount in self.moves)])

    def open_at(self, at: datetime) -> Decimal:
        """What was open of it at a moment, in roubles; nothing before it was issued."""
        return self.total - self._paid[bisect_right(self._moments, at)] if self.known_from <= at else ZERO


@dataclass(frozen=True, slots=True)
class PastRun:
    """A ladder's day: `known_at`: up to when the ledger is looked at, `moment`: at which the ladder is taken.

    `stopped`: in words, that all blocking was stopped; `is_released`: and given back; `is_approved`: a person let it block more.
    """

    day: date
    moment: datetime
    known_at: datetime
    accounts: tuple[AccountData, ...]
    stopped: str = ""
    is_released: bool = False
    is_approved: bool = False


@dataclass(frozen=True, order=True, slots=True)
class StepTaken:
    """A step on a day: its name with the debt that it tells of, or `block`, `restore` of a client with all that is late of it; roubles."""

    day: date
    client_code: str
    step: str
    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PastHouse:
    """An organization over past days. `clients`: as they are now; `promises`: client → (when, until) in their order, until None: a plan.

    `plans`: how plans of instalments stood on a day, number → (days held, standing); `may_be_blocked`: whether a client had an account.
    """

    ladder_on: Callable[[date], Ladder]
    clients: Sequence[ClientStanding]
    claims: Sequence[PastClaim]
    promises: Mapping[str, Sequence[tuple[datetime, date | None]]]
    plans: Callable[[date], Mapping[str, tuple[int, PlanStanding]]]
    may_be_blocked: Callable[[str, date], bool]


def replay(house: PastHouse, runs: Iterable[PastRun]) -> list[StepTaken]:
    """Every step that would have been taken on the days of the runs, in their order, as if no step had been taken before the first.

    Access comes back as soon as money or a promise is known, also between two runs.
    """
    replayed = _Replay(house)
    before: PastRun | None = None
    for run in sorted(runs, key=lambda run: run.day):
        if before is not None:
            replayed.give_back(before, run.known_at)
        replayed.take(run)
        before = run
    return replayed.steps


class _Replay:
    """The days one after another: which steps were told for a debt, who is blocked."""

    def __init__(self, house: PastHouse) -> None:
        self._house = house
        self._told: dict[str, set[str]] = {}
        self._blocked: set[str] = set()
        self._by_number = {claim.number: claim for claim in house.claims}
        self._of_client: dict[str, list[PastClaim]] = {}
        for claim in house.claims:
            self._of_client.setdefault(claim.client_code, []).append(claim)
        self.steps: list[StepTaken] = []

    def take(self, run: PastRun) -> None:
        """Take the ladder of a day."""
        plan = self._plan(run, self._house.clients, self._house.claims)
        self._restore(plan, run.known_at)
        for block in plan.block:
            self._blocked.add(block.client_code)
            self.steps.append(StepTaken(plan.day, block.client_code, "block", "", self._late(block.client_code, plan.day, run.known_at)))
        for notice in plan.notices:
            self._told.setdefault(notice.key, set()).add(notice.step.name)
            amount = self._by_number[notice.key].open_at(run.known_at)
            self.steps.append(StepTaken(plan.day, notice.client_code, notice.step.name, notice.key, amount))

    def give_back(self, before: PastRun, until: datetime) -> None:
        """Give access back to whom money or a promise freed between a run and a moment, by the debts of the run's day."""
        for at in sorted(self._moments(before.known_at, until)):
            if not self._blocked:
                return
            clients = [client for client in self._house.clients if client.client_code in self._blocked]
            claims = [claim for client in clients for claim in self._of_client.get(client.client_code, ())]
            self._restore(self._plan(replace(before, known_at=at), clients, claims), at)

    def _moments(self, after: datetime, until: datetime) -> set[datetime]:
        moved = (at for client in self._blocked for claim in self._of_client.get(client, ()) for at, _ in claim.moves)
        promised = (at for client in self._blocked for at, _ in self._house.promises.get(client, ()))
        return {at for at in (*moved, *promised) if after < at < until}

    def _plan(self, run: PastRun, clients: Sequence[ClientStanding], claims: Sequence[PastClaim]) -> LadderPlan:
        ladder = replace(self._house.ladder_on(run.day), stopped=run.stopped, is_released=run.is_released)
        plans = self._house.plans(run.day)
        open_now = ((claim, claim.open_at(run.known_at)) for claim in claims if claim.issued_on <= run.day)
        invoices = [
            OpenInvoice(
                claim.number, claim.client_code, claim.number, claim.due_on, amount, frozenset(self._told.get(claim.number, ())),
                *plans.get(claim.number, (0, None)),
            )
            for claim, amount in open_now
            if amount > 0
        ]  # fmt: skip
        standings = [self._standing(client, run) for client in clients]
        return plan_ladder(ladder, run.moment, run.accounts, standings, invoices, is_approved=run.is_approved)

    def _standing(self, client: ClientStanding, run: PastRun) -> ClientStanding:
        given = [until for at, until in self._house.promises.get(client.client_code, ()) if at <= run.known_at]
        return replace(
            client,
            promised_until=given[-1] if given else None,
            advance=ZERO,
            is_blocked=client.client_code in self._blocked,
            never_block=client.never_block or not self._house.may_be_blocked(client.client_code, run.day),
        )

    def _restore(self, plan: LadderPlan, at: datetime) -> None:
        for decision in plan.restore:
            self._blocked.discard(decision.client_code)
            day = local_date(at, self._house.ladder_on(plan.day).time_zone)
            self.steps.append(StepTaken(day, decision.client_code, "restore", "", self._late(decision.client_code, day, at)))

    def _late(self, client_code: str, day: date, at: datetime) -> Decimal:
        return late_debt(self._of_client.get(client_code, ()), day, at)


def late_debt(claims: Iterable[PastClaim], day: date, at: datetime) -> Decimal:
    """What was open at a moment of the debts that were past due on a day."""
    return sum((claim.open_at(at) for claim in claims if claim.due_on < day and claim.issued_on <= day), ZERO)


def side_by_side(happened: Iterable[StepTaken], would: Iterable[StepTaken]) -> Iterator[tuple[StepTaken | None, StepTaken | None]]:
    """Steps that happened beside those that would have: the first with the first of one client, debt and name; None: it did not."""
    sides: dict[tuple[str, str, str], tuple[list[StepTaken], list[StepTaken]]] = {}
    for side, steps in enumerate((happened, would)):
        for step in sorted(steps):
            sides.setdefault((step.client_code, step.number, step.step), ([], []))[side].append(step)
    pairs = [
        (past[at] if at < len(past) else None, other[at] if at < len(other) else None)
        for past, other in sides.values()
        for at in range(max(len(past), len(other)))
    ]
    yield from sorted(pairs, key=lambda pair: next((step.day, step) for step in pair if step))
