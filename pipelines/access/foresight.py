"""On which day the ladder will block whom, if nothing is paid and nobody speaks: what its letters threaten with. Pure (domain.md §9).

Whoever would be blocked on a day would be on every later one: debts only grow older, and of what keeps a block away only a promise ends.
So a client has one first day, and a day has one number of clients that would be blocked.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from pipelines.access.model import LadderFacts, OrganizationDay
from pipelines.access.plan import may_be_blocked
from pipelines.money import ZERO
from pipelines.receivables.ladder import ClientStanding
from pipelines.receivables.ladder_steps import Ladder

Others = Mapping[tuple[str | None, date], int]


def blocks_foreseen(facts: LadderFacts, organization: OrganizationDay, others: Others | None) -> dict[str, date] | None:
    """Number of an open invoice → the day on which the ladder will block its client for it; None: the other debtors decide that.

    `others`: how many there are besides the organization's clients here (None: nobody has counted them), by category and the day from
    which their oldest debt is asked for.

    Each such day is judged as the ladder will judge it, with everything that keeps a block away: exempt clients, clients below,
    promises, accounts that cannot be blocked, the least debt, the share of clients. Only stale payment data are left to the moment in
    which a letter is handed over. Days that are too late or too early to tell of are left out.
    """
    ladder, today = organization.ladder, organization.day
    begins = {} if ladder.stopped else first_blocks(facts, organization)
    wanted = sorted(begins.values())
    possible = None if others is None else _possible_blocks(ladder, others)
    allowed, earliest = ladder.blocks_allowed(organization.client_count), timedelta(days=ladder.first_day)
    foreseen: dict[str, date] = {}
    for claim in organization.claims:
        step = organization.block_step(claim.client_code)
        if step is None or claim.is_held or claim.client_code not in begins or today < claim.due_on + earliest:
            continue
        day = ladder.step_day(claim.asked_from, step)
        known = bisect_right(wanted, day)
        if day <= today or begins[claim.client_code] > day or known > allowed:
            continue
        if possible is None or known + bisect_right(possible, day) > allowed:
            return None
        foreseen[claim.number] = day
    return foreseen


def first_blocks(facts: LadderFacts, organization: OrganizationDay) -> Mapping[str, date]:
    """Client → the first day, today or later, on which the ladder would block it, the share of clients apart; nobody who never is."""
    days = ((standing.client_code, _first_block(facts, organization, standing)) for standing in organization.clients)
    return {client: day for client, day in days if day is not None}


def _first_block(facts: LadderFacts, organization: OrganizationDay, standing: ClientStanding) -> date | None:
    day = first_block_by_debts(organization, standing)
    return day if day and may_be_blocked(facts, organization.ladder.organization_code, standing.client_code) else None


def first_block_by_debts(organization: OrganizationDay, standing: ClientStanding) -> date | None:
    """The first day, today or later, on which a client's debts ask for its block; None: never. Its accounts are not looked at here."""
    ladder, client = organization.ladder, standing.client_code
    step = ladder.block_step_for(standing.category)
    if step is None or standing.is_blocked or standing.never_block or standing.is_administrator or standing.clients_below:
        return None
    debt, least = ZERO, ladder.least_for(step)
    claims = [claim for claim in organization.claims_of(client) if not claim.is_held]
    for day, amount in sorted((ladder.step_day(claim.asked_from, step), claim.open) for claim in claims):
        debt += amount
        if debt >= least and debt > standing.advance:
            promised = standing.promised_until
            return max(day, organization.day, promised + timedelta(days=1) if promised else day)
    return None


def sum_that_lifts(organization: OrganizationDay, standing: ClientStanding) -> Decimal:
    """Roubles that a blocked client has still to pay for its access to come back; 0.00: the next run of the ladder lifts the block.

    What is as late as the step that blocks and held by no plan, less the client's money that pays nothing yet; a sum below the least
    blocks nobody. Later debts lift and keep nothing.
    """
    ladder = organization.ladder
    step = ladder.block_step_for(standing.category)
    if step is None:
        return ZERO
    claims = organization.claims_of(standing.client_code)
    blocking = sum((claim.open for claim in claims if claim.has_reached(step, organization.day, ladder)), ZERO)
    return ZERO if blocking < ladder.least_for(step) else max(blocking - standing.advance, ZERO)


def _possible_blocks(ladder: Ladder, others: Others) -> list[date]:
    """For each of the other debtors the first day on which it could be blocked, in order."""
    days: list[date] = []
    for (category, asked_from), count in others.items():
        if step := ladder.block_step_for(category):
            days += [ladder.step_day(asked_from, step)] * count
    return sorted(days)
