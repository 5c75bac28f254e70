"""1C message of 20,000 invoices beside bare lxml serialisation of the same tree; run: python tests/bench/bench_onec.py [N].

Bars: at most 1.5 × lxml, and peak memory that does not grow with the number of invoices.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from pipelines.delivery.onec.message import Envelope
from pipelines.delivery.onec.model import Contract, Invoice, OnecRow, Service
from pipelines.documents.requisites import Bank
from tests.onec_messages import counterparty, organization, write_message

MAX_RATIO = 1.5
MAX_GROWTH_MIB = 8

BANK = Bank("40702810938000000001", "ПАО СБЕРБАНК", "044525225", "30101810400000000225")
SELLER = organization("NAV", "ООО «Навигатор»", "7707083893", "Общество с ограниченной ответственностью «Навигатор»", "770701001", BANK)
SERVICES = [Service(f"T1:{number}", f"Мониторинг транспорта {number}") for number in range(1, 4)]
ENVELOPE = Envelope("FB", "BP", 1, 0, datetime(2026, 4, 1))  # noqa: DTZ001 - wall time, as 1C writes it


def invoices(count: int) -> Iterator[Invoice]:
    """Each of another client, three rows, VAT on top."""
    for number in range(count):
        buyer = counterparty(f"C{number}", f"ООО «Автопарк {number}»", "legal", f"Общество «Автопарк {number}»", "7728168971", "772801001")
        contract = Contract(f"Т-{number}", SELLER, buyer, date(2026, 2, 1))
        price = Decimal(300 + number % 50)
        rows = tuple(
            OnecRow(
                service, Decimal(10), price, price * 10, Decimal(22), price * 10 * 22 / 100, "Мониторинг, март 2026 (пик 10 машин × цена)"
            )
            for service in SERVICES
        )
        yield Invoice(f"Т-{number}:2026-03:monthly", f"НВ26-{number:06}", date(2026, 4, 1), contract, rows, False)


def peak_mib(count: int) -> float:
    """Peak memory of a fresh process that writes so many invoices."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_write_and_measure, (count,))


def _write_and_measure(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        write_message(Path(folder), ENVELOPE, invoices(count))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def best_in_turns(*works: Callable[[], object]) -> list[tuple[float, float]]:
    """Seconds by the clock and of the processor, each of the quickest of five runs of each, in turns: the load of the machine meets all."""
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(5):
        for work, seconds in zip(works, taken, strict=True):
            start, busy = time.perf_counter(), time.process_time()
            work()
            seconds.append((time.perf_counter() - start, time.process_time() - busy))
    return [(min(clock for clock, _ in each), min(busy for _, busy in each)) for each in taken]


def main(count: int) -> int:
    small, large = peak_mib(count // 10), peak_mib(count)  # first: a child's peak begins at what its parent held
    prepared = list(invoices(count))
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / "again.xml"
        write_message(Path(folder), ENVELOPE, prepared)
        path = Path(folder) / ENVELOPE.file_name
        size = path.stat().st_size / 1e6
        tree = etree.parse(str(path))
        ours, lxml = best_in_turns(
            lambda: write_message(Path(folder), ENVELOPE, prepared),
            lambda: tree.write(str(again), encoding="UTF-8", xml_declaration=True),
        )
    ratio = ours[0] / lxml[0]
    print(f"1C message, {count} invoices of 3 rows, {size:.0f} MB: {ours[0]:.2f} s, on disk; {ours[1]:.2f} s of the processor")
    print(f"lxml serialisation alone: {lxml[0]:.2f} s; {ratio:.2f} × (bar: {MAX_RATIO} ×)")
    print(f"of the processor: {lxml[1]:.2f} s; {ours[1] / lxml[1]:.2f} ×")
    print(f"peak memory: {small:.0f} MiB for {count // 10} invoices, {large:.0f} MiB for {count} (bar: + {MAX_GROWTH_MIB} MiB)")
    return 0 if ratio <= MAX_RATIO and large - small <= MAX_GROWTH_MIB else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
