"""The first count of a month and `usage --contract` after it, beside another revision.

    python tests/bench/bench_first_count.py CHECKOUT [VEHICLES [CONTRACTS]] [--homes FOLDER] [--rounds N]

CHECKOUT is a work tree of the other revision. Each imports and lands the same synthetic January by its own commands; then in turns both
run `usage --month`, which counts it and keeps usage and findings, and right after it `usage --month --contract` of three contracts. What
was kept is thrown away before each round. Processor seconds of the command and of its PostgreSQL server: the median of the rounds for the
count, of all contracts and rounds for the contracts. With --homes the landed homes stay there and are found again. Bars: 0.5 × and 0.15 ×.
"""

import argparse
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from pipelines.warehouse import embedded

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.bench.bench_close import HERE, MONTH, fleetbill
from tests.bench.bench_whole_close import landed, month_of, server_seconds

MAX_COUNT, MAX_CONTRACT = 0.5, 0.15
FORGET = "TRUNCATE usage.months, findings.occurrences CASCADE"


@dataclass(slots=True)
class House:
    """A revision with a home of its own, and what its commands took."""

    checkout: Path
    home: Path
    counts: list[float] = field(default_factory=list)
    contracts: list[float] = field(default_factory=list)

    def round(self, contracts: list[str]) -> str:
        self.forget()
        self.counts.append(self.seconds("usage", "--month", MONTH))
        self.contracts += [self.seconds("usage", "--month", MONTH, "--contract", contract) for contract in contracts]
        return f"{self.counts[-1]:.1f} s counted, a contract {statistics.median(self.contracts[-len(contracts) :]):.2f} s"

    def seconds(self, *command: str) -> float:
        """Processor seconds of a command and of its server."""
        before, server = os.times(), server_seconds(self.home)
        fleetbill(self.checkout, self.home, *command)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        return spent + server_seconds(self.home) - server

    def forget(self) -> None:
        connection = psycopg2.connect(embedded.address(self.home, embedded.OWNER).replace("postgresql+psycopg2", "postgresql"))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(FORGET)
        finally:
            connection.close()


def measure(other: Path, folder: Path, vehicles: int, contracts: int, rounds: int) -> int:
    """Print the figures of every round and the ratios; 1 when a bar is missed."""
    houses = [House(other, folder / "other"), House(HERE, folder / "this")]
    month = folder / "month"
    if not (month / "truth.parquet").exists():
        month_of(month, contracts, vehicles)
    numbers = [line.split(",", 1)[0] for line in (month / "master/contracts.csv").read_text().splitlines()[1:]]
    asked = [numbers[0], numbers[len(numbers) // 2], numbers[-1]]
    try:
        for house in houses:
            if (house.home / "lake").exists():
                fleetbill(house.checkout, house.home, "db", "upgrade")
            else:
                landed(house.checkout, month, house.home)
        for _ in range(rounds):
            for house in houses:
                print(f"{house.checkout.name}: {house.round(asked)}", flush=True)
    finally:
        for house in houses:
            embedded.stop(house.home)
    theirs, ours = houses
    count = statistics.median(ours.counts) / statistics.median(theirs.counts)
    contract = statistics.median(ours.contracts) / statistics.median(theirs.contracts)
    print(
        f"{vehicles} vehicles: counted and kept {count:.2f} × the other revision (bar {MAX_COUNT}),"
        f" a contract {contract:.2f} × (bar {MAX_CONTRACT})"
    )
    return 0 if count <= MAX_COUNT and contract <= MAX_CONTRACT else 1


def main() -> int:
    if len(sys.argv) < 2:
        print("needs a checkout of another revision: left out")
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("vehicles", type=int, nargs="?", default=1_000_000)
    parser.add_argument("contracts", type=int, nargs="?", default=20_000)
    parser.add_argument("--homes", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        return measure(given.checkout.resolve(), given.homes or Path(scratch), given.vehicles, given.contracts, given.rounds)


if __name__ == "__main__":
    sys.exit(main())
