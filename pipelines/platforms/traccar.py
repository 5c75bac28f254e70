"""Traccar 5.8 to 6.14: a whole snapshot without paging, and blocks that are read back (`docs/platforms.md`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from pipelines.clock import local_date
from pipelines.platforms import traccar_blocks as blocks
from pipelines.platforms import traccar_dated as dating
from pipelines.platforms import traccar_fleet as rules
from pipelines.platforms.credentials import WebAccess, web_access
from pipelines.platforms.errors import AccessDenied, AuthFailed, Conflict, InvalidInput, NotFound, PlatformFailed, ProtocolBroken, Transient
from pipelines.platforms.interface import (
    AccountBelow,
    AccountState,
    Blocking,
    Capability,
    Edit,
    Effective,
    Fleet,
    Platform,
    Probe,
    Remark,
)
from pipelines.platforms.traccar_answers import (
    AuditedAction,
    Device,
    DeviceRow,
    Identified,
    PlacedDevice,
    Server,
    Summary,
    User,
    Version,
    failure_of,
    version_of,
)
from pipelines.platforms.traccar_relations import LIMITED_CONNECTIONS, connections, relations
from pipelines.platforms.transport import Pairs, Transport

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

READINGS = 3  # of a list that somebody changes while it is read
_LONGEST_QUERY = 6_000  # characters; a server refuses about 12,900
_OF_THE_SERVER = {"status", "lastUpdate", "positionId"}  # fields of a device that change by themselves
_CLOCKS_APART = timedelta(hours=1)  # by which the server's moments may lie off ours
_LONGEST_RUN = timedelta(days=1)
_FIRST_ASKED = {"/server", "/users"}


def connect(platform: Platform, secret: str | None, at: datetime) -> "Traccar":
    """Connector of a Traccar server; ``login`` of the connection is the service user's e-mail, also beside a token."""
    access = web_access(platform, secret)
    if not access.login or not (access.password or access.token):
        raise AuthFailed(f"platform {platform.platform!r}: the connection needs the login and a password or token of an administrator")
    return Traccar(platform, access, at)


class Traccar:
    """A Traccar server at one moment. Accounts are its users, vehicles its devices."""

    def __init__(self, platform: Platform, access: WebAccess, at: datetime) -> None:
        self._access = access
        self._zone = platform.time_zone
        self._at = at
        self._root = "" if access.base_url.endswith("/api") else "/api"
        auth = None if access.token else (access.login, access.password)
        self._transport = Transport(access, at, auth=auth, bearer=access.token, connections=LIMITED_CONNECTIONS)

    def probe(self) -> Probe:
        """Version and rights; AccessDenied unless the service user is an administrator, for others see a part of the fleet."""
        written = self._server().version
        version_of(written)
        own = self._own(self._users())
        capabilities = {Capability.LIST_VEHICLES, Capability.LIST_ACCOUNTS, Capability.BLOCK_ACCOUNT, Capability.BLOCK_VEHICLE}
        if self._access.flag("meters", default=True) and self._get("/devices", list[Identified], [("userId", str(own.id))]):
            capabilities.add(Capability.DAILY_METERS)
        if self._is_device_dated:
            self._linked(own, rules.active(rules.devices_table(self._listed(DeviceRow), self._at)))
        return Probe(written, frozenset(capabilities))

    def fleet(self) -> Fleet:
        """Every device with all its owners, and the tree of managers. Read again while somebody changes it, three times at most."""
        version = version_of(self._server().version)
        for _ in range(READINGS):
            fleet = self._reading(version)
            if fleet is not None:
                return self._dated_by_devices(fleet) if self._is_device_dated else fleet
        raise Transient(self._says(f"users or devices changed during each of {READINGS} readings"))

    def account_state(self, account_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of users in one request. Administrators and the service user are named as such; share links are no accounts."""
        users = self._users()
        self._own(users)
        wanted = set(account_ids)
        return {
            str(user.id): AccountState(str(user.id), user.is_blocked(self._at), user.administrator)
            for user in users
            if str(user.id) in wanted and not user.temporary
        }

    def set_account_blocked(self, account_id: str, *, blocked: bool) -> Blocking:
        """Set or clear `disabled` of a user, nothing else, and read it back. Administrators and share links are left alone."""
        edits = self._edits(_number(account_id))
        raw = self._raw(f"/users/{_number(account_id)}", f"user {account_id}")
        if not _as_user(raw).owns:
            raise AccessDenied(self._says(f"user {account_id} is an administrator or a share link, and is not blocked"))
        return self._set_disabled_of_user(raw, edits, blocked=blocked)

    def set_vehicle_blocked(self, vehicle_id: str, *, blocked: bool) -> Blocking:
        """The same for a device. Its messages are refused while it is blocked, so what it would have sent is lost."""
        raw = self._raw(f"/devices/{_number(vehicle_id)}", f"device {vehicle_id}")
        return self._set_disabled(f"/devices/{raw['id']}", raw, blocked=blocked, changing=_OF_THE_SERVER)

    def vehicle_state(self, vehicle_ids: Sequence[str]) -> Mapping[str, bool | None]:
        """State of devices in one request; blocked is disabled or expired."""
        wanted = set(vehicle_ids)
        return {str(each.id): each.disabled or each.is_expired(self._at) for each in self._devices() if str(each.id) in wanted}

    def accounts_below(self, account_ids: Sequence[str]) -> Mapping[str, tuple[AccountBelow, ...]]:
        """Share links (temporary users named after their maker) and managed users: one request, and one per manager."""
        users = self._users()
        self._own(users)
        known = {str(user.id): user for user in users if user.owns}
        return {each: blocks.accounts_below(known[each], users, self._managed_by, self._at) for each in account_ids if each in known}

    def share_link_state(self, link_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of temporary users in one request; blocked is disabled or expired."""
        wanted = set(link_ids)
        listed = [user for user in self._users() if user.temporary and str(user.id) in wanted]
        return {str(user.id): AccountState(str(user.id), user.is_blocked(self._at), user.administrator) for user in listed}

    def set_share_link_blocked(self, link_id: str, *, blocked: bool) -> Blocking:
        """Set or clear `disabled` of a temporary user; AccessDenied for any other."""
        edits = self._edits(_number(link_id))
        raw = self._raw(f"/users/{_number(link_id)}", f"user {link_id}")
        user = _as_user(raw)
        if not user.temporary or user.administrator:
            raise AccessDenied(self._says(f"user {link_id} is no share link"))
        return self._set_disabled_of_user(raw, edits, blocked=blocked)

    def last_edits(self, account_ids: Sequence[str], since: datetime) -> Mapping[str, Edit]:
        """Who edited a user last, by the server's audit: from 6.10 on, and never what was changed. Older versions do not tell."""
        users = self._users()
        own = self._own(users)
        emails = {user.id: user.email for user in users}
        wanted = {int(each) for each in account_ids if each.isascii() and each.isdigit()}
        listed = [each for each in self._audit(since, self._at + _CLOCKS_APART) if each.is_of(wanted) and each.user_id != own.id]
        last = {each.object_id: each for each in sorted(listed, key=lambda each: each.action_time)}
        return {str(number): Edit(each.action_time, each.user_email or emails.get(each.user_id)) for number, each in last.items()}

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    # reading

    def _reading(self, version: Version) -> Fleet | None:
        """One reading of everything; None when users or devices are others at its end than at its beginning.

        The lists are asked for together, before and after whatever is asked user by user.
        """
        with ThreadPoolExecutor(connections(version)) as pool:
            listed, grouped = (
                pool.submit(self._listed, PlacedDevice),
                pool.submit(self._get, "/groups", list[Identified], [("all", "true")]),
            )
            users = self._users()
            own = self._own(users)
            related = relations(self._get, pool, version, users, has_groups=bool(grouped.result()), listed=listed)
            places = rules.places(listed.result())
            relisted = pool.submit(self._listed, DeviceRow)
            users_after, devices_after = self._users(), relisted.result()
        if _shape(users) != _shape(users_after) or not rules.are_the_same(places, rules.places(devices_after)):
            return None
        owners = {user.id for user in users if user.owns}
        parents, remarks = rules.parents_of(related.managed, owners)
        table = rules.devices_table(devices_after, self._at)
        meters, metered = self._meters(own, table, related.links)
        return Fleet(
            vehicles=rules.vehicles_table(table, rules.owners_of(table, owners, related.links, related.groups), meters),
            accounts=rules.accounts_table(users_after, parents, self._at),
            announced=table.num_rows,
            remarks=(*remarks, *metered, *self._transport.clock_remarks()),
            clock=self._transport.server_clock,
        )

    def _meters(self, own: User, devices: "pa.Table", links: rules.Links) -> tuple[rules.Meters | None, list[Remark]]:
        """Distance and engine hours of the local day so far, if the service user is linked to every device that may be used.

        Reports leave out a device that is not linked to the caller without a word, as if it had not moved: so all, or none.
        """
        if not self._access.flag("meters", default=True):
            return None, []
        linked = {device for user, device in zip(*links, strict=True) if user == own.id}
        if not linked:
            linked = {each.id for each in self._get("/devices", list[Identified], [("userId", str(own.id))])}
        asked = rules.active(devices)
        missing = len(set(asked) - linked)
        if not linked or not asked:
            return None, []
        if missing and "meters" not in self._access.options:
            return None, []  # nobody counts on them
        if missing:
            detail = f"the service user is linked to {len(asked) - missing} of {len(asked)} vehicles; meters need all"
            return None, [Remark("meters_left_out", None, detail)]
        rows = self._summaries(asked, self._day_so_far()[1])
        return rules.meters_of(asked, (row for row in rows if row.device_id in linked))

    @property
    def _is_device_dated(self) -> bool:
        return self._access.flag("device_dated", default=False)

    def _dated_by_devices(self, fleet: Fleet) -> Fleet:
        """The fleet with messages dated by the devices. AccessDenied unless the service user is linked to every active one."""
        vehicles = fleet.vehicles
        rows = zip(vehicles["vehicle_id"].to_pylist(), vehicles["state"].to_pylist(), strict=True)
        asked = sorted(int(number) for number, state in rows if state == "active")
        self._linked(self._own(self._users()), asked)
        first, window = self._day_so_far()
        table, remarks = dating.dated(vehicles, dating.moments_of(self._summaries(asked, window), set(asked), first, self._at), first)
        return replace(fleet, vehicles=table, remarks=(*fleet.remarks, *remarks))

    def _linked(self, own: User, asked: Sequence[int]) -> None:
        linked = {each.id for each in self._get("/devices", list[Identified], [("userId", str(own.id))])}
        if why := dating.unlinked(asked, linked):
            raise AccessDenied(self._says(why))

    def _day_so_far(self) -> tuple[datetime, Pairs]:
        """The first moment of the local day, and the bounds of the day up to now as reports want them."""
        first = datetime.combine(local_date(self._at, self._zone), time(), ZoneInfo(self._zone))
        return first, [("from", _utc(first)), ("to", _utc(self._at))]

    def _summaries(self, devices: Sequence[int], window: Pairs) -> list[Summary]:
        """The reports of devices, as many of them in a request as its address holds."""
        pairs = ([*(("deviceId", str(each)) for each in block), *window] for block in _blocks(devices))
        return [row for asked in pairs for row in self._get("/reports/summary", list[Summary], asked)]

    def _server(self) -> Server:
        return self._get("/server", Server)

    def _users(self) -> list[User]:
        return _once(self._get("/users", list[User]), "user")

    def _devices(self) -> list[Device]:
        return _once(self._listed(Device), "device")

    def _listed(self, kind: type[T]) -> list[T]:
        """All devices in one answer: pages are ordered by name alone, so equal names come twice or never."""
        return self._get("/devices", list[kind], [("all", "true")])  # type: ignore[valid-type]  # mypy knows no type that is a value

    def _own(self, users: Iterable[User]) -> User:
        """The service user's own row. AccessDenied unless it says administrator: others get a part of the fleet, and a 200."""
        login = self._access.login
        own = next((user for user in users if login in (user.email, user.login)), None)
        if own is None or not own.administrator:
            raise AccessDenied(self._says("the service user is no administrator, so the list of vehicles would not be whole"))
        return own

    # writing

    def _set_disabled_of_user(self, raw: dict[str, Any], edits: int, *, blocked: bool) -> Blocking:
        """The same for a user. Conflict when the audit has more edits than ours: whose form was saved between our reading and our
        writing has lost what it changed, and no field tells that any more.
        """
        path = f"/users/{raw['id']}"
        done = self._set_disabled(path, raw, blocked=blocked, changing=set())
        if done.before != done.after and self._edits(raw["id"]) > edits + 1:
            raise Conflict(self._says(f"{path} was edited by somebody else at the same moment; look at what that edit changed"))
        return done

    def _edits(self, number: int) -> int:
        """How many edits of a user the audit has of the last hour; 0 where there is no audit."""
        return sum(each.is_of({number}) for each in self._audit(self._at - _CLOCKS_APART, self._at + _LONGEST_RUN))

    def _set_disabled(self, path: str, raw: dict[str, Any], *, blocked: bool, changing: set[str]) -> Blocking:
        """Put the whole object back with one field changed, then read it: neither the status nor the answer proves a write.

        Past its expiration an object is blocked by somebody else's word, which is left as it is.
        """
        before = self._is_blocked(raw)
        if before == blocked or (raw.get("disabled") is False and not blocked):
            return Blocking(before, before, Effective.NOW)
        lost: PlatformFailed | None = None
        try:
            self._put(path, {**raw, "disabled": blocked})
        except PlatformFailed as error:
            lost = error  # the write may have happened all the same: what counts is what is read
        after = self._raw(path, path)
        if after.get("disabled") is not blocked:
            raise lost or Conflict(self._says(f"{path} was answered as done, and reads as it was before"))
        changed = sorted(
            name for name in raw.keys() | after.keys() if raw.get(name) != after.get(name) and name not in {"disabled", *changing}
        )
        if changed:
            raise Conflict(self._says(f"{path} was changed by somebody else at the same moment: {', '.join(changed)}"))
        return Blocking(before, self._is_blocked(after), Effective.NOW)

    def _is_blocked(self, raw: Mapping[str, Any]) -> bool:
        return _as_user({name: raw[name] for name in ("id", "disabled", "expirationTime") if name in raw}).is_blocked(self._at)

    def _put(self, path: str, whole: Mapping[str, Any]) -> None:
        headers = {"Content-Type": "application/json"}
        answer = self._transport.ask("PUT", f"{self._root}{path}", content=msgspec.json.encode(whole), headers=headers)
        if failure := failure_of(answer, self._says(f"PUT {path}")):
            raise failure

    def _raw(self, path: str, what: str) -> dict[str, Any]:
        """An object with every field that this version gives it, for it must be put back whole. It may hold secrets."""
        raw = self._get(path, dict[str, Any])
        if not isinstance(raw.get("id"), int) or not isinstance(raw.get("disabled"), bool):
            raise ProtocolBroken(self._says(f"{what}: the answer has no id, or does not say whether it is disabled"))
        return raw

    # who is under whom, and who edited what

    def _managed_by(self, manager: int) -> set[int]:
        return {each.id for each in self._get("/users", list[Identified], [("userId", str(manager))])}

    def _audit(self, since: datetime, until: datetime) -> list[AuditedAction]:
        """What the server remembers of edits; nothing before 6.10."""
        try:
            return self._get("/audit", list[AuditedAction], [("from", _utc(since)), ("to", _utc(until))])
        except (NotFound, InvalidInput, ProtocolBroken):
            return []

    # asking

    def _get(self, path: str, kind: type[T], query: Pairs = ()) -> T:
        def read() -> T:
            answer = self._transport.ask("GET", f"{self._root}{path}", query=query)
            asked = self._says(f"GET {path}")
            failure = failure_of(answer, asked)
            if self._access.token and isinstance(failure, InvalidInput) and path in _FIRST_ASKED:
                raise AuthFailed(f"{asked}: the server does not accept the token")  # a malformed one is a 400, not a 401
            if failure:
                raise failure
            return answer.decoded(kind, asked)

        return self._transport.retried(read)

    def _says(self, what: str) -> str:
        return self._transport.says(what)


def _as_user(raw: Mapping[str, Any]) -> User:
    try:
        return msgspec.convert(raw, User)
    except msgspec.ValidationError as error:
        raise ProtocolBroken(f"the answer cannot be read: {error}") from None


def _number(written: str) -> int:
    """An id that goes into an address. NotFound for a text that is no number, for no object has it."""
    if not (written.isascii() and written.isdigit()):
        raise NotFound(f"{written!r} is not there: ids are whole numbers")
    return int(written)


def _once(rows: list[T], what: str) -> list[T]:
    ids = [row.id for row in rows]  # type: ignore[attr-defined]  # both kinds of rows have one
    if len(set(ids)) != len(ids):
        raise ProtocolBroken(f"a {what} is listed twice in one answer")
    return rows


def _shape(users: Iterable[User]) -> dict[int, tuple[bool, bool, bool]]:
    """What of users must not change while a snapshot is read."""
    return {user.id: (user.administrator, user.temporary, user.user_limit != 0) for user in users}


def _blocks(ids: Sequence[int]) -> Iterator[list[int]]:
    """The ids in blocks that fit into an address."""
    block: list[int] = []
    length = 0
    for each in ids:
        length += len(f"&deviceId={each}")
        if length > _LONGEST_QUERY:
            yield block
            block, length = [], len(f"&deviceId={each}")
        block.append(each)
    if block:
        yield block


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
