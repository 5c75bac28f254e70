"""Transfers: vehicles that another contract owns than on the covered day before (domain.md §10)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.evidence import lake_files
from pipelines.findings.dips import WEEK
from pipelines.period import Month
from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake_sql import BATCH, Lake
from pipelines.usage.owners import OwnerStanding
from pipelines.usage.ownership import MonthOwners
from pipelines.usage.platform_days import OwnedDay, owned_day
from pipelines.usage.sources import read

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from sqlalchemy import Connection

TRANSFER = "transfer"


def transfers(connection: "Connection", lake: Lake, counted: CountedMonth, at: datetime) -> "Iterator[pa.RecordBatch]":
    """Batches of `FindingRun`: each vehicle and covered day on which it moved between contracts in force.

    Of two days running each is one of its own, for the contract differs. Needs the table `contract_names` of the pass.

    The month's first covered day is compared with the last one of the month before, and the first of the next month, where
    it is covered, with this month's last: a fleet moved away for the count comes back there.
    """
    month = counted.sources.month
    before, after = (MonthOwners(lake, read(connection, each, at)) for each in (month.previous, month.next))
    for platform in counted.sources.platforms:
        days = [day for day in counted.owned_days if day.platform == platform]
        earlier = [day for name, day in before.sources.days if name == platform]
        if days and earlier:
            days = [*_neighbour(connection, before, platform, max(earlier)), *days]
        if days and (platform, month.next.first) in after.sources.days:
            days += _neighbour(connection, after, platform, month.next.first)
        for first, second in pairwise(_fleets(lake, counted.owners, days)):
            yield from _moved(lake, first, second)


def _neighbour(connection: "Connection", owners: MonthOwners, platform: str, day: date) -> list[OwnedDay]:
    """That day of another month, or none where its evidence is lost: that month names the loss, this one does not depend on it."""
    files = lake_files.registered(connection, [snapshot.path for snapshot in owners.sources.days[platform, day].snapshots])
    if lake_files.faults(owners.lake.settings, files, is_whole=True):
        return []
    return [owned_day(owners, platform, day)]


def _fleets(lake: Lake, owners: MonthOwners, days: Iterable[OwnedDay]) -> "Iterator[_Fleet]":
    """The vehicles of each of these days; of days running that rest on one file it is read once."""
    import numpy as np

    path, rows, order = "", dict[str, Any](), np.empty(0, np.intp)
    for day in days:
        if day.path != path:
            path, rows = day.path, lake.query("day_vehicles", path=lake.location(day.path)).fetchnumpy()
            order = np.argsort(rows["vehicle"])
        contracts = contracts_of(owners, day)[rows["account_no"][order]]
        vehicles = rows["vehicle"][order]
        yield _Fleet(day, vehicles, contracts, rows["is_active"][order], _twice(vehicles))


def _twice(ascending: "NDArray[np.uint64]") -> "NDArray[np.bool_]":
    """Which of the hashes are of two vehicles or more."""
    import numpy as np

    twice, equal = np.zeros(len(ascending), np.bool_), ascending[1:] == ascending[:-1]
    twice[1:] = equal
    twice[:-1] |= equal
    return twice


def _moved(lake: Lake, before: "_Fleet", after: "_Fleet") -> "Iterator[pa.RecordBatch]":
    """Batches of `FindingRun`: vehicles that moved from one day to the other; a file is read for their names alone."""
    import numpy as np
    import pyarrow as pa

    if not len(before.vehicles):
        return
    place = np.minimum(np.searchsorted(before.vehicles, after.vehicles), len(before.vehicles) - 1)
    was = before.contracts[place]
    is_moved = (before.vehicles[place] == after.vehicles) & (was != after.contracts) & (was >= 0) & (after.contracts >= 0)
    is_moved &= before.is_active[place] | after.is_active
    is_moved &= ~(before.is_shared[place] | after.is_shared)
    if not is_moved.any():
        return
    columns: dict[str, NDArray[Any]] = {"vehicle": after.vehicles, "contract_before": was, "contract_after": after.contracts}
    lake.put("moved", pa.table({name: column[is_moved] for name, column in columns.items()}))
    day = after.day.business_date
    binds = {"platform": after.day.platform, "day": day, "days_left": days_at_the_end(day)}
    yield from lake.query("transfers", after=lake.location(after.day.path), **binds).to_arrow_reader(BATCH)


def days_at_the_end(day: date) -> int:
    """Days from this one to the end of its month, if it is one of the last seven; else 0: only a move near the end escapes a count."""
    left = (Month.of(day).last - day).days + 1
    return left if left <= WEEK else 0


def contracts_of(owners: MonthOwners, day: OwnedDay) -> "NDArray[np.int32]":
    """Index of the contract of each owner set of a day, -1 where none in force owns it."""
    import numpy as np

    standing, contracts = owners.as_columns(day.owners)
    return np.where(standing >= OwnerStanding.BLOCKED, contracts, -1).astype(np.int32)


class _Fleet(NamedTuple):
    """The vehicles of a day, ascending by the hash of their id: index of the contract that owns each (-1: none), whether it is active.

    ``is_shared``: another vehicle has the same hash, so that neither can be followed.
    """

    day: OwnedDay
    vehicles: "NDArray[np.uint64]"
    contracts: "NDArray[np.int32]"
    is_active: "NDArray[np.bool_]"
    is_shared: "NDArray[np.bool_]"
