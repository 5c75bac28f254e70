"""Wialon's answers: the fields of them that we read, and what its error codes mean. Pure: no request is made here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from pipelines.platforms.errors import (
    AccessDenied,
    AuthFailed,
    Conflict,
    InvalidInput,
    NotFound,
    PlatformFailed,
    ProtocolBroken,
    RateLimited,
    SessionExpired,
    Transient,
)
from pipelines.platforms.interface import DISTANCE, ENGINE_HOURS, SENSOR_COLUMNS, Remark

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

UNIT_FLAGS = 1 + 4 + 256 + 1024 + 4096 + 8192  # name; account; device and activity; last message; sensors; counters
ACCOUNT_FLAGS = 1 + 4
MAY_BE_THE_SESSION = {4, 7}  # codes that also stand for a session that is over: one fresh login tells

_ERRORS: Mapping[int, tuple[type[PlatformFailed], str]] = {
    1: (SessionExpired, "the session is over"),
    2: (ProtocolBroken, "the service is not known"),
    3: (Transient, "the result is not valid"),
    4: (InvalidInput, "the input is not accepted, or the object is not there"),
    5: (Transient, "the request could not be carried out"),
    6: (Transient, "an error that the server does not name"),
    7: (AccessDenied, "access is denied"),
    8: (AuthFailed, "the token is not accepted"),
    9: (Transient, "the authorization server is not available"),
    10: (RateLimited, "too many requests at once"),
    14: (AccessDenied, "the billing system does not allow it"),
    1001: (NotFound, "there is nothing"),
    1002: (Conflict, "it exists already, or the billing system does not allow it"),
    1003: (RateLimited, "one request at a time, or a limit is reached"),
    1004: (RateLimited, "a limit of messages is reached"),
    1005: (Transient, "it took too long"),
    1006: (AuthFailed, "too many attempts"),
    1011: (SessionExpired, "the session is over, or our address has changed"),
}
_MILEAGE_COUNTED, _HOURS_COUNTED = 0x100, 0x200  # flags of the counters that go on by themselves
_KILOMETRES_IN_A_MILE = Decimal("1.609344")
_IN_MILES = {1, 2}  # measures of a unit: American and imperial
_NO_VALUES: Mapping[str, Any] = {}
_MICRO = Decimal("0.000001")


class Refusal(msgspec.Struct):
    """What stands in a body of status 200 instead of the result."""

    error: int


class LoggedIn(msgspec.Struct):
    """`token/login`: the session, and the service user."""

    eid: str
    user: "ServiceUser"
    wsdk_version: str | None = None


class ServiceUser(msgspec.Struct):
    """The user of the token: ``bact`` is its own account."""

    id: int
    bact: int | None = None


class Message(msgspec.Struct, gc=False):
    """The last message: ``t`` is the device's moment, ``rt`` the server's at its arrival, both in seconds since 1970."""

    t: int
    rt: int | None = None
    p: dict[str, Any] | list[Any] | None = None

    @property
    def arrived(self) -> int:
        """The server's moment where it is told, as on other platforms; else the device's. Seconds since 1970."""
        return self.rt or self.t


class Sensor(msgspec.Struct, gc=False):
    """A sensor of a unit: name, type, and the parameter of messages that it reads."""

    id: int
    n: str | None = None
    t: str | None = None
    p: str | None = None


class Unit(msgspec.Struct, gc=False):
    """A unit: what we call a vehicle. What the token may not see is absent, and absent is unknown."""

    id: int
    nm: str | None = None
    mu: int = 0
    bact: int | None = None
    uid: str | None = None
    act: int | None = None
    lmsg: Message | None = None
    sens: dict[str, Sensor] | list[Sensor] | msgspec.UnsetType | None = msgspec.UNSET
    cfl: int | None = None
    cnm: Decimal | None = None
    cneh: Decimal | None = None

    @property
    def state(self) -> str | None:
        """None where the token may not see it: unknown is never active."""
        return None if self.act is None else "active" if self.act else "deactivated"

    @property
    def sensors(self) -> Collection[Sensor] | None:
        """None where the token may not see them: unknown is not "none"."""
        if self.sens is msgspec.UNSET:
            return None
        return self.sens.values() if isinstance(self.sens, dict) else self.sens or ()

    @property
    def mileage(self) -> Decimal | None:
        """Kilometres on the counter; None where it does not go on by itself."""
        if self.cnm is None or not (self.cfl or 0) & _MILEAGE_COUNTED:
            return None
        return self.cnm * _KILOMETRES_IN_A_MILE if self.mu in _IN_MILES else self.cnm

    @property
    def engine_hours(self) -> Decimal | None:
        """Hours on the counter; None where it does not go on by itself."""
        if self.cneh is None or not (self.cfl or 0) & _HOURS_COUNTED:
            return None
        return self.cneh


class Resource(msgspec.Struct):
    """An account, as the search lists it."""

    id: int
    nm: str | None = None


class BillingAccount(msgspec.Struct, rename="camel"):
    """The state of an account: ``parent_enabled`` is that of all accounts above it."""

    enabled: int
    parent_enabled: int = 1
    parent_account_id: int | None = None
    dealer_rights: int = 0

    @property
    def is_blocked(self) -> bool:
        """Blocked itself, or under a blocked account."""
        return not (self.enabled and self.parent_enabled)


class Units(msgspec.Struct, rename={"announced": "totalItemsCount"}):
    """`core/search_items` of units."""

    announced: int
    items: list[Unit]


class Resources(msgspec.Struct, rename={"announced": "totalItemsCount"}):
    """`core/search_items` of accounts."""

    announced: int
    items: list[Resource]


def failure_of(code: int, asked: str) -> PlatformFailed:
    """The failure that an error code of a body stands for."""
    kind, says = _ERRORS.get(code, (ProtocolBroken, "which the interface does not name"))
    return kind(f"{asked}: error {code}, {says}")


def whole(asked: str, announced: int, items: Sequence[Unit] | Sequence[Resource]) -> None:
    """ProtocolBroken unless as many came as the server announced, each once."""
    if len(items) != announced:
        raise ProtocolBroken(f"{asked}: {len(items)} of {announced} came")
    if len({item.id for item in items}) != len(items):
        raise ProtocolBroken(f"{asked}: something is listed twice")


def accounts_table(resources: Iterable[Resource], data: Mapping[int, BillingAccount]) -> "pa.Table":
    """The account tree (ACCOUNT_COLUMNS as text). Blocked is blocked itself: what stands above follows from the tree.

    An account whose parents the token may not see is blocked when the server says that they are.
    """
    import pyarrow as pa

    listed = sorted(resources, key=lambda resource: resource.id)
    known = {resource.id for resource in listed}
    parents = [_parent(resource.id, data[resource.id]) for resource in listed]
    enabled = [
        data[each.id].enabled and (parent in known or data[each.id].parent_enabled) for each, parent in zip(listed, parents, strict=True)
    ]
    return pa.table(
        {
            "account_id": pa.array([str(resource.id) for resource in listed], pa.string()),
            "parent_account_id": pa.array([None if parent is None else str(parent) for parent in parents], pa.string()),
            "name": pa.array([resource.nm for resource in listed], pa.string()),
            "enabled": pa.array(["1" if each else "0" for each in enabled], pa.string()),
        }
    )


def vehicles_table(units: Iterable[Unit]) -> "pa.Table":
    """The vehicles in the order of their ids, each with its one account."""
    import pyarrow as pa

    listed = sorted(units, key=attrgetter("id"))
    return pa.table(
        {
            "vehicle_id": _texts([unit.id for unit in listed]),
            "account_id": _texts([unit.bact for unit in listed]),
            "name": pa.array([unit.nm for unit in listed], pa.string()),
            "hw_id": pa.array([unit.uid for unit in listed], pa.string()),
            "state": pa.array([unit.state for unit in listed], pa.string()),
            "last_message_at": _moments([unit.lmsg.arrived if unit.lmsg else None for unit in listed]),
        }
    )


def counters_table(units: Sequence[Unit]) -> "pa.Table":
    """Kilometres and engine hours on the counters of every unit; NULL where a counter does not go on by itself."""
    import pyarrow as pa

    return pa.table(
        {
            "vehicle_id": _texts([unit.id for unit in units]),
            DISTANCE: _counts([unit.mileage for unit in units]),
            ENGINE_HOURS: _counts([unit.engine_hours for unit in units]),
        }
    )


def sensors_table(units: Sequence[Unit]) -> "tuple[pa.Table | None, list[Remark]]":
    """Every sensor of every unit (SENSOR_COLUMNS), with the value of its parameter in the last message, as text.

    None where the token may see the sensors of no unit, with the remark that says so.
    """
    import numpy as np
    import pyarrow as pa

    hidden = sum(unit.sens is msgspec.UNSET for unit in units)
    remarks = [Remark("sensors_hidden", None, f"the token may not see the sensors of {hidden} of {len(units)} units")] if hidden else []
    if hidden and hidden == len(units):
        return None, remarks
    counts, listed, values = _listed_sensors(units)
    columns = (
        _texts(np.repeat(np.array([unit.id for unit in units], dtype="int64"), counts)),
        _texts([sensor.id for sensor in listed]),
        pa.array([sensor.n for sensor in listed], pa.string()),
        pa.array([sensor.t for sensor in listed], pa.string()),
        pa.array([sensor.p for sensor in listed], pa.string()),
        pa.array([value if value is None or isinstance(value, str) else str(value) for value in values], pa.string()),
    )
    return pa.table(dict(zip(SENSOR_COLUMNS, columns, strict=True))), remarks


def _listed_sensors(units: Iterable[Unit]) -> tuple[list[int], list[Sensor], list[Any]]:
    """(number of sensors of each unit, all sensors, of each the value of its parameter in the last message of its unit).

    One pass over the units: of 100,000 of them, most of the time goes into fetching each from memory.
    """
    counts: list[int] = []
    listed: list[Sensor] = []
    values: list[Any] = []
    for unit in units:
        sensors = unit.sensors or ()
        counts.append(len(sensors))
        listed += sensors
        last: Mapping[Any, Any] = unit.lmsg.p if unit.lmsg is not None and isinstance(unit.lmsg.p, dict) else _NO_VALUES
        values += [last.get(sensor.p) for sensor in sensors]
    return counts, listed, values


def _texts(numbers: "Sequence[int | None] | np.ndarray[Any, Any]") -> "pa.Array":
    import pyarrow as pa

    return pa.array(numbers, pa.int64()).cast(pa.string())


def _counts(counted: list[Decimal | None]) -> "pa.Array":
    """Counters with six decimals; rounded, half up, where the server tells more."""
    import pyarrow as pa

    try:
        return pa.array(counted, pa.decimal128(18, 6))
    except pa.ArrowInvalid:
        rounded = [None if each is None else each.quantize(_MICRO, ROUND_HALF_UP) for each in counted]
        return pa.array(rounded, pa.decimal128(18, 6))


def _moments(seconds: "Sequence[int | None]") -> "pa.Array":
    """Moments of seconds since 1970. ProtocolBroken when one is beyond what a calendar has."""
    import pyarrow as pa

    try:
        return pa.array(seconds, pa.timestamp("s", tz="UTC")).cast(pa.timestamp("us", tz="UTC"))
    except (pa.ArrowInvalid, OverflowError):
        raise ProtocolBroken("the moment of a message cannot be read") from None


def _parent(account: int, data: BillingAccount) -> int | None:
    return data.parent_account_id if data.parent_account_id not in (None, 0, account) else None
