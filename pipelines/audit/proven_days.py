"""The vehicle-days behind an issued invoice, read from the snapshots that it rests on, one platform-day at a time (domain.md §2, §3)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.audit.model import FrozenInvoice, Vehicle
from pipelines.evidence.lake import EvidenceLost
from pipelines.evidence.normalise import STATES
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
_STATES = {number: state for state, number in STATES.items()}
_BATCH = 1024
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
    paths, meters = _paths(settings, frozen), _meters(frozen)
    sources = {(taken.platform, taken.day.day): taken.source for taken in frozen.snapshots}
    with opened(settings, meters) as lake:
        lake.put("proven_vehicles", _masks(frozen.vehicles))
        lake.put("proven_files", _files(lake, frozen, paths))
        days = groupby(_rows(lake, [lake.location(path) for path in paths.values()]), key=lambda row: row["day_no"])
        number, listed = next(days, (0, iter(())))
        for day in frozen.days:
            rows: list[Row] = []
            if number == day.date.day:
                rows = [_row(row, day.date, sources[row["platform"], number], meters) for row in listed]
                number, listed = next(days, (0, iter(())))
            _require_all(frozen, day.date, rows)
            yield sorted(rows, key=lambda row: (row["platform"], row["vehicle_id"]))


def harmless(text: str | None) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before what begins like one."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text or ""


def _paths(settings: Settings, frozen: FrozenInvoice) -> dict[str, str]:
    """Digest of each snapshot → its file in the lake."""
    digests = sorted({digest for taken in frozen.snapshots for digest in taken.digests})
    with engine.transaction(settings) as connection:
        paths: dict[str, str] = {row.digest: row.path for row in query.rows(connection, "audit/snapshot_paths", digests=digests)}
    lost = [digest for digest in digests if digest not in paths]
    if lost:
        raise EvidenceLost(f"no snapshot has the digest {lost[0]}, on which {frozen.number} rests")
    return paths


def _files(lake: Lake, frozen: FrozenInvoice, paths: dict[str, str]) -> "pa.Table":
    import pyarrow as pa

    rows = [
        {"filename": lake.location(paths[digest]), "platform": taken.platform, "day_no": taken.day.day, "latest_is": rank}
        for taken in frozen.snapshots
        for rank, digest in enumerate(taken.digests)
    ]
    types = {"filename": pa.string(), "platform": pa.string(), "day_no": pa.int32(), "latest_is": pa.int32()}
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def _rows(lake: Lake, files: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows by day, some thousands at a time."""
    import duckdb

    try:
        for batch in lake.query("proven_days", paths=[lake.shape, *files]).to_arrow_reader(_BATCH):
            yield from batch.to_pylist()
    except duckdb.IOException as error:
        raise EvidenceLost(f"a snapshot that is registered as evidence cannot be read: {str(error).splitlines()[0]}") from None


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


def _row(row: dict[str, Any], day: date, source: date | None, meters: Sequence[str]) -> Row:
    return {
        "date": day.isoformat(),
        **{name: harmless(row[name]) for name in TEXTS},
        "state": _STATES[row["billable_state"]],
        "last_message_at": _moment(row["last_message_at"]),
        "online_minutes": _number(row["online_minutes"]),
        **{meter: _number(row[meter]) for meter in meters},
        "used": str(int(row["used"])),
        "reason": row["reason"],
        "counts": str(int(row["reason"] == REASONS[0])),
        "carried_from": source.isoformat() if source else "",
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
