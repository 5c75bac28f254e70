"""Traccar 5.8 to 6.14: a whole snapshot without paging, and blocks that are read back (`docs/platforms.md`)."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.clock import local_date
from pipelines.platforms import traccar_dated as dating
from pipelines.platforms import traccar_fleet as rules
from pipelines.platforms.credentials import web_access
from pipelines.platforms.errors import AccessDenied, AuthFailed, Transient
from pipelines.platforms.interface import Capability, Fleet, Platform, Probe, Remark
from pipelines.platforms.traccar_access import TraccarAccess
from pipelines.platforms.traccar_answers import DeviceRow, Identified, PlacedDevice, Summary, User, Version, version_of
from pipelines.platforms.traccar_relations import connections, relations
from pipelines.platforms.traccar_requests import utc
from pipelines.platforms.transport import Pairs

if TYPE_CHECKING:
    import pyarrow as pa

READINGS = 3  # of a list that somebody changes while it is read
_LONGEST_QUERY = 6_000  # characters; a server refuses about 12,900


def connect(platform: Platform, secret: str | None, at: datetime) -> "Traccar":
    """Connector of a Traccar server; ``login`` of the connection is the service user's e-mail, also beside a token."""
    access = web_access(platform, secret)
    if not access.login or not (access.password or access.token):
        raise AuthFailed(f"platform {platform.platform!r}: the connection needs the login and a password or token of an administrator")
    return Traccar(platform, access, at)


class Traccar(TraccarAccess):
    """A Traccar server at one moment. Accounts are its users, vehicles its devices."""

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
        return first, [("from", utc(first)), ("to", utc(self._at))]

    def _summaries(self, devices: Sequence[int], window: Pairs) -> list[Summary]:
        """The reports of devices, as many of them in a request as its address holds."""
        pairs = ([*(("deviceId", str(each)) for each in block), *window] for block in _blocks(devices))
        return [row for asked in pairs for row in self._get("/reports/summary", list[Summary], asked)]


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
