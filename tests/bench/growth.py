"""How a month grows: python -m tests.bench.growth [CONTRACTSxVEHICLES …]; `make growth`.

Each size by itself in a house of its own: a synthetic January imported, landed, drafted, and closed to the last paper. Processor seconds
of each command, its server's and its workers' included, the highest memory of one of its processes, and the size of database and lake
at the end.
"""

import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from pipelines.warehouse import embedded
from tests.bench.bench_close import HERE, MONTH, fleetbill
from tests.bench.bench_whole_close import server_seconds

SIZES = ("100x10000", "1000x10000", "1000x100000", "10000x100000")


@dataclass(frozen=True, slots=True)
class Work:
    """What a command took: processor seconds and mebibytes."""

    seconds: float
    memory: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.memory:.0f} MiB"


def measured(home: Path, *command: str) -> Work:
    """A command of this build in a home."""
    before, server = os.times(), server_seconds(home)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.growth", "--apart", str(home), *command], stdout=subprocess.PIPE, text=True, cwd=HERE
    )
    peak, _ = child.communicate()
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Work(spent + server_seconds(home) - server, int(peak) / 1024)


def apart(home: Path, *command: str) -> None:
    """Run a command and print the highest memory of one process below, in KiB: a process of its own knows no other's."""
    fleetbill(HERE, home, *command)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def size_of_database(home: Path) -> float:
    """MiB."""
    connection = psycopg2.connect(embedded.address(home, embedded.OWNER).replace("postgresql+psycopg2", "postgresql"))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return float(cursor.fetchone()[0]) / 2**20
    finally:
        connection.close()


def grown(contracts: int, vehicles: int) -> str:
    """A line of the table."""
    with tempfile.TemporaryDirectory() as named:
        month, home = Path(named) / "month", Path(named) / "home"
        generator = [sys.executable, str(HERE / "tests/bench/generate_month.py"), str(month), "--month", MONTH]
        subprocess.run([*generator, "--contracts", str(contracts), "--vehicles", str(vehicles)], check=True, stderr=subprocess.DEVNULL)
        fleetbill(HERE, home, "db", "upgrade")
        try:
            works = [
                measured(home, "master", "import", str(month / "master"), "--by", "Bench", "--reason", "bench"),
                measured(home, "snapshot", "land", "--platform", "big", "--source", str(month / "snapshots")),
                measured(home, "close", "--month", MONTH),
                measured(home, "close", "--month", MONTH, "--approve-by", "Bench", "--issue-date", "2026-02-01"),
            ]
            database = size_of_database(home)
        finally:
            embedded.stop(home)
        lake = sum(path.stat().st_size for path in (home / "lake").rglob("*") if path.is_file()) / 2**20
    return f"| {contracts} | {vehicles} | {' | '.join(map(str, works))} | {database:.0f} MiB | {lake:.0f} MiB |"


def main(sizes: list[str]) -> int:
    print("| contracts | vehicles | master import | 31 days landed | drafted | approved to the last paper | database | lake |")
    print("|---|---|---|---|---|---|---|---|")
    for size in sizes or SIZES:
        contracts, vehicles = map(int, size.split("x"))
        print(grown(contracts, vehicles), flush=True)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--apart"]:
        apart(Path(sys.argv[2]), *sys.argv[3:])
        raise SystemExit(0)
    raise SystemExit(main(sys.argv[1:]))
