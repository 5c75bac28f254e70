"""`master import` of a whole house (20,000 contracts, 80,000 rows) beside that of another revision.

    python tests/bench/bench_whole_import.py CHECKOUT [CONTRACTS [ROUNDS]]

CHECKOUT is a work tree of the other revision. Each imports the same clients, contracts, terms and accounts into an empty house of its own,
in turns; processor seconds of the command and of its PostgreSQL server, the median of three rounds. Bar: at most 0.4 × the other's.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.warehouse import embedded

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.bench.bench_close import HERE, MONTH, fleetbill
from tests.bench.bench_whole_close import server_seconds

MAX_RATIO = 0.4


def imported(checkout: Path, home: Path, source: Path) -> tuple[float, float, float]:
    """Processor seconds of the command and of its server, and wall seconds, of one import into a new house."""
    fleetbill(checkout, home, "db", "upgrade")
    try:
        before, wall, server = os.times(), time.perf_counter(), server_seconds(home)
        fleetbill(checkout, home, "master", "import", str(source), "--by", "Bench", "--reason", "bench")
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return spent, server_seconds(home) - server, time.perf_counter() - wall
    finally:
        embedded.stop(home)


def main(other: Path, contracts: int, rounds: int) -> int:
    """Print the figures of every round and the ratio; 1 when the bar is missed."""
    took: dict[Path, list[float]] = {other: [], HERE: []}
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        generator = [sys.executable, str(HERE / "tests/bench/generate_month.py"), str(folder / "month"), "--month", MONTH]
        size = ["--contracts", str(contracts), "--vehicles", str(10 * contracts), "--days", "1"]
        subprocess.run([*generator, *size], check=True, stderr=subprocess.DEVNULL)
        for number in range(rounds):
            for checkout, seconds in took.items():
                command, server, wall = imported(
                    checkout, folder / f"home-{number}-{len(took[other])}-{len(took[HERE])}", folder / "month/master"
                )
                seconds.append(command + server)
                print(f"{checkout.name}: {command:.1f} s of the command, {server:.1f} s of PostgreSQL, {wall:.1f} s wall", flush=True)
    theirs, ours = map(statistics.median, took.values())
    print(f"{contracts} contracts: {ours:.1f} s beside {theirs:.1f} s of the processor, {ours / theirs:.2f} × (bar: {MAX_RATIO} ×)")
    return 0 if ours <= MAX_RATIO * theirs else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("needs a checkout of another revision: left out")
        raise SystemExit(0)
    raise SystemExit(main(Path(sys.argv[1]).resolve(), *(list(map(int, sys.argv[2:4])) + [20_000, 3][len(sys.argv) - 2 :])))
