"""From Traccar's users, devices, groups and links to accounts and vehicles. Pure: no request is made here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from pipelines.platforms.interface import DISTANCE, ENGINE_HOURS, OWNERS_COLUMN, Remark
from pipelines.platforms.traccar_answers import Device, Summary, User

if TYPE_CHECKING:
    import pyarrow as pa

MOST_METRES = Decimal(2_500_000)  # that a vehicle drives in a day; one position of the future gives thousands of kilometres
MOST_MILLISECONDS = 24 * 3_600_000
_MICRO = Decimal("0.000001")

Meters = Mapping[int, tuple[Decimal | None, Decimal | None]]
"""Device → kilometres and engine hours of the day; None: not known."""


def owners_of(
    devices: Iterable[Device], owners: Collection[int], links: Iterable[tuple[int, int]], groups: Mapping[int, Collection[int]]
) -> dict[int, list[str]]:
    """Device → the accounts that own it, as ids in order: linked to it, or to whose groups its own group belongs.

    ``groups``: user → the groups that the server says he reaches. The server reaches two levels below a linked group and no
    deeper, so nothing is added to its word. A device reached in both ways has its owner once.
    """
    linked: dict[int, set[int]] = {}
    for user, device in links:
        if user in owners:
            linked.setdefault(device, set()).add(user)
    reaching: dict[int, set[int]] = {}
    for user, reached in groups.items():
        if user in owners:
            for group in reached:
                reaching.setdefault(group, set()).add(user)
    return {
        each.id: [str(user) for user in sorted(linked.get(each.id, set()) | reaching.get(each.group_id or 0, set()))] for each in devices
    }


def parents_of(managed: Mapping[int, Collection[int]], owners: Collection[int]) -> tuple[dict[int, int], list[Remark]]:
    """(user → manager above him, what is odd about it). Of several managers the one with the smallest id counts.

    Managers may manage each other in a circle, for nothing checks it: the gate names such a tree.
    """
    above: dict[int, set[int]] = {}
    for manager, users in managed.items():
        for user in users:
            if user in owners and manager in owners and user != manager:
                above.setdefault(user, set()).add(manager)
    remarks = [
        Remark("several_managers", f"account {user}", f"has {len(managers)} managers; the one with the smallest id counts")
        for user, managers in sorted(above.items())
        if len(managers) > 1
    ]
    return {user: min(managers) for user, managers in above.items()}, remarks


def accounts_table(users: Sequence[User], parents: Mapping[int, int], at: datetime) -> "pa.Table":
    """The account tree (ACCOUNT_COLUMNS as text): one row per user that can own devices, blocked ones too."""
    import pyarrow as pa

    listed = sorted((user for user in users if user.owns), key=lambda user: user.id)
    return pa.table(
        {
            "account_id": pa.array([str(user.id) for user in listed], pa.string()),
            "parent_account_id": pa.array([str(parents[user.id]) if user.id in parents else None for user in listed], pa.string()),
            "name": pa.array([user.name for user in listed], pa.string()),
            "enabled": pa.array(["0" if user.is_blocked(at) else "1" for user in listed], pa.string()),
        }
    )


def vehicles_table(devices: Sequence[Device], owners: Mapping[int, list[str]], meters: Meters | None, at: datetime) -> "pa.Table":
    """The vehicles in the order of their ids; the columns of meters only where they are known of all vehicles that may be used."""
    import pyarrow as pa

    listed = sorted(devices, key=lambda device: device.id)
    columns = {
        "vehicle_id": pa.array([str(each.id) for each in listed], pa.string()),
        OWNERS_COLUMN: pa.array([owners[each.id] for each in listed], pa.list_(pa.string())),
        "name": pa.array([each.name for each in listed], pa.string()),
        "hw_id": pa.array([each.unique_id for each in listed], pa.string()),
        "state": pa.array([state_of(each, at) for each in listed], pa.string()),
        "last_message_at": pa.array([each.last_update for each in listed], pa.timestamp("us", tz="UTC")),
    }
    if meters is not None:
        nothing = (None, None)
        for place, name in enumerate((DISTANCE, ENGINE_HOURS)):
            columns[name] = pa.array([meters.get(each.id, nothing)[place] for each in listed], pa.decimal128(18, 6))
    return pa.table(columns)


def state_of(device: Device, at: datetime) -> str:
    """A device that somebody has switched off is blocked; one whose term is over is deactivated."""
    return "blocked" if device.disabled else "deactivated" if device.is_expired(at) else "active"


def meters_of(asked: Iterable[int], rows: Iterable[Summary]) -> tuple[Meters, list[Remark]]:
    """(kilometres and hours of each device asked for, what was left out). A device without a row has not moved.

    Impossible values are not known: negative ones, more than 2,500 km, more than 24 hours. Engine hours of 0 with a distance
    are not known either, for the server says 0 whenever the first or last position of the day carries no hours.
    """
    meters: dict[int, tuple[Decimal | None, Decimal | None]] = {device: (Decimal(0), Decimal(0)) for device in asked}
    impossible = 0
    for row in rows:
        metres, milliseconds = row.distance, row.engine_hours
        if metres is not None and not 0 <= metres <= MOST_METRES:
            metres, impossible = None, impossible + 1
        if milliseconds is not None and not 0 <= milliseconds <= MOST_MILLISECONDS:
            milliseconds, impossible = None, impossible + 1
        if milliseconds == 0 and metres != 0:
            milliseconds = None
        kilometres = None if metres is None else (metres / 1000).quantize(_MICRO, ROUND_HALF_UP)
        hours = None if milliseconds is None else (Decimal(milliseconds) / 3_600_000).quantize(_MICRO, ROUND_HALF_UP)
        meters[row.device_id] = (kilometres, hours)
    remarks = (
        [Remark("meters_impossible", None, f"{impossible} daily meters were negative or too large and were left out")] if impossible else []
    )
    return meters, remarks
