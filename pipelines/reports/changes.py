"""Every contract's way from what the month before was billed to what this month is, read from the warehouse, with its causes."""

import datetime as dt
import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.billing.changed import NOTHING_CHANGED, Changed, read_changed
from pipelines.period import Month
from pipelines.rating.causes import Causes
from pipelines.reports.bridge import BridgePart, ContractMonths, parts_of
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ROWS_AT_ONCE = 2_000

ALL_PURPOSES = ("close", "correct", "prepay", "watch")


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One contract: its totals with VAT of both months, the parts of their difference, and what changed.

    ``is_drafted``: there is a draft of it that waits for a person. ``changed``: nothing where it was billed in one month only.
    """

    months: ContractMonths
    client_code: str
    client: str
    organization_code: str
    ends_on: dt.date | None
    is_drafted: bool
    parts: Mapping[BridgePart, Decimal]
    changed: Changed = NOTHING_CHANGED


def changes(
    connection: "Connection", month: Month, purposes: Sequence[str] = ALL_PURPOSES, *, contracts: Collection[str] | None = None
) -> Iterator[ContractChange]:
    """Every contract that has an invoice for the month before, or an invoice or a draft of these runs for the month.

    By name of the client; read one by one: memory does not grow with their number. ``contracts``: of these alone. The causes are those that
    the run told which priced the contract last (`billing/causes.py`); of a contract that none has told, all is `BridgePart.OTHER`.
    """
    only = None if contracts is None else list(contracts)
    binds = {"month": month.first, "previous": month.previous.first, "purposes": list(purposes), "contracts": only}
    for row in query.stream(connection, "reports/contract_months", rows_at_once=_ROWS_AT_ONCE, **binds):
        yield _change(row)


def biggest(of: Iterable[ContractChange], most: int) -> list[ContractChange]:
    """The ``most`` contracts whose totals differ most, the biggest difference first; equal ones by contract number."""
    changed = (change for change in of if change.months.difference)
    return heapq.nsmallest(most, changed, key=lambda change: (-abs(change.months.difference), change.months.contract_no))


def _change(row: Any) -> ContractChange:
    months = ContractMonths(row.contract_no, row.before, row.now, row.is_parked, row.was_parked, row.client_before, row.client_now)
    party = row.client_code, row.client, row.organization_code, row.ends_on, row.is_drafted
    if months.standing is not None or row.fleet is None:
        return ContractChange(months, *party, parts_of(months))
    by_cause = Causes(row.fleet, row.terms, row.tariff, row.vat)
    return ContractChange(months, *party, parts_of(months, by_cause), read_changed(row.changed))
