"""A small house taken through its month by real commands that are killed at random moments, the server of its database too.

    python -m tests.soak.kills --count 100 --seed 1              # so many months
    python -m tests.soak.kills --seed 1 --only 17                # one of them again

Landing, usage, close with papers, message and workbook, the exchange with a base of 1C, a bank statement, the ladder, its letters to a
mail server, an import that changes what was agreed, the correction of the closed month, and papers that were lost and are printed again:
each command is killed (SIGKILL) up to four times, at any moment of the time that it takes, and then run to its end. What it says then by
its exit code, every row of the database (moments apart), every file and the letters in the box must be what an undisturbed month
leaves. Exits 1 when one is not. The same count and seed give the same targets and shares of time; the machine decides what a share of
time meets.

A letter whose sender died while it was handed over is `unknown`, and a person decides: it is looked for in the box, as docs/operations.md
says. So what is compared of letters is what came of them and how often they arrived, not how often each was tried nor, where a
person has decided, whose server took it: nobody heard that.
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
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from random import Random

from pipelines.delivery.mail.events import message_id
from pipelines.settings import Settings
from pipelines.warehouse import embedded
from tests.company import Company, account_key, steady
from tests.conftest import release
from tests.database import Contents, contents, difference
from tests.letters import ids, rows
from tests.onec_money import Money
from tests.smtp_server import Server, free_port
from tests.stand_in_1c import Onec

MEMORY_DISK = "/dev/shm"  # noqa: S108 - a folder of its own is made in it
DAYS = [date(2026, 1, number) for number in (29, 30, 31)]
COMPANY = Company(
    {"K1": steady(4), "K2": steady(3), "K3": steady(0)},
    price="3000",  # whoever owes less than a hundred roubles is not asked
    starts_on=DAYS[0],
    terms={"K2": {"basis": "average"}},
    clients={"K1": {"email": "k1@client.example"}, "K2": {"email": "k2@client.example"}},
)
AGREED_LATER = replace(COMPANY, terms={"K2": {"basis": "average", "discount_percent": "10"}})
DOMAIN = "vega.example"  # of the organization's own address
AFTERNOON = datetime(2026, 3, 20, 15)  # noqa: DTZ001 - wall time, as 1C writes it
SHOWN = 10
MOST_KILLS = 4  # of one command
OF_LETTERS = ("delivery.mail_outbox", "delivery.mail_attempts")
Files = dict[str, int | None]
Letters = dict[str, object]


@dataclass(frozen=True)
class Step:
    """A command, and what others do before it is begun and after it has ended."""

    arguments: tuple[str, ...]
    before: Callable[[Path], None] = lambda _home: None
    after: Callable[[Path], None] = lambda _home: None

    @property
    def name(self) -> str:
        return " ".join(self.arguments[:2]).split(" --")[0]


@dataclass(frozen=True)
class Left:
    """What a month leaves: rows without those of letters, files with their sizes, what came of each letter and how often it arrived."""

    rows: Contents
    files: Files
    letters: Letters


@dataclass(frozen=True)
class House:
    """A prepared home with its server stopped, the commands of the month, and what they leave when nobody disturbs them."""

    home: Path
    steps: tuple[Step, ...]
    box: Server
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


def run(home: Path, *arguments: str, box: Server | None = None) -> int:
    """A command run to its end; its exit code."""
    return subprocess.run(_command(arguments), env=_environment(home, box), capture_output=True, check=False).returncode


@contextmanager
def house() -> Iterator[House]:
    """A home with master data, in memory where there is a disk of it, and the files that it is fed with."""
    with tempfile.TemporaryDirectory(prefix="fleetbill-kills-", dir=MEMORY_DISK if Path(MEMORY_DISK).is_dir() else None) as made:
        folder = Path(made)
        folder.chmod(0o755)  # the server's user passes through
        for day in DAYS:
            COMPANY.write_day(folder / "days", day)
        bank = _statement(folder / "kl.txt")
        changed = AGREED_LATER.write_master(folder / "changed")
        box = Server(folder / "box", free_port()).start()
        close = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01")
        steps = (
            Step(("snapshot", "land", "--platform", "gps1", "--source", str(folder / "days"))),
            Step(("usage", "--month", "2026-01")),
            Step(close),
            Step(("onec", "send")),
            Step(("onec", "receive"), before=_base_exchanges),
            Step(("payments", "import", str(bank))),
            Step(("dunning", "--date", "2026-03-20", "--approve-by", "Анна", "--reason", "согласовано")),
            Step(("master", "import", str(changed), "--by", "Анна", "--reason", "скидка с начала")),
            Step(("correct", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-03-25")),
            Step(close, before=_papers_are_lost),
            Step(("mail", "send", "--now"), after=lambda home: _decide_about_letters(home, box)),
        )
        home = folder / "home"
        try:
            if run(home, "db", "upgrade") or run(home, "master", "import", str(COMPANY.write_master(folder / "master"))):
                raise RuntimeError("the house could not be prepared")
            embedded.stop(home)
            yield House(home, steps, box)
        finally:
            embedded.stop(home)
            box.kill()


def undisturbed(prepared: House) -> Left:
    """What the month leaves that nobody kills; keeps how long each command took, how it ended, and what no two such months share."""
    left = []
    for _ in range(2):
        prepared.codes.clear()
        prepared.seconds.clear()
        with _copy(prepared) as home:
            for step in prepared.steps:
                step.before(home)
                began = time.monotonic()
                prepared.codes.append(run(home, *step.arguments, box=prepared.box))
                prepared.seconds.append(time.monotonic() - began)
                step.after(home)
            left.append(_left(home, prepared.box))
    one, other = left
    if (one.files, one.letters) != (other.files, other.letters):
        raise RuntimeError(f"two undisturbed months left other files or letters: {_differing(one, other)}")
    for name, of_table in one.rows.items():
        pairs = [pair for row, twin in zip(of_table, other.rows[name], strict=True) for pair in enumerate(zip(row, twin, strict=True))]
        prepared.moments.update((name, place) for place, (it, that) in pairs if it != that and _is_digest(it) and _is_digest(that))
    expected, again = (replace(each, rows=_without(each.rows, prepared.moments)) for each in left)
    if expected != again:
        raise RuntimeError(f"two undisturbed months differ: {_differing(expected, again)}")
    return expected


def _differing(one: Left, other: Left) -> str:
    """What two months do not share, in some lines."""
    rows_of = difference(one.rows, other.rows)
    files = sorted(one.files.items() ^ other.files.items(), key=str)
    letters = {key: (one.letters.get(key), other.letters.get(key)) for key in one.letters.keys() | other.letters.keys()}
    differing = {key: pair for key, pair in letters.items() if pair[0] != pair[1]}
    told = {"rows": rows_of, "files": files[:20], "letters": differing}
    return "; ".join(f"{what}: {str(which)[:1500]}" for what, which in told.items() if which)


def _is_digest(value: str | None) -> bool:
    return value is not None and re.fullmatch("[0-9a-f]{64}", value) is not None


def _without(rows: Contents, moments: Collection[tuple[str, int]]) -> Contents:
    """The rows without the digests of moments: of when a file was landed."""
    blank = {
        name: [tuple(None if (name, place) in moments else value for place, value in enumerate(row)) for row in of_table]
        for name, of_table in rows.items()
    }
    return {name: sorted(of_table, key=str) for name, of_table in blank.items()}


def play(prepared: House, expected: Left, random: Random, kills: Counter[str]) -> str | None:
    """One month with its kills; what is wrong with what it left, or None."""
    with _copy(prepared) as home:
        for step, code, seconds in zip(prepared.steps, prepared.codes, prepared.seconds, strict=True):
            step.before(home)
            for _ in range(random.randint(0, MOST_KILLS)):
                after = random.triangular(0, 1, 0.8) * seconds  # the first part of each command is Python reading its modules
                kills[_killed(prepared, step, after, random.random() < 0.25)] += 1
            ended = run(home, *step.arguments, box=prepared.box)
            if ended != code:
                return f"{step.name} ended with {ended} after its kills, else with {code}"
            step.after(home)
        left = _left(home, prepared.box)
        left = replace(left, rows=_without(left.rows, prepared.moments))
        return _differing(left, expected) or "it differs" if left != expected else None


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


def _killed(prepared: House, step: Step, after: float, is_server: bool) -> str:
    """Kill the command, or the server under it, some seconds after its start; which of them. One that has ended is left as it ended."""
    environment = _environment(prepared.home, prepared.box)
    process = subprocess.Popen(_command(step.arguments), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=after)
    server = prepared.home / "postgres" / "data" / "postmaster.pid"
    if is_server and server.exists():
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(server.read_text().split("\n", 1)[0]), signal.SIGKILL)
        process.wait()
        return "the server"
    process.kill()
    process.wait()
    return step.name


def _base_exchanges(home: Path) -> None:
    """The base of 1C takes our message, and tells of a payment that its accountant has entered."""
    base = Onec(home / "exchange", now=lambda: AFTERNOON)
    base.enter(Money("1", "40.00", day="2026-03-12", bank_no="9", purpose="по договору K2"))
    base.exchange()


def _papers_are_lost(home: Path) -> None:
    for paper in (home / "documents").rglob("*.pdf"):
        paper.unlink()


def _decide_about_letters(home: Path, box: Server) -> None:
    """A person looks for every letter of unknown fate in the box, and lets those go again that are not there."""
    settings = _settings(home)
    there = ids(box)
    for letter in rows(settings, "SELECT event_kind, event_key FROM delivery.mail_outbox WHERE state = 'unknown'"):
        verdict = "sent" if message_id(letter.event_kind, letter.event_key, DOMAIN) in there else "again"
        run(home, "mail", "resolve", *letter, "--as", verdict, "--by", "Анна", "--reason", "по ящику")
    release(settings)
    run(home, "mail", "send", "--now", box=box)


@contextmanager
def _copy(prepared: House) -> Iterator[Path]:
    """The prepared home, to be used up at its own place: paths are part of what is compared."""
    kept = prepared.home.with_name("kept")
    if not kept.exists():
        prepared.home.rename(kept)
    subprocess.run(["cp", "-a", kept, prepared.home], check=True)
    for letter in (prepared.box.folder / "new").glob("*"):
        letter.unlink()
    try:
        yield prepared.home
    finally:
        embedded.stop(prepared.home)
        shutil.rmtree(prepared.home)


def _left(home: Path, box: Server) -> Left:
    """Every row, moments apart, and every file with its size; a half-written one is none, and a workbook holds its time."""
    settings = _settings(home)
    all_rows = {name: of_table for name, of_table in contents(settings).items() if name not in OF_LETTERS}
    told = "findings.occurrences"
    all_rows[told] = [row for row in all_rows[told] if "unconfirmed_mail" not in row]  # of letters that a person has decided about
    outbox = rows(settings, "SELECT event_kind, event_key, state, facts::text, bounced FROM delivery.mail_outbox")
    arrived = ids(box)
    letters: Letters = {f"{kind} {key}": (*rest, arrived.get(message_id(kind, key, DOMAIN), 0)) for kind, key, *rest in map(tuple, outbox)}
    letters |= {"in all": sum(arrived.values())}
    release(settings)
    files = {
        str(path.relative_to(home)): None if path.suffix == ".xlsx" else path.stat().st_size
        for folder in ("lake", "documents", "exchange")
        for path in (home / folder).rglob("*")
        if path.is_file() and not path.name.endswith(".part")
    }
    return Left(all_rows, files, letters)


def _settings(home: Path) -> Settings:
    embedded.ensure_running(home)
    application, owner = (embedded.address(home, role) for role in (embedded.APPLICATION, embedded.OWNER))
    return Settings(home=home, database_url=application, database_owner_url=owner)


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


def _environment(home: Path, box: Server | None = None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEETBILL_")}
    return {**kept, "FLEETBILL_HOME": str(home), **({"AIRFLOW_CONN_FLEETBILL_SMTP": box.uri()} if box else {})}


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
