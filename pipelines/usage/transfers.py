"""Transfers: vehicles that another contract owns than on the covered day before (domain.md §10)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, pairwise
from typing import TYPE_CHECKING

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
    marks = _Marks(lake, len(counted.sources.contracts))
    of_platforms: list[list[OwnedDay]] = []
    for platform in counted.sources.platforms:
        days = [day for day in counted.owned_days if day.platform == platform]
        earlier = [day for name, day in before.sources.days if name == platform]
        if days and earlier:
            days = [*_neighbour(connection, before, platform, max(earlier)), *days]
        if days and (platform, month.next.first) in after.sources.days:
            days += _neighbour(connection, after, platform, month.next.first)
        of_platforms.append(days)
    for first, second in chain.from_iterable(map(pairwise, of_platforms)):
        yield from _moved(lake, counted.owners, marks, first, second)


def _neighbour(connection: "Connection", owners: MonthOwners, platform: str, day: date) -> list[OwnedDay]:
    """That day of another month, or none where its evidence is lost: that month names the loss, this one does not depend on it."""
    files = lake_files.registered(connection, [snapshot.path for snapshot in owners.sources.days[platform, day].snapshots])
    if lake_files.faults(owners.lake.settings, files, is_whole=True):
        return []
    return [owned_day(owners, platform, day)]


def _moved(lake: Lake, owners: MonthOwners, marks: "_Marks", before: OwnedDay, after: OwnedDay) -> "Iterator[pa.RecordBatch]":
    """Batches of `FindingRun`: vehicles that moved from one day to the other.

    Only contracts whose vehicles differ are looked into, and it takes two.
    """
    import numpy as np
    import pyarrow as pa

    changed = np.flatnonzero(marks.of(owners, before) != marks.of(owners, after))
    if len(changed) < 2:
        return
    for name, day in (("owned_before", before), ("owned_after", after)):
        contracts = contracts_of(owners, day)
        numbers = np.flatnonzero(np.isin(contracts, changed)).astype(np.int32)
        lake.put(name, pa.table({"account_no": numbers, "contract_index": contracts[numbers]}))
    paths = {"before": lake.location(before.path), "after": lake.location(after.path)}
    binds = {"platform": after.platform, "day": after.business_date, "days_left": days_at_the_end(after.business_date)}
    yield from lake.query("transfers", **paths, **binds).to_arrow_reader(BATCH)


def days_at_the_end(day: date) -> int:
    """Days from this one to the end of its month, if it is one of the last seven; else 0: only a move near the end escapes a count."""
    left = (Month.of(day).last - day).days + 1
    return left if left <= WEEK else 0


def contracts_of(owners: MonthOwners, day: OwnedDay) -> "NDArray[np.int32]":
    """Index of the contract of each owner set of a day, -1 where none in force owns it."""
    import numpy as np

    standing, contracts = owners.as_columns(day.owners)
    return np.where(standing >= OwnerStanding.BLOCKED, contracts, -1).astype(np.int32)


@dataclass(slots=True)
class _Marks:
    """A mark of the vehicles of every contract on a day: equal marks, equal vehicles. What a file says is read once."""

    lake: Lake
    contracts: int
    _files: "dict[str, tuple[NDArray[np.int32], NDArray[np.uint64]]]" = field(default_factory=dict)

    def of(self, owners: MonthOwners, day: OwnedDay) -> "NDArray[np.uint64]":
        """By index of the contract."""
        import numpy as np

        if day.path not in self._files:
            rows = self.lake.query("owner_set_marks", path=self.lake.location(day.path)).fetchnumpy()
            self._files[day.path] = np.asarray(rows["account_no"]), np.asarray(rows["mark"])
        numbers, marks = self._files[day.path]
        of_contracts = np.zeros(self.contracts + 1, np.uint64)  # the last one is nobody's
        np.bitwise_xor.at(of_contracts, contracts_of(owners, day)[numbers], marks)
        return of_contracts[:-1]
