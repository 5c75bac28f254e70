"""A month as finance sees it at a glance: billed, against the month before, collected, overdue, leaked, left out, in approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.bridge import Bridge
from pipelines.reports.changes import ContractChange, biggest, changes
from pipelines.reports.closing import MonthClosing, month_closing
from pipelines.reports.leakage import UNBILLED, Leak, leakage, lost
from pipelines.reports.parked import LeftOut, left_out
from pipelines.reports.unserved import unserved
from pipelines.warehouse import query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

MOST_CHANGES = 8


@dataclass(frozen=True, slots=True)
class MonthSums:
    """Roubles with VAT: `billed`, `paid`, `open` and `overdue` of the month's issued invoices, `received` in the month, and of all months
    what is `all_open` and `all_overdue` on the day, of how many `debtors`."""

    invoices: int
    billed: Decimal
    paid: Decimal
    open: Decimal
    overdue: Decimal
    all_open: Decimal
    all_overdue: Decimal
    debtors: int
    received: Decimal


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """A month as the warehouse has it at the moment ``at``, debts as of the day ``on``.

    ``bridge`` and ``changes``: issued and drafted against all of the month before; None and nothing where the months cannot be compared
    (`MonthClosing.is_comparable`). ``leaked`` and ``unserved``: roubles without VAT, an
    estimate. ``drafted``: runs of this month that wait with drafts (`runs/drafted_runs`).
    """

    month: Month
    at: datetime
    on: date
    sums: MonthSums
    closing: MonthClosing
    bridge: Bridge | None
    changes: Sequence[ContractChange]
    leaks: Sequence[Leak]
    leaked: Decimal
    unserved: Decimal
    left_out: Sequence[LeftOut]
    drafted: Sequence[Any]

    @property
    def in_drafts(self) -> Decimal:
        """What waits for a person, roubles with VAT."""
        return sum((row.total for row in self.drafted), ZERO)


def standing(connection: "Connection", month: Month, on: date, at: datetime) -> MonthStanding:
    """The month as it stands. Reads only: usage is not counted anew here, a run or the night does that."""
    sums = query.first(connection, "desk/month_sums", MonthSums, month=month.first, first=month.first, last=month.last, on=on)
    if sums is None:
        raise LookupError("the sums of a month are always one row")
    closing = month_closing(connection, month)
    bridge, changed = _against_before(connection, month) if closing.is_comparable else (None, [])
    leaks = leakage(connection, month)
    return MonthStanding(
        month,
        at,
        on,
        sums,
        closing,
        bridge,
        changed,
        sorted((leak for leak in leaks if not leak.agreed and leak.direction == UNBILLED), key=lambda leak: -leak.roubles),
        lost(leaks),
        lost(unserved(connection, month)),
        left_out(connection, month, leaks),
        [row for row in query.rows(connection, "runs/drafted_runs") if row.month == str(month)],
    )


def _against_before(connection: "Connection", month: Month) -> tuple[Bridge, list[ContractChange]]:
    bridge = Bridge()

    def counted(passing: "Iterable[ContractChange]") -> "Iterator[ContractChange]":
        for change in passing:
            bridge.add(change.months, change.parts)
            yield change

    largest = biggest(counted(changes(connection, month)), MOST_CHANGES)
    return bridge, largest
