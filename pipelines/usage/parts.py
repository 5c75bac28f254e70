"""The platform-days of a month made ready for counting: one file each, and the owner of every owner set on that day."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.evidence.lake import decode
from pipelines.usage.lake import Lake
from pipelines.usage.owners import Owner, Tree, resolve
from pipelines.usage.sources import PlatformDay, Snapshot, Sources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Part:
    """A platform-day as counting takes it. ``owners[account_no]`` owns the rows of that number; ``columns``: known for the whole day."""

    number: int
    day: PlatformDay
    path: str
    columns: frozenset[str]
    owners: tuple[Owner, ...]
    owner_sets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _File:
    """What a single snapshot says of ownership."""

    tree: Tree
    owner_sets: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Resolver:
    """Owners by platform, tree and run of days without a change of mappings: equal months are resolved once."""

    lake: Lake
    sources: Sources
    contract_index: dict[str, int] = field(init=False)
    _files: dict[bytes, _File] = field(default_factory=dict)
    _texts: dict[str, bytes] = field(default_factory=dict)
    _owners: dict[tuple[str, bytes, int], tuple[Owner, ...]] = field(default_factory=dict)
    _columns: dict[int, "tuple[NDArray[np.uint8], NDArray[np.int32]]"] = field(default_factory=dict)
    _mapped: dict[tuple[str, int], dict[str, tuple[str, ...]]] = field(default_factory=dict)
    _in_force: dict[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.contract_index = {contract.contract_no: index for index, contract in enumerate(self.sources.contracts)}

    def file(self, snapshot: Snapshot) -> tuple[bytes, _File]:
        """Tree and owner sets of a snapshot, and a key that equal ones share."""
        key = self._texts.get(snapshot.path)
        if key is None:
            stored = self.lake.metadata(snapshot.path)
            key = hashlib.sha256(_ownership(stored)).digest()
            self._texts[snapshot.path] = key
            if key not in self._files:
                found = decode(stored)
                self._files[key] = _File(Tree.of(found.accounts), found.owners)
        return key, self._files[key]

    def owners(self, snapshot: Snapshot, day: date) -> tuple[Owner, ...]:
        """Owner of each owner set of a snapshot, by the mappings of that day."""
        key, file = self.file(snapshot)
        epoch = self.sources.epochs[day]
        known = self._owners.get((snapshot.platform, key, epoch))
        if known is None:
            if epoch not in self._in_force:
                self._in_force[epoch] = self.sources.in_force_on(day)
            known = tuple(resolve(file.tree, file.owner_sets, self.mapped(snapshot.platform, day), self._in_force[epoch]))
            self._owners[snapshot.platform, key, epoch] = known
        return known

    def mapped(self, platform: str, day: date) -> dict[str, tuple[str, ...]]:
        """Account → contracts on that day."""
        key = (platform, self.sources.epochs[day])
        if key not in self._mapped:
            self._mapped[key] = self.sources.mapped_on(platform, day)
        return self._mapped[key]

    def as_columns(self, owners: tuple[Owner, ...]) -> "tuple[NDArray[np.uint8], NDArray[np.int32]]":
        """Standing and index of the contract (-1: none) of each owner set."""
        import numpy as np

        if id(owners) not in self._columns:
            index = self.contract_index
            self._columns[id(owners)] = (
                np.fromiter((owner.standing for owner in owners), np.uint8, len(owners)),
                np.fromiter((-1 if owner.contract_no is None else index[owner.contract_no] for owner in owners), np.int32, len(owners)),
            )
        return self._columns[id(owners)]


def prepare(resolver: Resolver) -> list[Part]:
    """Every covered platform-day of the month as one part, by date and platform; the tables `parts` and `owners` of the pass."""
    sources = resolver.sources
    days = sorted(sources.days.values(), key=lambda day: (day.business_date, sources.platforms.index(day.platform)))
    merged: dict[tuple[Snapshot, ...], tuple[str, tuple[Snapshot, ...]]] = {}
    parts = []
    for number, day in enumerate(days):
        if len(day.snapshots) == 1:
            only = day.snapshots[0]
            owners, owner_sets = resolver.owners(only, day.business_date), resolver.file(only)[1].owner_sets
            parts.append(Part(number, day, only.path, only.columns, owners, owner_sets))
            continue
        if day.snapshots not in merged:
            merged[day.snapshots] = _merge(resolver, day.snapshots, len(merged))
        path, suppliers = merged[day.snapshots]
        owners = sum((resolver.owners(snapshot, day.business_date) for snapshot in day.snapshots), ())
        owner_sets = sum((resolver.file(snapshot)[1].owner_sets for snapshot in day.snapshots), ())
        columns = frozenset.intersection(*(snapshot.columns for snapshot in suppliers))
        parts.append(Part(number, day, path, columns, owners, owner_sets))
    _put_parts(resolver.lake, parts)
    _put_owners(resolver, parts)
    return parts


def _merge(resolver: Resolver, snapshots: Sequence[Snapshot], number: int) -> tuple[str, tuple[Snapshot, ...]]:
    """One file of the day's vehicles, each from the latest snapshot that lists it; and the snapshots that supply any, and the latest."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    lake = resolver.lake
    paths = [lake.location(snapshot.path) for snapshot in snapshots]
    starts = np.cumsum([0, *(len(resolver.file(snapshot)[1].owner_sets) for snapshot in snapshots)])
    lake.put(
        "day_files",
        pa.table(
            {"filename": paths, "latest_is": pa.array(range(len(paths)), pa.int32()), "first_account": pa.array(starts[:-1], pa.int32())}
        ),
    )
    target = str(lake.folder / f"merged-{number}.parquet")
    reader = lake.query("merge_day", paths=paths).to_arrow_reader(100_000)
    present: set[int] = {len(snapshots) - 1}
    with pq.ParquetWriter(target, reader.schema, compression="zstd", compression_level=1) as writer:
        for batch in reader:
            writer.write_batch(batch)
            present.update(np.unique(np.searchsorted(starts, batch.column("account_no").to_numpy(), side="right") - 1).tolist())
    return target, tuple(snapshots[index] for index in sorted(present))


def _put_parts(lake: Lake, parts: Sequence[Part]) -> None:
    import pyarrow as pa

    rows: dict[str, Any] = {
        "part_no": pa.array([part.number for part in parts], pa.int32()),
        "day_no": pa.array([part.day.business_date.day for part in parts], pa.int32()),
        "platform": pa.array([part.day.platform for part in parts], pa.string()),
    }
    lake.put("parts", pa.table(rows))


def _put_owners(resolver: Resolver, parts: Sequence[Part]) -> None:
    import numpy as np
    import pyarrow as pa

    connected = _connected(resolver.sources)
    numbers, accounts, standings, contracts, counting = [], [], [], [], []
    for part in parts:
        standing, contract_index = resolver.as_columns(part.owners)
        numbers.append(np.full(len(standing), part.number, np.int32))
        accounts.append(np.arange(len(standing), dtype=np.int32))
        standings.append(standing)
        contracts.append(contract_index)
        counting.append(connected[part.day.business_date][contract_index])
    empty = [np.empty(0, np.int32)]
    table = pa.table(
        {
            "part_no": np.concatenate(numbers or empty),
            "account_no": np.concatenate(accounts or empty),
            "standing": np.concatenate(standings or empty).astype(np.uint8),
            "contract_index": np.concatenate(contracts or empty),
            "is_connected": np.concatenate(counting or empty).astype(bool),
        }
    )
    resolver.lake.put("owners", table)


def _connected(sources: Sources) -> "dict[date, NDArray[np.bool_]]":
    """Day → for each contract (and, last, for none) whether every active vehicle counts, not only a used one."""
    import numpy as np

    changes = {row.valid_from for rows in sources.terms.values() for row in rows if row.valid_from in sources.month}
    found: dict[date, NDArray[np.bool_]] = {}
    now = None
    for day in sources.month.dates():
        if now is None or day in changes:
            now = np.zeros(len(sources.contracts) + 1, np.bool_)
            for index, contract in enumerate(sources.contracts):
                row = sources.terms_on(contract.contract_no, day)
                now[index] = row is not None and row.counting == "connected"
        found[day] = now
    return found


def _ownership(stored: bytes) -> bytes:
    """The part of the metadata (JSON with sorted keys) that says who owns what: equal for equal trees, whatever the day."""
    accounts, owners, after = stored.find(b',"business_date":'), stored.rfind(b',"owners":'), stored.rfind(b',"platform":')
    return stored if min(accounts, owners, after) < 0 else stored[:accounts] + stored[owners:after]
