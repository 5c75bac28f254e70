"""From Traccar's users, devices, groups and links to accounts and vehicles. Pure: no request is made here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from pipelines.platforms.errors import ProtocolBroken
from pipelines.platforms.interface import DISTANCE, ENGINE_HOURS, OWNERS_COLUMN, Remark
from pipelines.platforms.traccar_answers import DeviceRow, PlacedDevice, Summary, User

if TYPE_CHECKING:
    import pyarrow as pa

MOST_METRES = Decimal(2_500_000)  # that a vehicle drives in a day; one position of the future gives thousands of kilometres
MOST_MILLISECONDS = 24 * 3_600_000
_MICRO = Decimal("0.000001")

Links = tuple[Sequence[int], Sequence[int]]
"""Users and devices, linked pair by pair."""

Places = tuple[list[int], list[int | None]]
"""Devices and the group of each."""

Meters = Mapping[int, tuple[Decimal | None, Decimal | None]]
"""Device → kilometres and engine hours of the day; None: not known."""


def devices_table(rows: Sequence[DeviceRow], at: datetime) -> "pa.Table":
    """Devices by their ids as columns: id and group_id (int64, 0: none), name, hw_id, state, last_message_at.

    ProtocolBroken when a number or moment cannot be read.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        table = pa.table(
            {
                "id": pa.array([row.id for row in rows], pa.int64()),
                "group_id": pa.array([row.group_id or 0 for row in rows], pa.int64()),
                "name": pa.array([row.name for row in rows], pa.string()),
                "hw_id": pa.array([row.unique_id for row in rows], pa.string()),
                "disabled": pa.array([row.disabled for row in rows], pa.bool_()),
                "expires_at": _moments([row.expiration_time for row in rows]),
                "last_message_at": _moments([row.last_update for row in rows]),
            }
        )
    except (pa.ArrowInvalid, OverflowError):
        raise ProtocolBroken("the list of devices has a number or moment that cannot be read") from None
    table = table.take(pc.sort_indices(table["id"]))
    is_over = pc.fill_null(pc.less(table["expires_at"], pa.scalar(at, table["expires_at"].type)), fill_value=False)
    states = pc.if_else(table["disabled"], "blocked", pc.if_else(is_over, "deactivated", "active"))
    return table.select(["id", "group_id", "name", "hw_id", "last_message_at"]).append_column("state", states)


def active(devices: "pa.Table") -> list[int]:
    """Ids of the active devices, in their order."""
    import pyarrow.compute as pc

    ids: list[int] = devices["id"].filter(pc.equal(devices["state"], "active")).to_pylist()
    return ids


def places(devices: Sequence[PlacedDevice] | Sequence[DeviceRow]) -> Places:
    """(devices, the group of each) in the order in which they came. ProtocolBroken when one is listed twice."""
    ids = [each.id for each in devices]
    if len(set(ids)) != len(ids):
        raise ProtocolBroken("a device is listed twice in one answer")
    return ids, [each.group_id for each in devices]


def are_the_same(places: Places, later: Places) -> bool:
    """Whether two lists hold the same devices in the same groups, in whatever order."""
    return places == later or dict(zip(*places, strict=True)) == dict(zip(*later, strict=True))


def owners_of(devices: "pa.Table", owners: Collection[int], links: Links, groups: Mapping[int, Collection[int]]) -> "pa.Array":
    """For each device the accounts that own it, as ids in order: linked to it, or to whose groups its own group belongs.

    ``devices``: id and group_id, in the order of the ids; ``links``: (users, devices); ``groups``: user → the groups that the
    server says he reaches. The server reaches two levels below a linked group and no deeper, so nothing is added to its word. A
    device reached in both ways has its owner once.
    """
    import numpy as np
    import pyarrow as pa

    accounts = np.array(sorted(owners), dtype="int64")
    linked = _linked(devices["id"].to_numpy(), accounts, links)
    reached = _reached(devices["group_id"].to_numpy(), accounts, groups)
    pairs = np.sort(np.concatenate([linked, reached]))  # position of the device × number of accounts + position of the account
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    count = max(1, len(accounts))
    offsets = np.zeros(devices.num_rows + 1, dtype="int32")
    np.cumsum(np.bincount(pairs // count, minlength=devices.num_rows), out=offsets[1:])
    names = pa.array([str(account) for account in accounts], pa.string())
    return pa.ListArray.from_arrays(pa.array(offsets), names.take(pa.array(pairs % count)))


def _linked(devices: Any, accounts: Any, links: Links) -> Any:
    """Pairs of devices and accounts that are linked; links of others, and to devices that are gone, are left out."""
    import numpy as np

    users, linked = (np.array(side, dtype="int64") for side in links)
    user, is_account = _positions(accounts, users)
    device, is_device = _positions(devices, linked)
    kept = is_account & is_device
    return device[kept] * len(accounts) + user[kept]


def _reached(groups_of_devices: Any, accounts: Any, groups: Mapping[int, Collection[int]]) -> Any:
    """Pairs of devices and accounts that reach the device's group."""
    import numpy as np

    reaching = [(user, group) for user, reached in groups.items() for group in reached if group]
    users, asked = np.array(reaching, dtype="int64").reshape(-1, 2).T
    user, is_account = _positions(accounts, users)
    user, asked = user[is_account], asked[is_account]
    order = np.argsort(groups_of_devices, kind="stable")
    ordered = groups_of_devices[order]
    first, last = np.searchsorted(ordered, asked, "left"), np.searchsorted(ordered, asked, "right")
    counts = last - first
    places_in_order = np.arange(counts.sum()) + np.repeat(first - (np.cumsum(counts) - counts), counts)
    return order[places_in_order] * len(accounts) + np.repeat(user, counts)


def _positions(ordered: Any, wanted: Any) -> tuple[Any, Any]:
    """(position of each wanted number among ordered ones, whether it is there)."""
    import numpy as np

    if not len(ordered):
        return np.zeros(len(wanted), dtype="int64"), np.zeros(len(wanted), dtype=bool)
    positions = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return positions, ordered[positions] == wanted


def _moments(written: list[str | None]) -> "pa.Array":
    import pyarrow as pa

    return pa.array(written, pa.string()).cast(pa.timestamp("us", tz="UTC"))


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


def vehicles_table(devices: "pa.Table", owners: "pa.Array", meters: Meters | None) -> "pa.Table":
    """The vehicles in the order of their ids; the columns of meters only where they are known of all vehicles that may be used."""
    import pyarrow as pa

    ids = devices["id"]
    columns = {
        "vehicle_id": ids.cast(pa.string()),
        OWNERS_COLUMN: owners,
        **{name: devices[name] for name in ("name", "hw_id", "state", "last_message_at")},
    }
    if meters is not None:
        nothing = (None, None)
        known = [meters.get(each, nothing) for each in ids.to_pylist()]
        for place, name in enumerate((DISTANCE, ENGINE_HOURS)):
            columns[name] = pa.array([each[place] for each in known], pa.decimal128(18, 6))
    return pa.table(columns)


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
