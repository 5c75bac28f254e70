"""The ladder of a date: debts past due, whom to remind, to block, to let in again; and access back at once (domain.md §9)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines import logs
from pipelines.access.letters import queue_letters
from pipelines.access.model import LadderFacts, OrganizationDay
from pipelines.access.plan import AccessPlan, PlanLine, plan_access
from pipelines.access.platforms import Secrets, apply_orders, observe, state_before
from pipelines.access.reader import read_facts
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.receivables import ledger
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("organization_code", "client_code", "action", "debt", "due_on", "reason", "accounts")


class LadderOfThePast(Refused):
    """A later day's ladder has been taken: an earlier one would let in again whom that one blocked."""


@dataclass(frozen=True, slots=True)
class DunningResult:
    """What a ladder's day came to. `rows`: the plan line by line; `refused`: platforms that could not be written, and why:
    their orders stand and are carried out by the next run. `is_done` False: a dry run."""

    day: date
    rows: tuple[PlanLine, ...]
    refused: Mapping[str, str]
    is_done: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """For logs, one line each."""
        return (*map(str, self.rows), *(f"platform {name} was not written: {why}" for name, why in sorted(self.refused.items())))

    def count(self, action: str) -> int:
        """Number of clients that an action (block, restore, withheld …) meets."""
        return len({(row.organization_code, row.client_code) for row in self.rows if row.action == action})


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
            result = DunningResult(on, _lines(_plans(seen, approver)), {}, is_done=False)
        else:
            lines = _take(settings, on, at, approver, seen)
            result = DunningResult(on, lines, apply_orders(settings, at, keys), is_done=True)
        done |= {action: result.count(action) for action in ("block", "restore", "withheld")}
        done["refused"] = ",".join(sorted(result.refused))
    return result


def _observed(settings: Settings, on: date, at: datetime, approver: Authorship | None, secrets: Secrets, *, dry_run: bool) -> LadderFacts:
    """The facts, with what live platforms say of the accounts that would be blocked; nothing is held meanwhile."""
    with _ledger(settings, at, keep=False) as connection:
        facts = read_facts(settings, connection, on, at)
    if not dry_run:
        _no_later_day(facts.organizations, on)
    to_block = {order.account for plan in _plans(facts, approver) for order in plan.orders if order.action == "block"}
    return observe(settings, facts, to_block, secrets, at)


def _take(settings: Settings, on: date, at: datetime, approver: Authorship | None, seen: LadderFacts) -> tuple[PlanLine, ...]:
    """Store the day's orders and letters, by the facts as they are now and the platforms as they were seen."""
    with _ledger(settings, at, keep=True) as connection:
        facts = replace(read_facts(settings, connection, on, at), unwritable=seen.unwritable, states=seen.states)
        _no_later_day(facts.organizations, on)
        plans = _plans(facts, approver)
        _store_orders(connection, facts, plans, approver, at)
        queue_letters(connection, facts, plans, at)
        for organization in facts.organizations:
            query.run(connection, "access/add_run", organization_code=organization.ladder.organization_code, day=on, at=at)
    return _lines(plans)


def restore(settings: Settings, at: datetime, *, secrets: Secrets | None = None) -> DunningResult:
    """Give access back to everybody who has no blocking debt on the last day whose ladder was taken; nobody is blocked.

    To be called after every import of payments: access comes back at once, without a person. Completes what a killed run left.
    """
    with logs.verb("access", "restore") as done:
        with _ledger(settings, at, keep=True) as connection:
            days = {row.last_day for row in query.rows(connection, "access/organizations") if row.last_day}
            lines = _restore(settings, connection, max(days), at) if days else ()
        refused = apply_orders(settings, at, secrets or {}) if days else {}
        result = DunningResult(max(days, default=at.date()), lines, refused, is_done=True)
        done |= {"restore": result.count("restore"), "refused": ",".join(sorted(refused))}
    return result


def _restore(settings: Settings, connection: "Connection", on: date, at: datetime) -> tuple[PlanLine, ...]:
    facts = read_facts(settings, connection, on, at)
    plans = [plan_access(facts, organization, only_restore=True) for organization in facts.organizations]
    _store_orders(connection, facts, plans, None, at)
    queue_letters(connection, facts, plans, at)
    return _lines(plans)


@contextmanager
def _ledger(settings: Settings, at: datetime, *, keep: bool) -> Iterator["Connection"]:
    """A transaction that holds the ledger and the orders, with advances and credits paid; rolled back unless it is kept."""
    with engine.transaction(settings) as connection:
        nested = connection.begin_nested()
        ledger.settle(connection, at)
        lock(connection, Lock.ACCESS)
        yield connection
        if keep:
            nested.commit()
        else:
            nested.rollback()


def _no_later_day(organizations: Sequence[OrganizationDay], on: date) -> None:
    later = max((organization.last_day for organization in organizations if organization.last_day), default=on)
    if later > on:
        raise LadderOfThePast(f"the ladder of {later} has been taken; that of {on} comes too late (look at it with --dry-run)")


def _plans(facts: LadderFacts, approver: Authorship | None) -> list[AccessPlan]:
    return [plan_access(facts, organization, is_approved=approver is not None) for organization in facts.organizations]


def _lines(plans: Sequence[AccessPlan]) -> tuple[PlanLine, ...]:
    return tuple(line for plan in plans for line in plan.lines)


def _store_orders(
    connection: "Connection", facts: LadderFacts, plans: Sequence[AccessPlan], approver: Authorship | None, at: datetime
) -> None:
    """Store the orders, before anything is done to a platform."""
    for plan in plans:
        for order in plan.orders:
            query.run(
                connection,
                "access/add_order",
                platform=order.account.platform,
                account_id=order.account.account_id,
                client_code=order.client_code,
                organization_code=order.organization_code,
                action=order.action,
                state_before=state_before(facts, order.account),
                reason=order.reason,
                approved_by=approver.by if approver and order.action == "block" else None,
                effective_on=plan.plan.day,
                at=at,
            )
