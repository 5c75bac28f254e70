"""Bill a month of New York's dispatch bases, and compare what was counted with what was published.

    python sample/bill_new_york.py CSV HOME [--month 2023-06]

CSV is NYC Open Data 2v9c-2k7f (see new_york.py). HOME becomes the FLEETBILL_HOME of the run; it is used again when it is there.
Everything is the product's own: import, gate, lake, usage, close, PDF files, 1C message, workbook. Prints the seconds of each step,
the peak memory, and for how many bases the distinct vehicles, the vehicle-days, the peak and the net agree. Exit 1 unless all do.
"""

import argparse
import csv
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from new_york import PLATFORM, write_month

from pipelines.billing import listing, usage_of_month
from pipelines.clock import Authorship, now
from pipelines.evidence.lake import location
from pipelines.evidence.landing_folder import land_folder
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.runs.close import close
from pipelines.settings import Settings, load
from pipelines.warehouse import embedded, engine, migrate


def main() -> int:
    """Run the whole month; 0 when every base agrees with the publication."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("csv", type=Path, help="the downloaded register")
    parser.add_argument("home", type=Path, help="folder of this run")
    parser.add_argument("--month", type=Month.parse, default=Month(2023, 6))
    given = parser.parse_args()
    settings = replace(load(), home=given.home.absolute(), snapshot_max_drop=Decimal(1))
    given.home.mkdir(parents=True, exist_ok=True)
    try:
        return _bill(settings, given.csv, given.month)
    finally:
        if settings.embedded:
            embedded.stop(settings.home)


def _bill(settings: Settings, register: Path, month: Month) -> int:
    out, started, author = settings.home / "source", time.monotonic(), Authorship("New York", "real fleets", now())
    with _timed("made master data and daily files from the register"):
        bases, vehicles = write_month(register, out, str(month), f"{out}/snapshots/")
    print(f"  {bases} bases, {vehicles} vehicles, {month.days} days")
    with _timed("imported master data"):
        migrate.upgrade(settings)
        import_master(settings, str(out / "master"), author)
    with _timed("landed the days through the gate"):
        delivered = land_folder(settings, PLATFORM, str(out / "snapshots"), now())
    if any(landed.state != "landed" for _, landed in delivered.landed) or delivered.problems:
        print("not every day was landed", file=sys.stderr)
        return 1
    with _timed("closed the month: usage, invoices, PDF files, 1C message, workbook"):
        done = close(settings, month, approver=author, issued_on=month.last + timedelta(days=1), at=now())
    issued = done.issued.invoices if done.issued else 0
    print(f"  {issued} invoices, {done.prepared.amounts.total} with VAT; parked {len(done.prepared.parked)}")
    agreed = _compare(settings, out / "published.csv", month)
    print(f"whole run: {time.monotonic() - started:.1f} s, peak memory {_peak_mib()} MiB")
    return 0 if agreed else 1


def _compare(settings: Settings, published: Path, month: Month) -> bool:
    distinct = _distinct_vehicles(settings, month)
    with engine.transaction(settings) as connection:
        days = usage_of_month.read(settings, connection, month, store=False, at=now()).days
    net = {row["contract_no"]: row["net"] for row in listing.invoices(settings, month, "monthly")}
    agree: Counter[str] = Counter()
    total = 0
    with published.open(encoding="utf-8", newline="") as opened:
        for row in csv.DictReader(opened):
            total += 1
            contract_no = row["contract_no"]
            sizes = [day.fleet_size for day in days.get(contract_no, ())]
            agree["distinct vehicles"] += distinct[contract_no] == int(row["vehicles"])
            agree["vehicle-days"] += sum(sizes) == int(row["made_vehicle_days"])
            agree["peak"] += max(sizes, default=0) == int(row["made_peak"])
            agree["net"] += net.get(contract_no, Decimal("0.00")) == Decimal(row["made_net"])
    for what, number in agree.items():
        print(f"  {what}: {number} of {total} bases agree")
    return all(number == total for number in agree.values())


def _distinct_vehicles(settings: Settings, month: Month) -> Counter[str]:
    """Vehicles that counted on some day, by contract, from the evidence frozen at issue."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    from sqlalchemy import text

    with engine.transaction(settings) as connection:
        paths = (
            connection.execute(text("SELECT vehicles_path FROM billing.evidence WHERE month = :month"), {"month": month.first})
            .scalars()
            .all()
        )
    found: Counter[str] = Counter()
    for path in paths:
        table = pq.read_table(location(settings, path), columns=["contract_no", "billed"])
        found.update(table.filter(pc.not_equal(table["billed"], 0))["contract_no"].to_pylist())
    return found


@contextmanager
def _timed(step: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{step}: {time.monotonic() - began:.1f} s", flush=True)


def _peak_mib() -> int:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


if __name__ == "__main__":
    sys.exit(main())
