"""Findings that a pass over the month's evidence brings to light, replaced with its usage (domain.md §3, §10)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipelines.findings.store import Occurrence, copy_runs, forget, replace
from pipelines.period import Span
from pipelines.usage.came_and_went import CAME_AND_WENT, came_and_went
from pipelines.usage.counting import CountedMonth
from pipelines.usage.device_findings import FAILED_SENSOR, SILENT_DEVICE, device_findings
from pipelines.usage.lake_sql import Lake
from pipelines.usage.month_ends import DIP, dips
from pipelines.usage.placeholders import PLACEHOLDER, placeholder_devices
from pipelines.usage.silent_billed import SILENT_BILLED, silent_billed
from pipelines.usage.sources import Sources
from pipelines.usage.transfers import TRANSFER, transfers
from pipelines.usage.vehicle_findings import vehicle_findings
from pipelines.usage.without_accounts import WITHOUT_ACCOUNTS, contracts_without_accounts

if TYPE_CHECKING:
    from sqlalchemy import Connection

KINDS = (
    "orphan",
    "out_of_contract",
    "silent_unbilled",
    "unknown_account",
    "double_mapping",
    "several_owners",
    SILENT_BILLED,
    SILENT_DEVICE,
    FAILED_SENSOR,
    CAME_AND_WENT,
    "duplicate",
    "suspected_duplicate",
    "missing_snapshot",
    PLACEHOLDER,
    WITHOUT_ACCOUNTS,
)


def replace_findings(connection: "Connection", lake: Lake, counted: CountedMonth, at: datetime) -> int:
    """Replace the month's findings of these kinds, and the dips and transfers that its days decide; the runs of the former."""
    month = counted.sources.month
    others = chain(
        _double_mappings(counted),
        silent_billed(lake, counted),
        placeholder_devices(lake, counted),
        contracts_without_accounts(connection, lake, counted),
        _missing(counted.sources),
    )
    number = replace(connection, KINDS, month.first, month.last, others, are_in_order=True)
    number += copy_runs(connection, vehicle_findings(lake, counted))
    number += copy_runs(connection, came_and_went(lake, counted))
    number += copy_runs(connection, device_findings(connection, lake, counted))
    forget(connection, [TRANSFER], month.first, month.next.first)
    copy_runs(connection, transfers(connection, lake, counted, at))
    for each in (month.previous, month):
        replace(connection, [DIP], each.first, each.last, dips(connection, each))
    return number


def _double_mappings(counted: CountedMonth) -> Iterator[Occurrence]:
    """Accounts that are mapped to several contracts on a covered day."""
    for platform, day in counted.sources.days:
        for account, contracts in counted.owners.mapped(platform, day).items():
            if len(contracts) > 1:
                in_force = counted.owners.in_force(day)
                billed = next((name for name in contracts if name in in_force), contracts[0])
                parameters = {"contract": billed, "others": [name for name in contracts if name != billed]}
                yield Occurrence("double_mapping", f"{platform}/{account}", day, billed, parameters, platform)


def _missing(sources: Sources) -> Iterator[Occurrence]:
    """Days that are over and that a platform with contracts in force on it does not cover."""
    if sources.known_until is None:
        return
    for platform, mappings in sources.mappings_of.items():
        for day in Span(sources.month.first, sources.known_until).dates():
            if (platform, day) in sources.days:
                continue
            in_force = sources.in_force_on(day)
            if not any(mapping.is_valid(day) and mapping.contract_no in in_force for mapping in mappings):
                continue
            fault = sources.fault_of(platform, day)
            parameters: dict[str, Any] = {"is_quarantined": (platform, day) in sources.quarantined}
            parameters |= {"file": fault.path, "fault": fault.fault} if fault else {}
            yield Occurrence("missing_snapshot", platform, day, None, parameters, platform)
