"""How soon a change is noticed among 20,000 clients with a year of invoices each: seconds of a turn that writes to 1C.

    python tests/bench/bench_onec_changes.py [clients] [months]

Bar: 2 s from the import of a client or a tariff to its message, and for a turn that finds nothing new. All that was before the change is
confirmed: the message holds the change alone. The first turn, in which all clients and contracts go, is printed for comparison and has
no bar; the documents are said to have gone before.
"""

import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.delivery.onec.sending import send
from pipelines.master.importing import import_master
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate
from tests.company import Company, steady
from tests.ledger_world import House
from tests.sheets import as_csv

BAR = 2
AT = datetime(2026, 4, 2, 6, tzinfo=UTC)
ANNA = Authorship("Анна", "прейскурант", AT)
TABLES = ("billing.invoices", "billing.invoice_lines", "billing.closed")
_SWITCH = "ALTER TABLE {} {} TRIGGER USER"
FILL = (
    """INSERT INTO master.clients (client_code, name, kind, inn)
    SELECT 'M-' || n, 'ООО «Автопарк ' || n || '»', 'legal', CAST(7700000000 + n AS text) FROM generate_series(1, :clients) n""",
    """INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on)
    SELECT 'D-' || n, 'M-' || n, 'ORG', '2025-01-01' FROM generate_series(1, :clients) n""",
    """INSERT INTO master.terms (contract_no, valid_from, tariff_code)
    SELECT 'D-' || n, '2025-01-01', 'T1' FROM generate_series(1, :clients) n""",
    """INSERT INTO billing.invoices (
        invoice_id, number, organization_code, year, sequence_no, contract_no, client_code, month, purpose, kind, cause, issued_on, due_on,
        currency, net, vat, total, line_count, digest, evidence, approval_no, issued_at
    )
    SELECT
        gen_random_uuid(), 'ВМ25-' || m * :clients + n, 'ORG', 2025, m * :clients + n,
        'D-' || n, 'M-' || n, f.first, 'close', 'monthly', '',
        f.first + 31, f.first + 41, 'RUB', 100, 22, 122, 1, 'digest',
        jsonb_build_object(
            'contract', jsonb_build_object('contract_no', 'D-' || n),
            'client', jsonb_build_object('client_code', 'M-' || n, 'name', 'ООО «Автопарк ' || n || '»', 'kind', 'legal'),
            'organization', (SELECT to_jsonb(o) FROM master.organizations o WHERE o.code = 'ORG')
        ),
        1, f.first + 32
    FROM generate_series(0, :months - 1) m, generate_series(1, :clients) n,
        LATERAL (SELECT CAST(date '2025-01-01' + m * interval '1 month' AS date) AS first) f""",
    """INSERT INTO billing.invoice_lines (
        invoice_id, line_no, tariff_code, component_no, component, component_kind, segment_from, segment_to, quantity,
        quantity_exact, price, share, discount_percent, prices_include_vat, net, vat_rate, vat, total, arithmetic,
        printed_quantity, printed_price, printed_text
    )
    SELECT
        invoice_id, 1, 'T1', 1, 'Мониторинг', 'vehicles', month, month + 27, 1, 1, 100, 1, 0, false, 100, 22, 22, 122, '1 × 100', 1, 100,
        'Мониторинг'
    FROM billing.invoices""",
    "INSERT INTO billing.closed (contract_no, month, closed_at) SELECT contract_no, month, issued_at FROM billing.invoices",
    "INSERT INTO master.peers (peer, configuration) VALUES ('BP', 'bp')",
    "INSERT INTO delivery.onec_peers (peer, sent_no, confirmed_no) VALUES ('BP', 1, 1)",
    """INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at, message_no)
    SELECT 'BP', d.kind, d.key, 1, i.issued_at, 1
    FROM billing.invoices i,
        LATERAL (VALUES ('invoice', i.number), ('sale', i.contract_no || '|' || to_char(i.month, 'YYYY-MM'))) d (kind, key)""",
)
CONFIRM = "UPDATE delivery.onec_peers SET confirmed_no = sent_no WHERE peer = 'BP'"


def fill(settings: Settings, folder: Path, clients: int, months: int) -> None:
    """A company of one contract by import, and so many clients with a year of invoices straight into the tables."""
    import_master(settings, str(Company({"K1": steady(1)}).write_master(folder / "company")), ANNA)
    for statements in ([_SWITCH.format(each, "DISABLE") for each in TABLES], FILL, [_SWITCH.format(each, "ENABLE") for each in TABLES]):
        with House(settings).owner() as connection:
            for statement in statements:
                connection.execute(text(statement), {"clients": clients, "months": months})
    with House(settings).owner() as connection:
        connection.exec_driver_sql("ANALYZE")


def turn(settings: Settings, what: str) -> float:
    """Seconds of one turn; everything that it wrote is confirmed then."""
    start = time.perf_counter()
    sent = send(settings, AT)
    seconds = time.perf_counter() - start
    with House(settings).owner() as connection:
        connection.exec_driver_sql(CONFIRM)
    (settings.exchange / "onec" / "out" / "Message_FB_BP.xml").unlink(missing_ok=True)
    print(f"{what:40} {seconds:7.2f} s  {sent.objects if sent else 0:>9,} objects", flush=True)
    return seconds


def main(clients: int, months: int) -> int:
    """Print the seconds; exit 1 when a bar is missed."""
    folder = Path(tempfile.mkdtemp(prefix="fb-onec-changes-"))
    try:
        embedded.ensure_running(folder)
        settings = Settings(home=folder, database_owner_url=embedded.address(folder, embedded.OWNER))
        migrate.upgrade(settings)
        print(f"{clients:,} clients, {clients * months:,} invoices", flush=True)
        fill(settings, folder, clients, months)
        turn(settings, "all clients and contracts")
        taken = [turn(settings, "nothing is new")]
        client = {"client_code": f"M-{clients}", "name": "ООО «Новое имя»", "kind": "legal", "inn": "7736207543"}
        price = {
            "tariff_code": "T1",
            "valid_from": "2025-01-01",
            "component_no": "1",
            "name": "Мониторинг",
            "kind": "vehicles",
            "price": "301",
        }
        for sheet, row in (("clients", client), ("components", price)):
            import_master(settings, as_csv({sheet: [list(row), list(row.values())]}, folder / sheet), ANNA)
            taken.append(turn(settings, f"one row of {sheet} was imported"))
        taken.append(turn(settings, "nothing is new"))
    finally:
        engine._engine.cache_clear()
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"slowest: {max(taken):.2f} s (bar: {BAR} s)")
    return 0 if max(taken) <= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main(*(int(each) for each in sys.argv[1:]), *(20_000, 12)[len(sys.argv) - 1 :]))
