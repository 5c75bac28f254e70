"""The pass over the lake: active vehicles by owner set, less the duplicates, given to contracts (domain.md §3, §4)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.usage.duplicates import find_duplicates
from pipelines.usage.gaps import Gap, Present, gaps, lacks_used, measured, uncovered
from pipelines.usage.lake_sql import METER, MINUTES, Lake
from pipelines.usage.ownership import MonthOwners
from pipelines.usage.platform_days import CountedFile, OwnedDay, day_files, owned_days
from pipelines.usage.sources import Sources

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


INT_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class CountedMonth:
    """A pass that is done: days and gaps, and what findings and the frozen evidence ask further of it."""

    owned_days: list[OwnedDay]
    owners: MonthOwners
    days: "pa.Table"
    gaps: Mapping[str, list[Gap]]

    @property
    def sources(self) -> Sources:
        """What it was counted from."""
        return self.owners.sources


def count(lake: Lake, sources: Sources) -> CountedMonth:
    """Count the month. Leaves the tables platform_days, owners, fleets, same_device and duplicates in the pass."""
    owners = MonthOwners(lake, sources)
    files = day_files(owners)
    with ThreadPoolExecutor(1) as beside:  # DuckDB counts while Python walks the trees
        fleets = beside.submit(_count_fleets, lake.beside(), files)
        owned = owned_days(owners, files)
        fleets.result()
    find_duplicates(lake, owned)
    return _counted(lake, owners, owned)


def count_alone(lake: Lake, sources: Sources, contracts: Set[str]) -> CountedMonth:
    """Count the month of these contracts alone: of each file the rows that they own, and what shares a device with these.

    ``days`` and ``gaps`` are theirs, and equal to what `count` gives of them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    owners = MonthOwners(lake, sources)
    files = day_files(owners)
    owned = owned_days(owners, files)
    sets = {day.number: _sets_of(owners, day, contracts) for day in owned}
    _count_fleets(lake, files, sets)
    numbers = [pa.array([number] * len(of_day), pa.int32()) for number, of_day in sets.items()]
    accounts = [pa.array(of_day, pa.int32()) for of_day in sets.values()]
    empty = pa.array([], pa.int32())
    lake.put(
        "counted_sets",
        pa.table({"platform_day_no": pa.concat_arrays([*numbers, empty]), "account_no": pa.concat_arrays([*accounts, empty])}),
    )
    find_duplicates(lake, owned, narrow=True)
    counted = _counted(lake, owners, owned)
    wanted = pc.is_in(counted.days.column("contract_no"), pa.array(sorted(contracts), pa.string()))
    gaps_of_wanted = {contract_no: missing for contract_no, missing in counted.gaps.items() if contract_no in contracts}
    return replace(counted, days=counted.days.filter(wanted), gaps=gaps_of_wanted)


def _counted(lake: Lake, owners: MonthOwners, owned: list[OwnedDay]) -> CountedMonth:
    sources = owners.sources
    present = _present(lake, sources, owned)
    missing = gaps(sources, present)
    return CountedMonth(owned, owners, _days(lake, sources, present, missing), missing)


def _sets_of(owners: MonthOwners, day: OwnedDay, contracts: Set[str]) -> list[int]:
    """The owner sets of a day that belong to these contracts, ascending."""
    import numpy as np

    index = [owners.contract_index[contract_no] for contract_no in contracts]
    numbers: list[int] = np.flatnonzero(np.isin(owners.as_columns(day.owners)[1], index)).tolist()
    return numbers


def _count_fleets(lake: Lake, files: Sequence[CountedFile], sets: Mapping[int, list[int]] | None = None) -> None:
    """The table `fleets`; ``sets``: the owner sets of each platform-day that are counted, None: all."""
    lake.run("new_fleets", shape=lake.shape)
    for file in files:
        chosen = None if sets is None else sets[file.number]
        if chosen == []:
            continue
        bounds = {"first": chosen[0] if chosen else 0, "last": chosen[-1] if chosen else INT_MAX}
        lake.run("add_fleet", platform_day_no=file.number, path=lake.location(file.path), shape=lake.shape, owner_sets=chosen, **bounds)


def _present(lake: Lake, sources: Sources, days: Sequence[OwnedDay]) -> list[Present]:
    """Vehicles of each contract on the platform-days that lack a column which counting or some tariff needs."""
    import pyarrow as pa

    needed = measured(sources) | {MINUTES} | {f"{METER}{name}" for name in _meters(lake)}
    lacking = {day.number: day for day in days if lacks_used(day.columns) or needed - day.columns}
    if not lacking:
        return []
    lake.put("wanted", pa.table({"platform_day_no": pa.array(lacking, pa.int32())}))
    rows = lake.table("platform_fleets").to_pydict()
    return [
        Present(
            sources.contracts[contract].contract_no,
            lacking[number].platform,
            lacking[number].business_date,
            lacking[number].columns,
            active,
            fleet,
        )
        for number, contract, active, fleet in zip(
            rows["platform_day_no"], rows["contract_index"], rows["active"], rows["counted"], strict=True
        )
    ]


def _meters(lake: Lake) -> list[str]:
    import pyarrow.parquet as pq

    return [name.removeprefix(METER) for name in pq.read_schema(lake.shape).names if name.startswith(METER)]


def _days(lake: Lake, sources: Sources, present: Sequence[Present], missing: Mapping[str, list[Gap]]) -> "pa.Table":
    """A row for every contract and day in force on which its fleet is known; zero where no vehicle counted."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    length, index = sources.month.days, {contract.contract_no: number for number, contract in enumerate(sources.contracts)}
    wanted = np.flatnonzero(_known_cells(sources, index, missing))
    sums = lake.table("contract_days")
    at = sums.column("contract_index").to_numpy().astype(np.int64) * length + sums.column("day_no").to_numpy() - 1
    rows = np.full(len(sources.contracts) * length, -1, np.int64)
    rows[at] = np.arange(len(at))
    taken = pa.array(rows[wanted], mask=rows[wanted] < 0)
    contracts = pa.array([contract.contract_no for contract in sources.contracts], pa.string())
    dates = pa.array(list(sources.month.dates()), pa.date32())
    meters = _meters(lake)
    unknown = _unknown(present, index, length, [METER + name for name in meters])

    def amounts(name: str) -> "pa.Array":
        values = pc.coalesce(sums.column(name).combine_chunks().take(taken), pa.scalar(0, sums.schema.field(name).type))
        where = unknown.get(name)
        return values if where is None else pc.if_else(pa.array(np.isin(wanted, where)), pa.scalar(None, values.type), values)

    columns = {
        "contract_no": contracts.take(pa.array(wanted // length)),
        "business_date": dates.take(pa.array(wanted % length)),
        "fleet_size": sums.column("fleet_size").combine_chunks().take(taken).fill_null(0),
        "online_minutes": amounts(MINUTES),
        "meters": _struct({name: amounts(METER + name) for name in meters}, len(wanted)),
    }
    return pa.table(columns)


def _known_cells(sources: Sources, index: Mapping[str, int], missing: Mapping[str, list[Gap]]) -> "NDArray[np.bool_]":
    """Contract × day of the month: in force, and its fleet known."""
    import numpy as np

    cells = np.zeros((len(sources.contracts), sources.month.days), np.bool_)
    for number, contract in enumerate(sources.contracts):
        span = contract.days_in(sources.month)
        if span:
            cells[number, span.first.day - 1 : span.last.day] = True
    for contract_no, day in uncovered(missing):
        cells[index[contract_no], day.day - 1] = False
    return cells


def _struct(fields: "dict[str, pa.Array]", length: int) -> "pa.Array":
    import pyarrow as pa

    if not fields:
        return pa.array([{}] * length, pa.struct([]))
    return pa.StructArray.from_arrays(list(fields.values()), list(fields))


def _unknown(present: Sequence[Present], index: Mapping[str, int], length: int, meters: Sequence[str]) -> "dict[str, NDArray[np.int64]]":
    """Column → cells (contract × day) whose sum is not known, because a platform with counted vehicles lacks it."""
    import numpy as np

    cells: dict[str, list[int]] = defaultdict(list)
    for row in present:
        if row.counted:
            for name in {MINUTES, *meters} - row.columns:
                cells[name].append(index[row.contract_no] * length + row.date.day - 1)
    return {name: np.array(places, np.int64) for name, places in cells.items()}
