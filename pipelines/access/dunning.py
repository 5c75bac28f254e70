"""The ladder of a date: debts past due, whom to remind, to block, to let in again (domain.md §9)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines import garbage_collection, logs
from pipelines.access.apply import apply_orders
from pipelines.access.connectors import Secrets
from pipelines.access.ladder_letters import queue_letters
from pipelines.access.model import LadderFacts, OrganizationDay, PlatformAccount
from pipelines.access.observe import observe
from pipelines.access.orders import DunningResult, plan_lines, settled_ledger, store_orders
from pipelines.access.plan import AccessPlan, plan_access
from pipelines.access.reader import read_facts
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.platforms.kinds import FILES
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("organization_code", "client_code", "action", "debt", "due_on", "reason", "accounts", "parts")


class LadderOfThePast(Refused):
    """A later day's ladder has been taken: an earlier one would let in again whom that one blocked."""


def dunning(
    settings: Settings,
    on: date,
    at: datetime,
    *,
    dry_run: bool = False,
    approver: Authorship | None = None,
    secrets: Secrets | None = None,
) -> DunningResult:
    """Take the ladder of the day `on` for every organization at the moment `at`; a dry run shows it and stores nothing.

    Debts are those open now. `approver`: a person who agrees to more blocks than the share allows. Orders are stored before
    anything is done; a killed run is completed by the next one. LadderOfThePast when a later day has been taken.
    """
    keys = secrets or {}
    with logs.verb("access", "dunning", day=on, dry_run=dry_run) as done:
        taken = _take(settings, on, at, approver, dry_run=dry_run)
        if taken.to_ask:
            seen = observe(settings, taken.facts, taken.to_ask, keys, at)
            taken = _Taken(seen, _plans(seen, approver)) if dry_run else _take(settings, on, at, approver, seen)
        refused = {} if dry_run else apply_orders(settings, at, keys)
        result = DunningResult(on, plan_lines(taken.plans), refused, is_done=not dry_run, stopped=taken.facts.stopped)
        done |= {action: result.count(action) for action in ("block", "restore", "withheld")}
        done["refused"] = ",".join(sorted(result.refused))
    return result


@dataclass(frozen=True, slots=True)
class _Taken:
    """A day's plans and what they rest on. `to_ask`: accounts of live platforms that must be asked about first: nothing is stored then."""

    facts: LadderFacts
    plans: Sequence[AccessPlan]
    to_ask: frozenset[PlatformAccount] = frozenset()


def _take(
    settings: Settings, on: date, at: datetime, approver: Authorship | None, seen: LadderFacts | None = None, *, dry_run: bool = False
) -> _Taken:
    """Plan the day under the ledger's lock and store its orders and letters, by the facts as they are now and platforms as they were seen.

    Where a live account would be or is blocked and nobody has looked at its platform yet, the ledger is let go: nothing is held while a
    platform is asked.
    """
    with settled_ledger(settings, at) as ledger, garbage_collection.paused():
        facts = read_facts(settings, ledger.connection, on, at)
        if not dry_run:
            _no_later_day(facts.organizations, on)
        if seen is None:
            plans = _plans(facts, approver)
            if to_ask := _live(facts, plans):
                return _Taken(facts, plans, to_ask)
            facts = replace(facts, states={})
        else:
            facts = replace(facts, unwritable=seen.unwritable, states=seen.states, parts=seen.parts)
        if seen is not None or any(account.kind != FILES for account in facts.owners):
            plans = _plans(facts, approver)
        if not dry_run:
            _store(settings, ledger.connection, facts, plans, approver, at)
            ledger.is_kept = True
    return _Taken(facts, plans)


def _store(
    settings: Settings, connection: "Connection", facts: LadderFacts, plans: Sequence[AccessPlan], approver: Authorship | None, at: datetime
) -> None:
    store_orders(connection, facts, plans, approver, at)
    queue_letters(settings, connection, facts, plans, at)
    for organization in facts.organizations:
        query.run(connection, "access/add_run", organization_code=organization.ladder.organization_code, day=organization.day, at=at)


def _live(facts: LadderFacts, plans: Sequence[AccessPlan]) -> frozenset[PlatformAccount]:
    """Accounts of live platforms that would be blocked, or are."""
    to_block = (order.account for plan in plans for order in plan.orders if order.action == "block")
    blocked = (target.account for targets in facts.held.values() for target in targets)
    return frozenset(account for account in (*to_block, *blocked) if account.kind != FILES)


def _no_later_day(organizations: Sequence[OrganizationDay], on: date) -> None:
    later = max((organization.last_day for organization in organizations if organization.last_day), default=on)
    if later > on:
        raise LadderOfThePast(f"the ladder of {later} has been taken; that of {on} comes too late (look at it with --dry-run)")


def _plans(facts: LadderFacts, approver: Authorship | None) -> list[AccessPlan]:
    return [plan_access(facts, organization, is_approved=approver is not None) for organization in facts.organizations]
