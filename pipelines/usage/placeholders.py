"""Placeholders: texts in the place of a device's id that identify no device, so that its duplicates cannot be found (domain.md §3.2)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipelines.evidence.keys import SERIAL
from pipelines.findings.store import Occurrence
from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake_sql import Lake
from pipelines.usage.platform_days import OwnedDay

PLACEHOLDER = "placeholder_device"
TEXTS_NAMED = 5


class Placeholder(NamedTuple):
    """A text that names no device: how many active vehicles of a platform-day bear it, and the number of the first of them."""

    vehicles: int
    text: str
    vehicle_no: int


def placeholder_devices(lake: Lake, counted: CountedMonth) -> Iterator[Occurrence]:
    """One finding for each platform-day that lists active vehicles without a device, with the texts it writes instead.

    A platform whose source has no column for devices at all is none.
    """
    shared = _shared_texts(lake)
    for day in counted.owned_days:
        if "hw_id" not in day.columns:
            continue
        rows = lake.table("unknown_devices", path=lake.location(day.path)).to_pylist()
        placeholders = shared[day.number] + [Placeholder(row["vehicles"], row["hw_id"], row["vehicle_no"]) for row in rows]
        if placeholders:
            yield Occurrence(PLACEHOLDER, day.platform, day.business_date, None, _parameters(lake, day, placeholders), day.platform)


def _parameters(lake: Lake, day: OwnedDay, placeholders: list[Placeholder]) -> dict[str, Any]:
    """How many vehicles, and the most frequent texts with a vehicle of each."""
    ordered = sorted(placeholders, key=lambda each: (-each.vehicles, each.text))
    return {
        "vehicles": sum(each.vehicles for each in ordered),
        "texts": [
            {"text": each.text, "vehicles": each.vehicles, "vehicle": _vehicle_id(lake, day, each.vehicle_no)}
            for each in ordered[:TEXTS_NAMED]
        ],
        "more": max(0, len(ordered) - TEXTS_NAMED),
    }


def _shared_texts(lake: Lake) -> dict[int, list[Placeholder]]:
    """By number of the platform-day: the texts that too many vehicles of a platform share that day."""
    placeholders: dict[int, list[Placeholder]] = defaultdict(list)
    for row in lake.table("shared_texts").to_pylist():
        text = row["device_text"] or f"{row['device_key'] - SERIAL:015}"
        placeholders[row["platform_day_no"]].append(Placeholder(row["vehicles"], text, row["vehicle_no"]))
    return placeholders


def _vehicle_id(lake: Lake, day: OwnedDay, vehicle_no: int) -> str:
    """Id of a vehicle by its number in the day's file."""
    import pyarrow as pa

    lake.put("chosen_vehicles", pa.table({"vehicle_no": pa.array([vehicle_no], pa.int32())}))
    return str(lake.table("vehicle_ids", path=lake.location(day.path)).column("vehicle_id")[0])
