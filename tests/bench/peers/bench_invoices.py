"""Draft, approve and issue beside django-silver 0.11.1 and Tryton 8.2: python -m tests.bench.peers.bench_invoices [CONTRACTS [INVOICES]].

All on one PostgreSQL, the embedded one of a temporary home. Ours: CONTRACTS (5,000) with fleets of ten, whose month is landed: drafts from
the lake, a person's word, numbers, evidence, the chain. Theirs, before and after ours: INVOICES (500) drafts of one line, issued as their
models do: django-silver's one by one; Tryton's validated and posted with numbers and accounting moves, one by one (a fifth of them), and
all in one transaction. Processor seconds of the process and of the server, an invoice of each, after a first one that warms up. Each lives
in an environment of its own, var/peers/NAME, made from NAME.txt on first use; one that cannot be had is left out, and that is said.
Bar: 25 × django-silver.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg2

from pipelines.billing.approval import approve
from pipelines.billing.drafting import draft
from pipelines.billing.model import Purpose, Scope
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.issuing import issue
from pipelines.settings import Settings
from pipelines.warehouse import embedded

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from tests.bench.bench_close import HERE, MONTH, fleetbill
from tests.bench.bench_whole_close import server_seconds

MIN_RATIO = 25
AT = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
ROOMS = ("silver", "tryton")


@dataclass(frozen=True)
class Peer:
    """A way of another program: its environment, what its own script is told beside, and which share of the invoices it makes."""

    name: str
    program: str
    told: tuple[str, ...] = ()
    share: int = 1

    def environment(self) -> Path | None:
        """The Python of its environment, None where it cannot be had."""
        wanted = Path(__file__).with_name(f"{self.program}.txt").read_text(encoding="utf-8")
        folder = HERE / "var/peers" / self.program
        python, stamp = folder / "bin/python", folder / "made-from.txt"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            pinned = [line for line in wanted.splitlines() if not line.startswith("#")]
            if subprocess.run(
                [str(python), "-m", "pip", "install", "-q", "--no-deps", *pinned], check=False, capture_output=True
            ).returncode:
                return None
            stamp.write_text(wanted, encoding="utf-8")
        return python

    def an_invoice(self, home: Path, python: Path, invoices: int) -> float:
        """Processor seconds of one, its server's share included."""
        host = embedded.address(home).rsplit("host=", 1)[1]
        script = Path(__file__).with_name(f"{self.program}_invoices.py")
        count = max(1, invoices // self.share)
        asked = [str(python), str(script), host, embedded.OWNER, self.program, str(count), *self.told]
        with subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            assert running.stdin
            assert running.stdout
            ready = running.stdout.readline()
            before = server_seconds(home)
            said, wrong = running.communicate("\n" if ready else None)
            if running.returncode or ready != "ready\n":
                raise SystemExit(f"{self.name}: {wrong}")
            return (float(said) + server_seconds(home) - before) / count


PEERS = (
    Peer("django-silver 0.11.1", "silver"),
    Peer("Tryton 8.2, one by one", "tryton", share=5),
    Peer("Tryton 8.2, in one transaction", "tryton", ("together",)),
)


def rooms(home: Path) -> None:
    """A database for each of them on our server, owned by the owner of ours."""
    host = embedded.address(home).rsplit("host=", 1)[1]
    connection = psycopg2.connect(host=host, user=embedded.SUPERUSER, dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name in ROOMS:
            cursor.execute(f"CREATE DATABASE {name} OWNER {embedded.OWNER}")
    connection.close()


def ours(home: Path) -> tuple[float, int]:
    """Processor seconds of an invoice of this build, its server's share included, and how many there are."""
    settings = replace(Settings(), home=home, database_url="", database_owner_url="")
    start, server = time.process_time(), server_seconds(home)
    run = draft(settings, Scope(Month.parse(MONTH), Purpose.CLOSE), AT)
    _, run = approve(settings, run, (), Authorship("Bench", "bench", AT))
    issued = issue(settings, run, date(2026, 2, 1), AT)
    spent = time.process_time() - start + server_seconds(home) - server
    return spent / issued.invoices, issued.invoices


def main(contracts: int, invoices: int) -> int:
    made = {peer: python for peer in PEERS if (python := peer.environment())}
    for peer in PEERS:
        if peer not in made:
            print(f"{peer.name} cannot be had: left out")
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        home = folder / "home"
        generator = [sys.executable, str(HERE / "tests/bench/generate_month.py"), str(folder / "month"), "--month", MONTH]
        subprocess.run([*generator, "--contracts", str(contracts), "--vehicles", str(10 * contracts)], check=True)
        try:
            fleetbill(HERE, home, "db", "upgrade")
            fleetbill(HERE, home, "master", "import", str(folder / "month/master"), "--by", "Bench", "--reason", "bench")
            fleetbill(HERE, home, "snapshot", "land", "--platform", "big", "--source", str(folder / "month/snapshots"))
            rooms(home)
            theirs = {peer: [peer.an_invoice(home, python, invoices)] for peer, python in made.items()}
            each, issued = ours(home)
            for peer, python in made.items():
                theirs[peer].append(peer.an_invoice(home, python, invoices))
        finally:
            embedded.stop(home)
    print(f"{issued} invoices of ours: {each * 1e3:.2f} ms of processor each")
    missed = 0
    for peer, seconds in theirs.items():
        ratios = [one / each for one in sorted(seconds)]
        times = " and ".join(f"{one * 1e3:.1f}" for one in sorted(seconds))
        bar = f" (bar: {MIN_RATIO} ×)" if peer.program == "silver" else ""
        print(f"{peer.name}, twice {max(1, invoices // peer.share)}: {times} ms each, {ratios[0]:.1f} and {ratios[1]:.1f} × ours{bar}")
        missed += peer.program == "silver" and ratios[0] < MIN_RATIO
    return 1 if missed else 0


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    raise SystemExit(main(*(given or [5_000]), *([] if len(given) > 1 else [500])))
