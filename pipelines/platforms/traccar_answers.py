"""Traccar's answers: the fields of them that we read, and what its refusals mean. Pure: no request is made here."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated

import msgspec

from pipelines.platforms.errors import AccessDenied, AuthFailed, Conflict, InvalidInput, NotFound, PlatformFailed, ProtocolBroken
from pipelines.platforms.transport import Response

Version = tuple[int, ...]
Number = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A number as the server's database can hold it; a longer one is no answer of a Traccar."""

LINKS_AT_ONCE: Version = (6, 14)  # from here on all links of users and devices come in one answer
OLDEST: Version = (5, 8)

_KEYS_OF_USER, _KEYS_OF_DEVICE = ("userid", "USERID", "userId"), ("deviceid", "DEVICEID", "deviceId")
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")
_JAVA_CLASS = re.compile(r"\b([A-Z][A-Za-z]*(?:Exception|Violation|Error))\b")
_SHUT_OUT = ("User is disabled", "User has expired", "Token has expired")
_DENIED = ("SecurityException", "access denied", "access required", "Registration disabled")
_TAKEN = ("StorageException", "IntegrityConstraintViolation", "Unique index")


class Server(msgspec.Struct):
    """`/server`: the version alone."""

    version: str


class User(msgspec.Struct, rename="camel"):
    """A user: an owner of devices, a manager of users, an administrator, or (temporary) a share link."""

    id: Number
    name: str | None = None
    login: str | None = None
    email: str | None = None
    administrator: bool = False
    disabled: bool = False
    expiration_time: datetime | None = None
    user_limit: Number = 0
    temporary: bool = False

    def is_blocked(self, at: datetime) -> bool:
        """Whether nobody can log in as this user: past its expiration `disabled` still reads false."""
        return self.disabled or _is_past(self.expiration_time, at)

    @property
    def owns(self) -> bool:
        """Whether devices linked to this user are its own: administrators are linked to all that they create, share links to one."""
        return not self.administrator and not self.temporary


class Device(msgspec.Struct, rename="camel"):
    """A device: what we call a vehicle. ``last_update`` is the server's moment of the last contact of any kind."""

    id: Number
    unique_id: str
    name: str | None = None
    group_id: Number | None = None
    last_update: datetime | None = None
    disabled: bool = False
    expiration_time: datetime | None = None

    def is_expired(self, at: datetime) -> bool:
        """Whether its term is over."""
        return _is_past(self.expiration_time, at)


class DeviceRow(msgspec.Struct, rename="camel", gc=False):
    """The same with its moments as they are written, for long lists: Arrow reads them by the column."""

    id: Number
    unique_id: str
    name: str | None = None
    group_id: Number | None = None
    last_update: str | None = None
    disabled: bool = False
    expiration_time: str | None = None


class PlacedDevice(msgspec.Struct, rename="camel", gc=False):
    """A device and its group: what must not change while links are read."""

    id: Number
    group_id: Number | None = None


class OwnerLink(msgspec.Struct, gc=False):
    """A link of a user and a device, whose keys come in the letter case of the server's database."""

    userId: Number = 0  # noqa: N815 - as the server writes it
    USERID: Number = 0
    userid: Number = 0
    deviceId: Number = 0  # noqa: N815 - as the server writes it
    DEVICEID: Number = 0
    deviceid: Number = 0


class Identified(msgspec.Struct, gc=False):
    """Anything of which only the id counts."""

    id: Number


class Summary(msgspec.Struct, rename="camel"):
    """A device's day: metres, milliseconds, and the moment of its last position."""

    device_id: Number
    distance: Decimal | None = None
    engine_hours: Number | None = None
    end_time: datetime | None = None


class AuditedAction(msgspec.Struct, rename="camel"):
    """A row of the audit (6.10 and later): who edited which object when, and not what."""

    action_time: datetime
    user_id: Number
    action_type: str | None = None
    object_type: str | None = None
    object_id: Number | None = None
    user_email: str | None = None

    def is_of(self, users: Collection[int]) -> bool:
        """Whether it is an edit of one of these users."""
        return self.action_type == "edit" and self.object_type == "user" and self.object_id in users


def version_of(written: str) -> Version:
    """``6.14.5`` as numbers; ProtocolBroken for a text that begins otherwise, or a version older than 5.8."""
    numbers = _NUMBERS.match(written.strip())
    version = tuple(int(part) for part in numbers[0].split(".")) if numbers else ()
    if not version:
        raise ProtocolBroken("the server does not say its version")
    if version < OLDEST:
        raise ProtocolBroken(f"version {written} is older than 5.8, the oldest that this connector knows")
    return version


def links_of(rows: Sequence[OwnerLink]) -> tuple[list[int], list[int]]:
    """(users, devices) of the links, which may come twice. ProtocolBroken when one names no user or no device."""
    return _named(rows, "user", _KEYS_OF_USER), _named(rows, "device", _KEYS_OF_DEVICE)


def _named(rows: Sequence[OwnerLink], what: str, keys: Sequence[str]) -> list[int]:
    """One side of the links, by the key that their server writes."""
    for key in keys:
        side = list(map(attrgetter(key), rows))
        if all(side):
            return side
    raise ProtocolBroken(f"a link names no {what}")


def failure_of(answer: Response, asked: str) -> PlatformFailed | None:
    """What an answer refuses, by its status and the Java class that its first line names; None: it refuses nothing.

    The text itself is never repeated, for it may quote what was sent. Nearly every refusal is a 400, whatever its type says.
    """
    if answer.status in (200, 204):
        return None
    said = bytes(answer.body[:4000]).decode("utf-8", "replace").split("\n", 1)[0]
    shut_out = next((each for each in _SHUT_OUT if each in said), None)
    if answer.status == 401 or shut_out:
        return AuthFailed(f"{asked}: {shut_out or 'the server does not accept the service user'}")
    if answer.status == 403 or any(each in said for each in _DENIED):
        return AccessDenied(f"{asked}: the service user may not do this")
    if answer.status == 404 or "NullPointerException" in said:
        return NotFound(f"{asked}: it is not there")
    if any(each in said for each in _TAKEN):
        return Conflict(f"{asked}: the server cannot store it beside what it has")
    named = _JAVA_CLASS.search(said)
    if answer.status in (400, 405, 409, 414, 415):
        return InvalidInput(f"{asked}: refused (status {answer.status}{f', {named[1]}' if named else ''})")
    return ProtocolBroken(f"{asked}: status {answer.status}, which the interface does not have")


def _is_past(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment < at
