"""Sequences of the exchange with two bases of 1C, with everything that goes wrong: each must end with the same on all sides.

    python -m tests.soak.exchange --count 1000 --seed 1              # so many sequences
    python -m tests.soak.exchange --seed 1 --only 4711               # one of them again, made as short as it still fails

Exits 1 when a sequence ended otherwise. The same count and seed give the same sequences on every machine.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pipelines.settings import Settings
from pipelines.warehouse import embedded
from tests.one_transaction import one_transaction
from tests.onec_faults import BEGINNINGS, CHECKED, ONE_BASE, TWO_BASES, play, prepare

LONGEST = 40
SHOWN = 10
MEMORY_DISK = "/dev/shm"  # noqa: S108 - a folder of its own is made in it; the database waits for no disk


@dataclass
class Outcome:
    """What came of the sequences."""

    sequences: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, list[str], list[str]]] = field(default_factory=list)  # number, shortest steps, what was wrong
    seconds: float = 0.0

    def __str__(self) -> str:
        taken = sum(self.steps.values())
        return (
            f"exchange with two bases {self.sequences:,} sequences, {taken:,} steps of {len(self.steps)} kinds  {len(self.faults)} faults  "
            f"{self.seconds:.0f} s"
        )


def steps_of(seed: int, number: int) -> list[str]:
    """The sequence of that number."""
    random = Random(f"{seed}/exchange/{number}")
    beginning = random.choice(BEGINNINGS) if number % 4 == 0 else ""
    checked = [CHECKED] if number % 10 == 0 else []
    steps = random.choices(TWO_BASES if number % 3 == 0 else ONE_BASE, k=random.randint(4, LONGEST))
    return [*filter(None, [beginning]), *checked, *steps]


@contextmanager
def house() -> Iterator[Settings]:
    """A server and a migrated database of their own, in memory where there is a disk of it."""
    with tempfile.TemporaryDirectory(prefix="fleetbill-soak-", dir=MEMORY_DISK if Path(MEMORY_DISK).is_dir() else None) as made:
        home = Path(made)
        subprocess.run([sys.executable, "-m", "pipelines.cli", "db", "upgrade"], check=True, capture_output=True, env=_environment(home))
        owner, application = (embedded.address(home, role) for role in (embedded.OWNER, embedded.APPLICATION))
        settings = Settings(home=home, database_url=application, database_owner_url=owner)
        try:
            prepare(settings)
            yield settings
        finally:
            embedded.stop(home)


def soak(settings: Settings, numbers: Sequence[int], seed: int, until: float = float("inf")) -> Outcome:
    """Play the sequences of these numbers; `until`: a moment of `time.monotonic` after which no further one is begun."""
    outcome, began = Outcome(), time.monotonic()
    for number in numbers:
        if time.monotonic() > until or len(outcome.faults) >= SHOWN:
            break
        steps = steps_of(seed, number)
        problems = _problems(settings, steps)
        outcome.sequences += 1
        outcome.steps.update(steps)
        if problems:
            outcome.faults.append((number, *_shortest(settings, steps, problems)))
    outcome.seconds = time.monotonic() - began
    return outcome


def _problems(settings: Settings, steps: list[str]) -> list[str]:
    with one_transaction(settings) as transaction:
        try:
            return play(settings, transaction, steps)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            return [f"{type(error).__name__}: {str(error)[:300]}"]


def _shortest(settings: Settings, steps: list[str], problems: list[str]) -> tuple[list[str], list[str]]:
    """The sequence without every step that it fails without."""
    place = 0
    while place < len(steps):
        without = steps[:place] + steps[place + 1 :]
        if left := _problems(settings, without):
            steps, problems = without, left
        else:
            place += 1
    return steps, problems


def _environment(home: Path) -> dict[str, str]:
    import os

    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEETBILL_")}
    return {**kept, "FLEETBILL_HOME": str(home)}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="only the sequence of this number")
    parser.add_argument("--minutes", type=float, default=20, help="begin no further sequence after so many minutes")
    given = parser.parse_args(arguments)
    logging.disable(logging.ERROR)  # of processes that die, thousands do
    numbers = range(given.first, given.first + given.count) if given.only is None else [given.only]
    with house() as settings:
        outcome = soak(settings, numbers, given.seed, time.monotonic() + given.minutes * 60)
    print(outcome, flush=True)
    for number, steps, problems in outcome.faults[:SHOWN]:
        print(f"    FAULT no. {number}: {'; '.join(steps)}", *problems, sep="\n        ")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
