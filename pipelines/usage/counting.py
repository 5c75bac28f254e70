"""The pass over the lake: active vehicles by owner set, less the duplicates, given to contracts (domain.md §3, §4)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.usage.duplicates import find_duplicates
from pipelines.usage.gaps import Gap, Present, gaps, lacks_used, measured, uncovered
from pipelines.usage.lake import METER, MINUTES, Lake
from pipelines.usage.parts import Part, Planned, Resolver, own, plan
from pipelines.usage.sources import Sources

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Counted:
    """A pass that is done: days and gaps, and what findings and the frozen evidence ask further of it."""

    parts: list[Part]
    resolver: Resolver
    days: "pa.Table"
    gaps: Mapping[str, list[Gap]]


def counted(lake: Lake, sources: Sources) -> Counted:
    """Count the month. Leaves the tables parts, owners, fleets and duplicates in the pass."""
    resolver = Resolver(lake, sources)
    planned = plan(resolver)
    with ThreadPoolExecutor(1) as beside:  # DuckDB counts while Python walks the trees
        fleets = beside.submit(_count_fleets, lake.beside(), planned)
        parts = own(resolver, planned)
        fleets.result()
    find_duplicates(lake, parts)
    present = _present(lake, sources, parts)
    missing = gaps(sources, present)
    return Counted(parts, resolver, _days(lake, sources, present, missing), missing)


def _count_fleets(lake: Lake, planned: Sequence[Planned]) -> None:
    lake.run("new_fleets", shape=lake.shape)
    for one in planned:
        lake.run("add_fleet", part_no=one.number, path=lake.location(one.path), shape=lake.shape)


def _present(lake: Lake, sources: Sources, parts: Sequence[Part]) -> list[Present]:
    """Vehicles of each contract on the platform-days that lack a column which counting or some tariff needs."""
    import pyarrow as pa

    needed = measured(sources) | {MINUTES} | {f"{METER}{name}" for name in _meters(lake)}
    wanted = [part for part in parts if lacks_used(part.columns) or needed - part.columns]
    if not wanted:
        return []
    lake.put("wanted", pa.table({"part_no": pa.array([part.number for part in wanted], pa.int32())}))
    found = lake.table("platform_fleets").to_pydict()
    by_number = {part.number: part for part in wanted}
    return [
        Present(
            sources.contracts[contract].contract_no,
            by_number[number].day.platform,
            by_number[number].day.business_date,
            by_number[number].columns,
            active,
            fleet,
        )
        for number, contract, active, fleet in zip(
            found["part_no"], found["contract_index"], found["active"], found["counted"], strict=True
        )
    ]


def _meters(lake: Lake) -> list[str]:
    import pyarrow.parquet as pq

    return [name.removeprefix(METER) for name in pq.read_schema(lake.shape).names if name.startswith(METER)]


def _days(lake: Lake, sources: Sources, present: Sequence[Present], missing: Mapping[str, list[Gap]]) -> "pa.Table":
    """A row for every contract and day in force on which its fleet is known; zero where no vehicle counted."""
    import numpy as np
    import pyarrow as pa

    length = sources.month.days
    cells = np.zeros((len(sources.contracts), length), np.bool_)
    index = {contract.contract_no: number for number, contract in enumerate(sources.contracts)}
    whole = sources.month.span
    for number, contract in enumerate(sources.contracts):
        span = whole.overlap(contract.starts_on, contract.ends_on)
        if span:
            cells[number, span.first.day - 1 : span.last.day] = True
    for contract_no, day in uncovered(missing):
        cells[index[contract_no], day.day - 1] = False
    wanted = np.flatnonzero(cells)
    found = lake.table("contract_days")
    at = found.column("contract_index").to_numpy().astype(np.int64) * length + found.column("day_no").to_numpy() - 1
    rows = np.full(cells.size, -1, np.int64)
    rows[at] = np.arange(len(at))
    taken = pa.array(rows[wanted], mask=rows[wanted] < 0)
    contracts = pa.array([contract.contract_no for contract in sources.contracts], pa.string())
    dates = pa.array(list(sources.month.dates()), pa.date32())
    unknown = _unknown(present, index, length, [METER + name for name in _meters(lake)])

    def amounts(name: str) -> "pa.Array":
        import pyarrow.compute as pc

        values = pc.coalesce(found.column(name).combine_chunks().take(taken), pa.scalar(0, found.schema.field(name).type))
        where = unknown.get(name)
        return values if where is None else pc.if_else(pa.array(np.isin(wanted, where)), pa.scalar(None, values.type), values)

    meters = _meters(lake)
    columns = {
        "contract_no": contracts.take(pa.array(wanted // length)),
        "business_date": dates.take(pa.array(wanted % length)),
        "fleet_size": found.column("fleet_size").combine_chunks().take(taken).fill_null(0),
        "online_minutes": amounts(MINUTES),
        "meters": _struct({name: amounts(METER + name) for name in meters}, len(wanted)),
    }
    return pa.table(columns)


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
