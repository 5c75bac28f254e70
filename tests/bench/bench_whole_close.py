"""A whole close beside that of another revision: python tests/bench/bench_whole_close.py CHECKOUT [CONTRACTS [VEHICLES]].

CHECKOUT is a work tree of the other revision. Each lands the same synthetic January; what is measured is `close --approve-by` from the
first count to the last paper: drafts, issue, a счёт and an акт for every contract, the message for 1C, the workbook. One after the other,
for both use every core; processor seconds of all processes of the command and of the PostgreSQL server of its home, so that neighbours
count little, and the wall beside them. Bar: at most 0.4 × the other's.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from pipelines.warehouse import embedded

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.bench.bench_close import HERE, MONTH, fleetbill

MAX_RATIO = 0.4


def server_seconds(home: Path) -> float:
    """Processor seconds of the server of a home so far, its backends that are gone included."""
    server = psutil.Process(int(next(home.rglob("postmaster.pid")).read_text().split("\n", 1)[0]))
    spent = server.cpu_times()
    seconds = spent.user + spent.system + spent.children_user + spent.children_system
    for backend in server.children():
        own = backend.cpu_times()
        seconds += own.user + own.system
    return float(seconds)


def closed(checkout: Path, home: Path) -> tuple[float, float, float]:
    """Processor seconds of the command, of its server, and wall seconds."""
    before, wall, server = os.times(), time.perf_counter(), server_seconds(home)
    fleetbill(checkout, home, "close", "--month", MONTH, "--approve-by", "Bench", "--issue-date", "2026-02-01")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent, server_seconds(home) - server, time.perf_counter() - wall


def main(other: Path, contracts: int, vehicles: int) -> int:
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        generator = [sys.executable, str(HERE / "tests/bench/generate_month.py"), str(folder / "month"), "--month", MONTH]
        subprocess.run([*generator, "--contracts", str(contracts), "--vehicles", str(vehicles)], check=True)
        for checkout, home in ((other, folder / "other"), (HERE, folder / "this")):
            try:
                fleetbill(checkout, home, "db", "upgrade")
                fleetbill(checkout, home, "master", "import", str(folder / "month/master"), "--by", "Bench", "--reason", "bench")
                fleetbill(checkout, home, "snapshot", "land", "--platform", "big", "--source", str(folder / "month/snapshots"))
                command, server, wall = closed(checkout, home)
                papers = sum(1 for _ in home.rglob("*.pdf"))
            finally:
                embedded.stop(home)
            seconds.append(command + server)
            print(
                f"{checkout.name}: {command:.1f} s of the command, {server:.1f} s of PostgreSQL, {wall:.1f} s wall, {papers} papers",
                flush=True,
            )
    print(f"{contracts} contracts, {vehicles} vehicles: {seconds[1] / seconds[0]:.2f} × the other revision (bar: {MAX_RATIO} ×)")
    return 0 if seconds[1] <= MAX_RATIO * seconds[0] else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("needs a checkout of another revision: left out")
        raise SystemExit(0)
    numbers = [int(each) for each in sys.argv[2:4]]
    raise SystemExit(main(Path(sys.argv[1]).resolve(), *(numbers or [20_000]), *([] if len(numbers) > 1 else [1_000_000])))
