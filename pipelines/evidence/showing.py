"""Look at snapshots: what one says, who ruled on it, its vehicles, and what changed between two."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput
from pipelines.evidence import lake, register
from pipelines.evidence.canonical import OFFLINE
from pipelines.evidence.register import FailedExpectation, Registered
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa

VEHICLE_COLUMNS = ("vehicle_id", "account_id", "name", "plate", "vin", "hw_id", "state", "last_message_at", "online_minutes")
CHANGE_COLUMNS = ("change", "vehicle_id", "name", "before", "after")
_COMPARED = ("vehicle_id", "name", "state", "account_id", "hw_id")


@dataclass(frozen=True, slots=True)
class SnapshotEvent:
    """What happened to a snapshot: by whom, when, why."""

    event: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """A registered snapshot with what its file says. ``states``: vehicles by state; ``orphans``: vehicles without an account."""

    registered: Registered
    source: str
    columns: tuple[str, ...]
    accounts: int
    states: dict[str, int]
    orphans: int | None
    events: tuple[SnapshotEvent, ...]
    failures: tuple[FailedExpectation, ...]


def show(settings: Settings, digest: str) -> SnapshotView:
    """A snapshot by its digest, or the beginning of it. UnknownSnapshot (BadInput) otherwise; EvidenceLost when its file is gone."""
    with reading(settings) as connection:
        registered = register.resolve(connection, digest)
        events = query.rows(connection, "evidence/events", SnapshotEvent, digest=registered.digest)
        failures = register.failures(connection, registered.digest)
        columns = query.scalar(connection, "evidence/columns", digest=registered.digest)
    metadata = lake.read_metadata(settings, registered.path)
    kept = [name for name in ("state", "account_id") if name in columns]
    table = lake.read(settings, registered.path, kept)
    states = {str(each["values"]): each["counts"] for each in table["state"].value_counts().to_pylist()}
    orphans = _blank(table["account_id"]) if "account_id" in kept else None
    return SnapshotView(
        registered,
        metadata.source,
        tuple(columns),
        len(metadata.accounts),
        dict(sorted(states.items())),
        orphans,
        tuple(events),
        tuple(failures),
    )


def vehicles(settings: Settings, digest: str) -> list[dict[str, Any]]:
    """The vehicles of a snapshot in the order of their ids: VEHICLE_COLUMNS, None where the source had no such column."""
    with reading(settings) as connection:
        registered = register.resolve(connection, digest)
    table = lake.read(settings, registered.path)
    kept = table.select([name for name in VEHICLE_COLUMNS if name in table.column_names]).sort_by("vehicle_id")
    return [dict.fromkeys(VEHICLE_COLUMNS) | row for row in kept.to_pylist()]


def changes(settings: Settings, earlier: str, later: str) -> tuple[Registered, Registered, list[dict[str, Any]]]:
    """The two snapshots, and every vehicle that came, went, or changed its state, account or device: CHANGE_COLUMNS.

    BadInput for snapshots of different platforms: a vehicle is known by its platform and id (domain.md §1).
    """
    with reading(settings) as connection:
        first, second = register.resolve(connection, earlier), register.resolve(connection, later)
    if first.platform != second.platform:
        raise BadInput.one(
            "DIGEST", f"{first.digest[:12]} is of {first.platform}, {second.digest[:12]} of {second.platform}: no list of the other"
        )
    return first, second, changed(_compared(settings, first), _compared(settings, second))


def changed(before: "pa.Table", after: "pa.Table") -> list[dict[str, Any]]:
    """Differences of two lists of vehicles (vehicle_id, name, state, account_id, hw_id), by vehicle id; texts that are empty are none."""
    import duckdb

    with duckdb.connect(config=OFFLINE) as engine:
        engine.register("before_list", before)
        engine.register("after_list", after)
        rows = engine.execute(statement("lake/evidence/changed_vehicles")).fetchall()
    return [dict(zip(CHANGE_COLUMNS, row, strict=True)) for row in rows]


def _compared(settings: Settings, registered: Registered) -> "pa.Table":
    import pyarrow as pa

    table = lake.read(settings, registered.path)
    columns = {
        name: table[name].cast(pa.string()) if name in table.column_names else pa.nulls(table.num_rows, pa.string()) for name in _COMPARED
    }
    return pa.table(columns)


def _blank(column: Any) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.equal(pc.fill_null(column, ""), "")).as_py() or 0)
