"""Sensors that a live platform lists beside its vehicles: a file of the lake per list, registered with the snapshot it came with."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.evidence import canonical, lake
from pipelines.platforms.interface import SENSOR_COLUMNS, Snapshot
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class SensorList:
    """Sensors of one platform at one moment: SENSOR_COLUMNS as text, ordered by vehicle and sensor, and their digest."""

    table: "pa.Table"
    digest: str
    path: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class RegisteredSensors:
    """The last list of sensors of a platform's day, as the register has it."""

    platform: str
    business_date: date
    taken_at: datetime
    digest: str
    row_count: int
    path: str


def listed(snapshot: Snapshot) -> SensorList | None:
    """The sensors of a snapshot in the lake's order; None where the platform has no list of them."""
    if snapshot.sensors is None:
        return None
    table = snapshot.sensors.select(list(SENSOR_COLUMNS)).sort_by([(name, "ascending") for name in SENSOR_COLUMNS]).combine_chunks()
    digest = canonical.sensors_digest(snapshot.platform, snapshot.business_date, table)
    return SensorList(table, digest, lake.sensors_path(snapshot.platform, snapshot.business_date, digest), snapshot.taken_at)


def keep(settings: Settings, sensors: SensorList) -> lake.Written:
    """Write the file of a list, whole or not at all."""
    return lake.write_table(settings, sensors.path, sensors.table)


def register(connection: "Connection", sensors: SensorList, snapshot_digest: str) -> None:
    """Register a list, whose file is kept, with the snapshot that it came with. The same list again changes nothing."""
    query.run(
        connection,
        "evidence/insert_sensors",
        snapshot_digest=snapshot_digest,
        digest=sensors.digest,
        taken_at=sensors.taken_at,
        row_count=sensors.table.num_rows,
        path=sensors.path,
    )


def of_days(connection: "Connection", first: date, last: date, platform: str | None = None) -> list[RegisteredSensors]:
    """The last list of each platform and day that came with a snapshot which counts; days without one are left out."""
    return query.rows(connection, "evidence/sensors", RegisteredSensors, platform=platform, first=first, last=last)


def read(settings: Settings, registered: RegisteredSensors) -> "pa.Table":
    """Rows of a list: SENSOR_COLUMNS as text; `value` is NULL where the last message had none. EvidenceLost without its file."""
    return lake.read(settings, registered.path)
