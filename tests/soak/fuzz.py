"""Damaged input for every reader: it is read, or refused in words, within its time and memory.

    python -m tests.soak.fuzz --count 1000 --seed 1                  # so many inputs for each reader
    python -m tests.soak.fuzz --reader bank --seed 1 --only 4711     # one of them again; --keep FOLDER keeps it as a file

Exits 1 when a reader raised anything but an answer, took too long, or said what is no sentence. The same count and seed give
the same inputs on every machine.
"""

import argparse
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.soak.reader import ANSWERS
from tests.soak.readers import READERS

SECONDS = 5.0  # of CPU for one input of some kilobytes; the slowest ordinary one takes a tenth
MEGABYTES = 2048  # of address space beyond what the process has before the first input
SHOWN = 20
MEMORY_DISK = "/dev/shm"  # noqa: S108 - a folder of its own is made in it; a disk makes millions of small files slow


class TooSlow(BaseException):
    """A reader worked longer on one input than any may take; no handler of ordinary errors sees it."""


@dataclass
class Outcome:
    """What one reader made of its inputs."""

    reader: str
    inputs: int = 0
    read: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_no: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.reader:17}{self.inputs:>9,} inputs  {self.read:>9,} read  {self.refused:>9,} refused  {len(self.faults):>4} faults  "
            f"{self.seconds:>7.1f} s CPU, slowest {self.slowest:.2f} s (no. {self.slowest_no})"
        )


def fuzz(name: str, numbers: Sequence[int], seed: int, keep: Path | None = None, until: float = float("inf")) -> Outcome:
    """Give a reader the inputs of these numbers; ``until``: a moment of `time.monotonic` after which no further one is begun."""
    reader, outcome = READERS[name], Outcome(name)
    with tempfile.TemporaryDirectory(prefix="fleetbill-fuzz-", dir=MEMORY_DISK if Path(MEMORY_DISK).is_dir() else None) as made:
        seeds, path = Path(made, "seeds"), Path(made, "input", reader.name)
        seeds.mkdir()
        path.parent.mkdir()
        for number in numbers:
            if time.monotonic() > until:
                break
            content = reader.input(seeds, Random(f"{seed}/{name}/{number}"))
            path.write_bytes(content)
            _try(outcome, number, path)
            if keep and ((outcome.faults and outcome.faults[-1][0] == number) or len(numbers) == 1):
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{name}-{seed}-{number}-{reader.name}").write_bytes(content)
    return outcome


def _try(outcome: Outcome, number: int, path: Path) -> None:
    began = time.process_time()
    try:
        with _limited():
            READERS[outcome.reader].read(path)
        outcome.read += 1
    except ANSWERS as answer:
        outcome.refused += 1
        said = str(answer)
        outcome.kinds[said.split(":", 1)[-1][:60]] += 1
        if not said.strip() or "Traceback" in said:
            outcome.faults.append((number, f"no sentence: {said!r}"))
    except (Exception, TooSlow) as error:  # noqa: BLE001 - that is what is looked for
        last = traceback.extract_tb(error.__traceback__)[-1]
        outcome.faults.append((number, f"{type(error).__name__}: {str(error)[:200]} ({Path(last.filename).name}:{last.lineno})"))
    took = time.process_time() - began
    outcome.inputs += 1
    outcome.seconds += took
    if took > outcome.slowest:
        outcome.slowest, outcome.slowest_no = took, number


@contextmanager
def _limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow(f"more than {SECONDS} s of CPU")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def bound_memory() -> None:
    """From now on the process gets no more than MEGABYTES beyond what it has; a reader that asks for more meets MemoryError."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MEGABYTES * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="inputs for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", choices=READERS, action="append", help="only this one; may be given again")
    parser.add_argument("--only", type=int, help="only the input of this number")
    parser.add_argument("--minutes", type=float, default=20, help="begin no further input after so many minutes in all")
    parser.add_argument("--keep", type=Path, help="folder for the inputs that a reader failed on")
    parser.add_argument("--kinds", action="store_true", help="list what the readers said")
    given = parser.parse_args(arguments)
    numbers = range(given.count) if given.only is None else [given.only]
    names, began = given.reader or list(READERS), time.monotonic()
    bound_memory()
    faults = 0
    for place, name in enumerate(names, start=1):
        outcome = fuzz(name, numbers, given.seed, given.keep, began + given.minutes * 60 * place / len(names))
        print(outcome, flush=True)
        for kind, count in outcome.kinds.most_common(SHOWN if given.kinds else 0):
            print(f"    {count:>7} {kind}")
        for number, said in outcome.faults[:SHOWN]:
            print(f"    FAULT no. {number}: {said}")
        faults += len(outcome.faults)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB; {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
