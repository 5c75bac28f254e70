"""The frozen file: what stands in it and how it is read, also years later. Written at issue, one for each run (domain.md §7).

One row for each contract and vehicle of the month, sorted by contract, platform and vehicle: contract_no, platform, vehicle_id,
name, plate, and for each of `REASONS` a column of days as bits (bit 0 is the 1st). Its metadata, under `METADATA_KEY`, are JSON:

    format 2    {"format": 2, "days": [{"platform", "date", "snapshots": [digest, …], "carried_from": date or null}, …]}
    format 1    [[platform, date, [digest, …], carried_from], …]: files of the first builds, which name no format
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

METADATA_KEY = b"fleetbill"
REASONS = ("billed", "unused", "deactivated", "blocked", "duplicate")  # why a vehicle counted on a day, or why it did not
FORMAT = 2


@dataclass(frozen=True, slots=True)
class ProvenDay:
    """A platform-day with the digests of its snapshots, in the order they count, and the day whose usage was carried to it."""

    platform: str
    business_date: date
    snapshots: tuple[str, ...]
    carried_from: date | None


class UnknownFormatError(ValueError):
    """The file was written by a build that is newer than this one."""


def encode(days: Iterable[ProvenDay]) -> bytes:
    """The metadata of a frozen file, the same bytes for the same days."""
    rows = [
        {
            "platform": day.platform,
            "date": day.business_date.isoformat(),
            "snapshots": list(day.snapshots),
            "carried_from": day.carried_from.isoformat() if day.carried_from else None,
        }
        for day in days
    ]
    return json.dumps({"format": FORMAT, "days": rows}, ensure_ascii=False, separators=(",", ":")).encode()


def decode(metadata: bytes) -> tuple[ProvenDay, ...]:
    """The platform-days that a frozen file proves, of any format. UnknownFormatError, or ValueError where it cannot be read."""
    content = json.loads(metadata)
    if isinstance(content, list):
        return tuple(_day(*row) for row in content)
    if content["format"] != FORMAT:
        raise UnknownFormatError(f"frozen vehicles of format {content['format']}; this build reads 1 to {FORMAT}")
    return tuple(_day(row["platform"], row["date"], row["snapshots"], row["carried_from"]) for row in content["days"])


def _day(platform: str, day: str, snapshots: Iterable[Any], carried_from: str | None) -> ProvenDay:
    return ProvenDay(
        platform, date.fromisoformat(day), tuple(map(str, snapshots)), date.fromisoformat(carried_from) if carried_from else None
    )
