"""Pages of the cabinet beside a bare route that runs the same SQL and returns JSON; run: python tests/bench/bench_cabinet.py [CLIENTS].

20,000 clients with half a year of invoices and 51 days of fleet; 50 readers at once, each a dealer of 120 clients, read page after page of
one server. A page takes at most three times as long as the bare route (medians of one run) and weighs at most 150 KB.
"""

import http.client
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import Response
from sqlalchemy import create_engine, event, text

from pipelines.cabinet import sessions
from pipelines.cabinet.app import application
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine
from tests.bench.bench_receivables import AT, store
from tests.serving import serving

READERS, ROUNDS, MAX_TIMES, MAX_BYTES = 50, 6, 3, 150 * 1024
PAGES = (
    "/", "/invoices", "/invoice?number={invoice}", "/acts", "/payments", "/reconciliation", "/fleet?month=2026-04", "/fleet?month=2026-03",
    "/terms", "/account", "/clients",
)  # fmt: skip
OF_A_DEALER = 120

_MORE = (
    "UPDATE master.clients SET email = lower(client_code) || '@client.example'",
    # 50 dealers, each with 120 clients, or with as many as there are
    f"""UPDATE master.clients SET dealer_code = 'C' || substr(client_code, 2)::int % {READERS}
    WHERE substr(client_code, 2)::int BETWEEN {READERS} AND {READERS} * ({OF_A_DEALER} + 1) - 1""",
    "INSERT INTO master.vat_modes (code, vat_mode_from, vat_mode) VALUES ('NAV', '0001-01-01', 'general')",
    """INSERT INTO master.tariffs (tariff_code, valid_from, name, currency, prices_include_vat)
    VALUES ('T', '2025-01-01', 'Т', 'RUB', false)""",
    """INSERT INTO master.components (tariff_code, valid_from, component_no, name, kind, scheme, price)
    VALUES ('T', '2025-01-01', 1, 'Мониторинг', 'vehicles', 'unit', 200)""",
    """INSERT INTO master.terms (contract_no, valid_from, tariff_code, counting, basis, prepaid_vehicles, discount_percent, payment_days)
    SELECT contract_no, '2025-01-01', 'T', 'used', 'peak', 0, 0, 10 FROM master.contracts""",
    """INSERT INTO billing.closed (contract_no, month, closed_at)
    SELECT contract_no, month, issued_at FROM billing.invoices WHERE month < '2026-04-01'""",
    """INSERT INTO usage.contract_days (contract_no, business_date, fleet_size, online_minutes, meters)
    SELECT k.contract_no, d::date, 8 + extract(day FROM d)::int % 5, 600, '{}'
    FROM master.contracts k, generate_series(date '2026-03-01', date '2026-04-20', interval '1 day') d""",
)
Executed = list[tuple[str, Any]]
"""The statements of a transaction, in order, each with its values."""


def house(home: Path, clients: int) -> Settings:
    """A warehouse of so many clients, with what the cabinet reads of them."""
    made = store(home, clients, 6, are_paid=True)
    owner = create_engine(engine.url(made, owner=True))
    with owner.begin() as connection:
        for statement in _MORE:
            connection.execute(text(statement))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.dispose()
    return made


class Nobody:
    """A mailer that mails nothing."""

    def send_link(self, address: str, language: str) -> None:
        """Nothing is mailed here."""

    def send_address_letters(self) -> None:
        """Nothing is mailed here."""

    def close(self) -> None:
        """Nothing waits here."""


def asked(port: int, path: str, cookie: str, connection: http.client.HTTPConnection | None = None) -> tuple[float, int]:
    """Seconds of an answer, and its bytes; RuntimeError for any other than 200."""
    used = connection or http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    used.request("GET", path, headers={"Cookie": f"fleetbill-session={cookie}"})
    answer = used.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return time.perf_counter() - began, len(content)


def _read(port: int, path: str, cookie: str) -> list[tuple[float, int]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    return [asked(port, path, cookie, connection) for _ in range(ROUNDS)]


def readers(port: int, paths: list[str], cookies: list[str]) -> tuple[float, int]:
    """Median seconds and largest bytes of readers who all ask at once, each its own path; to be run in a process of its own."""
    with ThreadPoolExecutor(len(cookies)) as together:
        answers = [each for of_one in together.map(_read, [port] * len(cookies), paths, cookies) for each in of_one]
    return statistics.median(seconds for seconds, _ in answers), max(size for _, size in answers)


def bare(settings: Settings, told: dict[str, list[Executed]]) -> FastAPI:
    """An application whose only route runs the statements of a page for a reader, and returns the rows as JSON."""
    app = FastAPI()

    @app.get("/bare/{key:path}")
    def run(key: str) -> Response:
        rows: list[list[Any]] = []
        for transaction in told[key]:
            with engine.reading(settings) as connection:
                for code, given in transaction:
                    result = connection.exec_driver_sql(code, given)
                    rows += [list(row) for row in result] if result.returns_rows else []
        return Response(json.dumps(rows, default=str), media_type="application/json")

    return app


def _of(page: str, reader: int, clients: int) -> str:
    """The address of a page for a reader: its newest invoice that is paid where the page is of one."""
    return page.format(invoice=quote(f"НВ26-{reader + clients:06}"))


def _named(page: str) -> str:
    return page[1:].replace("?", "-").replace("=", "-").replace("{invoice}", "")


@contextmanager
def noted(settings: Settings) -> Iterator[list[Executed]]:
    """The statements that are executed meanwhile, by transaction."""
    executed: list[Executed] = []
    of_house = engine.engine(settings)

    def begin(_connection: Any) -> None:
        executed.append([])

    def note(_connection: Any, _cursor: Any, code: str, given: Any, _context: Any, _many: bool) -> None:
        executed[-1].append((code, given or None))

    event.listen(of_house, "begin", begin)
    event.listen(of_house, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(of_house, "before_cursor_execute", note)
        event.remove(of_house, "begin", begin)


def compared(settings: Settings, clients: int) -> list[tuple[str, int, float, float, int]]:
    """Page, its statements, its seconds, those of the bare route, its largest bytes."""
    with engine.transaction(settings) as connection:
        cookies = [sessions.begin(connection, f"c{n}@client.example", AT, is_confirmed=True) for n in range(READERS)]
    app = application(settings, lambda: AT, Nobody())
    told: dict[str, list[Executed]] = {}
    with serving(app) as port:
        with noted(settings) as executed:
            for page in PAGES:
                for n, cookie in enumerate(cookies):
                    executed.clear()
                    asked(port, _of(page, n, clients), cookie)
                    told[f"{_named(page)}-{n}"] = list(executed)
        with serving(bare(settings, told)) as bare_port, multiprocessing.get_context("spawn").Pool(1) as elsewhere:
            measured = []
            for page in PAGES:
                name = _named(page)
                paths = [_of(page, n, clients) for n in range(READERS)]
                routes = [f"/bare/{name}-{n}" for n in range(READERS)]
                elsewhere.apply(readers, (bare_port, routes, cookies))
                alone, _ = elsewhere.apply(readers, (bare_port, routes, cookies))
                elsewhere.apply(readers, (port, paths, cookies))
                whole, size = elsewhere.apply(readers, (port, paths, cookies))
                measured.append((page, sum(map(len, told[f"{name}-0"])), whole, alone, size))
    return measured


def main(clients: int) -> int:
    """Print the table; 1 where a page is too slow or too large."""
    with tempfile.TemporaryDirectory(prefix="fleetbill-bench-") as folder:
        home = Path(folder)
        try:
            measured = compared(house(home, clients), clients)
        finally:
            embedded.stop(home)
    print(f"{clients:,} clients, {READERS} readers at once, medians")
    print(f"{'page':<24}{'statements':>11}{'page, ms':>10}{'bare, ms':>10}{'times':>7}{'bytes':>9}")
    for page, statements, whole, alone, size in measured:
        print(f"{page:<24}{statements:>11}{whole * 1000:>10.0f}{alone * 1000:>10.0f}{whole / alone:>7.2f}{size:>9,}")
    return int(any(whole > MAX_TIMES * alone or size > MAX_BYTES for _, _, whole, alone, size in measured))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
