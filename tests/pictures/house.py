"""A house of its own for the pictures: the sample company's January and February 2026 as people lived them, up to 11 March.

Both months are billed, paid by the bank's statements, and a debtor is blocked; then what a page of the desk or the cabinet shows when
something waits: terms that were changed afterwards and are drafted as corrections, a payment that is nobody's, promises, an address that a
client asked for, a new client without an invoice, and the first ten days of March.
"""

import csv
import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.access.dunning import dunning
from pipelines.access.promises import promise, promise_instalments
from pipelines.billing import listing
from pipelines.clock import Authorship
from pipelines.evidence.landing_folder import land_folder
from pipelines.instalments import Instalment
from pipelines.master import address_changes
from pipelines.period import Month
from pipelines.receivables.importing import import_payments
from pipelines.runs.close import close
from pipelines.runs.correct import correct
from pipelines.runs.import_master import import_master
from pipelines.runs.prepay import prepay
from pipelines.runs.watch import watch
from pipelines.settings import Settings
from pipelines.warehouse import embedded, engine, migrate
from tests.conftest import ROOT

AT = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
"""The moment at which the pictures are taken."""
PLATFORMS = ("gps1", "gps2")
JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)
FOUR_WEEKS = timedelta(days=28)
RUNNING_DAYS = range(1, 11)
NEW_CLIENT = "C90"
# a database that lives as long as the command
_FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@contextmanager
def house(folder: Path) -> Iterator[Settings]:
    """Settings of the house, with a server of its own under ``folder`` that ends with it; a house that is told there already is taken."""
    settings, told = Settings(home=folder / "home"), folder / "told"
    embedded.ensure_running(settings.home, _FAST)
    try:
        if not told.exists():
            migrate.upgrade(settings)
            _Story(settings, folder / "company").tell()
            told.touch()
        yield settings
    finally:
        engine._engine.cache_clear()  # a server waits for who is connected
        embedded.stop(settings.home)


class _Story:
    """What happens in the house, in its order, each at its moment."""

    def __init__(self, settings: Settings, files: Path) -> None:
        self.settings, self.files = settings, files

    def tell(self) -> None:
        self._begin()
        for month, advances_on, issued_on in (
            (JANUARY, date(2026, 1, 1), date(2026, 2, 2)),
            (FEBRUARY, date(2026, 2, 2), date(2026, 3, 2)),
        ):
            prepay(self.settings, month, approver=_person("аванс", advances_on), issued_on=advances_on, at=_on(advances_on))
            watch(self.settings, month.last, approver=_person("сверено", month.last), issued_on=issued_on, at=_on(issued_on))
            close(self.settings, month, approver=_person("проверено", issued_on), issued_on=issued_on, at=_on(issued_on, 12))
        for until, ladder_on in ((date(2026, 3, 2), date(2026, 3, 3)), (date(2026, 3, 4), date(2026, 3, 5))):
            self._statements(until)
            dunning(self.settings, ladder_on, _on(ladder_on), approver=_person("так и есть", ladder_on))
        self._march()
        self._what_waits()

    def _begin(self) -> None:
        """The company's files, its master data, and the days of both months."""
        sys.path.insert(0, str(ROOT / "sample"))
        from generate import write_company

        write_company(self.files, f"{self.files}/snapshots/")
        import_master(self.settings, str(self.files / "master"), _person("начальный ввод", date(2026, 1, 1)))
        for platform in PLATFORMS:
            assert land_folder(self.settings, platform, None, _on(date(2026, 3, 1))).problems == ()

    def _statements(self, until: date) -> None:
        """What both banks send for the invoices that were issued."""
        from company.bank import bank_statement

        issued = [{key: str(value) for key, value in row.items()} for row in listing.invoices(self.settings, None, None)]
        for organization in ("MT", "SM"):
            path = self.files / "bank" / f"{organization}-{until}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(bank_statement(issued, organization, JANUARY.first, until))
            import_payments(self.settings, path, _on(until, 18))

    def _march(self) -> None:
        """The first days of March drive as those of February did: the weekdays are the same."""
        folder = self.files / "march"
        for platform in PLATFORMS:
            (folder / platform).mkdir(parents=True)
            for path in (self.files / "snapshots" / platform).glob("accounts.csv*"):
                (folder / platform / path.name).write_bytes(path.read_bytes())
            for number in RUNNING_DAYS:
                [path] = (self.files / "snapshots" / platform).glob(f"2026-02-{number:02}.csv*")
                packed = path.suffix == ".gz"
                content = (gzip.decompress(path.read_bytes()) if packed else path.read_bytes()).decode()
                for each in range(28, 0, -1):
                    content = content.replace(f"2026-02-{each:02}T", f"{date(2026, 2, each) + FOUR_WEEKS}T")
                moved = folder / platform / path.name.replace("2026-02", "2026-03")
                moved.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
            land_folder(self.settings, platform, str(folder), _on(AT.date(), 6))

    def _what_waits(self) -> None:
        """Changed terms drafted as corrections, money that is nobody's, promises, an address, and a client who has just come."""
        settings, today = self.settings, AT.date()
        folder = self.files / "changed"
        _write(folder / "terms.csv", self._changed_terms())
        _write(folder / "clients.csv", [{"client_code": NEW_CLIENT, "name": "ООО «Новосёл»", "kind": "legal", "email": "buh@c90.example"}])
        _write(folder / "contracts.csv", [
            {"contract_no": "МТ-26-090", "client_code": NEW_CLIENT, "organization_code": "MT", "starts_on": "2026-03-10"},
        ])  # fmt: skip
        import_master(settings, str(folder), _person("дополнительные соглашения", today))
        correct(settings, FEBRUARY, contract_no=None, approver=None, issued_on=None, at=AT)
        import_payments(settings, self._strange_payments(), AT)
        promise(settings, "C35", date(2026, 3, 20), Authorship("Анна Петрова", "директор, по телефону", AT))
        owed = sum((row["total"] - row["paid"] for row in self._open_of("C37")), Decimal(0))
        half = (owed / 2).quantize(Decimal("0.01"))
        parts = (Instalment(date(2026, 3, 16), half), Instalment(date(2026, 4, 16), owed - half))
        promise_instalments(settings, "C37", parts, Authorship("Анна Петрова", "гарантийное письмо", AT))
        with engine.transaction(settings) as connection:
            address_changes.ask_to_add(connection, "C02", "sklad@c02.example", "buh@c02.example", AT, "ru")
            address_changes.set_addresses(connection, "C05", "buh@c05.example, glavbuh@c05.example", _person("письмо клиента", today))

    def _changed_terms(self) -> list[dict[str, str]]:
        """Discounts that were agreed on for all of February when it was billed already."""
        with (self.files / "master" / "terms.csv").open(encoding="utf-8", newline="") as handle:
            known = {row["contract_no"]: row for row in csv.DictReader(handle)}
        return [
            {**known[f"МТ-24-{number:03}"], "valid_from": "2026-02-01", "discount_percent": discount}
            for number, discount in ((2, "5"), (5, "7.5"), (11, "10"), (13, "3"))
        ]

    def _strange_payments(self) -> Path:
        """Payments of others: one names a client's ИНН in its purpose, one has a slip in the number."""
        from company.bank import OWN_ACCOUNTS, client_inn

        owing = self._open_of("C35")[-1]
        documents = (
            ("501", "31720.00", f"Оплата за ООО «Должник», ИНН {client_inn(34)}, за мониторинг. Без НДС", "7728168971", "ООО «Иной»"),
            ("502", str(owing["total"]), f"Оплата счета {_slipped(owing['number'])} за мониторинг", "7707083893", "ПАО «Другой»"),
        )
        lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", "ДатаНачала=10.03.2026", "ДатаКонца=10.03.2026",
                 f"РасчСчет={OWN_ACCOUNTS['MT']}"]  # fmt: skip
        for number, amount, purpose, inn, name in documents:
            lines += [
                "СекцияДокумент=Платежное поручение", f"Номер={number}", "Дата=10.03.2026", f"Сумма={amount}",
                "ПлательщикСчет=40702810938000000002", f"ПлательщикИНН={inn}", f"Плательщик1={name}",
                f"ПолучательСчет={OWN_ACCOUNTS['MT']}", "ДатаПоступило=10.03.2026", f"НазначениеПлатежа={purpose}", "КонецДокумента",
            ]  # fmt: skip
        path = self.files / "bank" / "strange.txt"
        path.write_bytes("".join(f"{line}\r\n" for line in (*lines, "КонецФайла")).encode("cp1251"))
        return path

    def _open_of(self, client: str) -> list[dict[str, Any]]:
        """The client's invoices that are not paid whole, oldest first."""
        return [row for row in listing.invoices(self.settings, None, None) if row["client_code"] == client and row["paid"] < row["total"]]


def _slipped(number: str) -> str:
    """The number with its last two digits the other way round."""
    return number[:-2] + number[:-3:-1]


def _person(reason: str, day: date) -> Authorship:
    return Authorship("Анна Петрова", reason, _on(day))


def _on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
