"""A close of 20,000 contracts beside that of another revision: python tests/bench/bench_close.py CHECKOUT [CONTRACTS [VEHICLES]].

CHECKOUT is a work tree of the other revision (`git worktree add /tmp/other REVISION`). Each lands the same synthetic January and drafts it;
what is timed is `close --approve-by`, side by side, from the start of its process until another connection sees the issued invoices.
Papers are not waited for. Bar: at most half of the other's time.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2

from pipelines.warehouse import embedded

HERE = Path(__file__).resolve().parents[2]
MAX_RATIO = 0.5
MONTH = "2026-01"


def fleetbill(checkout: Path, home: Path, *command: str) -> None:
    """One command of a checkout; its listing is thrown away."""
    subprocess.run(_command(*command), check=True, stdout=subprocess.DEVNULL, env=_environment(checkout, home), cwd=home.parent)


def drafted(checkout: Path, month: Path, home: Path) -> None:
    """A home with the month of a large platform landed and drafted by a checkout: a lake of another build's format is read slower."""
    fleetbill(checkout, home, "db", "upgrade")
    fleetbill(checkout, home, "master", "import", str(month / "master"), "--by", "Bench", "--reason", "bench")
    fleetbill(checkout, home, "snapshot", "land", "--platform", "big", "--source", str(month / "snapshots"))
    fleetbill(checkout, home, "close", "--month", MONTH)


def seconds_to_issue(checkout: Path, home: Path) -> float:
    """From the start of `close --approve-by` to the commit of the invoices, as another connection sees it."""
    connection = psycopg2.connect(embedded.address(home, embedded.OWNER).replace("postgresql+psycopg2", "postgresql"))
    connection.autocommit = True
    command = _command("close", "--month", MONTH, "--approve-by", "Bench", "--issue-date", "2026-02-01")
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment(checkout, home), cwd=home.parent)
    with connection.cursor() as cursor:
        while process.poll() is None:
            cursor.execute("SELECT EXISTS (SELECT FROM billing.invoices)")
            if cursor.fetchone() == (True,):
                seconds = time.perf_counter() - start
                process.terminate()
                process.wait()
                return seconds
            time.sleep(0.05)
    raise SystemExit(f"{checkout} issued nothing")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli", *arguments]


def _environment(checkout: Path, home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FLEETBILL_")}
    return {**kept, "PYTHONPATH": str(checkout), "FLEETBILL_HOME": str(home), "FLEETBILL_SNAPSHOT_MAX_GROWTH": "1000000"}


def main(other: Path, contracts: int, vehicles: int) -> int:
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        generator = [sys.executable, str(HERE / "tests/bench/generate_month.py"), str(folder / "month"), "--month", MONTH]
        subprocess.run([*generator, "--contracts", str(contracts), "--vehicles", str(vehicles)], check=True)
        homes = {other: folder / "other", HERE: folder / "this"}
        try:
            for checkout, home in homes.items():
                drafted(checkout, folder / "month", home)
            with ThreadPoolExecutor() as threads:
                theirs, ours = threads.map(seconds_to_issue, homes.keys(), homes.values())
        finally:
            for home in homes.values():
                embedded.stop(home)
    print(
        f"{contracts} contracts, {vehicles} vehicles, from approval to the last issued row, side by side: {theirs:.1f} s and {ours:.1f} s"
    )
    print(f"{ours / theirs:.2f} × the other revision (bar: {MAX_RATIO} ×)")
    return 0 if ours <= MAX_RATIO * theirs else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("needs a checkout of another revision: left out")
        raise SystemExit(0)
    numbers = [int(each) for each in sys.argv[2:4]]
    raise SystemExit(main(Path(sys.argv[1]).resolve(), *(numbers or [20_000]), *([] if len(numbers) > 1 else [200_000])))
