"""Findings of single vehicles, as runs of days by DuckDB: a month may consist of nothing else (domain.md §3, §10).

Vehicles of nobody, of contracts out of force, of several owners; accounts without a contract; duplicates, certain and suspected.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake_sql import Lake
from pipelines.usage.platform_days import OwnedDay
from pipelines.usage.suspected import find_suspected

if TYPE_CHECKING:
    import pyarrow as pa

NAMED = 5
"""Other vehicles that a suspected duplicate names; how many more there are, it counts."""
BATCH = 100_000


def vehicle_findings(lake: Lake, counted: CountedMonth) -> "Iterator[pa.RecordBatch]":
    """Batches of `FindingRun`, its parameters as JSON text; a batch at a time is in memory."""
    _put_names(lake, counted)
    several = _several_owners(counted)
    unpaid = _by_day(lake.table("unpaid_owner_sets").to_pydict())
    _put_owner_sets(lake, counted, several, unpaid)
    lost = _files(lake, counted, lake.table("duplicate_days").column("platform_day_no").to_pylist())
    lake.run("lost_devices", paths=lost) if lost else lake.run("no_lost_devices")
    first = counted.sources.month.first
    if unpaid:
        lake.run("unpaid_vehicles", paths=[lake.shape, *_files(lake, counted, unpaid)])
        for name in ("unpaid_runs", "silent_runs", "unknown_account_runs"):
            yield from _batches(lake, name, first=first)
    if several:
        yield from _batches(lake, "several_owners_runs", first=first, paths=[lake.shape, *_files(lake, counted, several)])
    if lost:
        yield from _batches(lake, "duplicate_runs", first=first, paths=lost)
    find_suspected(lake, counted)
    yield from _batches(lake, "suspected_runs", first=first, named=NAMED)


def _batches(lake: Lake, name: str, **binds: Any) -> "Iterator[pa.RecordBatch]":
    yield from lake.query(name, **binds).to_arrow_reader(BATCH)


def _files(lake: Lake, counted: CountedMonth, numbers: Iterable[int]) -> list[str]:
    """The files of these platform-days, each once."""
    return sorted({lake.location(counted.owned_days[number].path) for number in numbers})


def _by_day(columns: dict[str, list[int]]) -> dict[int, set[int]]:
    """Owner sets by number of the platform-day."""
    of_days: dict[int, set[int]] = defaultdict(set)
    for number, account_no in zip(columns["platform_day_no"], columns["account_no"], strict=True):
        of_days[number].add(account_no)
    return of_days


def _several_owners(counted: CountedMonth) -> dict[int, set[int]]:
    """Owner sets of several accounts that lead to different contracts, by number of the platform-day."""
    several = {day.number: several_of(day) for day in counted.owned_days}
    return {number: account_nos for number, account_nos in several.items() if account_nos}


def several_of(day: OwnedDay) -> set[int]:
    """Owner sets of several accounts that lead to different contracts."""
    return {number for number, owner in enumerate(day.owners) if owner.rivals and len(day.owner_sets[number]) > 1}


def _put_names(lake: Lake, counted: CountedMonth) -> None:
    import pyarrow as pa

    names = [contract.contract_no for contract in counted.sources.contracts]
    index = pa.array(range(len(names)), pa.int32())
    lake.put("contract_names", pa.table({"contract_index": index, "contract_no": pa.array(names, pa.string())}))


def _put_owner_sets(lake: Lake, counted: CountedMonth, several: dict[int, set[int]], unpaid: dict[int, set[int]]) -> None:
    """The tables `day_paths`, `owner_sets` and `several_owners`; days that list the same owner sets share their accounts."""
    import pyarrow as pa

    set_nos: dict[int, int] = {}
    chosen: dict[int, set[int]] = defaultdict(set)
    of_sets: dict[int, tuple[tuple[str, ...], ...]] = {}
    paths: list[tuple[str, int, str, int, int]] = []
    for day in counted.owned_days:
        set_no = set_nos.setdefault(id(day.owner_sets), len(set_nos))
        of_sets[set_no] = day.owner_sets
        chosen[set_no] |= several.get(day.number, set()) | unpaid.get(day.number, set())
        paths.append((lake.location(day.path), day.number, day.platform, day.business_date.day, set_no))
    day_paths = [("filename", pa.string()), ("platform_day_no", pa.int32()), ("platform", pa.string()), ("day_no", pa.int32())]
    lake.put("day_paths", _table([*day_paths, ("set_no", pa.int32())], paths))
    sets = [(set_no, number, of_sets[set_no][number]) for set_no, numbers in chosen.items() for number in sorted(numbers)]
    lake.put("owner_sets", _table([("set_no", pa.int32()), ("account_no", pa.int32()), ("accounts", pa.list_(pa.string()))], sets))
    rivals = [(number, each, counted.owned_days[number].owners[each].rivals) for number, numbers in several.items() for each in numbers]
    columns = [("platform_day_no", pa.int32()), ("account_no", pa.int32()), ("contracts", pa.list_(pa.string()))]
    lake.put("several_owners", _table(columns, rivals))


def _table(columns: "list[tuple[str, Any]]", rows: list[Any]) -> "pa.Table":
    import pyarrow as pa

    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table({name: pa.array(of_column, kind) for (name, kind), of_column in zip(columns, values, strict=True)})
