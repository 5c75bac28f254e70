"""A small house taken through its month by real commands that are killed at random moments, the server of its database too.

    python -m tests.soak.kills --count 100 --seed 1              # so many months
    python -m tests.soak.kills --seed 1 --only 17                # one of them again

Landing, usage, close with papers, message and workbook, a bank statement and the ladder: each command is killed (SIGKILL) up to
three times, at any moment of the time that it takes, and then run to its end. What it says then by its exit code, every row of the
database (moments apart) and every file must be what an undisturbed month leaves. Exits 1 when one is not. The same count and seed
give the same targets and shares of time; the machine decides what a share of time meets.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from pipelines.settings import Settings
from pipelines.warehouse import embedded
from tests.company import Company, account_key, steady
from tests.database import Contents, contents, difference

MEMORY_DISK = "/dev/shm"  # noqa: S108 - a folder of its own is made in it
DAYS = [date(2026, 1, number) for number in (29, 30, 31)]
COMPANY = Company({"K1": steady(4), "K2": steady(3), "K3": steady(0)}, starts_on=DAYS[0], terms={"K2": {"basis": "average"}})
SHOWN = 10
Files = dict[str, int | None]


@dataclass(frozen=True)
class House:
    """A prepared home with its server stopped, the commands of the month, and what they leave when nobody disturbs them."""

    home: Path
    steps: tuple[tuple[str, ...], ...]
    codes: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    moments: set[tuple[str, int]] = field(default_factory=set)  # table and place of a column that is a digest of moments


@dataclass
class Outcome:
    """What came of the months."""

    months: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        kills = ", ".join(f"{number} of {target}" for target, number in sorted(self.kills.items()))
        return f"{self.months:,} months, {sum(self.kills.values()):,} kills ({kills})  {len(self.faults)} faults  {self.seconds:.0f} s"


def run(home: Path, *arguments: str) -> int:
    """A command run to its end; its exit code."""
    return subprocess.run(_command(arguments), env=_environment(home), capture_output=True, check=False).returncode


@contextmanager
def house() -> Iterator[House]:
    """A home with master data, in memory where there is a disk of it, and the files that it is fed with."""
    with tempfile.TemporaryDirectory(prefix="fleetbill-kills-", dir=MEMORY_DISK if Path(MEMORY_DISK).is_dir() else None) as made:
        folder = Path(made)
        folder.chmod(0o755)  # the server's user passes through
        for day in DAYS:
            COMPANY.write_day(folder / "days", day)
        bank = _statement(folder / "kl.txt")
        steps = (
            ("snapshot", "land", "--platform", "gps1", "--source", str(folder / "days")),
            ("usage", "--month", "2026-01"),
            ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01"),
            ("payments", "import", str(bank)),
            ("dunning", "--date", "2026-03-20"),
        )
        home = folder / "home"
        if run(home, "db", "upgrade") or run(home, "master", "import", str(COMPANY.write_master(folder / "master"))):
            raise RuntimeError("the house could not be prepared")
        embedded.stop(home)
        yield House(home, steps)


def undisturbed(prepared: House) -> tuple[Contents, Files]:
    """What the month leaves that nobody kills; keeps how long each command took, how it ended, and what no two such months share."""
    left = []
    for _ in range(2):
        prepared.codes.clear()
        prepared.seconds.clear()
        with _copy(prepared) as home:
            for step in prepared.steps:
                began = time.monotonic()
                prepared.codes.append(run(home, *step))
                prepared.seconds.append(time.monotonic() - began)
            left.append(_left(home))
    (rows, files), (others, other_files) = left
    if files != other_files:
        raise RuntimeError(f"two undisturbed months left other files: {sorted(files.items() ^ other_files.items())}")
    for name, of_table in rows.items():
        pairs = [pair for row, other in zip(of_table, others[name], strict=True) for pair in enumerate(zip(row, other, strict=True))]
        prepared.moments.update((name, place) for place, (one, other) in pairs if one != other and _is_digest(one) and _is_digest(other))
    differing = difference(_without(rows, prepared.moments), _without(others, prepared.moments))
    if differing:
        raise RuntimeError(f"two undisturbed months differ: {differing}")
    return _without(rows, prepared.moments), files


def _is_digest(value: str | None) -> bool:
    return value is not None and re.fullmatch("[0-9a-f]{64}", value) is not None


def _without(rows: Contents, moments: Collection[tuple[str, int]]) -> Contents:
    """The rows without the digests of moments: of when a file was landed."""
    blank = {
        name: [tuple(None if (name, place) in moments else value for place, value in enumerate(row)) for row in of_table]
        for name, of_table in rows.items()
    }
    return {name: sorted(of_table, key=str) for name, of_table in blank.items()}


def play(prepared: House, expected: tuple[Contents, Files], random: Random, kills: Counter[str]) -> str | None:
    """One month with its kills; what is wrong with what it left, or None."""
    with _copy(prepared) as home:
        for step, code, seconds in zip(prepared.steps, prepared.codes, prepared.seconds, strict=True):
            for _ in range(random.randint(0, 3)):
                kills[_killed(home, step, random.random() * seconds, random.random() < 0.25)] += 1
            ended = run(home, *step)
            if ended != code:
                return f"{step[0]} {step[1]} ended with {ended} after its kills, else with {code}"
        rows, files = _left(home)
        differing = difference(_without(rows, prepared.moments), expected[0])
        if differing:
            return f"rows differ: {str(differing)[:1500]}"
        return None if files == expected[1] else f"files differ: {sorted(files.items() ^ expected[1].items())[:20]}"


def soak(numbers: Sequence[int], seed: int, until: float = float("inf")) -> Outcome:
    """Play the months of these numbers; `until`: a moment of `time.monotonic` after which no further one is begun."""
    outcome, began = Outcome(), time.monotonic()
    with house() as prepared:
        expected = undisturbed(prepared)
        for number in numbers:
            if time.monotonic() > until or len(outcome.faults) >= SHOWN:
                break
            problem = play(prepared, expected, Random(f"{seed}/kills/{number}"), outcome.kills)
            outcome.months += 1
            outcome.faults += [(number, problem)] if problem else []
    outcome.seconds = time.monotonic() - began
    return outcome


def _killed(home: Path, step: tuple[str, ...], after: float, is_server: bool) -> str:
    """Kill the command, or the server under it, some seconds after its start; which of them. One that has ended is left as it ended."""
    process = subprocess.Popen(_command(step), env=_environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=after)
    server = home / "postgres" / "data" / "postmaster.pid"
    if is_server and server.exists():
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(server.read_text().split("\n", 1)[0]), signal.SIGKILL)
        process.wait()
        return "the server"
    process.kill()
    process.wait()
    return step[0]


@contextmanager
def _copy(prepared: House) -> Iterator[Path]:
    """The prepared home, to be used up at its own place: paths are part of what is compared."""
    kept = prepared.home.with_name("kept")
    if not kept.exists():
        prepared.home.rename(kept)
    subprocess.run(["cp", "-a", kept, prepared.home], check=True)
    try:
        yield prepared.home
    finally:
        embedded.stop(prepared.home)
        shutil.rmtree(prepared.home)


def _left(home: Path) -> tuple[Contents, Files]:
    """Every row, moments apart, and every file with its size; a half-written one is none, and a workbook holds its time."""
    embedded.ensure_running(home)
    rows = contents(Settings(home=home, database_url=embedded.address(home, embedded.OWNER)))
    files = {
        str(path.relative_to(home)): None if path.suffix == ".xlsx" else path.stat().st_size
        for folder in ("lake", "documents", "exchange")
        for path in (home / folder).rglob("*")
        if path.is_file() and not path.name.endswith(".part")
    }
    return rows, files


def _statement(path: Path) -> Path:
    """A bank statement that pays one invoice in part."""
    account, day = account_key("044525225", "40702810938000000001"), "10.03.2026"
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", "ДатаНачала=01.02.2026", "ДатаКонца=19.03.2026"]
    lines += [f"РасчСчет={account}", "СекцияДокумент=Платежное поручение", "Номер=7", f"Дата={day}", "Сумма=50.00"]
    lines += ["ПлательщикСчет=40702810000000000777", "ПлательщикИНН=7736207543", "Плательщик1=ООО «Клиент K1»", f"ПолучательСчет={account}"]
    lines += [f"ДатаПоступило={day}", "НазначениеПлатежа=по договору K1", "КонецДокумента", "КонецФайла"]
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1251"))
    return path


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli", *arguments]


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEETBILL_")}
    return {**kept, "FLEETBILL_HOME": str(home)}


def main() -> int:
    """Print what came of it; 1 when a month ended otherwise."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--only", type=int)
    given = parser.parse_args()
    numbers = range(given.count) if given.only is None else [given.only]
    outcome = soak(numbers, given.seed, time.monotonic() + given.minutes * 60)
    print(f"kills  {outcome}")
    for number, problem in outcome.faults:
        print(f"  --seed {given.seed} --only {number}: {problem}")
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
