"""What an access plan becomes: orders stored before anything is done, in one transaction with the ledger (domain.md §9)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.access.model import LadderFacts
from pipelines.access.observe import state_before
from pipelines.access.plan import AccessPlan, PlanLine
from pipelines.clock import Authorship
from pipelines.receivables import ledger
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ORDER_COLUMNS = (
    "order_no", "platform", "account_id", "target", "target_id", "client_code", "organization_code", "action", "state_before", "reason",
    "approved_by", "effective_on", "at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DunningResult:
    """What a ladder's day came to. `rows`: the plan line by line; `refused`: platforms (or targets on them) that could not be
    written, and why: their orders stand and are carried out by the next run. `is_done` False: a dry run. `stopped`: who
    has stopped all blocking, in words."""

    day: date
    rows: tuple[PlanLine, ...]
    refused: Mapping[str, str]
    is_done: bool
    stopped: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """For logs, one line each."""
        return (*map(str, self.rows), *(f"{name} was not written: {why}" for name, why in sorted(self.refused.items())))

    def count(self, action: str) -> int:
        """Number of clients that an action (block, restore, withheld …) meets."""
        return len({(row.organization_code, row.client_code) for row in self.rows if row.action == action})


@dataclass(slots=True)
class SettledLedger:
    """A transaction that holds the ledger and the orders, with advances and credits paid; `is_kept`: what is stored in it stays."""

    connection: "Connection"
    is_kept: bool = False


@contextmanager
def settled_ledger(settings: Settings, at: datetime) -> Iterator[SettledLedger]:
    """The ledger, settled; everything is rolled back unless it is kept."""
    with engine.transaction(settings) as connection:
        nested = connection.begin_nested()
        ledger.settle(connection, at)
        lock(connection, Lock.ACCESS)
        settled = SettledLedger(connection)
        yield settled
        if settled.is_kept:
            nested.commit()
        else:
            nested.rollback()


def plan_lines(plans: Sequence[AccessPlan]) -> tuple[PlanLine, ...]:
    """The lines of all plans, in their order."""
    return tuple(line for plan in plans for line in plan.lines)


def store_orders(
    connection: "Connection", facts: LadderFacts, plans: Sequence[AccessPlan], approver: Authorship | None, at: datetime
) -> None:
    """Store the orders, numbered after the last, before anything is done to a platform."""
    last = query.scalar(connection, "access/last_order")
    given = ((plan.plan.day, order) for plan in plans for order in plan.orders)
    query.copy(
        connection,
        "access.orders",
        _ORDER_COLUMNS,
        (
            (
                last + number, order.account.platform, order.account.account_id, order.target.kind, order.target.target_id,
                order.client_code, order.organization_code, order.action, state_before(facts, order.target, order.action), order.reason,
                approver.by if approver and order.action == "block" else None, day, at,
            )
            for number, (day, order) in enumerate(given, 1)
        ),
    )  # fmt: skip
