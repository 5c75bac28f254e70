"""The finance desk over the data of 20,000 clients: python tests/bench/bench_desk.py [CLIENTS].

Each page is asked for until it is there (a long reading is made beside it), then five times more, in one process: seconds until then,
median of the others, bytes. Airflow's own part (log-in, rights) is left out. Bars: 150 KB a page; 1 s at the median.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pipelines.desk.app import application
from pipelines.desk.orchestrator import Person
from pipelines.warehouse import embedded
from tests.bench.bench_workbook import store

MOST_BYTES, MOST_SECONDS, TIMES = 150_000, 1.0, 5
PAGES = (
    "/?month=2026-03", "/drafts", "/findings?month=2026-03", "/findings?month=2026-03&kind=out_of_contract", "/debts", "/debts?by=manager",
    "/payments", "/exchange",
)  # fmt: skip


class SignedIn:
    """Somebody is signed in, and nothing asks."""

    key = b"bench"

    async def person(self, request):
        """The one who looks."""
        return Person("bench", "bench", may_act=True)

    def asking(self):
        """No question."""
        return []


def main(clients: int) -> int:
    is_over = False
    with tempfile.TemporaryDirectory() as folder:
        settings = store(Path(folder), clients)
        try:
            desk = TestClient(application(settings, SignedIn()))
            for path in PAGES:
                begun = time.perf_counter()
                while "refresh" in desk.get(path).headers:
                    time.sleep(0.2)
                until_there = time.perf_counter() - begun
                seconds = []
                for _ in range(TIMES):
                    begun = time.perf_counter()
                    page = desk.get(path)
                    seconds.append(time.perf_counter() - begun)
                assert page.status_code == 200, page.text
                median = statistics.median(seconds)
                is_over |= len(page.content) > MOST_BYTES or median > MOST_SECONDS
                print(f"{path:<50} there after {until_there:6.2f} s, then {median:6.2f} s, {len(page.content) / 1000:5.0f} KB", flush=True)
        finally:
            embedded.stop(Path(folder))
    return 1 if is_over else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
