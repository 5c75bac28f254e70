"""The ladder of a date: debts past due, whom to remind, to block, to let in again (domain.md §9)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from pipelines import logs
from pipelines.access.apply import apply_orders
from pipelines.access.connectors import Secrets
from pipelines.access.ladder_letters import queue_letters
from pipelines.access.model import LadderFacts, OrganizationDay
from pipelines.access.observe import observe
from pipelines.access.orders import DunningResult, plan_lines, settled_ledger, store_orders
from pipelines.access.plan import AccessPlan, PlanLine, plan_access
from pipelines.access.reader import read_facts
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.warehouse import query

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
        seen = _observed(settings, on, at, approver, keys, dry_run=dry_run)
        if dry_run:
            result = DunningResult(on, plan_lines(_plans(seen, approver)), {}, is_done=False, stopped=seen.stopped)
        else:
            lines = _take(settings, on, at, approver, seen)
            result = DunningResult(on, lines, apply_orders(settings, at, keys), is_done=True, stopped=seen.stopped)
        done |= {action: result.count(action) for action in ("block", "restore", "withheld")}
        done["refused"] = ",".join(sorted(result.refused))
    return result


def _observed(settings: Settings, on: date, at: datetime, approver: Authorship | None, secrets: Secrets, *, dry_run: bool) -> LadderFacts:
    """The facts, with what live platforms say of the accounts that would be or are blocked; nothing is held meanwhile."""
    with settled_ledger(settings, at, keep=False) as connection:
        facts = read_facts(settings, connection, on, at)
    if not dry_run:
        _no_later_day(facts.organizations, on)
    to_block = {order.account for plan in _plans(facts, approver) for order in plan.orders if order.action == "block"}
    blocked = {target.account for targets in facts.held.values() for target in targets}
    return observe(settings, facts, to_block | blocked, secrets, at)


def _take(settings: Settings, on: date, at: datetime, approver: Authorship | None, seen: LadderFacts) -> tuple[PlanLine, ...]:
    """Store the day's orders and letters, by the facts as they are now and the platforms as they were seen."""
    with settled_ledger(settings, at, keep=True) as connection:
        facts = replace(read_facts(settings, connection, on, at), unwritable=seen.unwritable, states=seen.states, parts=seen.parts)
        _no_later_day(facts.organizations, on)
        plans = _plans(facts, approver)
        store_orders(connection, facts, plans, approver, at)
        queue_letters(connection, facts, plans, at)
        for organization in facts.organizations:
            query.run(connection, "access/add_run", organization_code=organization.ladder.organization_code, day=on, at=at)
    return plan_lines(plans)


def _no_later_day(organizations: Sequence[OrganizationDay], on: date) -> None:
    later = max((organization.last_day for organization in organizations if organization.last_day), default=on)
    if later > on:
        raise LadderOfThePast(f"the ladder of {later} has been taken; that of {on} comes too late (look at it with --dry-run)")


def _plans(facts: LadderFacts, approver: Authorship | None) -> list[AccessPlan]:
    return [plan_access(facts, organization, is_approved=approver is not None) for organization in facts.organizations]
