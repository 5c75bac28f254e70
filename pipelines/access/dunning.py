"""The ladder of a date: debts past due, whom to remind, to block, to let in again; and access back at once (domain.md §9)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.access import facts as known
from pipelines.access.letters import tell
from pipelines.access.model import Facts, Organization
from pipelines.access.platforms import Secrets, carry_out, look, state_before
from pipelines.access.wanted import Line, Wanted, wanted
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.receivables import ledger
from pipelines.settings import Settings
from pipelines.warehouse import engine
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
    rows: tuple[Line, ...]
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
    with _ledger(settings, at, keep=False) as connection:
        facts = known.read(settings, connection, on, at)
    if not dry_run:
        _no_later_day(facts.organizations, on)
    seen = look(settings, facts, {one.account for plan in _plans(facts, approver) for one in plan.changes if one.action == "block"}, keys)
    if dry_run:
        return DunningResult(on, _lines(_plans(seen, approver)), {}, is_done=False)
    with _ledger(settings, at, keep=True) as connection:
        facts = replace(known.read(settings, connection, on, at), unwritable=seen.unwritable, states=seen.states)
        _no_later_day(facts.organizations, on)
        plans = _plans(facts, approver)
        _order(connection, facts, plans, approver, at)
        tell(connection, facts, plans, at)
        for one in facts.organizations:
            known.run(connection, "add_run", organization_code=one.ladder.organization_code, day=on, at=at)
    return DunningResult(on, _lines(plans), carry_out(settings, at, keys), is_done=True)


def restore(settings: Settings, at: datetime, *, secrets: Secrets | None = None) -> DunningResult:
    """Give access back to everybody who has no blocking debt on the last day whose ladder was taken; nobody is blocked.

    To be called after every import of payments: access comes back at once, without a person. Completes what a killed run left.
    """
    with _ledger(settings, at, keep=True) as connection:
        days = {row.last_day for row in known.run(connection, "organizations") if row.last_day}
        on = max(days, default=None)
        rows: tuple[Line, ...] = ()
        if on is not None:
            facts = known.read(settings, connection, on, at)
            plans = [wanted(facts, one, only_restore=True) for one in facts.organizations]
            _order(connection, facts, plans, None, at)
            tell(connection, facts, plans, at)
            rows = _lines(plans)
    if on is None:
        return DunningResult(at.date(), (), {}, is_done=True)
    return DunningResult(on, rows, carry_out(settings, at, secrets or {}), is_done=True)


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


def _no_later_day(organizations: Sequence[Organization], on: date) -> None:
    later = max((one.last_day for one in organizations if one.last_day), default=on)
    if later > on:
        raise LadderOfThePast(f"the ladder of {later} has been taken; that of {on} comes too late (look at it with --dry-run)")


def _plans(facts: Facts, approver: Authorship | None) -> list[Wanted]:
    return [wanted(facts, one, is_approved=approver is not None) for one in facts.organizations]


def _lines(plans: Sequence[Wanted]) -> tuple[Line, ...]:
    return tuple(line for one in plans for line in one.lines)


def _order(connection: "Connection", facts: Facts, plans: Sequence[Wanted], approver: Authorship | None, at: datetime) -> None:
    """Store the orders, before anything is done to a platform."""
    for one in plans:
        for change in one.changes:
            known.run(
                connection,
                "add_order",
                platform=change.account.platform,
                account_id=change.account.account_id,
                client_code=change.client_code,
                organization_code=change.organization_code,
                action=change.action,
                state_before=state_before(facts, change.account),
                reason=change.reason,
                approved_by=approver.by if approver and change.action == "block" else None,
                effective_on=one.plan.day,
                at=at,
            )
