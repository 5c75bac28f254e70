"""The platform-days of a month made ready for counting: one file each, and the owner of every owner set on that day."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from pipelines.usage.lake import Lake
from pipelines.usage.owners import Owner, Ownership, Tree
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


@dataclass(slots=True)
class Resolver:
    """Owners by platform, tree and run of days without a change of mappings: what is equal is resolved once."""

    lake: Lake
    sources: Sources
    contract_index: dict[str, int] = field(init=False)
    _texts: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    _trees: dict[bytes, Tree] = field(default_factory=dict)
    _owner_sets: dict[bytes, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    _ownership: dict[tuple[str, bytes, int], Ownership] = field(default_factory=dict)
    _owners: dict[tuple[str, bytes, bytes, int], tuple[Owner, ...]] = field(default_factory=dict)
    _columns: dict[int, "tuple[NDArray[np.uint8], NDArray[np.int32]]"] = field(default_factory=dict)
    _mapped: dict[tuple[str, int], dict[str, tuple[str, ...]]] = field(default_factory=dict)
    _in_force: dict[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.contract_index = {contract.contract_no: index for index, contract in enumerate(self.sources.contracts)}

    def owner_sets(self, snapshot: Snapshot) -> tuple[tuple[str, ...], ...]:
        """The accounts that own directly what bears each account_no of a snapshot."""
        return self._owner_sets[self._keys(snapshot)[1]]

    def owners(self, snapshot: Snapshot, day: date) -> tuple[Owner, ...]:
        """Owner of each owner set of a snapshot, by the mappings of that day."""
        tree, owner_sets = self._keys(snapshot)
        epoch = self.sources.epochs[day]
        known = self._owners.get((snapshot.platform, tree, owner_sets, epoch))
        if known is None:
            ownership = self._ownership.get((snapshot.platform, tree, epoch))
            if ownership is None:
                if epoch not in self._in_force:
                    self._in_force[epoch] = self.sources.in_force_on(day)
                ownership = Ownership(self._trees[tree], self.mapped(snapshot.platform, day), self._in_force[epoch])
                self._ownership[snapshot.platform, tree, epoch] = ownership
            known = tuple(map(ownership.owner, self._owner_sets[owner_sets]))
            self._owners[snapshot.platform, tree, owner_sets, epoch] = known
        return known

    def _keys(self, snapshot: Snapshot) -> tuple[bytes, bytes]:
        """Digests of a snapshot's tree and of its owner sets, both known from then on."""
        keys = self._texts.get(snapshot.path)
        if keys is None:
            tree, owner_sets = ownership_of(self.lake.metadata(snapshot.path))
            keys = self._texts[snapshot.path] = hashlib.sha256(tree).digest(), hashlib.sha256(owner_sets).digest()
            if keys[0] not in self._trees:
                self._trees[keys[0]] = Tree.of(msgspec.json.decode(tree))
            if keys[1] not in self._owner_sets:
                self._owner_sets[keys[1]] = msgspec.json.decode(owner_sets, type=tuple[tuple[str, ...], ...])
        return keys

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
                np.fromiter((index.get(owner.contract_no or "", -1) for owner in owners), np.int32, len(owners)),
            )
        return self._columns[id(owners)]


@dataclass(frozen=True, slots=True)
class Planned:
    """A platform-day with the one file that lists its vehicles. ``suppliers``: the latest snapshot, and those that list a vehicle last."""

    number: int
    day: PlatformDay
    path: str
    suppliers: tuple[Snapshot, ...]


def plan(resolver: Resolver) -> list[Planned]:
    """Every covered platform-day of the month, by date and platform; several snapshots of a day are merged into one file now."""
    sources = resolver.sources
    days = sorted(sources.days.values(), key=lambda day: (day.business_date, sources.platforms.index(day.platform)))
    merged: dict[tuple[Snapshot, ...], tuple[str, tuple[Snapshot, ...]]] = {}
    planned = []
    for number, day in enumerate(days):
        if day.snapshots not in merged:
            merged[day.snapshots] = _one_file(resolver, day.snapshots)
        planned.append(Planned(number, day, *merged[day.snapshots]))
    return planned


def own_day(resolver: Resolver, platform: str, day: date) -> Part:
    """One covered platform-day with its owners, beside the tables of the pass. KeyError when it is not covered."""
    found = resolver.sources.days[platform, day]
    return _owned(resolver, Planned(-1, found, *_one_file(resolver, found.snapshots)))


def own(resolver: Resolver, planned: Sequence[Planned]) -> list[Part]:
    """The planned days with their owners; also the tables `parts` and `owners` of the pass."""
    parts = [_owned(resolver, one) for one in planned]
    _put_parts(resolver.lake, parts)
    _put_owners(resolver, parts)
    return parts


def _owned(resolver: Resolver, one: Planned) -> Part:
    snapshots, day = one.day.snapshots, one.day.business_date
    owners = [resolver.owners(snapshot, day) for snapshot in snapshots]
    owner_sets = [resolver.owner_sets(snapshot) for snapshot in snapshots]
    return Part(
        one.number,
        one.day,
        one.path,
        frozenset.intersection(*(snapshot.columns for snapshot in one.suppliers)),
        owners[0] if len(owners) == 1 else tuple(chain.from_iterable(owners)),
        owner_sets[0] if len(owner_sets) == 1 else tuple(chain.from_iterable(owner_sets)),
    )


def _one_file(resolver: Resolver, snapshots: tuple[Snapshot, ...]) -> tuple[str, tuple[Snapshot, ...]]:
    """One file of the day's vehicles, each from the latest snapshot that lists it; and the snapshots that supply any, and the latest."""
    if len(snapshots) == 1:
        return snapshots[0].path, snapshots
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    lake = resolver.lake
    paths = [lake.location(snapshot.path) for snapshot in snapshots]
    starts = np.cumsum([0, *(len(resolver.owner_sets(snapshot)) for snapshot in snapshots)])
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


def _put_parts(lake: Lake, parts: Sequence[Part]) -> None:
    import pyarrow as pa

    carried = [part.day if part.day.is_carried else None for part in parts]

    rows: dict[str, Any] = {
        "part_no": pa.array([part.number for part in parts], pa.int32()),
        "day_no": pa.array([part.day.business_date.day for part in parts], pa.int32()),
        "platform": pa.array([part.day.platform for part in parts], pa.string()),
        "carried_since": pa.array([day and day.carried_since.replace(tzinfo=None) for day in carried], pa.timestamp("us")),
        "carried_by": pa.array([day and day.carried_by for day in carried], pa.duration("us")),
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


def ownership_of(stored: bytes) -> tuple[bytes, bytes]:
    """The account tree and the owner sets, as JSON texts, out of a file's metadata (an object with sorted keys).

    A quotation mark inside a JSON text is escaped, so the keys are found where they are and nowhere else.
    """
    accounts, date_at = stored.index(b'"accounts":') + 11, stored.index(b',"business_date":')
    owners, after = stored.rindex(b',"owners":') + 10, stored.rindex(b',"platform":')
    return stored[accounts:date_at], stored[owners:after]
