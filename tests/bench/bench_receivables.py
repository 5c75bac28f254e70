"""Matching that stays near-linear, and the ladder beside a bare query; run: python tests/bench/bench_receivables.py [N [ladder]].

Matching: a bank's file of N payments (100,000) against 2 N open invoices, in PostgreSQL, parsed, matched and stored; a payment takes at
most twice as long as at a fifth of the size, and the process less than 1 GiB. Half of the payments name their invoice, a quarter the
contract, the rest only the payer; one in five pays another sum than it owes.
Ladder: N ÷ 5 clients with half a year of invoices, the newest open; `dunning` takes less than four times a
bare query of their open debts. `ladder`: nothing else.
"""

import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

from pipelines.access.dunning import dunning
from pipelines.receivables.importing import import_payments
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate
from tests.bench.bench_bank import OURS, PURPOSES

MAX_RATIO, MAX_GIB, MAX_TIMES = 2, 1, 4
DAY = date(2026, 4, 21)
AT = datetime(2026, 4, 21, 6, 0, tzinfo=UTC)
TOTAL = "2440.00"

_HOUSE = (
    """INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix)
    VALUES ('NAV', 'ООО «Навигатор»', '7707083893', :ours, 'Банк', '044525225', 'НВ')""",
    """INSERT INTO master.clients (client_code, name, kind, inn)
    SELECT 'C' || n, 'ООО «Автопарк ' || n || '»', 'legal', (7700000000 + n)::text FROM generate_series(0, :clients - 1) n""",
    """INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on)
    SELECT 'Т-' || n, 'C' || n, 'NAV', '2025-01-01' FROM generate_series(0, :clients - 1) n""",
    "INSERT INTO master.platforms (platform, kind, time_zone) VALUES ('gps1', 'files', 'Europe/Moscow')",
    """INSERT INTO master.accounts (platform, account_id, contract_no, valid_from)
    SELECT 'gps1', n::text, 'Т-' || n, '2025-01-01' FROM generate_series(0, :clients - 1) n""",
)
# invoice number k × clients + n is of client n and of the month that began k months before April; the due dates of the newest are spread
# from three weeks before the day to a week after it
_BILLS = (
    """INSERT INTO billing.invoice_lines (
        invoice_id, line_no, tariff_code, component_no, component, component_kind, segment_from, segment_to, quantity, quantity_exact,
        price, share, discount_percent, prices_include_vat, net, vat_rate, vat, total, arithmetic, printed_quantity, printed_price,
        printed_text
    )
    SELECT md5(k || '-' || n)::uuid, 1, 'T', 1, 'Мониторинг', 'vehicles', m, m, 10, '10', 200, '1', 0, false, 2000, 22, 440, 2440, '', 1,
        2000, ''
    FROM generate_series(0, :clients - 1) n, generate_series(0, :months - 1) k,
        LATERAL (SELECT CAST(date '2026-04-01' - make_interval(months => k) AS date) AS m) d""",
    """INSERT INTO billing.invoices (
        invoice_id, number, organization_code, year, sequence_no, contract_no, client_code, month, purpose, kind, cause, issued_on, due_on,
        currency, net, vat, total, line_count, digest, evidence, approval_no, issued_at
    )
    SELECT md5(k || '-' || n)::uuid, 'НВ26-' || lpad((n + k * :clients)::text, 6, '0'), 'NAV', 2026, n + k * :clients, 'Т-' || n, 'C' || n,
        m, 'close', 'monthly', '', m, m + n % 28, 'RUB', 2000, 440, 2440, 1, '', '{}', 1, :at
    FROM generate_series(0, :clients - 1) n, generate_series(0, :months - 1) k,
        LATERAL (SELECT CAST(date '2026-04-01' - make_interval(months => k) AS date) AS m) d""",
)
_PAID = (
    """INSERT INTO receivables.payments (
        payment_id, source, organization_code, client_code, document_no, paid_on, amount, payer_inn, purpose, received_at
    )
    SELECT 'p' || n, 'bank', 'NAV', 'C' || n % :clients, n::text, date '2026-03-01', 2440, (7700000000 + n % :clients)::text, '', :at
    FROM generate_series(:clients, :clients * :months - 1) n""",
    """INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
    SELECT 'p' || n, 1, 'НВ26-' || lpad(n::text, 6, '0'), 2440, 'invoice_number', :at
    FROM generate_series(:clients, :clients * :months - 1) n""",
    """INSERT INTO receivables.imports (digest, organization_code, source, file_name, data_until, at)
    VALUES ('d', 'NAV', 'bank', 'kl.txt', '2026-04-20', :at)""",
    """INSERT INTO receivables.imported_accounts (digest, organization_code, bank_account, data_until)
    VALUES ('d', 'NAV', :ours, '2026-04-20')""",
)
BARE = """
SELECT i.number, i.organization_code, i.client_code, i.due_on, i.total - coalesce(p.paid, 0) AS open
FROM billing.invoices i
LEFT JOIN (SELECT number, sum(amount) AS paid FROM receivables.allocations GROUP BY number) p USING (number)
WHERE i.total > coalesce(p.paid, 0) AND i.issued_on <= :on
ORDER BY i.client_code, i.due_on
"""


def store(home: Path, clients: int, months: int, *, are_paid: bool) -> Settings:
    """A warehouse of so many clients with an invoice for each month; all but the newest are paid where `are_paid`."""
    made = replace(Settings(), home=home, database_url="", database_owner_url="")
    migrate.upgrade(made)
    owner = create_engine(engine.url(made, owner=True))
    _triggers(owner, "DISABLE")  # each invoice would be compared with its lines
    with owner.begin() as connection:
        for statement in (*_HOUSE, *_BILLS, *(_PAID if are_paid else ())):
            connection.execute(text(statement), {"clients": clients, "months": months, "at": AT, "ours": OURS})
    _triggers(owner, "ENABLE")
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.dispose()
    return made


def _triggers(owner: Engine, word: str) -> None:
    with owner.begin() as connection:
        for table in ("billing.invoices", "billing.invoice_lines"):
            connection.execute(text(f"ALTER TABLE {table} {word} TRIGGER USER"))


def statement(count: int, clients: int) -> bytes:
    """So many payments, each for another invoice of two that each client has, in no order."""
    head = "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\n"
    head += f"ДатаНачала=01.04.2026\r\nДатаКонца=20.04.2026\r\nРасчСчет={OURS}\r\n"
    numbers = random.Random(7).sample(range(2 * clients), count)
    documents = []
    for place, number in enumerate(numbers):
        client = number % clients
        purpose = PURPOSES[place % 4].format(invoice=number, client=client)
        documents.append(
            f"СекцияДокумент=Платежное поручение\r\nНомер={place}\r\nДата=20.04.2026\r\nСумма={'1000.50' if place % 5 == 0 else TOTAL}\r\n"
            f"ПлательщикСчет={40702810500000000000 + client}\r\nДатаСписано=\r\nПлательщикИНН={7700000000 + client}\r\n"
            f'Плательщик1=ООО "Автопарк {client}"\r\nПолучательСчет={OURS}\r\nДатаПоступило=20.04.2026\r\nПолучательИНН=7707083893\r\n'
            f"НазначениеПлатежа={purpose}\r\nКонецДокумента\r\n"
        )
    return (head + "".join(documents) + "КонецФайла\r\n").encode("cp1251")


def matched(settings: Settings, path: Path) -> tuple[int, float]:
    """Allocations of a whole import, and its seconds."""
    start = time.perf_counter()
    done = import_payments(settings, path, AT)
    return done.matched, time.perf_counter() - start


def taken(settings: Settings) -> tuple[float, float, str]:
    """Seconds of the bare query (the best of three) and of a ladder's day after that of the day before, and what that was.

    The letters of the day before have been handed over by then, as they are within minutes.
    """
    bare = []
    for _ in range(3):
        start = time.perf_counter()
        with engine.transaction(settings) as connection:
            debts = len(connection.execute(text(BARE), {"on": DAY}).all())
        bare.append(time.perf_counter() - start)
    dunning(settings, DAY - timedelta(days=1), AT - timedelta(days=1))
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE delivery.mail_outbox SET state = 'sent' WHERE state = 'queued'"))
    start = time.perf_counter()
    planned = dunning(settings, DAY, AT, dry_run=True)
    dry = time.perf_counter() - start
    start = time.perf_counter()
    done = dunning(settings, DAY, AT)
    whole = time.perf_counter() - start
    return (
        min(bare),
        whole,
        f"{debts} open debts; planned in {dry:.2f} s ({len(planned.rows)} lines), taken in {whole:.2f} s ({len(done.rows)})",
    )


def apart(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What a fresh process makes of it, and its peak memory in GiB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, arguments))


def _measured(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, float]:
    result = work(*arguments)
    return result, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def matching(count: int) -> tuple[float, float]:
    """Microseconds for each of so many payments against twice as many invoices, and the peak memory in GiB."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        settings = store(home, count, 2, are_paid=False)
        try:
            path = Path(folder) / "kl.txt"
            path.write_bytes(statement(count, count))
            (allocations, seconds), peak = apart(matched, settings, path)
        finally:
            embedded.stop(home)
    print(f"{count} payments against {2 * count} invoices: {seconds:.1f} s, {allocations} allocations, {peak:.2f} GiB")
    return seconds / count * 1e6, peak


def main(count: int) -> int:
    each_of_a_fifth, _ = matching(count // 5)
    each, peak = matching(count)
    ratio = each / each_of_a_fifth
    print(f"a payment: {each:.0f} µs, {each_of_a_fifth:.0f} µs at a fifth of the size; {ratio:.2f} × (bar: {MAX_RATIO} ×, {MAX_GIB} GiB)")
    return 0 if ratio <= MAX_RATIO and peak < MAX_GIB and ladder(count // 5) < MAX_TIMES else 1


def ladder(clients: int) -> float:
    """How many times the bare query of the open debts a ladder's day takes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = store(home, clients, 6, are_paid=True)
        try:
            (bare, whole, said), _ = apart(taken, settings)
        finally:
            embedded.stop(home)
    print(f"ladder of {clients} clients: {said}")
    print(f"bare query of their open debts: {bare:.2f} s; the ladder takes {whole / bare:.2f} × (bar: {MAX_TIMES} ×)")
    return float(whole / bare)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    raise SystemExit(int(ladder(count // 5) >= MAX_TIMES) if "ladder" in sys.argv else main(count))
