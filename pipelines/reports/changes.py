"""Every contract's way from what the month before was billed to what this month is, read from the warehouse, with its causes."""

import datetime as dt
import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.billing import inputs
from pipelines.period import Month
from pipelines.rating.causes import Priced, causes
from pipelines.rating.model import Contract, DayUsage, TariffVersion, Terms, VatMode
from pipelines.rating.segments import in_force
from pipelines.reports.bridge import BridgePart, ContractMonths, parts_of
from pipelines.reports.usage_change import UsageChange, usage_changes
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

TERMS = ("tariff_code", "counting", "basis", "prepaid_vehicles", "discount_percent", "minimum")
"""The terms that price (domain.md §5)."""

_ROWS_AT_ONCE = 100  # of two months of days each

ALL_PURPOSES = ("close", "correct", "prepay", "watch")


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One contract: its totals with VAT of both months, the parts of their difference, and what changed.

    ``is_drafted``: there is a draft of it that waits for a person. ``usage``: figures that its components count, of both months;
    ``terms``: (column, before, after) of what prices since the beginning of the month before; ``versions``: of the tariff, begun
    since then. The last three are empty where it was billed in one month only.
    """

    months: ContractMonths
    client_code: str
    client: str
    organization_code: str
    ends_on: dt.date | None
    is_drafted: bool
    parts: Mapping[BridgePart, Decimal]
    usage: Sequence[UsageChange] = ()
    terms: Sequence[tuple[str, Any, Any]] = ()
    versions: Sequence[TariffVersion] = ()


def changes(
    connection: "Connection", month: Month, purposes: Sequence[str] = ALL_PURPOSES, *, contracts: Collection[str] | None = None
) -> Iterator[ContractChange]:
    """Every contract that has an invoice for the month before, or an invoice or a draft of these runs for the month.

    By name of the client; read one by one: memory does not grow with their number. ``contracts``: of these alone.
    """
    tariffs, modes = inputs.read_tariffs(connection, month), inputs.vat_modes(connection)
    only = None if contracts is None else list(contracts)
    binds = {
        "month": month.first, "previous": month.previous.first, "last": month.last, "purposes": list(purposes), "contracts": only,
    }  # fmt: skip
    for row in query.stream(connection, "reports/contract_months", rows_at_once=_ROWS_AT_ONCE, **binds):
        yield _change(row, month, tariffs, modes)


def biggest(of: Iterable[ContractChange], most: int) -> list[ContractChange]:
    """The ``most`` contracts whose totals differ most, the biggest difference first; equal ones by contract number."""
    changed = (change for change in of if change.months.difference)
    return heapq.nsmallest(most, changed, key=lambda change: (-abs(change.months.difference), change.months.contract_no))


def _change(row: Any, month: Month, tariffs: inputs.Tariffs, modes: Mapping[str, Sequence[VatMode]]) -> ContractChange:
    months = ContractMonths(row.contract_no, row.before, row.now, row.is_parked, row.was_parked, row.client_before, row.client_now)
    party = row.client_code, row.client, row.organization_code, row.ends_on, row.is_drafted
    if months.standing is not None:
        return ContractChange(months, *party, parts_of(months))
    terms, days = [inputs.read_terms(row.contract_no, raw) for raw in row.terms or ()], _days(row)
    contract = Contract(row.contract_no, row.client_code, row.organization_code, row.starts_on, row.ends_on)
    priced = Priced(contract, terms, tariffs, modes.get(row.organization_code, ()))
    by_cause = causes(priced, month, days, row.before, row.now)
    return ContractChange(
        months, *party, parts_of(months, by_cause), usage_changes(priced, month, days), _changed_terms(month, terms, tariffs),
        _new_versions(month, terms, tariffs),
    )  # fmt: skip


def _days(row: Any) -> list[DayUsage]:
    return [
        DayUsage(
            dt.date.fromisoformat(day), size, None if minutes is None else Decimal(minutes),
            {name: Decimal(value) for name, value in (meters or {}).items()},
        )
        for day, size, minutes, meters in row.days or ()
    ]  # fmt: skip


def _changed_terms(month: Month, terms: Sequence[Terms], tariffs: inputs.Tariffs) -> list[tuple[str, Any, Any]]:
    before, now = in_force(terms, month.previous.first) or in_force(terms, month.previous.last), in_force(terms, month.last)
    if before is None or now is None:
        return []
    changed = [(name, getattr(before, name), getattr(now, name)) for name in TERMS if getattr(before, name) != getattr(now, name)]
    return [
        (name, _name_of(old, tariffs), _name_of(new, tariffs)) if name == "tariff_code" else (name, old, new) for name, old, new in changed
    ]


def _name_of(tariff_code: str, tariffs: inputs.Tariffs) -> str:
    """What the tariff is called now; its code where it has no version."""
    versions = tariffs.get(tariff_code)
    return f"«{versions[-1].name}»" if versions else tariff_code


def _new_versions(month: Month, terms: Sequence[Terms], tariffs: inputs.Tariffs) -> list[TariffVersion]:
    now = in_force(terms, month.last)
    versions = tariffs.get(now.tariff_code, ()) if now else ()
    return [version for version in versions if month.previous.first < version.valid_from <= month.last]
