"""A bank statement of 100,000 payments, parsed and matched with 20,000 open invoices, beside another checkout.

    python tests/bench/bench_bank.py [N] [/path/of/another/checkout]

Bars: less than 20 s together; at most half of the other's processor time, each of parsing and matching, by the quickest of three runs in
turns. Half of the payments name their invoice, a quarter the contract, the rest only the payer.
"""

import re
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from pipelines import garbage_collection
from pipelines.receivables.bank_statement import parse
from pipelines.receivables.incoming import sort_documents
from pipelines.receivables.matching import Book, InvoiceDebt, KnownClient, KnownContract, Unallocated

HERE = Path(__file__).resolve().parents[2]
MAX_SECONDS = 20
MAX_RATIO = 0.5
IN_PROCESSOR_TIME = (
    "import runpy, sys, time; time.perf_counter = time.process_time; sys.path.insert(0, '.'); sys.argv[0] = 'tests/bench/bench_bank.py'; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)
INVOICES = 20_000
OURS = "40702810600000000001"
PURPOSES = (
    "Оплата по счету № НВ26-{invoice:06} от 01.04.2026 за услуги мониторинга транспорта. В т.ч. НДС 22% - 440.00 руб.",
    "за абонентское обслуживание по сч.hb26-{invoice} согласно договору Т-{client} от 01.02.2026, НДС не облагается",
    "Оплата по договору № Т-{client} от 01.02.2026 за март 2026 г., НДС 22%",
    "Услуги мониторинга за март 2026, 15 машин по 300 руб., в т.ч. НДС",
)


def statement(count: int) -> bytes:
    """So many payments; each invoice is paid in parts by the payments that fall to it."""
    head = "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\n"
    head += f"ДатаНачала=01.04.2026\r\nДатаКонца=30.04.2026\r\nРасчСчет={OURS}\r\n"
    documents = []
    for number in range(count):
        invoice, client = number % INVOICES, number % INVOICES // 2
        purpose = PURPOSES[number % 4].format(invoice=invoice, client=client)
        documents.append(
            f"СекцияДокумент=Платежное поручение\r\nНомер={number}\r\nДата=31.03.2026\r\nСумма={100 + number % 900}.50\r\n"
            f"КвитанцияДата=01.04.2026\r\nКвитанцияВремя=00:00:00\r\nПлательщикСчет={40702810500000000000 + client}\r\nДатаСписано=\r\n"
            f'Плательщик=ИНН {7700000000 + client} ООО "Автопарк {client}"\r\nПлательщикИНН={7700000000 + client}\r\n'
            f'Плательщик1=ООО "Автопарк {client}"\r\nПлательщикБанк1=ПАО СБЕРБАНК\r\nПлательщикБИК=044525225\r\n'
            f"ПлательщикКорсчет=30101810400000000225\r\nПолучательСчет={OURS}\r\nДатаПоступило=01.04.2026\r\nПолучательИНН=7707083893\r\n"
            "ПолучательБанк1=ПАО СБЕРБАНК\r\nПолучательБИК=044525225\r\nВидОплаты=01\r\nКод=\r\n"
            f"НазначениеПлатежа={purpose}\r\nНазначениеПлатежа1=\r\nСтатусСоставителя=\r\nОчередность=5\r\nСрокПлатежа=\r\nКонецДокумента\r\n"
        )
    return (head + "".join(documents) + "КонецФайла\r\n").encode("cp1251")


def book() -> Book:
    """20,000 invoices of 10,000 clients."""
    debts, contracts, clients = [], [], []
    for number in range(INVOICES):
        client = number // 2
        due = date(2026, 4, 10) + timedelta(days=number % 2)
        debts.append(InvoiceDebt(str(number), f"НВ26-{number:06}", "NAV", f"C{client}", f"Т-{client}", due, due, Decimal(2440)))
        contracts.append(KnownContract(f"Т-{client}", "NAV", f"C{client}"))
        clients.append(KnownClient(f"C{client}", "NAV", str(7700000000 + client)))
    return Book(debts, contracts, clients)


def main(count: int) -> int:
    data = statement(count)
    start = time.perf_counter()
    with garbage_collection.paused():  # as an import does
        documents = sort_documents(parse(data, "kl.txt").statements[0], {OURS: "NAV"})
        parsed = time.perf_counter()
        open_debts = book()
        matches = [
            open_debts.match(Unallocated(one.payment_id, one.organization_code, one.amount, one.payer_inn, one.purpose))
            for one in documents.payments
        ]
    ended = time.perf_counter()
    unmatched = sum(1 for match in matches if match.client_code is None)
    print(
        f"{count} payments, {len(data) / 1e6:.0f} MB: parsed {parsed - start:.2f} s, matched {ended - parsed:.2f} s (bar: {MAX_SECONDS} s)"
    )
    print(
        f"{len(documents.payments)} payments taken, {sum(len(match.allocations) for match in matches)} allocations, {unmatched} unmatched"
    )
    return 0 if ended - start < MAX_SECONDS and len(documents.payments) == count and not unmatched else 1


def beside(count: int, other: Path) -> int:
    """Print what both checkouts take; exit 1 when a ratio is above the bar."""
    took: dict[Path, list[tuple[float, float]]] = {HERE: [], other: []}
    for _ in range(3):
        for checkout, seconds in took.items():
            command = [sys.executable, "-c", IN_PROCESSOR_TIME, str(count)]
            said = subprocess.run(command, cwd=checkout, env={"PYTHONPATH": str(checkout)}, capture_output=True, text=True, check=False)
            parsed, matched = re.findall(r"(?:parsed|matched) ([0-9.]+) s", said.stdout)
            seconds.append((float(parsed), float(matched)))
    ratios = []
    for place, work in enumerate(("parsed", "matched")):
        ours, others = (min(each[place] for each in seconds) for seconds in took.values())
        ratios.append(ours / others)
        print(f"{count} payments {work}: {ours:.2f} s of the processor, reference {others:.2f} s, {ours / others:.2f} × (bar {MAX_RATIO})")
    return 0 if max(ratios) <= MAX_RATIO else 1


if __name__ == "__main__":
    payments = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    raise SystemExit(beside(payments, Path(sys.argv[2]).resolve()) if len(sys.argv) > 2 else main(payments))
