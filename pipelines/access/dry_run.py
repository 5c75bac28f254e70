"""What another ladder would have done on past days, beside what was done; nothing is stored (domain.md §9)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.access.promises import plans
from pipelines.access.reader import declared_steps, ladder_of, moment_of, standings, step_of, working_days
from pipelines.errors import BadInput
from pipelines.instalments import InstalmentPlan, PlanStanding, held
from pipelines.master.sheets import LETTERS, Row
from pipelines.master.what_if import read_ladder_trial
from pipelines.money import ZERO
from pipelines.receivables.ladder import AccountData, ClientStanding
from pipelines.receivables.ladder_replay import PastClaim, PastHouse, PastRun, StepTaken, late_debt, replay, side_by_side
from pipelines.receivables.ladder_steps import Step, with_letters
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("organization_code", "client_code", "step", "number", "happened_on", "would_on", "amount")
Steps = Mapping[tuple[str, str | None], tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class ComparedStep:
    """A step of a client on the day on which it happened, and on that on which it would have; None: not at all.

    `number`: the debt that a letter tells of; `amount`: what was open of it, or (block, restore) of all that was late, in roubles.
    """

    organization_code: str
    client_code: str
    step: str
    number: str
    happened_on: date | None
    would_on: date | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TriedLadder:
    """A ladder tried on past days. `runs`: on how many days a ladder was taken; `notices`: what in the file deserves a look."""

    steps: tuple[ComparedStep, ...]
    runs: int
    notices: tuple[str, ...]


def try_ladder(settings: Settings, first: date, last: date, source: str | None = None) -> TriedLadder:
    """Take the ladder of `source` (None: the declared one) on every day from `first` to `last` on which a ladder was taken.

    A version of the source holds from its day on, and before the first one that one: what is to be declared is tried on what was. Each
    day sees the ledger, promises, stops and payment data as they were known when its ladder was taken; clients, categories and accounts
    are those of today's master data, and nothing is asked of platforms. BadInput for days without a ladder, and a source that an import
    would refuse.
    """
    if first > last:
        raise BadInput.one("--to", f"{last} lies before {first}")
    with engine.reading(settings) as connection:
        tried, notices = read_ladder_trial(connection, source) if source is not None else ((), ())
        runs = query.rows(connection, "access/replay_runs", last=last)
        days = len({run.day for run in runs if run.day >= first})
        if not days:
            raise BadInput.one("--from", f"no ladder was taken from {first} to {last}")
        clients = standings(settings, connection, last)
        claims = _claims(connection, last)
        happened = _happened(connection, min(run.day for run in runs), last)
        steps: list[ComparedStep] = []
        for organization in query.rows(connection, "access/organizations"):
            code = organization.code
            own = [run for run in runs if run.organization_code == code]
            if own:
                debts = claims.get(code, [])
                house = _house(settings, connection, organization, clients.get(code, []), debts, tried, [run.day for run in own])
                steps.extend(_of_organization(connection, house, code, own, happened.get(code, ())))
    shown = (step for step in steps if any(day and day >= first for day in (step.happened_on, step.would_on)))
    return TriedLadder(tuple(shown), days, tuple(notices))


def _house(
    settings: Settings, connection: "Connection", organization: Any, clients: Sequence[ClientStanding], claims: Sequence[PastClaim],
    tried: Sequence[Row], days: Sequence[date],
) -> PastHouse:  # fmt: skip
    """An organization (its code and time zone) over the days of its runs, with the ladder that is tried."""
    code, zone = organization.code, organization.time_zone
    calendar = working_days(connection)
    ladders = {
        day: ladder_of(settings, code, zone, {**declared_steps(connection, day), **tried_steps(tried, day)}, calendar=calendar)
        for day in sorted(days)
    }
    return PastHouse(
        ladder_on=lambda day: ladders[max(taken for taken in ladders if taken <= day)],
        clients=clients,
        claims=claims,
        promises=_promises(connection, code),
        plans=_plans(connection, code),
        may_be_blocked=_accounts(connection, code),
    )


def _of_organization(
    connection: "Connection", house: PastHouse, code: str, runs: Sequence[Any], happened: Sequence[Any]
) -> list[ComparedStep]:
    zone = house.ladder_on(runs[0].day).time_zone
    known_at = {run.day: run.at for run in runs}
    of_client: dict[str, list[PastClaim]] = defaultdict(list)
    for claim in house.claims:
        of_client[claim.client_code].append(claim)
    past = [_taken(row, of_client.get(row.client_code, ()), known_at) for row in happened]
    would = replay(house, [_run(connection, run, zone) for run in runs])
    return [_compared(code, *pair) for pair in side_by_side(past, would)]


def _compared(code: str, past: StepTaken | None, would: StepTaken | None) -> ComparedStep:
    step = would or past
    if step is None:
        raise ValueError("neither of the sides has the step")
    return ComparedStep(
        code, step.client_code, step.step, step.number, past.day if past else None, would.day if would else None, step.amount
    )


def tried_steps(tried: Iterable[Row], on: date) -> Steps:
    """The steps of rows of the sheet `ladder` that hold on a day, by organization and category; before the first version that one."""
    versions: dict[tuple[str, str | None], dict[date, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for row in tried:
        cell: Mapping[str, Any] = row
        step = step_of(cell["step"], cell["days"], cell["action"], cell["least_debt"], cell["letter"], cell["on_days_off"])
        versions[cell["organization_code"], cell["category"]][cell["valid_from"]].append(step)
    return {
        whose: with_letters(begins[max((day for day in begins if day <= on), default=min(begins))]) for whose, begins in versions.items()
    }


def _run(connection: "Connection", run: Any, zone: str) -> PastRun:
    moment = moment_of(run.day, run.at, zone)
    data = query.rows(connection, "receivables/payment_data", on=run.day, known_at=run.at)
    accounts = tuple(AccountData(row.bank_account, row.as_of) for row in data if row.organization_code == run.organization_code)
    return PastRun(run.day, moment, run.at, accounts, "остановлено" if run.is_stopped else "", run.is_released, run.is_approved)


def _claims(connection: "Connection", last: date) -> dict[str, list[PastClaim]]:
    claims: dict[str, list[PastClaim]] = defaultdict(list)
    for row in query.rows(connection, "access/replay_claims", last=last):
        moves = tuple((datetime.fromisoformat(at), Decimal(amount)) for at, amount in row.moves)
        claims[row.organization_code].append(
            PastClaim(row.number, row.client_code, row.due_on, row.issued_on, row.known_from, row.total, moves)
        )
    return claims


def _happened(connection: "Connection", first: date, last: date) -> dict[str, list[Any]]:
    steps: dict[str, list[Any]] = defaultdict(list)
    for row in query.rows(connection, "access/happened", letters=list(LETTERS), first=first, last=last):
        steps[row.organization_code].append(row)
    return steps


def _taken(row: Any, claims: Sequence[PastClaim], known_at: Mapping[date, datetime]) -> StepTaken:
    at = known_at.get(row.day)
    own = [claim for claim in claims if claim.number == row.number] if row.number else []
    amount = ZERO
    if at is not None:
        amount = own[0].open_at(at) if own else late_debt(claims, row.day, at)
    return StepTaken(row.day, row.client_code, row.step, row.number, amount)


def _promises(connection: "Connection", code: str) -> dict[str, list[tuple[datetime, date | None]]]:
    given: dict[str, list[tuple[datetime, date | None]]] = defaultdict(list)
    for row in query.rows(connection, "access/replay_promises"):
        if row.organization_code == code:
            given[row.client_code].append((row.at, row.until))
    return given


def _plans(connection: "Connection", code: str) -> Callable[[date], Mapping[str, tuple[int, PlanStanding]]]:
    """How the plans of instalments that had been made by a day stood on it."""
    made: list[list[InstalmentPlan]] = [own for (organization, _), own in plans(connection).items() if organization == code]

    def standing(on: date) -> Mapping[str, tuple[int, PlanStanding]]:
        covered: dict[str, tuple[int, PlanStanding]] = {}
        for own in made:
            covered |= held((plan for plan in own if plan.made_on <= on), on)
        return covered

    return standing


def _accounts(connection: "Connection", code: str) -> Callable[[str, date], bool]:
    mapped: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in query.rows(connection, "access/replay_accounts"):
        if row.organization_code == code:
            mapped[row.client_code].append((row.valid_from, row.valid_to))
    return lambda client, day: any(begins <= day <= ends for begins, ends in mapped.get(client, ()))
