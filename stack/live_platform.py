"""The live platform of the demo: a Traccar-like server in a process of its own on loopback, whose clock is the day of the story.

Two debtors of the sample company have accounts on it, with trackers that `gps1` lists too, so nothing is billed twice. What is
written to it stays: who is blocked is kept in its folder, and `make up` finds it so again.
"""

import csv
import json
import signal
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import urllib3

from stack.environment import Stack, free_port
from tests.loopback import Reply, Request
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer

PLATFORM = "gps3"
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
    (folder / "port").write_text(str(free_port(None, range(_PORT, _PORT + 100))))
    _append(company / "master" / "platforms.csv", [{"platform": PLATFORM, "kind": "traccar", "connection": PLATFORM}])
    accounts = [
        {"platform": PLATFORM, "account_id": str(user), "contract_no": contract, "valid_from": FIRST_DAY}
        for user, (_, contract, _) in CLIENTS.items()
    ]
    _append(company / "master" / "accounts.csv", accounts)


def is_there(stack: Stack) -> bool:
    """Whether this home has a live platform."""
    return (_folder(stack) / "port").exists()


def connection(stack: Stack) -> dict[str, str]:
    """The Airflow connection of the server, as the environment has it; nothing where there is none."""
    if not is_there(stack):
        return {}
    return {
        f"AIRFLOW_CONN_{PLATFORM.upper()}": json.dumps({"conn_type": "http", "host": _url(stack), "login": ADMIN, "password": PASSWORD})
    }


def set_clock(stack: Stack, moment: datetime) -> None:
    """What the server's clock shows from now on; its trackers have spoken that day."""
    (_folder(stack) / "clock").write_text(moment.isoformat())


def blocked(stack: Stack) -> list[str]:
    """Names of the users that are blocked now, asked of the server."""
    asked = urllib3.request("GET", f"{_url(stack)}/api/users", headers=urllib3.make_headers(basic_auth=f"{ADMIN}:{PASSWORD}"))
    return sorted(user["name"] for user in asked.json() if user["disabled"])


class LivePlatform(TraccarServer):
    """The server, with its state in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__("6.10.0")
        self.folder = folder
        trackers = json.loads((folder / "trackers.json").read_text())
        disabled = json.loads(self._kept.read_text()) if self._kept.exists() else {}
        for user, (_, _, name) in CLIENTS.items():
            self.user(user, name, disabled=disabled.get(str(user), False))
            for place, hw_id in enumerate(trackers[str(user)], start=1):
                self.device(user * 10 + place, (user,), name=f"{name} {place}", uniqueId=hw_id)

    @property
    def _kept(self) -> Path:
        return self.folder / "disabled.json"

    def reply(self, request: Request) -> Reply:
        """As a Traccar of 6.10 does, on the day of the story."""
        if (self.folder / "clock").exists():
            self.clock = datetime.fromisoformat((self.folder / "clock").read_text())
            for device in self.devices.values():
                device["lastUpdate"] = (self.clock - _ON_THE_ROAD).isoformat(timespec="milliseconds")
        answer = super().reply(request)
        if request.method == "PUT":
            self._kept.write_text(json.dumps({str(number): user["disabled"] for number, user in self.users.items()}))
        return answer


def _append(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open(encoding="utf-8", newline="") as handle:
        names = next(csv.reader(handle))
    with path.open("a", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, restval="")
        writer.writerows(rows)


def _folder(stack: Stack) -> Path:
    return stack.home / "live"


def _url(stack: Stack) -> str:
    return f"http://127.0.0.1:{(_folder(stack) / 'port').read_text()}"


def main(folder: Path) -> None:
    """Serve until told to end."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server = LivePlatform(folder)
    server.port = int((folder / "port").read_text())
    with server:
        ended.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
