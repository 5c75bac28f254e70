"""Usage of a month (31 days × 1,000,000 vehicles, 20,000 contracts) beside a bare DuckDB group-by of the same files.

    python tests/bench/bench_usage.py [VEHICLES] [--home HOME]

The month of `generate_month.py` is imported and landed by the product itself; with --home it is kept there, and found again.
Reference: one statement, `count(*)` by file and owner number, over the very Parquet files, in the same process, run in turn with
the computation, the better of several each. Computed: owners, duplicates by device, counting rules, coverage; not stored. The
fleets are compared with those that the generator counted. Beside it: what keeping them and all findings costs. Bar: 4 ×, 4 GiB.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

MAX_RATIO = 4.0
MAX_MEMORY_GIB = 4.0
AT = datetime(2026, 2, 3, 9, tzinfo=UTC)
TURNS = 5


def prepared(home: Path, vehicles: int):
    """Settings of a home whose lake holds the month; made when it is not there yet."""
    from pipelines.clock import Authorship
    from pipelines.evidence.landing_folder import land_folder
    from pipelines.master.importing import import_master
    from pipelines.settings import Settings
    from pipelines.warehouse import migrate

    settings = Settings(home=home)
    source = home / "source"
    if not (source / "truth.parquet").exists():
        script = Path(__file__).with_name("generate_month.py")
        arguments = ["--vehicles", str(vehicles), "--contracts", str(max(10, vehicles // 50))]
        subprocess.run([sys.executable, script, source, *arguments], check=True, stdout=subprocess.DEVNULL)
    migrate.upgrade(settings)
    if (home / "lake").exists():
        return settings
    import_master(settings, str(source / "master"), Authorship("bench", "bench", AT), dry_run=False)
    land_folder(settings, "big", str(source / "snapshots"), AT)
    return settings


def bare(files: list[str]) -> float:
    """Seconds of the reference."""
    import duckdb

    with duckdb.connect() as connection:
        begun = time.perf_counter()
        connection.execute(
            "SELECT filename, account_no, count(*) FROM read_parquet($files, filename = true) GROUP BY ALL", {"files": files}
        )
        connection.fetchnumpy()
        return time.perf_counter() - begun


def truth_agrees(days, path: Path) -> bool:
    """Whether the fleets are those that the generator counted."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("days", days)
        statement = (
            "SELECT count(*) FROM (SELECT contract_no, business_date AS date, fleet_size FROM days WHERE fleet_size > 0) d"
            " FULL JOIN (SELECT contract_no, date, fleet_size FROM read_parquet($path) WHERE fleet_size > 0) t USING (contract_no, date)"
            " WHERE d.fleet_size IS DISTINCT FROM t.fleet_size"
        )
        return connection.execute(statement, {"path": str(path)}).fetchone() == (0,)


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("vehicles", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    if given.home:
        return measure(given.home, given.vehicles)
    with tempfile.TemporaryDirectory() as scratch:
        return measure(Path(scratch) / "home", given.vehicles)


def measure(home: Path, vehicles: int) -> int:
    """Run both in turn."""
    from pipelines.period import Month
    from pipelines.usage.month import compute
    from pipelines.warehouse import embedded
    from pipelines.warehouse.engine import transaction

    settings = prepared(home, vehicles)
    try:
        files = sorted(str(path) for path in (home / "lake").rglob("platform=big/*/*.parquet"))
        month = Month(2026, 1)
        references, computed = [], []
        for _ in range(TURNS):
            references.append(bare(files))
            with transaction(settings) as connection:
                connection.exec_driver_sql("DELETE FROM usage.months")
                begun = time.perf_counter()
                found = compute(settings, connection, month, store=False, at=AT)
                computed.append(time.perf_counter() - begun)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        right = truth_agrees(found.days, home / "source" / "truth.parquet")
        begun = time.perf_counter()
        with transaction(settings) as connection:
            compute(settings, connection, month, store=True, at=AT)
        kept = time.perf_counter() - begun
    finally:
        embedded.stop(home)
    ratio = min(computed) / min(references)
    print(f"{len(files)} days × {vehicles} vehicles: bare group-by {min(references):.2f} s, usage {min(computed):.2f} s")
    print(f"ratio {ratio:.2f} (bar {MAX_RATIO}); peak memory {memory:.2f} GiB (bar {MAX_MEMORY_GIB}); fleets as generated: {right}")
    print(f"with findings, suspected duplicates included, and {found.days.num_rows} rows kept in PostgreSQL: {kept:.1f} s")
    return 0 if ratio <= MAX_RATIO and memory < MAX_MEMORY_GIB and right else 1


if __name__ == "__main__":
    sys.exit(main())
