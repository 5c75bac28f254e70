"""Evidence frozen at issue: one immutable file with the vehicles of every contract and the days on which each counted (domain.md §7)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines import logs
from pipelines.evidence.lake import EvidenceLost
from pipelines.files import sha256_of
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.usage.counting import CountedMonth, count
from pipelines.usage.frozen_file import METADATA_KEY, ProvenDay, encode
from pipelines.usage.lake_sql import Lake, opened
from pipelines.usage.month import in_lake, meters_of
from pipelines.usage.sources import Sources, read

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection


_AT_ONCE = 4_000_000
"""Vehicle-days that are held by themselves, about 80 bytes each, before their vehicles take them up as bits: those of some contracts at a
time; of a contract that has more of them those of some of its vehicles."""

_IN_GROUP = 20_000
"""Rows of a row group, by which a reader finds a contract."""


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """The written file. ``path``: relative to the lake; ``digest``: sha256 of its bytes; ``contracts``: digest of each contract's rows;
    ``vehicles``: its rows."""

    path: str
    digest: str
    contracts: Mapping[str, str]
    vehicles: int


def freeze(
    settings: Settings, connection: "Connection", month: Month, contracts: Sequence[str], sources: Sources | None = None
) -> FrozenFile:
    """Write the vehicles of these contracts for the month, billed and excluded with the reason, into one file of the lake.

    ``sources``: what the month's usage was computed from; None: as they are now.

    The same evidence gives the same bytes, and so the same path: freezing again changes nothing. EvidenceLost when a file that
    the usage was computed from is no longer what was landed.
    """
    if sources is None:
        sources = read(connection, month, datetime(month.next.next.year, month.next.next.number, 1, tzinfo=UTC))
    lost = in_lake(settings, connection, sources).lost
    if lost.keys() - sources.lost.keys():
        raise EvidenceLost(f"the lake's {next(iter(lost.values()))}; run again: its day counts as missing then")
    sources = replace(sources, known_until=month.last)  # every day that has landed, whichever was over when the run was computed
    with logs.verb("usage", "freeze", month=str(month)) as done, opened(settings, meters_of(sources)) as lake:
        counted = count(lake, sources)
        _gather(lake, counted, contracts)
        frozen = _write(lake, month, _proven_days(counted))
        done |= {"contracts": len(contracts), "vehicles": frozen.vehicles}
        return frozen


def _gather(lake: Lake, counted: CountedMonth, contracts: Sequence[str]) -> None:
    """The table `frozen` of the pass: all vehicles of these contracts."""
    import pyarrow as pa

    index = counted.owners.contract_index
    chosen = [(index[contract_no], contract_no) for contract_no in contracts]
    numbers, names = [number for number, _ in chosen], [name for _, name in chosen]
    lake.put("frozen_contracts", pa.table({"contract_index": pa.array(numbers, pa.int32()), "contract_no": pa.array(names, pa.string())}))
    lake.run("frozen_parts", at_once=_AT_ONCE)
    lake.run("new_frozen")
    days_of_part: dict[int, list[dict[str, int]]] = defaultdict(list)
    for row in lake.table("frozen_part_days", at_once=_AT_ONCE).to_pylist():
        days_of_part[row["part"]].append(row)
    for part_days in days_of_part.values():
        for number in range(part_days[0]["slices"]):
            _freeze_slice(lake, counted, part_days, number)
    lake.run("new_frozen_days")  # what the last slice held is let go of before all rows are read


def _freeze_slice(lake: Lake, counted: CountedMonth, days: Sequence[Mapping[str, int]], number: int) -> None:
    """Some vehicles of some contracts, all their days; nothing of them is held when the next slice begins but a row each."""
    lake.run("new_frozen_days")
    for row in days:
        path = lake.location(counted.owned_days[row["platform_day_no"]].path)
        lake.run("add_frozen_day", path=path, shape=lake.shape, slice=number, **row)
    lake.run("add_frozen")


def _proven_days(counted: CountedMonth) -> list[ProvenDay]:
    """What each counted platform-day rests on."""
    days = (day.platform_day for day in counted.owned_days)
    return [
        ProvenDay(
            day.platform,
            day.business_date,
            tuple(snapshot.digest for snapshot in day.snapshots),
            day.source_date if day.is_carried else None,
        )
        for day in days
    ]


def _write(lake: Lake, month: Month, days: list[ProvenDay]) -> FrozenFile:
    """The rows of `frozen` as a file of the lake; a part of them is held here at a time."""
    import pyarrow.parquet as pq

    local, vehicles = lake.folder / "issued.parquet", 0
    with lake.query("frozen_rows").to_arrow_reader(_IN_GROUP) as rows:
        schema = rows.schema.with_metadata({METADATA_KEY: encode(days)})
        with pq.ParquetWriter(local, schema, compression="zstd") as file:
            for group in _groups(rows):
                file.write_table(group, _IN_GROUP)
                vehicles += group.num_rows
    digests = lake.table("frozen_digests").to_pydict()
    digest = sha256_of(local)
    path = f"issued/month={month}/{digest}.parquet"
    lake.keep(local, path)
    return FrozenFile(path, digest, dict(zip(digests["contract_no"], digests["digest"], strict=True)), vehicles)


def _groups(rows: "pa.RecordBatchReader") -> "Iterator[pa.Table]":
    """The same rows, _IN_GROUP at a time, however many come together."""
    import pyarrow as pa

    waiting = rows.schema.empty_table()
    for batch in rows:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= _IN_GROUP:
            yield waiting.slice(0, _IN_GROUP)
            waiting = waiting.slice(_IN_GROUP)
    if waiting.num_rows:
        yield waiting
