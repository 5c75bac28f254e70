"""The vehicle-days behind an issued invoice, read from the snapshots that it rests on, one platform-day at a time (domain.md §2, §3)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.audit.model import FrozenInvoice, SnapshotsOfDay, Vehicle
from pipelines.evidence.lake import EvidenceLost
from pipelines.settings import Settings
from pipelines.usage.frozen_file import REASONS
from pipelines.usage.lake_sql import METER, Lake, opened
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, str]

COLUMNS = ("date", "platform", "vehicle_id", "name", "plate", "account_id", "state", "last_message_at", "online_minutes")
LAST_COLUMNS = ("used", "reason", "counts", "carried_from")
TEXTS = ("platform", "vehicle_id", "name", "plate", "account_id")
_STATES = {1: "active", 2: "deactivated", 3: "blocked"}
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")


def columns_of(frozen: FrozenInvoice) -> tuple[str, ...]:
    """The columns of the rows: with those meters that some day of the invoice knows."""
    return (*COLUMNS, *_meters(frozen), *LAST_COLUMNS)


def proven_days(settings: Settings, frozen: FrozenInvoice) -> Iterator[list[Row]]:
    """Rows of one date after another, each in the order of platform and vehicle_id, all values as text.

    EvidenceLost when a snapshot that the invoice rests on is not in the lake, or does not list a vehicle that counted.
    """
    if not frozen.vehicles:
        return
    digests = sorted({digest for taken in frozen.snapshots for digest in taken.digests})
    with engine.transaction(settings) as connection:
        paths: dict[str, str] = {row.digest: row.path for row in query.rows(connection, "audit/snapshot_paths", digests=digests)}
    meters = _meters(frozen)
    with _lake(settings, frozen, meters) as lake:
        for day in frozen.days:
            rows = [row for taken in frozen.taken_on(day.date) for row in _rows(lake, taken, paths, meters)]
            _require_all(frozen, day.date, rows)
            yield sorted(rows, key=lambda row: (row["platform"], row["vehicle_id"]))


def harmless(text: str | None) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before what begins like one."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text or ""


@contextmanager
def _lake(settings: Settings, frozen: FrozenInvoice, meters: Sequence[str]) -> Iterator[Lake]:
    with opened(settings, meters) as lake:
        lake.put("proven_vehicles", _masks(frozen.vehicles))
        yield lake


def _masks(vehicles: Sequence[Vehicle]) -> "pa.Table":
    import pyarrow as pa

    days = [{REASONS[0]: vehicle.counted, **dict(vehicle.left_out)} for vehicle in vehicles]
    return pa.table(
        {
            "platform": pa.array([vehicle.platform for vehicle in vehicles], pa.string()),
            "vehicle_id": pa.array([vehicle.vehicle_id for vehicle in vehicles], pa.string()),
            **{reason: pa.array([each.get(reason, 0) for each in days], pa.uint32()) for reason in REASONS},
        }
    )


def _rows(lake: Lake, taken: SnapshotsOfDay, paths: dict[str, str], meters: Sequence[str]) -> Iterator[Row]:
    lost = [digest for digest in taken.digests if digest not in paths]
    if lost:
        raise EvidenceLost(f"{taken.platform} {taken.day}: no snapshot has the digest {lost[0]}")
    for digest in taken.digests:
        lake.metadata(paths[digest])
    files = [lake.location(paths[digest]) for digest in taken.digests]
    if not files:
        return
    binds = {"paths": [lake.shape, *files], "files": files, "platform": taken.platform, "day_no": taken.day.day}
    for row in lake.table("proven_day", **binds).to_pylist():
        yield _row(row, taken, meters)


def _row(row: dict[str, Any], taken: SnapshotsOfDay, meters: Sequence[str]) -> Row:
    return {
        "date": taken.day.isoformat(),
        **{name: harmless(row[name]) for name in TEXTS if name != "platform"},
        "platform": harmless(taken.platform),
        "state": _STATES[row["billable_state"]],
        "last_message_at": _moment(row["last_message_at"]),
        "online_minutes": _number(row["online_minutes"]),
        **{meter: _number(row[meter]) for meter in meters},
        "used": str(int(row["used"])),
        "reason": row["reason"],
        "counts": str(int(row["reason"] == REASONS[0])),
        "carried_from": taken.source.isoformat() if taken.source else "",
    }


def _require_all(frozen: FrozenInvoice, day: date, rows: Sequence[Row]) -> None:
    expected = sum(1 for _ in frozen.seen_on(day))
    if len(rows) != expected:
        raise EvidenceLost(f"{day}: the snapshots list {len(rows)} of the {expected} vehicles that {frozen.number} rests on")


def _meters(frozen: FrozenInvoice) -> tuple[str, ...]:
    return tuple(sorted({f"{METER}{name}" for day in frozen.days for name in day.meters}))


def _moment(at: datetime | None) -> str:
    return at.replace(tzinfo=UTC).isoformat() if at else ""


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
