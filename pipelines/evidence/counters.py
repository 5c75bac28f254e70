"""Counters of vehicles that only ever grow, and what they have gained since the day before: a live platform's daily meters."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.evidence import lake
from pipelines.period import ONE_DAY
from pipelines.platforms.interface import DISTANCE, ENGINE_HOURS
from pipelines.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

MOST_KILOMETRES_A_DAY = Decimal(2500)
_TAKEN_AT = b"taken_at"
_HOURS_OF_A_DAY = 24


def metered(settings: Settings, platform: str, day: date, at: datetime, vehicles: "pa.Table", counters: "pa.Table") -> "pa.Table":
    """The vehicles with their meters of the day: counters less those of the day before's last reading, which is kept for tomorrow.

    ``counters``: vehicle_id and any of DISTANCE and ENGINE_HOURS as they stand. Without a reading of the day before the columns
    are not there, for nobody can say what was gained; a vehicle that is new, was reset, or gained more than it can has NULL.
    """
    before = _read(settings, platform, day - ONE_DAY)
    _keep(settings, platform, day, at, counters)
    if before is None:
        return vehicles
    reading, taken_at = before
    for name, most in limits(at - taken_at).items():
        if name in counters.column_names and counters[name].null_count < counters.num_rows:
            gained = _gained(counters, reading, name, most)
            vehicles = vehicles.append_column(name, _column([gained.get(each) for each in vehicles["vehicle_id"].to_pylist()]))
    return vehicles


def limits(passed: timedelta) -> dict[str, Decimal]:
    """The most that each counter can gain in a time: 2,500 km a day, and an hour in each hour."""
    hours = Decimal(passed // timedelta(seconds=1)) / 3600
    return {DISTANCE: hours / _HOURS_OF_A_DAY * MOST_KILOMETRES_A_DAY, ENGINE_HOURS: hours}


def _gained(now: "pa.Table", before: "pa.Table", name: str, most: Decimal) -> dict[str, Decimal]:
    if name not in before.column_names:
        return {}
    earlier = dict(zip(before["vehicle_id"].to_pylist(), before[name].to_pylist(), strict=True))
    gained = {
        vehicle: stands - earlier[vehicle]
        for vehicle, stands in zip(now["vehicle_id"].to_pylist(), now[name].to_pylist(), strict=True)
        if stands is not None and earlier.get(vehicle) is not None
    }
    return {vehicle: each for vehicle, each in gained.items() if 0 <= each <= most}


def _column(values: list[Decimal | None]) -> "pa.Array":
    import pyarrow as pa

    return pa.array(values, pa.decimal128(18, 6))


def _read(settings: Settings, platform: str, day: date) -> "tuple[pa.Table, datetime] | None":
    path = lake.counters_path(platform, day)
    if not lake.exists(settings, path):
        return None
    table = lake.read(settings, path)
    return table, datetime.fromisoformat(table.schema.metadata[_TAKEN_AT].decode())


def _keep(settings: Settings, platform: str, day: date, at: datetime, counters: "pa.Table") -> None:
    """Keep a day's last reading. One that was taken later stays."""
    kept = _read(settings, platform, day)
    if kept is None or kept[1] <= at:
        table = counters.replace_schema_metadata({_TAKEN_AT: at.isoformat().encode()})
        lake.write_table(settings, lake.counters_path(platform, day), table)
