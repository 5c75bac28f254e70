"""Findings of single vehicles, as runs of days by DuckDB: a month may consist of nothing else (domain.md §3, §10).

Vehicles of nobody, of contracts out of force, of several owners; accounts without a contract; duplicates, certain and suspected.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake_sql import BATCH, Lake
from pipelines.usage.platform_days import OwnedDay
from pipelines.usage.suspected import find_suspected

if TYPE_CHECKING:
    import pyarrow as pa

DAYS_AT_ONCE = 4
"""Platform-days whose lost devices are put together in one statement."""
NAMED = 5
"""Other vehicles that a suspected duplicate names; how many more there are, it counts."""


class _OwnerSets(NamedTuple):
    """Platform-days that have such owner sets, and the numbers of these: what lies outside the least and the greatest is not read."""

    days: list[int]
    numbers: list[int]

    @property
    def bounds(self) -> dict[str, int]:
        return {"first_set": min(self.numbers), "last_set": max(self.numbers)}


def vehicle_findings(lake: Lake, counted: CountedMonth) -> "Iterator[pa.RecordBatch]":
    """Batches of `FindingRun`, its parameters as JSON text; a batch at a time is in memory."""
    _put_names(lake, counted)
    several = _put_several_owners(lake, counted)
    lake.run("unpaid_owner_sets")
    _put_owner_sets(lake, counted)
    unpaid = _unpaid(lake)
    lost = _put_lost_devices(lake, counted)
    first = counted.sources.month.first
    if unpaid:
        lake.run("unpaid_vehicles", paths=[lake.shape, *_files(lake, counted, unpaid.days)], **unpaid.bounds)
        for name in ("unpaid_runs", "silent_runs", "unknown_account_runs"):
            yield from _batches(lake, name, first=first)
    if several:
        paths = [lake.shape, *_files(lake, counted, several.days)]
        yield from _batches(lake, "several_owners_runs", first=first, paths=paths, **several.bounds)
    if lost:
        yield from _batches(lake, "duplicate_runs", first=first, paths=lost)
    find_suspected(lake, counted)
    yield from _batches(lake, "suspected_runs", first=first, named=NAMED)


def _batches(lake: Lake, name: str, **binds: Any) -> "Iterator[pa.RecordBatch]":
    yield from lake.query(name, **binds).to_arrow_reader(BATCH)


def _files(lake: Lake, counted: CountedMonth, numbers: Iterable[int]) -> list[str]:
    """The files of these platform-days, each once."""
    return sorted({lake.location(counted.owned_days[number].path) for number in numbers})


def _put_lost_devices(lake: Lake, counted: CountedMonth) -> list[str]:
    """The table `lost_devices`, some days at a time; the files of the days with duplicates or their winners."""
    lake.run("new_lost_parts")
    numbers = sorted(lake.table("duplicate_days").column("platform_day_no").to_pylist())
    for place in range(0, len(numbers), DAYS_AT_ONCE):
        of_days = numbers[place : place + DAYS_AT_ONCE]
        lake.run("add_lost_parts", paths=_files(lake, counted, of_days), first=of_days[0], last=of_days[-1])
    lake.run("lost_devices")
    return _files(lake, counted, numbers)


def several_of(day: OwnedDay) -> list[int]:
    """Owner sets of several accounts that lead to different contracts."""
    return [number for number, owner in enumerate(day.owners) if owner.rivals and len(day.owner_sets[number]) > 1]


def _put_several_owners(lake: Lake, counted: CountedMonth) -> _OwnerSets | None:
    """The table `several_owners`, and what is in it, or None; days whose owners are the same object are looked through once."""
    import pyarrow as pa

    several: dict[int, tuple[int, list[int]]] = {}
    sets: list[tuple[int, int, tuple[str, ...]]] = []
    groups: list[tuple[int, int]] = []
    for day in counted.owned_days:
        if id(day.owners) not in several:
            several[id(day.owners)] = (len(several), several_of(day))
            group_no, numbers = several[id(day.owners)]
            sets += [(group_no, number, day.owners[number].rivals) for number in numbers]
        group_no, numbers = several[id(day.owners)]
        groups += [(group_no, day.number)] if numbers else []
    group = ("group_no", pa.int32())
    lake.put("several_sets", _table([group, ("account_no", pa.int32()), ("contracts", pa.list_(pa.string()))], sets))
    lake.put("several_days", _table([group, ("platform_day_no", pa.int32())], groups))
    lake.run("several_owners")
    return _OwnerSets([number for _, number in groups], [number for _, number, _ in sets]) if groups else None


def _unpaid(lake: Lake) -> _OwnerSets | None:
    """Owner sets that list active vehicles and belong to no contract in force, or None."""
    rows = lake.table("unpaid_days").to_pydict()
    return _OwnerSets(rows["platform_day_no"], [*rows["first_set"], *rows["last_set"]]) if rows["platform_day_no"] else None


def _put_names(lake: Lake, counted: CountedMonth) -> None:
    import pyarrow as pa

    names = [contract.contract_no for contract in counted.sources.contracts]
    index = pa.array(range(len(names)), pa.int32())
    lake.put("contract_names", pa.table({"contract_index": index, "contract_no": pa.array(names, pa.string())}))


def _put_owner_sets(lake: Lake, counted: CountedMonth) -> None:
    """The tables `day_paths` and `owner_sets`, of the sets that findings name; days that list the same owner sets share their accounts."""
    import pyarrow as pa

    set_nos: dict[int, int] = {}
    of_sets: dict[int, tuple[tuple[str, ...], ...]] = {}
    paths: list[tuple[str, int, str, int, int]] = []
    for day in counted.owned_days:
        set_no = set_nos.setdefault(id(day.owner_sets), len(set_nos))
        of_sets[set_no] = day.owner_sets
        paths.append((lake.location(day.path), day.number, day.platform, day.business_date.day, set_no))
    day_paths = [("filename", pa.string()), ("platform_day_no", pa.int32()), ("platform", pa.string()), ("day_no", pa.int32())]
    lake.put("day_paths", _table([*day_paths, ("set_no", pa.int32())], paths))
    named = lake.table("named_owner_sets")
    set_no, account_no = (named.column(name).combine_chunks() for name in ("set_no", "account_no"))
    accounts = (of_sets[number][place] for number, place in zip(set_no.to_numpy(), account_no.to_numpy(), strict=True))
    lists = pa.array(accounts, pa.list_(pa.string()))
    lake.put("owner_sets", pa.table({"set_no": set_no, "account_no": account_no, "accounts": lists}))


def _table(columns: "list[tuple[str, Any]]", rows: list[Any]) -> "pa.Table":
    import pyarrow as pa

    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table({name: pa.array(of_column, kind) for (name, kind), of_column in zip(columns, values, strict=True)})
