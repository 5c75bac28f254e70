"""A stand-in for a Traccar server that does what the real ones did, their traps included. Its state is plain data."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from tests.loopback import Loopback, Reply, Request, as_json

ADMIN, PASSWORD, TOKEN = "admin@gps.example", "s3cret-Passw0rd", "RzBFAiEA-secret-token"
USER = {
    "attributes": {}, "name": "", "login": None, "email": "", "phone": None, "readonly": False, "administrator": False, "map": None,
    "latitude": 0.0, "longitude": 0.0, "zoom": 0, "coordinateFormat": None, "disabled": False, "expirationTime": None, "deviceLimit": -1,
    "userLimit": 0, "deviceReadonly": False, "limitCommands": False, "disableReports": False, "fixedEmail": False, "poiLayer": None,
    "password": None,
}  # fmt: skip
DEVICE = {
    "attributes": {}, "groupId": 0, "name": "", "uniqueId": "", "status": "offline", "lastUpdate": None, "positionId": 0, "phone": None,
    "model": None, "contact": None, "category": None, "disabled": False, "expirationTime": None,
}  # fmt: skip


class TraccarServer(Loopback):
    def __init__(self, version: str = "6.10.0") -> None:
        super().__init__()
        self.version = version
        self.numbers = tuple(map(int, version.split(".")))
        self.users: dict[int, dict[str, Any]] = {}
        self.devices: dict[int, dict[str, Any]] = {}
        self.groups: dict[int, int] = {}  # group → group above it
        self.links: list[tuple[int, int]] = []
        self.group_links: list[tuple[int, int]] = []
        self.managed: list[tuple[int, int]] = []
        self.summaries: dict[int, dict[str, Any]] = {}
        self.fixes: dict[int, list[datetime]] = {}  # device → moments that it has written; makes reports of any day
        self.ignores_writes = False
        self.audit: list[dict[str, Any]] = []  # edits, as 6.10 and later remember them
        self.user(1, "Администратор", email=ADMIN, administrator=True)

    def user(self, number: int, name: str = "", **fields: Any) -> int:
        later = {"calendarId": 0, "totpKey": "totp-secret", "temporary": False} if self.numbers >= (6,) else {}
        made = {"id": number, **USER, **later, "name": name or f"Клиент {number}", "email": f"u{number}@gps.example", **fields}
        if self.numbers < (6,):
            made = {key: value for key, value in made.items() if key not in {"temporary", "totpKey", "calendarId"}}
        self.users[number] = made
        return number

    def device(self, number: int, owners: tuple[int, ...] = (), *, seen: datetime | None = None, **fields: Any) -> int:
        last = seen.astimezone(UTC).isoformat(timespec="milliseconds") if seen else None
        named = {"name": f"А {number:03} АА", "uniqueId": f"{350000000000000 + number}", "lastUpdate": last}
        self.devices[number] = {"id": number, **DEVICE, **named, **fields}
        self.links += [(owner, number) for owner in owners]
        return number

    def edit(self, number: int, by: int, at: datetime, **fields: Any) -> None:
        """Somebody else's edit of a user through the platform's own pages, done at once."""
        self.users[number] |= fields
        self._audited(number, by, at)

    def _audited(self, number: int, by: int, at: datetime) -> None:
        moment = at.astimezone(UTC).isoformat(timespec="milliseconds")
        edit = {"actionTime": moment, "address": "127.0.0.1", "userId": by, "actionType": "edit", "objectType": "user", "objectId": number}
        self.audit.append({**edit, "userEmail": self.users[by]["email"]} if self.numbers >= (6, 14) else edit)

    # answers

    def reply(self, request: Request) -> Reply:
        path = request.path.removeprefix("/api")
        if path == "/server":
            return as_json({"id": 1, "version": self.version, "newServer": False})
        caller = self._caller(request)
        if caller is None:
            return self._refused("jakarta.ws.rs.WebApplicationException: HTTP 401 Unauthorized", 401)
        parts = path.strip("/").split("/")
        if request.method == "PUT":
            return self._put(parts[0], caller, json.loads(request.body))
        if len(parts) == 2 and parts[1].isdigit():
            found = getattr(self, parts[0]).get(int(parts[1]))
            return as_json(found) if found else as_json({"message": "Not Found", "status": "404"}, 404)
        answer = getattr(self, f"_{parts[0]}", None)
        return answer(request, caller) if answer else self._refused("NotFoundException", 404)

    def _caller(self, request: Request) -> dict[str, Any] | None:
        kind, _, said = request.headers.get("authorization", "").partition(" ")
        if kind == "Bearer" and said == TOKEN:
            return self.users[1]
        login, _, password = base64.b64decode(said).decode().partition(":") if kind == "Basic" else ("", "", "")
        user = next((user for user in self.users.values() if user["email"] == login), None)
        return user if user and password == PASSWORD and not user["disabled"] else None

    def _refused(self, said: str, status: int = 400) -> Reply:
        trace = f"{said}\n\tat org.traccar.api.Resource" if self.numbers >= (6, 6) else f"{said} - (Resource:112 < ...)"
        return Reply(status, trace.encode())  # a text that is called JSON

    def _users(self, request: Request, caller: dict[str, Any]) -> Reply:
        manager = int(request.one("userId") or (0 if caller["administrator"] else caller["id"]))
        below = {user for above, user in self.managed if above == manager}
        return as_json([user for number, user in self.users.items() if not manager or number in below])

    def _devices(self, request: Request, caller: dict[str, Any]) -> Reply:
        if request.one("all") and caller["administrator"]:
            return as_json(self._page(list(self.devices.values()), request))
        user = int(request.one("userId") or caller["id"])
        numbers = {device for owner, device in self.links if owner == user}
        return as_json([self.devices[number] for number in sorted(numbers) if number in self.devices])

    def _page(self, rows: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        """Pages by name alone, from 6.14 on; equal names come in the order of the moment."""
        if self.numbers < (6, 14) or not request.one("limit"):
            return rows
        ordered = sorted(rows, key=lambda row: (row["name"], len(self.requests) * row["id"] % 7))
        first = int(request.one("offset") or 0)
        return ordered[first : first + int(request.one("limit") or 0)]

    def _groups(self, request: Request, caller: dict[str, Any]) -> Reply:
        linked = {group for user, group in self.group_links if user == int(request.one("userId") or 0)}
        for _ in range(2):  # two levels below a linked group, and no deeper
            linked |= {group for group, above in self.groups.items() if above in linked}
        numbers = self.groups if request.one("all") else sorted(linked)
        return as_json([{"id": number, "attributes": {}, "groupId": self.groups[number], "name": f"Группа {number}"} for number in numbers])

    def _permissions(self, request: Request, caller: dict[str, Any]) -> Reply:
        if self.numbers < (6, 14):
            return self._refused("jakarta.ws.rs.NotAllowedException: HTTP 405 Method Not Allowed", 405)
        return as_json([{"USERID": user, "DEVICEID": device} for user, device in (*self.links, *self.links[:1])])

    def _reports(self, request: Request, caller: dict[str, Any]) -> Reply:
        linked = {device for user, device in self.links if user == caller["id"]}
        asked = [int(value) for name, value in request.query if name == "deviceId"]
        first, last = (datetime.fromisoformat(str(request.one(name))) for name in ("from", "to"))
        reports = {**self.summaries}
        for device, moments in self.fixes.items():
            if of_the_day := [moment for moment in moments if first <= moment <= last]:
                end = max(of_the_day).astimezone(UTC).isoformat(timespec="milliseconds")
                reports[device] = {"distance": 0.0, "engineHours": 0, "endTime": end}
        return as_json([{"deviceId": each, **reports[each]} for each in asked if each in linked and each in reports])

    def _audit(self, request: Request, caller: dict[str, Any]) -> Reply:
        if self.numbers < (6, 10):
            return self._refused("NotFoundException", 404)
        first, last = (datetime.fromisoformat(str(request.one(name))) for name in ("from", "to"))
        return as_json([row for row in self.audit if first <= datetime.fromisoformat(row["actionTime"]) <= last])

    def _put(self, what: str, caller: dict[str, Any], sent: dict[str, Any]) -> Reply:
        stored = getattr(self, what)
        if not caller["administrator"]:
            return self._refused("java.lang.SecurityException: Administrator access required")
        if sent["id"] not in stored:
            return as_json(sent) if what == "devices" else self._refused("java.lang.NullPointerException: Cannot invoke User.getId()")
        template = stored[sent["id"]]
        if unknown := sent.keys() - template.keys():
            return Reply(400, f'Unrecognized field "{min(unknown)}"'.encode(), "text/plain")
        if not self.ignores_writes:
            kept = {name: template[name] for name in ("lastUpdate", "status", "positionId") if name in template}
            blank = dict.fromkeys(template)
            stored[sent["id"]] = {**blank, **sent, **kept}
            if what == "users":
                self._audited(sent["id"], caller["id"], self.clock or datetime.now(UTC))
        return as_json(sent)  # an echo, whatever was stored
