"""Who is linked to which device, reaches which group and manages whom: asked of a Traccar server by several connections at once."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pipelines.platforms.errors import InvalidInput, NotFound, ProtocolBroken
from pipelines.platforms.traccar_answers import LINKS_AT_ONCE, Identified, OwnerLink, User, Version, links_of
from pipelines.platforms.traccar_fleet import Links
from pipelines.platforms.transport import Pairs

T = TypeVar("T")

Asked = tuple[int, Future[T]]
"""A user and the answer that is waited for."""

LIMITED_CONNECTIONS, CONNECTIONS = 16, 4  # up to 6.10 a limiter holds every request back; from 6.14 on there is none


class Get(Protocol):
    """Reads an address as JSON of a type."""

    def __call__(self, path: str, kind: type[T], query: Pairs = ()) -> T:
        """The answer; raises the named errors of platforms."""


@dataclass(frozen=True, slots=True)
class Relations:
    """Links of users and devices, user → groups that he reaches, manager → users that he manages."""

    links: Links
    groups: dict[int, set[int]]
    managed: dict[int, set[int]]


def connections(version: Version) -> int:
    """How many requests a server is asked at a time."""
    return CONNECTIONS if version >= LINKS_AT_ONCE else LIMITED_CONNECTIONS


def relations(
    get: Get, pool: ThreadPoolExecutor, version: Version, users: Sequence[User], *, has_groups: bool, listed: "Future[Any]"
) -> Relations:
    """All relations of the users who can own devices: a request per user, never per device. The first failure stops the others.

    Links are asked for when the devices are ``listed``, so that a device which comes later is noticed at the end.
    """
    owners = sorted(user.id for user in users if user.owns)
    managers = [user.id for user in users if user.owns and user.user_limit != 0]

    def asked(path: str, of: Iterable[int]) -> list[Asked[list[Identified]]]:
        return [(user, pool.submit(get, path, list[Identified], [("userId", str(user))])) for user in of]

    waiting = {"/groups": asked("/groups", owners if has_groups else ()), "/users": asked("/users", managers)}
    try:
        listed.result()
        links = _links_at_once(get) if version >= LINKS_AT_ONCE else None
        waiting["/devices"] = asked("/devices", () if links else owners)
        answers = {path: {user: answer.result() for user, answer in each} for path, each in waiting.items()}
    except BaseException:
        for _, answer in (each for of_path in waiting.values() for each in of_path):
            answer.cancel()
        raise
    return Relations(links or _pairs(answers["/devices"]), _ids(answers["/groups"]), _ids(answers["/users"]))


def _links_at_once(get: Get) -> Links | None:
    """All links of users and devices from 6.14 on; None where the server answers otherwise than with a list.

    None also when nobody is linked to anything: asked again user by user before it is believed.
    """
    try:
        rows = get("/permissions", list[OwnerLink], [("userId", "0"), ("deviceId", "0")])
        return links_of(rows) if rows else None
    except (InvalidInput, NotFound, ProtocolBroken):
        return None


def _pairs(answers: dict[int, list[Identified]]) -> Links:
    users = [user for user, rows in answers.items() for _ in rows]
    return users, [row.id for rows in answers.values() for row in rows]


def _ids(answers: dict[int, list[Identified]]) -> dict[int, set[int]]:
    return {user: {row.id for row in rows} for user, rows in answers.items()}
