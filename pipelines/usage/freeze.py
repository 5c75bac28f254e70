"""Evidence frozen at issue: one immutable file with the vehicles of every contract and the days on which each counted (domain.md §7)."""

from collections.abc import Mapping, Sequence
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
"""Vehicle-days that are held by themselves, about 80 bytes each, before their vehicles take them up as bits."""


@dataclass(frozen=True, slots=True)
class FrozenFile:
    """The written file. ``path``: relative to the lake; ``digest``: sha256 of its bytes; ``contracts``: digest of each contract's rows."""

    path: str
    digest: str
    contracts: Mapping[str, str]


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
        table = _vehicles(lake, counted, contracts)
        done |= {"contracts": len(contracts), "vehicles": table.num_rows}
        return _write(lake, month, table, _proven_days(counted), lake.table("frozen_digests").to_pydict())


def _vehicles(lake: Lake, counted: CountedMonth, contracts: Sequence[str]) -> "pa.Table":
    import pyarrow as pa

    index = counted.owners.contract_index
    chosen = [(index[contract_no], contract_no) for contract_no in contracts]
    numbers, names = [number for number, _ in chosen], [name for _, name in chosen]
    lake.put("frozen_contracts", pa.table({"contract_index": pa.array(numbers, pa.int32()), "contract_no": pa.array(names, pa.string())}))
    lake.run("new_frozen_vehicles")
    lake.run("new_frozen_days")
    waiting = 0
    for day in counted.owned_days:
        binds = {"platform_day_no": day.number, "path": lake.location(day.path), "shape": lake.shape}
        [added] = lake.run("add_frozen_day", **binds).fetchone() or (0,)
        waiting += added
        if waiting >= _AT_ONCE:
            _fold(lake)
            waiting = 0
    _fold(lake)
    lake.run("frozen")
    return lake.table("frozen_rows")


def _fold(lake: Lake) -> None:
    """The vehicles take up the days that wait, and none waits."""
    lake.run("fold_frozen_days")
    lake.run("new_frozen_days")


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


def _write(lake: Lake, month: Month, table: "pa.Table", days: list[ProvenDay], digests: Mapping[str, list[str]]) -> FrozenFile:
    import pyarrow.parquet as pq

    metadata = {METADATA_KEY: encode(days)}
    local = lake.folder / "issued.parquet"
    pq.write_table(table.replace_schema_metadata(metadata), local, compression="zstd", row_group_size=20_000)
    digest = sha256_of(local)
    path = f"issued/month={month}/{digest}.parquet"
    lake.keep(local, path)
    return FrozenFile(path, digest, dict(zip(digests["contract_no"], digests["digest"], strict=True)))
