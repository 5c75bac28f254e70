"""The finance desk over the data of 20,000 clients: python tests/bench/bench_desk.py [CLIENTS].

Each page is asked for until it is there (a long reading is made beside it); then 50 readers at once ask for it, and for a bare FastAPI
route that runs the statements of that page, in as many transactions, and returns the rows as JSON. Airflow's own part (log-in, rights) is
left out. Bars: 150 KB a page; at most three times the bare route, medians of one run.
"""

import http.client
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pipelines.desk.app import application
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine
from tests.bench.bench_cabinet import MAX_BYTES, MAX_TIMES, READERS, Executed, bare, noted, readers
from tests.bench.bench_workbook import store
from tests.desk.looking import SignedIn
from tests.serving import serving

PAGES = (
    "/?month=2026-03", "/drafts?month=2026-04", "/corrections", "/findings?month=2026-03", "/findings?month=2026-03&kind=out_of_contract",
    "/debts", "/debts?by=manager", "/payments", "/exchange",
)  # fmt: skip

_MORE = (
    """INSERT INTO billing.runs (month, purpose, digest, nothing, drafted_at)
    VALUES ('2026-04-01', 'close', 'c', '{}', now()), ('2026-03-01', 'correct', 'a', '{}', now())""",
    """INSERT INTO billing.drafts (
        invoice_id, contract_no, month, purpose, kind, cause, client_code, organization_code, payment_days, currency, net, vat, total,
        digest, evidence
    )
    SELECT md5('c' || n)::uuid, 'Т-' || n, date '2026-04-01', 'close', 'monthly', '', 'C' || n, 'NAV', 10, 'RUB', n * 100, n * 22, n * 122,
        '', jsonb '{}'
    FROM generate_series(1, :clients) n
    UNION ALL
    SELECT md5('a' || n)::uuid, 'Т-' || n, '2026-03-01', 'correct', 'adjustment', '1', 'C' || n, 'NAV', 10, 'RUB', -100, -22, -122, '', '{}'
    FROM generate_series(1, :clients, 50) n""",
    """INSERT INTO receivables.payments (
        payment_id, source, organization_code, document_no, paid_on, amount, payer_inn, payer_name, purpose, received_at
    )
    SELECT 's' || n, 'bank', 'NAV', 's' || n, '2026-04-02', (10 + n % 40) * 732, '5027089703', 'ООО «Иной»',
        'За ООО «Автопарк ' || n || '», ИНН 7728168971', now()
    FROM generate_series(1, 200) n""",
    """INSERT INTO billing.closed (contract_no, month, closed_at)
    SELECT contract_no, month, max(issued_at) FROM billing.invoices WHERE month <= '2026-03-01' GROUP BY contract_no, month""",
    "ANALYZE",
)


def house(home: Path, clients: int) -> Settings:
    """A warehouse of so many clients, with drafts, corrections and payments of strangers."""
    made = store(home, clients)
    owner = create_engine(engine.url(made, owner=True))
    with owner.begin() as connection:
        for statement in _MORE:
            connection.execute(text(statement), {"clients": clients} if ":clients" in statement else {})
    owner.dispose()
    return made


def until_there(port: int, path: str) -> float:
    """Seconds until a page shows what it is about."""
    begun, connection = time.perf_counter(), http.client.HTTPConnection("127.0.0.1", port)
    while True:
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content[:300]!r}")
        if answer.getheader("refresh") is None:
            return time.perf_counter() - begun
        time.sleep(0.2)


def main(clients: int) -> int:
    """Print the table; 1 where a page is too slow or too large."""
    is_over = False
    with tempfile.TemporaryDirectory(prefix="fleetbill-bench-") as folder:
        settings = house(Path(folder), clients)
        try:
            told: dict[str, list[Executed]] = {}
            with (
                serving(application(settings, SignedIn())) as port,
                serving(bare(settings, told)) as bare_port,
                multiprocessing.get_context("spawn").Pool(1) as elsewhere,
            ):
                print(f"{clients:,} clients, {READERS} readers at once, medians")
                print(f"{'page':<50}{'there after':>12}{'statements':>11}{'page, ms':>10}{'bare, ms':>10}{'times':>7}{'bytes':>9}")
                for number, page in enumerate(PAGES):
                    first = until_there(port, page)
                    with noted(settings) as executed:
                        until_there(port, page)
                    told[str(number)] = list(executed)
                    cookies = ["none"] * READERS
                    alone, _ = elsewhere.apply(readers, (bare_port, [f"/bare/{number}"] * READERS, cookies))
                    whole, size = elsewhere.apply(readers, (port, [page] * READERS, cookies))
                    is_over |= size > MAX_BYTES or whole > MAX_TIMES * alone
                    statements, times = sum(map(len, executed)), whole / alone
                    figures = f"{first:>10.2f} s{statements:>11}{whole * 1000:>10.0f}{alone * 1000:>10.0f}{times:>7.2f}{size:>9,}"
                    print(f"{page:<50}{figures}", flush=True)
        finally:
            embedded.stop(Path(folder))
    return 1 if is_over else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
