"""The finance workbook of 20,000 clients beside bare xlsxwriter with the same cells; run: python tests/bench/bench_workbook.py [N].

Bars: at most 3 × xlsxwriter, reading included, and at most 10 KiB of peak memory for every further client.
"""

import io
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate

MAX_RATIO = 3
MAX_KIB_PER_CLIENT = 10
MARCH = Month(2026, 3)
AT = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)

# 20,000 clients with a contract each: three lines an invoice, two months of fleet, every second invoice paid, one in twenty parked,
# one vehicle in ten of somebody out of contract, and the terms of all made in the month
STATEMENTS = (
    """INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix)
    VALUES ('NAV', 'ООО «Навигатор»', '7707083893', '40702810938000000001', 'Банк', '044525225', 'НВ')""",
    """INSERT INTO master.clients (client_code, name, kind, inn)
    SELECT 'C' || n, 'ООО «Автопарк ' || n || '»', 'legal', '7728168971' FROM generate_series(1, :clients) n""",
    """INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on)
    SELECT 'Т-' || n, 'C' || n, 'NAV', '2025-01-01' FROM generate_series(1, :clients) n""",
    "INSERT INTO master.platforms (platform, kind, time_zone) VALUES ('gps1', 'files', 'Europe/Moscow')",
    """INSERT INTO master.accounts (platform, account_id, contract_no, valid_from)
    SELECT 'gps1', n::text, 'Т-' || n, '2025-01-01' FROM generate_series(1, :clients) n""",
    """INSERT INTO master.tariffs (tariff_code, valid_from, name)
    SELECT 'T' || n, '2025-01-01', 'Тариф ' || n FROM generate_series(0, 19) n""",
    """INSERT INTO master.components (tariff_code, valid_from, component_no, name, kind, price)
    SELECT 'T' || n, '2025-01-01', l, 'Услуга ' || l, CASE l WHEN 1 THEN 'vehicles' ELSE 'fixed' END, 100 * l
    FROM generate_series(0, 19) n, generate_series(1, 3) l""",
    """INSERT INTO master.vat_modes (code, vat_mode_from, vat_mode) VALUES ('NAV', '-infinity', 'general')""",
    """INSERT INTO master.terms (contract_no, valid_from, tariff_code, discount_percent)
    SELECT 'Т-' || n, '2025-01-01', 'T' || n % 20, 0 FROM generate_series(1, :clients) n""",
    """INSERT INTO master.history (history_no, sheet, key, action, before, after, by_name, reason, at)
    SELECT n, 'terms', 'Т-' || n || '|2025-01-01', 'changed',
        jsonb_build_object('contract_no', 'Т-' || n, 'valid_from', '2026-03-01', 'discount_percent', '5', 'payment_days', 10),
        jsonb_build_object('contract_no', 'Т-' || n, 'valid_from', '2026-03-01', 'discount_percent', '10', 'payment_days', 14),
        'Анна Петрова', 'годовая скидка', '2026-03-05 09:00+00'
    FROM generate_series(1, :clients) n""",
    """INSERT INTO usage.contract_days (contract_no, business_date, fleet_size)
    SELECT 'Т-' || n, d::date, 1 + n % 40 + extract(day FROM d)::int % 3
    FROM generate_series(1, :clients) n, generate_series(date '2026-02-01', date '2026-03-31', interval '1 day') d""",
    """INSERT INTO billing.causes (month, contract_no, rated, priced_by, told_from, figures, fleet, terms, tariff, vat, changed)
    SELECT '2026-03-01', 'Т-' || n, (10 + n % 40) * 732, '', '', '{"peak": 12, "vehicle_days": 341, "days": 31}', n % 7 * 12.2,
        -n % 3 * 6.1, 0, 0, '{"usage": [["vehicles", "", "11", "12"]], "terms": [["discount_percent", "5", "10"]]}'
    FROM generate_series(1, :clients) n""",
    """INSERT INTO billing.invoice_lines (
        invoice_id, line_no, tariff_code, component_no, component, component_kind, segment_from, segment_to, quantity, quantity_exact,
        price, share, discount_percent, prices_include_vat, net, vat_rate, vat, total, arithmetic, printed_quantity, printed_price,
        printed_text
    )
    SELECT md5(m || '-' || n)::uuid, l, 'T' || n % 20, l, 'Услуга ' || l,
        CASE l WHEN 1 THEN 'vehicles' WHEN 2 THEN 'fixed' ELSE 'meter' END,
        m, (m + interval '1 month - 1 day')::date, 10 + n % 40, (10 + n % 40)::text, 100 * l, '31/31', 0, false,
        (10 + n % 40) * 100 * l, 22, (10 + n % 40) * 22 * l, (10 + n % 40) * 122 * l, '…', 1, (10 + n % 40) * 100 * l, '…'
    FROM generate_series(1, :clients) n, generate_series(1, 3) l, unnest(ARRAY[date '2026-02-01', date '2026-03-01']) m""",
    """INSERT INTO billing.invoices (
        invoice_id, number, organization_code, year, sequence_no, contract_no, client_code, month, purpose, kind, cause, issued_on, due_on,
        currency, net, vat, total, line_count, digest, evidence, approval_no, issued_at
    )
    SELECT md5(m || '-' || n)::uuid, 'НВ26-' || lpad((n + k * :clients)::text, 6, '0'), 'NAV', 2026, n + k * :clients, 'Т-' || n, 'C' || n,
        m, 'close', 'monthly', '', (m + interval '1 month')::date, (m + interval '1 month')::date + 10, 'RUB', (10 + n % 40) * 600,
        (10 + n % 40) * 132, (10 + n % 40) * 732, 3, '',
        jsonb_build_object('client', jsonb_build_object('name', 'ООО «Автопарк ' || n || '»')),
        1, :at
    FROM generate_series(1, :clients) n, (VALUES (0, date '2026-02-01'), (1, date '2026-03-01')) v (k, m)""",
    """INSERT INTO receivables.payments (
        payment_id, source, organization_code, client_code, document_no, paid_on, amount, payer_inn, payer_name, purpose, received_at
    )
    SELECT 'p' || n, 'bank', 'NAV', 'C' || n, n::text, date '2026-03-01' + n % 31, (10 + n % 40) * 732 + n % 3, '7728168971',
        'ООО «Автопарк ' || n || '»', 'Оплата по счету № НВ26-' || lpad(n::text, 6, '0') || ' за услуги мониторинга транспорта', :at
    FROM generate_series(1, :clients, 2) n""",
    """INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
    SELECT 'p' || n, 1, 'НВ26-' || lpad(n::text, 6, '0'), (10 + n % 40) * 732, 'number', :at FROM generate_series(1, :clients, 2) n""",
    """INSERT INTO billing.parked (month, purpose, contract_no, reason, detail, russian)
    SELECT '2026-03-01', 'close', 'Т-' || n, 'missing_days', '', 'gps1, 17.03.2026: нет снимка' FROM generate_series(1, :clients, 20) n""",
    """INSERT INTO findings.occurrences (kind, subject, first_day, last_day, platform, contract_no, vehicle_days, parameters)
    SELECT 'out_of_contract', 'gps1/' || n, '2026-03-21', '2026-03-31', 'gps1', 'Т-' || n, 11,
        jsonb_build_object('contract', 'Т-' || n, 'plate', NULL, 'is_used', true)
    FROM generate_series(1, :clients, 10) n""",
    "ANALYZE",
)


def store(home: Path, clients: int) -> Settings:
    """A warehouse of so many clients."""
    made = replace(Settings(), home=home)
    migrate.upgrade(made)
    owner = create_engine(engine.url(made, owner=True))
    with owner.begin() as connection:
        for statement in STATEMENTS:
            connection.execute(text(statement), {"clients": clients, "at": AT})
    owner.dispose()
    return made


def write(settings: Settings) -> int:
    """Write the workbook; its size."""
    from pipelines.documents.finance_workbook import write_report

    return Path(write_report(settings, MARCH, AT)).stat().st_size


def apart(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What a fresh process makes of it, and its peak memory in MiB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, arguments))


def _measured(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, float]:
    start = time.perf_counter()
    found = work(*arguments)
    return (found, time.perf_counter() - start), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare(settings: Settings) -> tuple[int, float]:
    """Cells of the detail sheets, and the seconds that xlsxwriter alone takes for them (no styles, no reading)."""
    import xlsxwriter

    from pipelines.documents import finance_workbook as report
    from pipelines.documents.workbook_model import Link
    from pipelines.documents.workbook_sheets import SummaryTally, detail_sheets

    with engine.transaction(settings) as connection:
        sheets = [list(sheet.rows) for sheet in detail_sheets(report._data(connection, MARCH, AT, None), SummaryTally(MARCH))]
    start = time.perf_counter()
    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    for rows in sheets:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str | Link):
                    page.write_string(number, column, cell if isinstance(cell, str) else cell.text)
                elif isinstance(cell, date):
                    page.write_datetime(number, column, cell)
                elif cell is not None:
                    page.write_number(number, column, cell)
    book.close()
    return sum(len(row) for rows in sheets for row in rows), time.perf_counter() - start


def main(clients: int) -> int:
    peaks = []
    for count in (clients // 10, clients):
        with tempfile.TemporaryDirectory() as folder:
            settings = store(Path(folder), count)
            try:
                (size, seconds), peak = apart(write, settings)
                peaks.append(peak)
                if count == clients:
                    ((cells, alone), _), _ = apart(bare, settings)
            finally:
                embedded.stop(Path(folder))
    ratio, growth = seconds / alone, (peaks[1] - peaks[0]) * 1024 / (clients - clients // 10)
    print(f"workbook of {clients} clients, {cells} cells, {size / 1e6:.0f} MB: {seconds:.1f} s with reading")
    print(f"xlsxwriter alone, the same cells without styles: {alone:.1f} s; {ratio:.2f} × (bar: {MAX_RATIO} ×)")
    print(f"peak memory: {peaks[0]:.0f} MiB for {clients // 10} clients, {peaks[1]:.0f} MiB for {clients}")
    print(f"{growth:.1f} KiB for a further client (bar: {MAX_KIB_PER_CLIENT} KiB)")
    return 0 if ratio <= MAX_RATIO and growth <= MAX_KIB_PER_CLIENT else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
