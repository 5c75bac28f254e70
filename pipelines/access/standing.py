"""Where a client stands on the ladder of overdue debts, and what happens when if nothing is paid (domain.md §9).

Whatever happens is decided by the ladder itself; here the same rules are asked ahead for a few clients. What depends on everybody else
(stale payment data, the share of clients, who lies under whom on a platform) can only put a block off: the day told here is never too late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pipelines.access.foresight import first_block_by_debts, sum_that_lifts
from pipelines.access.model import OrganizationDay
from pipelines.access.reader import declared_steps, ladder_of, working_days
from pipelines.clock import local_date
from pipelines.instalments import PlanStanding, held, plan_of
from pipelines.master import house_clock
from pipelines.money import ZERO
from pipelines.receivables.ladder import ClientStanding, OpenInvoice
from pipelines.receivables.ladder_steps import Step
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Shield(StrEnum):
    """Why a client that owes is not blocked: it is exempt, the dealer of others, keeps a plan, has promised, owes too little, or its
    ladder has no such step."""

    EXEMPT = "exempt"
    DEALER = "dealer"
    PLAN = "plan"
    PROMISE = "promise"
    SMALL = "small"
    NO_STEP = "no_step"


@dataclass(frozen=True, slots=True)
class StepOnDay:
    """A step of the ladder with the day on which the oldest debt comes to it; `has_come`: that day is today or over."""

    step: Step
    day: date
    has_come: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A client with an organization that it owes something, on the organization's local day `on`.

    `steps`: of its oldest debt that is asked for; empty where none is. `blocked_since`: access is suspended since that day, and comes
    back when `lifted_by` roubles more are paid (0.00 where it is not suspended). `blocks_on`: the first day on which it may be, if
    nothing is paid; None: no such day is in sight. `shield`: what keeps it away or puts it off.
    `late_since`: the day from which the oldest debt is asked for, where that is over. `promised_until`: of a promise of one day that holds;
    `promised_on`: the day of the last promise, also of one that is over. `plan`: instalments that are kept.
    """

    organization_code: str
    client_code: str
    on: date
    steps: tuple[StepOnDay, ...]
    blocked_since: date | None
    lifted_by: Decimal
    blocks_on: date | None
    shield: Shield | None
    late_since: date | None
    promised_until: date | None
    promised_on: date | None
    plan: PlanStanding | None


def standings(settings: Settings, clients: Sequence[str], at: datetime) -> tuple[Standing, ...]:
    """How these clients stand with each organization that they owe something; by client and organization."""
    with engine.reading(settings) as connection:
        rows = query.rows(connection, "access/standing", clients=list(clients), on=house_clock.today(connection, at))
        calendar = working_days(connection) if rows else {}
        return tuple(_standing(settings, connection, row, calendar, at) for row in rows)


def _standing(settings: Settings, connection: "Connection", row: Any, calendar: Any, at: datetime) -> Standing:
    code, today = row.organization_code, local_date(at, row.time_zone)
    holds = row.promised_until is not None and not row.has_parts and row.promised_until >= today
    client = ClientStanding(
        client_code=row.client_code,
        category=row.category,
        never_block=row.never_block,
        clients_below=(row.client_code,) if row.has_clients else (),
        promised_until=row.promised_until if holds else None,
        advance=max(row.free, ZERO),
        is_blocked=row.blocked_since is not None,
    )
    covered = _covered(connection, row, today) if row.promised_on is not None else {}
    claims = tuple(_claim(row.client_code, debt, covered) for debt in row.debts)
    ladder = ladder_of(settings, code, row.time_zone, declared_steps(connection, today), calendar=calendar)
    day = OrganizationDay(ladder, at, (), None, (client,), claims, 1)
    asked = [claim for claim in claims if not claim.is_held]
    oldest = min((claim.asked_from for claim in asked), default=None)
    days = [(step, ladder.step_day(oldest, step)) for step in ladder.steps_for(client.category)] if oldest else []
    blocks_on = first_block_by_debts(day, client)
    return Standing(
        organization_code=code,
        client_code=row.client_code,
        on=today,
        steps=tuple(StepOnDay(step, on, on <= today) for step, on in days),
        blocked_since=row.blocked_since,
        lifted_by=sum_that_lifts(day, client) if client.is_blocked else ZERO,
        blocks_on=blocks_on,
        shield=None if client.is_blocked else _shield(day, client, blocks_on, is_asked=bool(asked)),
        late_since=oldest if oldest is not None and oldest < today else None,
        promised_until=client.promised_until,
        promised_on=row.promised_on,
        plan=next((claim.plan for claim in claims if claim.is_held), None),
    )


def _covered(connection: "Connection", row: Any, today: date) -> Mapping[str, tuple[int, PlanStanding]]:
    """Debt → for how many days plans of instalments have held it, and how the last of them stands."""
    plans = query.rows(connection, "access/plans", organization_code=row.organization_code, client_code=row.client_code)
    return held([plan_of(plan) for plan in plans if plan.made_on <= today], today)


def _claim(client_code: str, debt: Sequence[str], covered: Mapping[str, tuple[int, PlanStanding]]) -> OpenInvoice:
    number, asked_from, amount = debt
    days, plan = covered.get(number, (0, None))
    return OpenInvoice(number, client_code, number, date.fromisoformat(asked_from), Decimal(amount), days_held=days, plan=plan)


def _shield(day: OrganizationDay, client: ClientStanding, blocks_on: date | None, *, is_asked: bool) -> Shield | None:
    """What keeps a block away, for good before what only puts it off."""
    if day.ladder.block_step_for(client.category) is None:
        return Shield.NO_STEP
    if client.never_block:
        return Shield.EXEMPT
    if client.clients_below:
        return Shield.DEALER
    if not is_asked:
        return Shield.PLAN
    if client.promised_until:
        return Shield.PROMISE
    return Shield.SMALL if blocks_on is None else None
