"""What the technical team mends: trackers that fell silent, sensors that lost their value (domain.md §10)."""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.evidence import lake_files, sensors
from pipelines.usage.counting import CountedMonth
from pipelines.usage.gaps import lacks_used
from pipelines.usage.lake_sql import BATCH, Lake

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

log = logging.getLogger("fleetbill.usage")

SILENT_DEVICE, FAILED_SENSOR = "silent_device", "failed_sensor"


def device_findings(connection: "Connection", lake: Lake, counted: CountedMonth) -> "Iterator[pa.RecordBatch]":
    """Batches of `FindingRun`, its parameters as JSON text. Needs the tables `day_paths` and `contract_names` of the pass.

    After how many days it is one: FLEETBILL_SILENT_DAYS, by platform. Days whose source does not say what was used tell nothing.
    """
    paths = sorted({lake.location(day.path) for day in counted.owned_days if not lacks_used(day.columns)})
    if not paths:
        return
    first = counted.sources.month.first
    _put_patience(lake, counted)
    lake.run("silent_vehicles", paths=[lake.shape, *paths])
    yield from lake.query("silent_device_runs", first=first).to_arrow_reader(BATCH)
    lists = _put_sensor_days(connection, lake, counted)
    if lists:
        yield from lake.query("failed_sensor_runs", first=first, paths=lists).to_arrow_reader(BATCH)


def _put_patience(lake: Lake, counted: CountedMonth) -> None:
    import pyarrow as pa

    platforms = list(counted.sources.platforms)
    days = [lake.settings.silent_days_of(platform) for platform in platforms]
    lake.put("patience", pa.table({"platform": pa.array(platforms, pa.string()), "days": pa.array(days, pa.int32())}))


def _put_sensor_days(connection: "Connection", lake: Lake, counted: CountedMonth) -> list[str]:
    """The table `sensor_days`; the files of the lists of the month and of the one before, which knows what had a value."""
    import pyarrow as pa

    month = counted.sources.month
    lists = sensors.of_days(connection, month.previous.first, month.last)
    lost = lake_files.faults(lake.settings, lake_files.registered(connection, [each.path for each in lists]), is_whole=True)
    for fault in lost.values():
        log.warning("the lake's %s; sensors are judged without that list", fault)
    lists = [each for each in lists if each.path not in lost]
    if not any(each.business_date >= month.first for each in lists):
        return []
    paths = [lake.location(each.path) for each in lists]
    days = [each.business_date.day if each.business_date in month else None for each in lists]
    columns = {
        "filename": pa.array(paths, pa.string()),
        "platform": pa.array([each.platform for each in lists], pa.string()),
        "day_no": pa.array(days, pa.int32()),
    }
    lake.put("sensor_days", pa.table(columns))
    return sorted(set(paths))
