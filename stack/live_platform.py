"""The live platforms of the demo: a Traccar-like server and a Wialon-like one, in a process of their own on loopback.

Two debtors of the sample company have accounts on the first, whose clock is the day of the story, with trackers that `gps1` lists too,
so nothing is billed twice. The other one stands empty until payers are added to both (`add_payers`). What is written to them stays:
who is blocked is kept in their folder, and `make up` finds it so again.
"""

import csv
import json
import signal
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import urllib3

from stack.environment import Stack, free_port
from tests.loopback import Reply, Request
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer
from tests.wialon_server import DEALER, TOKEN, WialonServer

PLATFORM, SECOND = "gps3", "gps4"
FIRST_DAY = "2026-02-27"
CLIENTS = {340: ("1340", "МТ-24-034", "Должник"), 360: ("1360", "МТ-24-036", "Платит Поздно")}
"""User of the server → the client's account on gps1, its contract, its name."""
_TRACKERS = 3  # of each client
_PORT = 18_082
_ON_THE_ROAD = timedelta(hours=8)  # from the last contact to the evening's snapshot


def prepare(stack: Stack, company: Path) -> None:
    """Add the platform and its accounts to the master data of a demo, and make the server's folder."""
    folder = _folder(stack)
    folder.mkdir(parents=True)
    with (company / "snapshots" / "gps1" / "2026-02-28.csv").open(encoding="utf-8", newline="") as handle:
        vehicles = list(csv.DictReader(handle))
    trackers = {
        user: [row["hw_id"] for row in vehicles if row["account_id"] == account][:_TRACKERS] for user, (account, *_) in CLIENTS.items()
    }
    (folder / "trackers.json").write_text(json.dumps(trackers))
    for name, first in ((PLATFORM, _PORT), (SECOND, _PORT + 100)):
        (folder / f"{name}.port").write_text(str(free_port(None, range(first, first + 100))))
    _append(company / "master" / "platforms.csv", [{"platform": PLATFORM, "kind": "traccar", "connection": PLATFORM}])
    accounts = [
        {"platform": PLATFORM, "account_id": str(user), "contract_no": contract, "valid_from": FIRST_DAY}
        for user, (_, contract, _) in CLIENTS.items()
    ]
    _append(company / "master" / "accounts.csv", accounts)


def is_there(stack: Stack) -> bool:
    """Whether this home has live platforms."""
    return (_folder(stack) / f"{SECOND}.port").exists()


def connection(stack: Stack) -> dict[str, str]:
    """The Airflow connections of the servers, as the environment has them; nothing where there are none."""
    return {f"AIRFLOW_CONN_{platform.upper()}": secret for platform, secret in secrets(stack).items()}


def secrets(stack: Stack) -> dict[str, str]:
    """Platform → its connection as JSON."""
    if not is_there(stack):
        return {}
    logins = {PLATFORM: {"login": ADMIN, "password": PASSWORD}, SECOND: {"password": TOKEN}}
    return {name: json.dumps({"conn_type": "http", "host": _url(stack, name), **login}) for name, login in logins.items()}


def add_payers(stack: Stack, payers: Iterable[tuple[str, int]]) -> None:
    """Accounts that the servers have from now on: (platform, number) of each."""
    path = _folder(stack) / "payers.json"
    path.with_suffix(".new").write_text(json.dumps(list(payers)))
    path.with_suffix(".new").replace(path)


def writes(stack: Stack) -> list[tuple[str, int, bool, float]]:
    """Every write that has changed an account: platform, number, whether it is blocked since, seconds since the epoch."""
    path = _folder(stack) / "writes.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(platform, number, blocked, at) for platform, number, blocked, at in map(json.loads, lines)]


def set_clock(stack: Stack, moment: datetime) -> None:
    """What the server's clock shows from now on; its trackers have spoken that day."""
    (_folder(stack) / "clock").write_text(moment.isoformat())


def blocked(stack: Stack) -> list[str]:
    """Names of the users that are blocked now, asked of the server."""
    asked = urllib3.request("GET", f"{_url(stack, PLATFORM)}/api/users", headers=urllib3.make_headers(basic_auth=f"{ADMIN}:{PASSWORD}"))
    return sorted(user["name"] for user in asked.json() if user["disabled"])


class _Kept:
    """What outlives a server's process: who is blocked; beside it every change, with its moment."""

    def __init__(self, folder: Path, platform: str) -> None:
        self.folder, self.platform, self.turn = folder, platform, threading.Lock()
        self._path = folder / f"{platform}.blocked.json"
        self.blocked: dict[int, bool] = {}
        if self._path.exists():
            self.blocked = {int(number): state for number, state in json.loads(self._path.read_text()).items()}

    def payers(self) -> list[int]:
        """Numbers of the accounts of this platform that were added to the story's."""
        path = self.folder / "payers.json"
        return [number for platform, number in (json.loads(path.read_text()) if path.exists() else []) if platform == self.platform]

    def note(self, blocked: dict[int, bool]) -> None:
        """Keep what the server says now."""
        changes = {number: state for number, state in blocked.items() if state != self.blocked.get(number, False)}
        if changes:
            with (self.folder / "writes.jsonl").open("a") as log:
                log.writelines(f"{json.dumps([self.platform, number, state, time.time()])}\n" for number, state in changes.items())
            self.blocked = blocked
            self._path.write_text(json.dumps(blocked))


class LivePlatform(TraccarServer):
    """The Traccar-like server, with its state in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__("6.10.0")
        self.folder, self.kept = folder, _Kept(folder, PLATFORM)
        trackers = json.loads((folder / "trackers.json").read_text())
        for user, (_, _, name) in CLIENTS.items():
            self.user(user, name, disabled=self.kept.blocked.get(user, False))
            for place, hw_id in enumerate(trackers[str(user)], start=1):
                self.device(user * 10 + place, (user,), name=f"{name} {place}", uniqueId=hw_id)

    def reply(self, request: Request) -> Reply:
        """As a Traccar of 6.10 does, on the day of the story; one request at a time."""
        with self.kept.turn:
            return self._reply(request)

    def _reply(self, request: Request) -> Reply:
        for user in self.kept.payers():
            if user not in self.users:
                self.user(user, disabled=self.kept.blocked.get(user, False))
        if (self.folder / "clock").exists():
            self.clock = datetime.fromisoformat((self.folder / "clock").read_text())
            for device in self.devices.values():
                device["lastUpdate"] = (self.clock - _ON_THE_ROAD).isoformat(timespec="milliseconds")
        answer = super().reply(request)
        if request.method == "PUT":
            self.kept.note({number: user["disabled"] for number, user in self.users.items()})
        return answer


class SecondPlatform(WialonServer):
    """The Wialon-like server, with its state in the same folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.kept = _Kept(folder, SECOND)

    def reply(self, request: Request) -> Reply:
        """As a Wialon does; one request at a time."""
        with self.kept.turn:
            return self._reply(request)

    def _reply(self, request: Request) -> Reply:
        for number in self.kept.payers():
            if number not in self.accounts:
                self.account(number, enabled=int(not self.kept.blocked.get(number, False)))
        answer = super().reply(request)
        self.kept.note({number: not account["enabled"] for number, account in self.accounts.items() if number != DEALER})
        return answer


def _append(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open(encoding="utf-8", newline="") as handle:
        names = next(csv.reader(handle))
    with path.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, restval="")
        writer.writerows(rows)


def _folder(stack: Stack) -> Path:
    return stack.home / "live"


def _url(stack: Stack, platform: str) -> str:
    return f"http://127.0.0.1:{(_folder(stack) / f'{platform}.port').read_text()}"


def main(folder: Path) -> None:
    """Serve until told to end."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with ExitStack() as running:
        for platform, server in ((PLATFORM, LivePlatform(folder)), (SECOND, SecondPlatform(folder))):
            server.port = int((folder / f"{platform}.port").read_text())
            running.enter_context(server)
        ended.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
