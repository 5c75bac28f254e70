"""A whole close beside that of another revision: python tests/bench/bench_whole_close.py CHECKOUT [CONTRACTS [VEHICLES]].

CHECKOUT is a work tree of the other revision. Each lands the same synthetic January; what is measured is `close --approve-by` from the
first count to the last paper: drafts, issue, a счёт and an акт for every contract, the message for 1C, the workbook. One after the other,
for both use every core; processor seconds of all processes of the command and of the PostgreSQL server of its home, so that neighbours
count little, and the wall beside them. Memory is what the processes hold together, shared pages divided among them, looked at four
times a second. Bars: at most 0.4 × the other's processor seconds, at most 1.5 GiB for the command with its workers.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from pipelines.warehouse import embedded

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.bench.bench_close import HERE, MONTH, fleetbill

MAX_RATIO, MAX_MEMORY = 0.4, 1.5 * 2**30
BETWEEN_LOOKS = 0.25


@dataclass(slots=True)
class Closed:
    """A close: processor seconds of the command and of its server, wall seconds, and bytes that each held at most, papers made."""

    command: float
    server: float
    wall: float
    memory: int
    server_memory: int
    largest: str
    papers: int = 0

    @property
    def seconds(self) -> float:
        return self.command + self.server

    def __str__(self) -> str:
        return (
            f"{self.command:.1f} s of the command, {self.server:.1f} s of PostgreSQL, {self.wall:.1f} s wall, {self.papers} papers; "
            f"{self.memory / 2**20:.0f} MiB (largest process {self.largest}), PostgreSQL {self.server_memory / 2**20:.0f} MiB"
        )


class Memory:
    """What the children of this process, and a server, hold while the block runs."""

    def __init__(self, server: psutil.Process) -> None:
        self._server, self._over = server, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.own, self.servers, self.largest = 0, 0, (0, "")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(BETWEEN_LOOKS):
            backends = [self._server, *_children(self._server)]
            known = {each.pid for each in backends}
            own = [each for each in _children(psutil.Process()) if each.pid not in known]
            sizes = [(_held(each.pid), place) for place, each in enumerate(own)]
            self.own = max(self.own, sum(size for size, _ in sizes))
            self.servers = max(self.servers, sum(_held(each.pid) for each in backends))
            if sizes:
                size, place = max(sizes)
                self.largest = max(self.largest, (size, "command" if place == 0 else "worker"))


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _held(pid: int) -> int:
    """Bytes of a process, pages that it shares divided by those who share them; 0 for one that is gone."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def server_of(home: Path) -> psutil.Process:
    return psutil.Process(int(next(home.rglob("postmaster.pid")).read_text().split("\n", 1)[0]))


def server_seconds(home: Path) -> float:
    """Processor seconds of the server of a home so far, its backends that are gone included."""
    server = server_of(home)
    spent = server.cpu_times()
    seconds = spent.user + spent.system + spent.children_user + spent.children_system
    for backend in server.children():
        own = backend.cpu_times()
        seconds += own.user + own.system
    return float(seconds)


def closed(checkout: Path, home: Path) -> Closed:
    before, wall, server = os.times(), time.perf_counter(), server_seconds(home)
    with Memory(server_of(home)) as memory:
        fleetbill(checkout, home, "close", "--month", MONTH, "--approve-by", "Bench", "--issue-date", "2026-02-01")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    size, who = memory.largest
    seconds = (spent, server_seconds(home) - server, time.perf_counter() - wall)
    return Closed(*seconds, memory.own, memory.servers, f"{who}, {size / 2**20:.0f} MiB", sum(1 for _ in home.rglob("*.pdf")))


def month_of(folder: Path, contracts: int, vehicles: int) -> Path:
    """A synthetic January of a large platform."""
    generator = [sys.executable, str(HERE / "tests/bench/generate_month.py"), str(folder), "--month", MONTH]
    subprocess.run([*generator, "--contracts", str(contracts), "--vehicles", str(vehicles)], check=True)
    return folder


def landed(checkout: Path, month: Path, home: Path) -> None:
    """A home with the month's master data and snapshots, by a checkout's own commands."""
    fleetbill(checkout, home, "db", "upgrade")
    fleetbill(checkout, home, "master", "import", str(month / "master"), "--by", "Bench", "--reason", "bench")
    fleetbill(checkout, home, "snapshot", "land", "--platform", "big", "--source", str(month / "snapshots"))


def main(other: Path, contracts: int, vehicles: int) -> int:
    found: list[Closed] = []
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        month = month_of(folder / "month", contracts, vehicles)
        for checkout, home in ((other, folder / "other"), (HERE, folder / "this")):
            try:
                landed(checkout, month, home)
                found.append(closed(checkout, home))
            finally:
                embedded.stop(home)
            print(f"{checkout.name}: {found[-1]}", flush=True)
    theirs, ours = found
    print(f"{contracts} contracts, {vehicles} vehicles: {ours.seconds / theirs.seconds:.2f} × the other revision (bar: {MAX_RATIO} ×)")
    return 0 if ours.seconds <= MAX_RATIO * theirs.seconds and ours.memory <= MAX_MEMORY else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("needs a checkout of another revision: left out")
        raise SystemExit(0)
    if sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    numbers = [int(each) for each in sys.argv[2:4]]
    raise SystemExit(main(Path(sys.argv[1]).resolve(), *(numbers or [20_000]), *([] if len(numbers) > 1 else [1_000_000])))
