"""Pages from a line to its vehicles beside a bare route with the same SQL: bench_explanation.py [CLIENTS [VEHICLES [READERS]]].

So many clients (50), each with so many vehicles (60) on each of 31 days, landed, closed and issued; so many readers at once (one a client),
each with an invoice of its own where there are no more readers than clients, so that the few explanations that a process keeps are seldom
the wanted ones; else several read one client's. The bare route runs the statements of
the page and reads its contract's rows of the file of frozen vehicles, which are its data as rows of a table are; it returns both as JSON.
Told as well: the page where one client alone looks, whose explanation is kept. Bars: three times the bare route (medians of one run),
150 KB.
"""

import json
import multiprocessing
import sys
import tempfile
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
from fastapi import FastAPI
from fastapi.responses import Response
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pipelines.audit.vehicles import groups_of
from pipelines.cabinet import sessions
from pipelines.cabinet.app import application
from pipelines.evidence import lake
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine
from tests.bench.bench_cabinet import MAX_BYTES, MAX_TIMES, Executed, Nobody, asked, noted, readers
from tests.bench.bench_proof import closed
from tests.company import Company, steady
from tests.conftest import NOW
from tests.serving import serving

_FILES = "SELECT number, vehicles_path, contract_no FROM billing.invoices JOIN billing.evidence USING (month, purpose, approval_no)"
PAGES = ("/line?number={number}&line=1", "/vehicles?number={number}&day=2026-01-15&line=1")


def house(folder: Path, clients: int, vehicles: int) -> tuple[Settings, dict[str, str]]:
    """A house with an issued January, and the address of each client with the number of its invoice."""
    settings = Settings(home=folder / "home", snapshot_max_drop=Decimal("0.9"))
    closed(settings, Company({f"K{n}": steady(vehicles) for n in range(1, clients + 1)}), folder)
    owner = create_engine(engine.url(settings, owner=True))
    with owner.begin() as connection:
        connection.execute(text("UPDATE master.clients SET email = lower(client_code) || '@client.example'"))
        rows = connection.execute(text("SELECT lower(client_code) || '@client.example', number FROM billing.invoices")).all()
    owner.dispose()
    return settings, dict(map(tuple, rows))


def bare(settings: Settings, told: dict[str, Executed], files: dict[str, tuple[str, str]]) -> FastAPI:
    """An application whose only route runs the statements of a page, reads its file, and returns the rows of both as JSON."""
    app = FastAPI()

    @app.get("/bare/{key}")
    def run(key: str) -> Response:
        rows: list[Any] = []
        for transaction in told[key]:
            with engine.reading(settings) as connection:
                for code, given in transaction:
                    result = connection.exec_driver_sql(code, given)
                    rows += [list(row) for row in result] if result.returns_rows else []
        path, contract = files[key]
        file = pq.ParquetFile(lake.location(settings, path))
        table = file.read_row_groups(list(groups_of(file, contract)), use_threads=False)
        rows += [row for row in table.to_pylist() if row["contract_no"] == contract]
        return Response(json.dumps(rows, default=str), media_type="application/json")

    return app


def main(clients: int, vehicles: int, at_once: int) -> int:
    """Print the table; 1 where a page is too slow or too large."""
    is_over = False
    with tempfile.TemporaryDirectory(prefix="fleetbill-bench-") as named:
        try:
            settings, numbers = house(Path(named), clients, vehicles)
            asking = list(islice(cycle(numbers.items()), at_once))
            with engine.transaction(settings) as connection:
                cookies = [sessions.begin(connection, address, NOW, is_confirmed=True) for address, _ in asking]
            with engine.reading(settings) as connection:
                rows = connection.execute(text(_FILES))
                paths = {number: (path, contract) for number, path, contract in rows}
            told: dict[str, Executed] = {}
            files: dict[str, tuple[str, str]] = {}
            with (
                serving(application(settings, lambda: NOW, Nobody())) as port,
                serving(bare(settings, told, files)) as bare_port,
                multiprocessing.get_context("spawn").Pool(1) as elsewhere,
            ):
                print(f"{clients} clients with {vehicles} vehicles, {at_once} readers at once, medians")
                print(f"{'page':<46}{'statements':>11}{'page, ms':>10}{'bare, ms':>10}{'times':>7}{'bytes':>9}{'kept, ms':>10}")
                for place, page in enumerate(PAGES):
                    own = [page.format(number=quote(number)) for _, number in asking]
                    for n, (path, cookie, (_, number)) in enumerate(zip(own, cookies, asking, strict=True)):
                        with noted(settings) as executed:
                            asked(port, path, cookie)
                        told[f"{place}-{n}"], files[f"{place}-{n}"] = list(executed), paths[number]
                    routes = [f"/bare/{place}-{n}" for n in range(at_once)]
                    elsewhere.apply(readers, (bare_port, routes, cookies))
                    alone, _ = elsewhere.apply(readers, (bare_port, routes, cookies))
                    whole, size = elsewhere.apply(readers, (port, own, cookies))
                    kept, _ = elsewhere.apply(readers, (port, own[:1], cookies[:1]))
                    is_over |= size > MAX_BYTES or whole > MAX_TIMES * alone
                    statements = sum(map(len, told[f"{place}-0"]))
                    figures = f"{whole * 1000:>10.0f}{alone * 1000:>10.0f}{whole / alone:>7.2f}{size:>9,}{kept * 1000:>10.0f}"
                    print(f"{page:<46}{statements:>11}{figures}", flush=True)
        finally:
            embedded.stop(Path(named) / "home")
    return int(is_over)


if __name__ == "__main__":
    chosen, size, *readers_at_once = [int(each) for each in sys.argv[1:4]] + [50, 60][len(sys.argv) - 1 :]
    raise SystemExit(main(chosen, size, readers_at_once[0] if readers_at_once else chosen))
