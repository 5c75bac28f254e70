"""The proof of the largest client: time and highest memory, beside one a tenth as large; run: python tests/bench/bench_proof.py [VEHICLES].

One client with so many vehicles (10,000) on each of 31 days, one with a tenth of them, one with one; `fleetbill proof` runs in a process
of its own, its check by verify.py included. Bar: 400 MiB.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.settings import Settings
from pipelines.usage.month import compute
from pipelines.warehouse import embedded, engine, migrate, query
from tests.company import Company, steady
from tests.conftest import NOW

MOST_MIB = 400
AUTHOR = Authorship("Анна", "проверено", NOW)
JANUARY = Month(2026, 1)
_MEASURED = """
import resource, sys, time
from pipelines.cli.main import main
began = time.process_time()
try:
    main(sys.argv[1:])
except SystemExit as left:
    assert not left.code, left.code
usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(usage[0].ru_maxrss // 1024, round(usage[0].ru_utime + usage[0].ru_stime, 1))
"""


def measured(settings: Settings, number: str, target: Path) -> tuple[int, float, float, int]:
    """Highest memory in MiB, processor seconds, seconds by the clock, bytes of the bundle."""
    began = time.monotonic()
    environment = {**os.environ, "FLEETBILL_HOME": str(settings.home)}
    command = [sys.executable, "-c", _MEASURED, "proof", number, "--out", str(target)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    memory, seconds = done.stdout.splitlines()[-1].split()
    return int(memory), float(seconds), time.monotonic() - began, target.stat().st_size


def closed(settings: Settings, company: Company, folder: Path) -> None:
    """January counted, closed and issued."""
    migrate.upgrade(settings)
    import_master(settings, str(company.write_master(folder / "master")), AUTHOR)
    land_folder(settings, "gps1", str(company.write_snapshots(folder / "snapshots")), NOW)
    with engine.transaction(settings) as connection:
        compute(settings, connection, JANUARY, store=True, at=NOW)
    close(settings, JANUARY, approver=AUTHOR, issued_on=date(2026, 2, 1), at=NOW)


def main(vehicles: int) -> int:
    """Print the table; 1 where more memory was needed than may be."""
    company = Company({"K1": steady(1), "K2": steady(vehicles // 10), "K3": steady(vehicles)})
    with tempfile.TemporaryDirectory(prefix="fleetbill-bench-") as scratch:
        folder = Path(scratch)
        settings = Settings(home=folder / "home", snapshot_max_drop=Decimal("0.9"))
        try:
            closed(settings, company, folder)
            with engine.reading(settings) as connection:
                numbers = [row.number for row in query.rows(connection, "audit/chain", organization=None)]
            rows = [measured(settings, number, folder / f"{number}.zip") for number in sorted(numbers)]
        finally:
            embedded.stop(settings.home)
    print(f"{'vehicle-days':>14}{'MiB':>7}{'processor, s':>14}{'clock, s':>10}{'bytes':>12}")
    for size, (memory, seconds, clock, content) in zip((1, vehicles // 10, vehicles), rows, strict=True):
        print(f"{size * 31:>14,}{memory:>7}{seconds:>14}{clock:>10.1f}{content:>12,}")
    alone, tenth, whole = (row[0] for row in rows)
    print(f"above a single vehicle: {tenth - alone} MiB and {whole - alone} MiB")
    return int(whole > MOST_MIB)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
