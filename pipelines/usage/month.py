"""Usage of a month: recomputed from the evidence, kept in the warehouse until the evidence changes (domain.md §3, §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import collection, logs
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.usage import stored
from pipelines.usage.counting import count
from pipelines.usage.gaps import Gap
from pipelines.usage.lake import METER, opened
from pipelines.usage.sources import Sources, read

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """Usage by contract and day.

    ``days``: contract_no, business_date, fleet_size, online_minutes (decimal; NULL: not known), meters (a struct with a
    field per meter, without the prefix `meter_`; NULL: not known); a row for every day on which the contract is in force and
    its fleet is known, ordered by contract and date. ``gaps``: what is missing, by contract. ``inputs``: digest of
    everything that it was computed from.
    """

    month: Month
    days: "pa.Table"
    gaps: Mapping[str, list[Gap]]
    inputs: str


def compute(settings: Settings, connection: "Connection", month: Month, *, store: bool, at: datetime) -> MonthUsage:
    """Usage of a month in the caller's transaction.

    ``store``: keep it, its gaps and its findings; nothing is computed when the warehouse holds what the present evidence
    gives. Replacing is whole: running it again changes nothing. ``at`` decides which days are over, for findings alone.
    """
    with collection.paused():
        if store:
            return _load_or_store(settings, connection, month, at)
        return load_or_count(settings, connection, read(connection, month, at))


def load_or_count(settings: Settings, connection: "Connection", sources: Sources) -> MonthUsage:
    """Usage by these sources: what the warehouse holds if it was computed from them, else a pass over the lake; nothing is kept."""
    return _load(connection, sources) or count_month(settings, sources)


def count_month(settings: Settings, sources: Sources) -> MonthUsage:
    """Usage by these sources, by a pass over the lake."""
    with opened(settings, meters_of(sources)) as lake:
        counted = count(lake, sources)
    return MonthUsage(sources.month, counted.days, counted.gaps, sources.digest)


def _load_or_store(settings: Settings, connection: "Connection", month: Month, at: datetime) -> MonthUsage:
    """Usage as it is stored, or counted and stored now with its findings."""
    stored.take_turn(connection, month)
    sources = read(connection, month, at)
    usage = _load(connection, sources)
    if usage is not None:
        return usage
    with logs.verb("usage", "compute", month=str(month)) as done, opened(settings, meters_of(sources)) as lake:
        from pipelines.usage.findings import replace_findings

        counted = count(lake, sources)
        stored.replace(connection, sources, counted.days, counted.gaps, at)
        findings = replace_findings(connection, lake, counted, at)
        done |= {"platform_days": len(counted.owned_days), "contract_days": counted.days.num_rows, "findings": findings}
    return MonthUsage(month, counted.days, counted.gaps, sources.digest)


def _load(connection: "Connection", sources: Sources) -> MonthUsage | None:
    """What the warehouse holds, if it was computed from these sources."""
    kept = stored.read(connection, sources)
    return None if kept is None else MonthUsage(sources.month, kept.days, kept.gaps, sources.digest)


def meters_of(sources: Sources) -> set[str]:
    """Meter columns of the month's snapshots."""
    return {
        column for day in sources.days.values() for snapshot in day.snapshots for column in snapshot.columns if column.startswith(METER)
    }
