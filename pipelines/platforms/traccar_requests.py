"""Requests to a Traccar server at one moment: what is asked, how it is refused, and who asks (`docs/platforms.md`)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from pipelines.platforms.credentials import WebAccess
from pipelines.platforms.errors import AccessDenied, AuthFailed, InvalidInput, NotFound, ProtocolBroken
from pipelines.platforms.interface import Platform
from pipelines.platforms.traccar_answers import AuditedAction, Device, Identified, Server, User, failure_of
from pipelines.platforms.traccar_relations import LIMITED_CONNECTIONS
from pipelines.platforms.transport import Pairs, Transport

T = TypeVar("T")

_FIRST_ASKED = {"/server", "/users"}


class TraccarRequests:
    """A Traccar server at one moment, and the service user's rights there."""

    def __init__(self, platform: Platform, access: WebAccess, at: datetime) -> None:
        self._access = access
        self._zone = platform.time_zone
        self._at = at
        self._root = "" if access.base_url.endswith("/api") else "/api"
        auth = None if access.token else (access.login, access.password)
        self._transport = Transport(access, at, auth=auth, bearer=access.token, connections=LIMITED_CONNECTIONS)

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

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

    def _managed_by(self, manager: int) -> set[int]:
        return {each.id for each in self._get("/users", list[Identified], [("userId", str(manager))])}

    def _audit(self, since: datetime, until: datetime) -> list[AuditedAction]:
        """What the server remembers of edits; nothing before 6.10."""
        try:
            return self._get("/audit", list[AuditedAction], [("from", utc(since)), ("to", utc(until))])
        except (NotFound, InvalidInput, ProtocolBroken):
            return []

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


def _once(rows: list[T], what: str) -> list[T]:
    ids = [row.id for row in rows]  # type: ignore[attr-defined]  # both kinds of rows have one
    if len(set(ids)) != len(ids):
        raise ProtocolBroken(f"a {what} is listed twice in one answer")
    return rows


def utc(moment: datetime) -> str:
    """A moment as Traccar wants it in an address."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
