"""Evidence frozen at issue: one immutable file with the vehicles of every contract and the days on which each counted (domain.md §7)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.evidence.lake import EvidenceLost
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.usage.counting import Counted, count
from pipelines.usage.lake import Lake, opened
from pipelines.usage.month import meters_of
from pipelines.usage.sources import Sources, read

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

METADATA_KEY = b"fleetbill"
REASONS = ("billed", "unused", "deactivated", "blocked", "duplicate")  # why a vehicle counted on a day, or why it did not


@dataclass(frozen=True, slots=True)
class Frozen:
    """The written file. ``path``: relative to the lake; ``digest``: sha256 of its bytes; ``contracts``: digest of each contract's rows."""

    path: str
    digest: str
    contracts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FrozenVehicle:
    """A vehicle of a contract on one day; ``snapshots``: digests that prove it; ``carried_from``: the day whose usage was carried."""

    platform: str
    vehicle_id: str
    name: str | None
    plate: str | None
    reason: str
    snapshots: tuple[str, ...]
    carried_from: date | None


def freeze(settings: Settings, connection: "Connection", month: Month, contracts: Sequence[str], sources: Sources | None = None) -> Frozen:
    """Write the vehicles of these contracts for the month, billed and excluded with the reason, into one file of the lake.

    ``sources``: what the month's usage was computed from; None: as they are now.

    The same evidence gives the same bytes, and so the same path: freezing again changes nothing.
    """
    if sources is None:
        sources = read(connection, month, datetime(month.next.next.year, month.next.next.number, 1, tzinfo=UTC))
    sources = replace(sources, known_until=month.last)  # every day that has landed, whichever was over when the run was computed
    with opened(settings, meters_of(sources)) as lake:
        counted = count(lake, sources)
        table = _vehicles(lake, counted, contracts)
        return _write(lake, month, table, _days(counted), lake.table("frozen_digests").to_pydict())


def vehicles(settings: Settings, path: str, contract_no: str, day: date) -> list[FrozenVehicle]:
    """The contract's vehicles of one day from a frozen file, by platform and vehicle. EvidenceLost when the file is not there."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    from fsspec.core import url_to_fs

    from pipelines.evidence.lake import location

    filesystem, target = url_to_fs(location(settings, path))
    try:
        with filesystem.open(target, "rb") as handle:
            table = pq.read_table(handle, filters=pc.field("contract_no") == contract_no)
    except FileNotFoundError:
        raise EvidenceLost(f"the lake has no {path}, on which issued invoices rest") from None
    proofs = {(name, on): (digests, carried) for name, on, digests, carried in json.loads(table.schema.metadata[METADATA_KEY])}
    bit, found = 1 << (day.day - 1), []
    for row in table.to_pylist():
        reason = next((name for name in REASONS if row[name] & bit), None)
        if reason is not None:
            digests, carried = proofs[row["platform"], day.isoformat()]
            carried_from = date.fromisoformat(carried) if carried else None
            found.append(FrozenVehicle(row["platform"], row["vehicle_id"], row["name"], row["plate"], reason, tuple(digests), carried_from))
    return found


def _vehicles(lake: Lake, counted: Counted, contracts: Sequence[str]) -> "pa.Table":
    import pyarrow as pa

    index = counted.owners.contract_index
    chosen = [(index[contract_no], contract_no) for contract_no in contracts]
    numbers, names = [number for number, _ in chosen], [name for _, name in chosen]
    lake.put("frozen_contracts", pa.table({"contract_index": pa.array(numbers, pa.int32()), "contract_no": pa.array(names, pa.string())}))
    lake.run("new_frozen_days")
    for day in counted.owned_days:
        lake.run("add_frozen_day", platform_day_no=day.number, path=lake.location(day.path), shape=lake.shape)
    lake.run("frozen_vehicles")
    return lake.table("frozen_rows")


def _days(counted: Counted) -> list[list[Any]]:
    """Platform, day, digests of its snapshots, and the day that it was carried from."""
    days = (day.platform_day for day in counted.owned_days)
    return [
        [
            day.platform,
            day.business_date.isoformat(),
            [snapshot.digest for snapshot in day.snapshots],
            day.source_date.isoformat() if day.is_carried else None,
        ]
        for day in days
    ]


def _write(lake: Lake, month: Month, table: "pa.Table", days: list[list[Any]], digests: Mapping[str, list[str]]) -> Frozen:
    import pyarrow.parquet as pq

    metadata = {METADATA_KEY: json.dumps(days, ensure_ascii=False, separators=(",", ":")).encode()}
    local = lake.folder / "issued.parquet"
    pq.write_table(table.replace_schema_metadata(metadata), local, compression="zstd", row_group_size=20_000)
    with local.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    path = f"issued/month={month}/{digest}.parquet"
    lake.keep(local, path)
    return Frozen(path, digest, dict(zip(digests["contract_no"], digests["digest"], strict=True)))
