"""What the ladder tells clients, queued with the orders: its messages, the block, and access restored (domain.md §8, §9)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from pipelines.access.foresight import blocks_foreseen
from pipelines.access.model import LadderFacts, OrganizationDay
from pipelines.access.plan import NOT_ITS_OWN, AccessPlan
from pipelines.access.reader import Whom, other_debtors, read_facts
from pipelines.delivery.mail import events
from pipelines.delivery.mail.queue import queue
from pipelines.master.sheets import LETTERS
from pipelines.receivables.ladder import NoBlock, NoBlockReason
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def queue_letters(settings: Settings, connection: "Connection", facts: LadderFacts, plans: Sequence[AccessPlan], at: datetime) -> int:
    """Queue the letters of a ladder's day, each once; the number that was not queued before.

    The day of the block in letters that still wait becomes what this ladder foresees: what keeps a block away keeps it out of them.
    """
    foreseen: dict[str, Mapping[str, date]] = {}
    for planned in plans:
        if planned.only_restore:
            continue
        code = planned.plan.organization_code
        foreseen[code] = _foreseen(settings, connection, facts, _organization(facts, planned), at)
        days = {number: day.isoformat() for number, day in foreseen[code].items()}
        query.run(connection, "delivery/mail/set_blocks_on", organization_code=code, steps=list(LETTERS), days=json.dumps(days))
    return queue(connection, (event for planned in plans for event in _events(connection, facts, planned, foreseen)), at)


def _organization(facts: LadderFacts, planned: AccessPlan) -> OrganizationDay:
    return next(
        organization for organization in facts.organizations if organization.ladder.organization_code == planned.plan.organization_code
    )


def _foreseen(
    settings: Settings, connection: "Connection", facts: LadderFacts, organization: OrganizationDay, at: datetime
) -> Mapping[str, date]:
    """The days of blocks that the ladder foresees; where the share of clients hangs on them, all debtors are looked at."""
    foreseen = blocks_foreseen(facts, organization, None)
    if foreseen is None:
        foreseen = blocks_foreseen(facts, organization, other_debtors(connection, organization))
    if foreseen is not None:
        return foreseen
    whole = read_facts(settings, connection, organization.day, at, whom=Whom.DEBTORS)
    everybody = replace(whole, unwritable=facts.unwritable, states=facts.states, parts=facts.parts)
    code = organization.ladder.organization_code
    return blocks_foreseen(everybody, next(each for each in everybody.organizations if each.ladder.organization_code == code), {}) or {}


def _events(
    connection: "Connection", facts: LadderFacts, planned: AccessPlan, foreseen: Mapping[str, Mapping[str, date]]
) -> Iterator[events.Event]:
    code, day = planned.plan.organization_code, planned.plan.day
    organization = _organization(facts, planned)
    changed = {(order.client_code, order.action) for order in planned.orders if order.reason != NOT_ITS_OWN}
    for block in planned.plan.block:
        if (block.client_code, "block") in changed:
            debts = [events.Debt(claim.number, claim.due_on, claim.open) for claim in organization.blocking(block.client_code)]
            yield events.blocked(f"{code} {block.client_code} {day}", code, block.client_code, on=day, debts=debts)
    restored = {decision.client_code: decision for decision in planned.plan.restore}
    back = sorted(client for client, action in changed if action == "restore")
    forgiven = set(query.scalars(connection, "access/written_off", organization_code=code, clients=back)) if back else set()
    yield from (_restored(code, restored[client], day, is_forgiven=client in forgiven) for client in back)
    if planned.only_restore:
        return
    claims = {claim.key: claim for claim in organization.claims}
    for notice in planned.plan.notices:
        claim = claims[notice.key]
        yield events.ladder_step(
            events.LadderStep(notice.step.name, cast("events.Letter", notice.step.letter or notice.step.name), notice.step.days),
            claim.number,
            code,
            claim.client_code,
            on=day,
            debts=[events.Debt(claim.number, claim.due_on, claim.open)],
            blocks_on=foreseen[code].get(claim.number),
        )


def _restored(code: str, decision: NoBlock, day: date, *, is_forgiven: bool) -> events.Event:
    """The letter of access restored. `is_forgiven`: something was written off, so that nobody is thanked for having paid."""
    is_promised = decision.reason in (NoBlockReason.PROMISE, NoBlockReason.PLAN)
    until = date.fromisoformat(decision.detail.partition(" ")[0]) if is_promised else None
    is_paid = decision.reason in (NoBlockReason.PAID, NoBlockReason.SMALL) and not is_forgiven
    client = decision.client_code
    return events.restored(f"{code} {client} {day}", code, client, on=day, is_paid=is_paid, promised_until=until)
