"""`master import` of one changed row, and its refusal, as whole commands: this checkout beside another one on the same house.

    python tests/bench/bench_import.py [/path/of/another/checkout] [--contracts 2000] [--rounds 3]

The bar: at most 0.3 of the other checkout's time. Without another checkout the seconds of this one are shown.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
BAR = 0.3
_COMMAND = "from pipelines.cli.main import main; main()"
_CONTRACTS = ("contract_no", "client_code", "organization_code", "starts_on")
_TERMS = ("contract_no", "valid_from", "tariff_code", "payment_days")
_CLIENTS = ("client_code", "name", "kind", "email", "phone")


def main() -> int:
    """Print both times and their ratio for each case; exit 1 when a ratio is above the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference", type=Path, nargs="?", help="another checkout of fleetbill")
    parser.add_argument("--contracts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fb-import-") as folder:
        home = Path(folder)
        try:
            _run(HERE, home, "db", "upgrade")
            _run(HERE, home, "master", "import", str(HERE / "sample" / "master"), "--by", "bench", "--reason", "house")
            _run(HERE, home, "master", "import", _house(home / "house", given.contracts), "--by", "bench", "--reason", "house")
            ratios = [_case(name, home, given, make, code) for name, make, code in (("changed row", _changed, 0), ("refusal", _refused, 2))]
        finally:
            _run(HERE, home, "db", "stop")
    return 0 if max(ratios) <= BAR else 1


def _case(name: str, home: Path, given: argparse.Namespace, make, code: int) -> float:
    """Alternate both checkouts, so that the load of the machine meets both; the ratio of the medians."""
    took: dict[Path, list[float]] = {HERE: [], **({given.reference.resolve(): []} if given.reference else {})}
    for number in range(given.rounds):
        for checkout, seconds in took.items():
            source = make(home / f"{name}-{number}-{len(seconds)}-{checkout.name}", f"{number}{checkout.name}")
            seconds.append(_run(checkout, home, "master", "import", source, "--by", "bench", "--reason", "bench", code=code))
    ours, *others = (statistics.median(seconds) for seconds in took.values())
    if not others:
        print(f"{name:12} {ours:6.2f} s")
        return 0.0
    other = others[0]
    print(f"{name:12} {ours:6.2f} s, reference {other:6.2f} s, ratio {ours / other:.2f} (bar {BAR})")
    return ours / other


def _changed(folder: Path, text: str) -> str:
    return _sheets(folder, clients=[_CLIENTS, ("B00001", "Клиент 1", "individual", "b1@mail.example", text)])


def _refused(folder: Path, text: str) -> str:
    return _sheets(folder, terms=[_TERMS, ("BD-00001", "2026-05-01", f"нет-{text}", "10")])


def _house(folder: Path, contracts: int) -> str:
    numbers = range(1, contracts + 1)
    return _sheets(
        folder,
        clients=[_CLIENTS, *((f"B{number:05}", f"Клиент {number}", "individual", f"b{number}@mail.example", "") for number in numbers)],
        contracts=[_CONTRACTS, *((f"BD-{number:05}", f"B{number:05}", "MT", "2026-01-01") for number in numbers)],
    )


def _sheets(folder: Path, **sheets: list[tuple[str, ...]]) -> str:
    folder.mkdir()
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return str(folder)


def _run(checkout: Path, home: Path, *arguments: str, code: int = 0) -> float:
    """Run one command of a checkout on the house; its seconds."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEETBILL_")}
    environment = {**kept, "FLEETBILL_HOME": str(home / "home"), "PYTHONPATH": str(checkout)}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments], env=environment, cwd=checkout, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - started
    if done.returncode != code:
        raise SystemExit(f"{checkout}: {' '.join(arguments)} ended with {done.returncode}, not {code}:\n{done.stderr}")
    return took


if __name__ == "__main__":
    raise SystemExit(main())
