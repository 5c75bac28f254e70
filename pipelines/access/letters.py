"""What the ladder tells clients, queued with the orders: its messages, the block, and access restored (domain.md §8, §9)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from pipelines.access.model import LadderFacts
from pipelines.access.plan import NOT_ITS_OWN, AccessPlan
from pipelines.delivery.mail import events
from pipelines.delivery.mail.queue import queue
from pipelines.receivables.ladder import NoBlock, NoBlockReason

if TYPE_CHECKING:
    from sqlalchemy import Connection


def queue_letters(connection: "Connection", facts: LadderFacts, plans: Sequence[AccessPlan], at: datetime) -> int:
    """Queue the letters of a ladder's day, each once; the number that was not queued before."""
    return queue(connection, (event for plan in plans for event in _events(facts, plan)), at)


def _events(facts: LadderFacts, access_plan: AccessPlan) -> Iterator[events.Event]:
    code, day = access_plan.plan.organization_code, access_plan.plan.day
    organization = next(each for each in facts.organizations if each.ladder.organization_code == code)
    changed = {(order.client_code, order.action) for order in access_plan.orders if order.reason != NOT_ITS_OWN}
    for block in access_plan.plan.block:
        if (block.client_code, "block") in changed:
            debts = [events.Debt(claim.number, claim.due_on, claim.open) for claim in organization.blocking(block.client_code)]
            yield events.blocked(f"{code} {block.client_code} {day}", code, block.client_code, on=day, debts=debts)
    restored = {decision.client_code: decision for decision in access_plan.plan.restore}
    for client, action in sorted(changed):
        if action == "restore":
            yield _restored(code, restored[client], day)
    if access_plan.only_restore:
        return
    claims = {claim.key: claim for claim in organization.claims}
    step = organization.ladder.block_step
    for notice in access_plan.plan.notices:
        claim = claims[notice.key]
        yield events.ladder_step(
            cast("events.Step", notice.step),
            claim.number,
            code,
            claim.client_code,
            on=day,
            debts=[events.Debt(claim.number, claim.due_on, claim.open)],
            blocks_on=claim.due_on + timedelta(days=step.days) if step else None,
        )


def _restored(code: str, decision: NoBlock, day: date) -> events.Event:
    until = date.fromisoformat(decision.detail) if decision.reason is NoBlockReason.PROMISE else None
    is_paid = decision.reason in (NoBlockReason.PAID, NoBlockReason.SMALL)
    client = decision.client_code
    return events.restored(f"{code} {client} {day}", code, client, on=day, is_paid=is_paid, promised_until=until)
