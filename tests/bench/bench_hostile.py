"""Months that no fleet is like, each beside the clean one: time and memory of counting, keeping and all findings, and of landing a day.

    python tests/bench/bench_hostile.py [VEHICLES] [--home HOME] [--kinds clean,duplicates,orphans,chain,columns]

The month of `bench_usage.py` is landed once (--home: kept there, and found again). Of its lake others are made, by the same schema:
`duplicates`, ten vehicles on each tracker; `chain`, a hundred thousand accounts each below the one before, and the first alone has a
contract. `orphans` is the clean lake without one account that belongs to a contract. Each is counted and kept by a process of its own, in a
transaction that is rolled back. `columns` lands one day with a hundred columns of text that nobody knows, beside the same day without.
Bars: 3 × the clean one's processor time, 3 GiB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_usage import AT, prepared
from generate_month import CHAIN, SHARERS, _account, _imei, write_month

MAX_RATIO, MAX_MEMORY_GIB = 3.0, 3.0
COUNTED, LANDED = ("clean", "duplicates", "orphans", "chain"), ("columns",)
IN_ORPHANS = "DELETE FROM master.accounts"
IN_CHAIN = (
    "INSERT INTO master.accounts (platform, account_id, contract_no, valid_from)"
    " SELECT 'big', 'a000000', contract_no, '2025-01-01' FROM master.contracts ORDER BY contract_no LIMIT 1"
)


def make_lake(source: Path, target: Path, kind: str) -> None:
    """A lake of the same files with other trackers or other accounts."""
    for path in sorted(source.glob("platform=big/*/*.parquet")):
        to = target / path.relative_to(source)
        if to.exists():
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        table = pq.read_table(path, partitioning=None)
        numbers = pa.compute.utf8_slice_codeunits(table["vehicle_id"].combine_chunks(), 1).cast(pa.int64()).to_numpy()
        table = _with_shared_trackers(table, numbers) if kind == "duplicates" else _with_chain(table, numbers)
        pq.write_table(table, to, compression="zstd", compression_level=1, row_group_size=131072)


def _with_shared_trackers(table: pa.Table, numbers: np.ndarray) -> pa.Table:
    from pipelines.evidence.keys import device_keys

    shared = _imei(np.arange(int(numbers.max()) // SHARERS + 1))
    places = pa.array(numbers // SHARERS)
    table = table.set_column(table.column_names.index("hw_id"), "hw_id", shared.take(places))
    return table.set_column(table.column_names.index("device_key"), "device_key", device_keys(shared).take(places))


def _with_chain(table: pa.Table, numbers: np.ndarray) -> pa.Table:
    names = [_account(one) for one in range(CHAIN)]
    stored = json.loads(table.schema.metadata[b"fleetbill"])
    stored["accounts"] = [[name, names[one - 1] if one else None, name, True] for one, name in enumerate(names)]
    stored["owners"] = [[name] for name in names]
    places = (numbers % CHAIN).astype(np.int32)
    table = table.set_column(table.column_names.index("account_no"), "account_no", pa.array(places))
    table = table.set_column(table.column_names.index("account_id"), "account_id", pa.array(names).take(pa.array(places)))
    packed = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return table.take(pa.array(np.argsort(places, kind="stable"))).replace_schema_metadata({b"fleetbill": packed})


def count(home: Path, lake: Path, kind: str) -> dict[str, float]:
    """One month counted and kept with its findings, and taken back."""
    from pipelines.evidence import lake_files
    from pipelines.evidence.lake import Written, file_digest
    from pipelines.period import Month
    from pipelines.settings import Settings
    from pipelines.usage.month import compute
    from pipelines.warehouse import engine

    settings = replace(Settings(home=home), lake_url=str(lake))
    with engine.engine(settings).connect() as connection, connection.begin() as transaction:
        connection.exec_driver_sql("DELETE FROM usage.months")
        for path in lake.glob("platform=big/*/*.parquet"):
            name = str(path.relative_to(lake))
            lake_files.record(connection, name, Written(file_digest(settings, name), path.stat().st_size))
        if kind in ("orphans", "chain"):
            connection.exec_driver_sql(IN_ORPHANS)
        if kind == "chain":
            connection.exec_driver_sql(IN_CHAIN)
        begun, began = time.perf_counter(), time.process_time()
        compute(settings, connection, Month(2026, 1), store=True, at=AT)
        seconds, processor = time.perf_counter() - begun, time.process_time() - began
        findings = connection.exec_driver_sql("SELECT count(*), coalesce(sum(vehicle_days), 0) FROM findings.occurrences").one()
        transaction.rollback()
    return {"seconds": seconds, "processor": processor, "gib": _peak(), "findings": findings[0], "vehicle_days": int(findings[1])}


def land(home: Path, source: Path) -> dict[str, float]:
    """One day read, judged and arranged as landing does; nothing is registered."""
    from pipelines.evidence import gate_verdicts
    from pipelines.evidence.normalise import arrange, identify
    from pipelines.platforms import files
    from pipelines.platforms.bounds import FileBounds
    from pipelines.platforms.interface import Platform
    from pipelines.settings import Settings

    settings = Settings(home=home)
    declared, bounds = Platform("big", "files", None, None, "Europe/Moscow"), FileBounds.of(settings)
    begun, began = time.perf_counter(), time.process_time()
    delivery = files.find("big", str(source), None, bounds)
    made = identify(files.read(declared, delivery.days[0], str(source), delivery.accounts, AT, bounds))
    rows = arrange(made).num_rows
    verdict = gate_verdicts.verdict(gate_verdicts.of_content(made, settings))
    seconds, processor = time.perf_counter() - begun, time.process_time() - began
    return {"seconds": seconds, "processor": processor, "gib": _peak(), "rows": rows, "is_landed": verdict == "landed"}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _beside(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(home: Path, vehicles: int, kinds: list[str]) -> int:
    """Each kind in a process of its own; 1 when a bar is missed."""
    from pipelines.warehouse import embedded

    prepared(home, vehicles)
    missed = 0
    try:
        clean: dict[str, float] = {}
        for kind in [each for each in COUNTED if each in kinds]:
            lake = home / "lake"
            if kind in ("duplicates", "chain"):
                lake = home / f"lake-{kind}"
                make_lake(home / "lake", lake, kind)
            figures = _beside("--count", kind, "--home", str(home), "--lake", str(lake))
            clean = clean or figures
            missed += _said(kind, figures, clean)
        clean = {}
        for kind in ["clean day", *[each for each in LANDED if each in kinds]] if set(kinds) & set(LANDED) else []:
            folder = home / f"day-{kind.replace(' ', '-')}"
            if not folder.exists():
                write_month(folder, "2026-01", vehicles, max(10, vehicles // 50), 1, hostile="columns" if kind == "columns" else None)
            figures = _beside("--land", kind, "--home", str(home), "--lake", str(folder / "snapshots" / "big"))
            clean = clean or figures
            missed += _said(kind, figures, clean)
    finally:
        embedded.stop(home)
    return int(bool(missed))


def _said(kind: str, figures: dict[str, float], clean: dict[str, float]) -> bool:
    ratio = figures["processor"] / clean["processor"]
    more = {name: value for name, value in figures.items() if name not in ("seconds", "processor", "gib")}
    print(
        f"{kind}: {figures['seconds']:.1f} s ({figures['seconds'] / clean['seconds']:.2f} ×), {figures['processor']:.1f} s of processor"
        f" ({ratio:.2f} ×, bar {MAX_RATIO}), {figures['gib']:.2f} GiB (bar {MAX_MEMORY_GIB}) {more}",
        flush=True,
    )
    return ratio > MAX_RATIO or figures["gib"] > MAX_MEMORY_GIB


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("vehicles", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--kinds", default=",".join((*COUNTED, *LANDED)))
    parser.add_argument("--lake", type=Path)
    parser.add_argument("--count")
    parser.add_argument("--land")
    given = parser.parse_args()
    if given.count:
        print(json.dumps(count(given.home, given.lake, given.count)))
        return 0
    if given.land:
        print(json.dumps(land(given.home, given.lake)))
        return 0
    if given.home:
        return measure(given.home, given.vehicles, given.kinds.split(","))
    with tempfile.TemporaryDirectory() as scratch:
        return measure(Path(scratch) / "home", given.vehicles, given.kinds.split(","))


if __name__ == "__main__":
    sys.exit(main())
