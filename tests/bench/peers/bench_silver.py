"""Draft, approve and issue beside django-silver 0.11.1: python tests/bench/peers/bench_silver.py [CONTRACTS [INVOICES]].

Both on one PostgreSQL, the embedded one of a temporary home, in turns. Ours: CONTRACTS (5,000) with fleets of ten, whose month is landed:
drafts from the lake, a person's word, numbers, evidence, the chain. Theirs: INVOICES (500) drafts of one entry, issued one by one, as its
models do. Processor seconds of the process and of the server, an invoice of each. django-silver lives in an environment of its own, made in
a temporary folder; where it cannot be had, that is said and nothing is measured. Bar: 25 ×.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
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
PEER = ["django-silver==0.11.1", "psycopg2-binary==2.9.13", "typing_extensions==4.15.0"]
AT = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)


def environment(folder: Path) -> Path | None:
    """The Python of an environment with django-silver, None where it cannot be had."""
    made = subprocess.run([sys.executable, "-m", "venv", str(folder)], check=False)
    python = folder / "bin/python"
    got = (
        made.returncode == 0
        and subprocess.run([str(python), "-m", "pip", "install", "-q", *PEER], check=False, capture_output=True).returncode == 0
    )
    return python if got else None


def theirs(python: Path, home: Path, count: int) -> float:
    """Processor seconds of an invoice of django-silver, its server's share included."""
    host = embedded.address(home).rsplit("host=", 1)[1]
    connection = psycopg2.connect(host=host, user=embedded.OWNER, dbname=embedded.DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS silver CASCADE")
        cursor.execute("CREATE SCHEMA silver")
    connection.close()
    program = [str(python), str(Path(__file__).with_name("silver_invoices.py")), host, embedded.OWNER, embedded.DATABASE]

    def run(invoices: int) -> float:
        before = server_seconds(home)
        done = subprocess.run([*program, str(invoices)], check=True, capture_output=True, text=True)
        return float(done.stdout) + server_seconds(home) - before

    run(0)  # makes its tables
    empty = run(0)
    return (run(count) - empty) / count


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
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        python = environment(folder / "silver")
        if python is None:
            print("django-silver cannot be had: left out")
            return 0
        home = folder / "home"
        generator = [sys.executable, str(HERE / "tests/bench/generate_month.py"), str(folder / "month"), "--month", MONTH]
        subprocess.run([*generator, "--contracts", str(contracts), "--vehicles", str(10 * contracts)], check=True)
        try:
            fleetbill(HERE, home, "db", "upgrade")
            fleetbill(HERE, home, "master", "import", str(folder / "month/master"), "--by", "Bench", "--reason", "bench")
            fleetbill(HERE, home, "snapshot", "land", "--platform", "big", "--source", str(folder / "month/snapshots"))
            peer = [theirs(python, home, invoices)]
            each, issued = ours(home)
            peer.append(theirs(python, home, invoices))
        finally:
            embedded.stop(home)
    ratios = sorted(one / each for one in peer)
    print(f"{issued} invoices of ours: {each * 1e3:.2f} ms of processor each; django-silver {min(peer) * 1e3:.2f} ms, twice {invoices}")
    print(f"{ratios[0]:.1f} and {ratios[1]:.1f} × its invoices (bar: {MIN_RATIO} ×)")
    return 0 if ratios[0] >= MIN_RATIO else 1


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    raise SystemExit(main(*(given or [5_000]), *([] if len(given) > 1 else [500])))
