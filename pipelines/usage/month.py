"""Usage of a month: recomputed from the evidence, kept in the warehouse until the evidence changes (domain.md §3, §4)."""

import logging
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines import garbage_collection, logs
from pipelines.arrow_values import keep_pandas_away
from pipelines.evidence import lake_files
from pipelines.evidence.lake import EvidenceLost
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.usage import stored
from pipelines.usage.counting import count, count_alone
from pipelines.usage.gaps import Gap
from pipelines.usage.lake_sql import METER, opened
from pipelines.usage.sources import Sources, read, read_digest

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

log = logging.getLogger("fleetbill.usage")


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """Usage by contract and day.

    ``days``: contract_no, business_date, fleet_size, online_minutes (decimal; NULL: not known), meters (a struct with a
    field per meter, without the prefix `meter_`; NULL: not known); a row for every day on which the contract is in force and
    its fleet is known, ordered by contract and date. ``gaps``: what is missing, by contract. ``inputs``: digest of
    everything that it was computed from, ``sources``.
    """

    month: Month
    days: "pa.Table"
    gaps: Mapping[str, list[Gap]]
    inputs: str
    sources: Sources


def compute(settings: Settings, connection: "Connection", month: Month, *, store: bool, at: datetime) -> MonthUsage:
    """Usage of a month in the caller's transaction.

    ``store``: keep it, its gaps and its findings, and bring those of the months beside it up to date, whose days decide
    some of its findings; nothing is computed when the warehouse holds what the present evidence gives. Replacing is whole:
    running it again changes nothing. ``at`` decides which days are over, for findings alone.
    """
    with garbage_collection.paused():
        if not store:
            return load_or_count(settings, connection, in_lake(settings, connection, read(connection, month, at)))
        stored.take_turn(connection, month)
        sources = in_lake(settings, connection, read(connection, month, at))
        usage = _load(connection, sources) or _store(settings, connection, sources, at)
        _refresh_neighbours(settings, connection, month, at)
        return usage


def of_contracts(settings: Settings, connection: "Connection", month: Month, contracts: Set[str], at: datetime) -> dict[str, list[Any]]:
    """Columns of `MonthUsage.days` but the meters, of these contracts.

    What is stored where it is what the present evidence gives, else counted alone, of those rows of the lake that these contracts
    need. Nothing is stored.
    """
    with garbage_collection.paused():
        digest, paths = read_digest(connection, month, at)
        if stored.inputs(connection, month) == digest and not _is_less(settings, connection, paths):
            return stored.fleets(connection, month, contracts)
        sources = in_lake(settings, connection, read(connection, month, at))
        if stored.inputs(connection, month) == sources.digest:
            return stored.fleets(connection, month, contracts)
        _name_lost(sources)
        keep_pandas_away()
        with opened(settings, meters_of(sources)) as lake:
            return _columns(count_alone(lake, sources, contracts).days)


def _columns(days: "pa.Table") -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = days.select(stored.FLEETS).to_pydict()
    return columns


def refresh(settings: Settings, connection: "Connection", months: Iterable[Month], at: datetime) -> None:
    """Compute those of the months, and of the months beside them, whose evidence or master data have changed since they were."""
    with garbage_collection.paused():
        for month in months:
            stored.take_turn(connection, month)
            _store_if_stale(settings, connection, month, at)
            _refresh_neighbours(settings, connection, month, at)


def in_lake(settings: Settings, connection: "Connection", sources: Sources) -> Sources:
    """The sources without the days whose files in the lake are not what was landed (domain.md §2.5)."""
    return sources.without(lake_files.faults(settings, lake_files.registered(connection, _paths(sources)), is_whole=True))


def _is_less(settings: Settings, connection: "Connection", paths: Iterable[str]) -> bool:
    """Whether a file of the lake is gone or has another size; that much is seen without reading any."""
    return bool(lake_files.faults(settings, lake_files.registered(connection, paths), is_whole=False))


def _paths(sources: Sources) -> list[str]:
    return sorted({snapshot.path for snapshots in sources.landed.values() for snapshot in snapshots})


def load_or_count(settings: Settings, connection: "Connection", sources: Sources) -> MonthUsage:
    """Usage by these sources: what the warehouse holds if it was computed from them, else a pass over the lake; nothing is kept."""
    return _load(connection, sources) or count_month(settings, sources)


def count_month(settings: Settings, sources: Sources) -> MonthUsage:
    """Usage by these sources, by a pass over the lake."""
    _name_lost(sources)
    with opened(settings, meters_of(sources)) as lake:
        counted = count(lake, sources)
    return MonthUsage(sources.month, counted.days, counted.gaps, sources.digest, sources)


def _name_lost(sources: Sources) -> None:
    """A count says in the log which files it did without."""
    for fault in sources.lost.values():
        log.warning("the lake's %s; its day counts as missing", fault)


def _refresh_neighbours(settings: Settings, connection: "Connection", month: Month, at: datetime) -> None:
    """Bring the months beside a month up to date: the one before where it was computed at all, the next where it has evidence.

    Vehicles that come back in the next week make a dip of this month certain, and the last day before it tells who moved on
    its first. A neighbour whose evidence cannot be read at all is left as it is: it does not hold up this month.
    """
    neighbours = [each for each in (month.previous, month.next) if stored.inputs(connection, each) is not None]
    if month.next not in neighbours and stored.has_evidence(connection, month.next):
        neighbours.append(month.next)
    for each in neighbours:
        try:
            with connection.begin_nested():
                _store_if_stale(settings, connection, each, at)
        except EvidenceLost:
            log.warning("findings of %s do not know %s, whose evidence cannot be read", month, each)


def _store_if_stale(settings: Settings, connection: "Connection", month: Month, at: datetime) -> None:
    sources = read(connection, month, at)
    if stored.inputs(connection, month) == sources.digest:
        return
    present = in_lake(settings, connection, sources)
    if stored.inputs(connection, month) != present.digest:
        _store(settings, connection, present, at)


def _store(settings: Settings, connection: "Connection", sources: Sources, at: datetime) -> MonthUsage:
    """Count a month, and keep its usage, gaps and findings in place of those that are there."""
    from pipelines.usage.findings import replace_findings

    _name_lost(sources)
    with logs.verb("usage", "compute", month=str(sources.month)) as done, opened(settings, meters_of(sources)) as lake:
        counted = count(lake, sources)
        stored.replace(connection, sources, counted.days, counted.gaps, at)
        findings = replace_findings(connection, lake, counted, at)
        done |= {"platform_days": len(counted.owned_days), "contract_days": counted.days.num_rows, "findings": findings}
    return MonthUsage(sources.month, counted.days, counted.gaps, sources.digest, sources)


def _load(connection: "Connection", sources: Sources) -> MonthUsage | None:
    """What the warehouse holds, if it was computed from these sources."""
    kept = stored.read(connection, sources)
    return None if kept is None else MonthUsage(sources.month, kept.days, kept.gaps, sources.digest, sources)


def meters_of(sources: Sources) -> set[str]:
    """Meter columns of the month's snapshots."""
    return {
        column for day in sources.days.values() for snapshot in day.snapshots for column in snapshot.columns if column.startswith(METER)
    }
