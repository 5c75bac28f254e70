"""The platform-days of a month made ready for counting: one file each, and the owner of every owner set on that day."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipelines.evidence import keys
from pipelines.usage.lake_sql import Lake
from pipelines.usage.owners import Owner
from pipelines.usage.ownership import MonthOwners
from pipelines.usage.sources import CountedSnapshot, PlatformDay, Sources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEYED = f"derived/keyed-{keys.DEVICE_RULE}"
NOT_COUNTED = -1  # number of a day that is looked at beside those of the month


@dataclass(frozen=True, slots=True)
class CountedFile:
    """A platform-day with the one file that lists its vehicles. ``suppliers``: the latest snapshot, and those that list a vehicle last."""

    number: int
    platform_day: PlatformDay
    path: str
    suppliers: tuple[CountedSnapshot, ...]


@dataclass(frozen=True, slots=True)
class OwnedDay:
    """A platform-day as it is counted. ``owners[account_no]`` owns the rows of that number; ``columns``: known for the whole day."""

    number: int
    platform_day: PlatformDay
    path: str
    columns: frozenset[str]
    owners: tuple[Owner, ...]
    owner_sets: tuple[tuple[str, ...], ...]

    @property
    def platform(self) -> str:
        """Its platform."""
        return self.platform_day.platform

    @property
    def business_date(self) -> date:
        """The day that it counts for."""
        return self.platform_day.business_date


def day_files(owners: MonthOwners) -> list[CountedFile]:
    """Every covered platform-day of the month, by date and platform; several snapshots of a day are merged into one file now."""
    sources = owners.sources
    days = sorted(sources.days.values(), key=lambda day: (day.business_date, sources.platforms.index(day.platform)))
    merged: dict[tuple[CountedSnapshot, ...], tuple[str, tuple[CountedSnapshot, ...]]] = {}
    files = []
    for number, day in enumerate(days):
        if day.snapshots not in merged:
            merged[day.snapshots] = _one_file(owners, day.snapshots)
        files.append(CountedFile(number, day, *merged[day.snapshots]))
    return files


def owned_day(owners: MonthOwners, platform: str, day: date) -> OwnedDay:
    """One covered platform-day with its owners, beside the tables of the pass. KeyError when it is not covered."""
    platform_day = owners.sources.days[platform, day]
    return _owned(owners, CountedFile(NOT_COUNTED, platform_day, *_one_file(owners, platform_day.snapshots)))


def owned_days(owners: MonthOwners, files: Sequence[CountedFile]) -> list[OwnedDay]:
    """These days with their owners; also the tables `platform_days` and `owners` of the pass."""
    days = [_owned(owners, each) for each in files]
    _put_platform_days(owners.lake, days)
    _put_owners(owners, days)
    return days


def _owned(owners: MonthOwners, file: CountedFile) -> OwnedDay:
    snapshots, day = file.platform_day.snapshots, file.platform_day.business_date
    owners_of = [owners.owners(snapshot, day) for snapshot in snapshots]
    owner_sets = [owners.owner_sets(snapshot) for snapshot in snapshots]
    return OwnedDay(
        file.number,
        file.platform_day,
        file.path,
        frozenset.intersection(*(snapshot.columns for snapshot in file.suppliers)),
        owners_of[0] if len(owners_of) == 1 else tuple(chain.from_iterable(owners_of)),
        owner_sets[0] if len(owner_sets) == 1 else tuple(chain.from_iterable(owner_sets)),
    )


def _one_file(owners: MonthOwners, snapshots: tuple[CountedSnapshot, ...]) -> tuple[str, tuple[CountedSnapshot, ...]]:
    """One file of the day's vehicles, each from the latest snapshot that lists it; and the snapshots that supply any, and the latest."""
    if len(snapshots) == 1:
        return _with_present_keys(owners, snapshots[0]), snapshots
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    lake = owners.lake
    paths = [lake.location(_with_present_keys(owners, snapshot)) for snapshot in snapshots]
    starts = np.cumsum([0, *(len(owners.owner_sets(snapshot)) for snapshot in snapshots)])
    lake.put(
        "day_files",
        pa.table(
            {"filename": paths, "latest_is": pa.array(range(len(paths)), pa.int32()), "first_account": pa.array(starts[:-1], pa.int32())}
        ),
    )
    name = hashlib.sha256("".join(snapshot.digest for snapshot in snapshots).encode()).hexdigest()
    target = str(lake.folder / f"merged-{name}.parquet")
    reader = lake.query("merge_day", paths=[lake.shape, *paths]).to_arrow_reader(100_000)
    present: set[int] = {len(snapshots) - 1}
    with pq.ParquetWriter(target, reader.schema, compression="zstd", compression_level=1) as writer:
        for batch in reader:
            writer.write_batch(batch)
            present.update(np.unique(np.searchsorted(starts, batch.column("account_no").to_numpy(), side="right") - 1).tolist())
    return target, tuple(snapshots[index] for index in sorted(present))


def _with_present_keys(owners: MonthOwners, snapshot: CountedSnapshot) -> str:
    """Path of a snapshot's rows with device keys by the present rule: its own file, or a derived copy, made once.

    What landed before the rule changed stays as it is; the device as the source wrote it is kept beside its key.
    """
    if owners.device_rule(snapshot) == keys.DEVICE_RULE:
        return snapshot.path
    import pyarrow.parquet as pq

    path = f"{KEYED}/{snapshot.digest}.parquet"
    if not owners.lake.has_derived(path):
        table = owners.lake.rows(snapshot.path)
        if "hw_id" in table.column_names:
            devices = keys.device_keys(table.column("hw_id").combine_chunks())
            table = table.set_column(table.column_names.index("device_key"), "device_key", devices)
        local = owners.lake.folder / f"keyed-{snapshot.digest}.parquet"
        pq.write_table(table, local, compression="zstd", compression_level=1, write_page_checksum=True)
        owners.lake.keep(local, path)
        local.unlink()
    return path


def _put_platform_days(lake: Lake, days: Sequence[OwnedDay]) -> None:
    import pyarrow as pa

    carried = [day.platform_day if day.platform_day.is_carried else None for day in days]
    rows: dict[str, Any] = {
        "platform_day_no": pa.array([day.number for day in days], pa.int32()),
        "day_no": pa.array([day.business_date.day for day in days], pa.int32()),
        "platform": pa.array([day.platform for day in days], pa.string()),
        "carried_since": pa.array([day and day.carried_since.replace(tzinfo=None) for day in carried], pa.timestamp("us")),
        "carried_by": pa.array([day and day.carried_by for day in carried], pa.duration("us")),
    }
    lake.put("platform_days", pa.table(rows))


def _put_owners(owners: MonthOwners, days: Sequence[OwnedDay]) -> None:
    import numpy as np
    import pyarrow as pa

    connected = _connected(owners.sources)
    numbers, accounts, standings, contracts, counting = [], [], [], [], []
    for day in days:
        standing, contract_index = owners.as_columns(day.owners)
        numbers.append(np.full(len(standing), day.number, np.int32))
        accounts.append(np.arange(len(standing), dtype=np.int32))
        standings.append(standing)
        contracts.append(contract_index)
        counting.append(connected[day.business_date][contract_index])
    empty = [np.empty(0, np.int32)]
    table = pa.table(
        {
            "platform_day_no": np.concatenate(numbers or empty),
            "account_no": np.concatenate(accounts or empty),
            "standing": np.concatenate(standings or empty).astype(np.uint8),
            "contract_index": np.concatenate(contracts or empty),
            "is_connected": np.concatenate(counting or empty).astype(bool),
        }
    )
    owners.lake.put("owners", table)


def _connected(sources: Sources) -> "dict[date, NDArray[np.bool_]]":
    """Day → for each contract (and, last, for none) whether every active vehicle counts, not only a used one."""
    import numpy as np

    changes = {row.valid_from for rows in sources.terms.values() for row in rows if row.valid_from in sources.month}
    by_day: dict[date, NDArray[np.bool_]] = {}
    of_contracts = None
    for day in sources.month.dates():
        if of_contracts is None or day in changes:
            of_contracts = np.zeros(len(sources.contracts) + 1, np.bool_)
            for index, contract in enumerate(sources.contracts):
                row = sources.terms_on(contract.contract_no, day)
                of_contracts[index] = row is not None and row.counting == "connected"
        by_day[day] = of_contracts
    return by_day
