"""The option `device_dated`: a message belongs to the day that the device wrote, not to the day of its arrival. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.platforms.interface import Remark
from pipelines.platforms.traccar_answers import Summary

if TYPE_CHECKING:
    import pyarrow as pa


def unlinked(asked: Collection[int], linked: Collection[int]) -> str | None:
    """Why a day cannot be dated by devices: reports leave out what is not linked to the caller, as if it had not moved. None: it can."""
    missing = len(set(asked) - set(linked))
    if not missing:
        return None
    return (
        f"device_dated needs the service user linked to every active vehicle: {missing} of {len(asked)} are not, and reports leave them out"
    )


def moments_of(rows: Iterable[Summary], asked: Collection[int], first: datetime, at: datetime) -> dict[str, datetime]:
    """Vehicle → the last moment of the day that its device has written, of those that have written any.

    A row says that there is a position of that day; where it does not say when the last one was, the day's first moment stands for it.
    """
    return {str(row.device_id): _within(row.end_time, first, at) for row in rows if row.device_id in asked}


def dated(vehicles: "pa.Table", moments: Mapping[str, datetime], first: datetime) -> tuple["pa.Table", list[Remark]]:
    """(the vehicles with `last_message_at` as devices dated it, what is odd). ``first``: the first moment of the local day.

    A contact of today that brought nothing of today (positions of yesterday, a message without a place, a heartbeat) proves no
    message of today, and of which day it was nobody says: it is left out. One of an earlier day stays, for it proves none of today.
    """
    import pyarrow as pa

    contacts = vehicles["last_message_at"].to_pylist()
    earlier = (contact if contact and contact < first else None for contact in contacts)
    written = [moments.get(number) or each for number, each in zip(vehicles["vehicle_id"].to_pylist(), earlier, strict=True)]
    rows = zip(vehicles["state"].to_pylist(), contacts, written, strict=True)
    empty = sum(state == "active" and contact is not None and moment is None for state, contact, moment in rows)
    place = vehicles.column_names.index("last_message_at")
    table = vehicles.set_column(place, "last_message_at", pa.array(written, vehicles["last_message_at"].type))
    said = f"{empty} vehicles had contact today and wrote nothing that they dated today"
    return table, [Remark("contact_without_message", None, said)] if empty else []


def _within(moment: datetime | None, first: datetime, at: datetime) -> datetime:
    return moment if moment and first <= moment <= at else first
