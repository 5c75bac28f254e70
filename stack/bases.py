"""The two bases of 1C of the demo, in both directions: БП keeps the books, УТ the trade. Models of 1C that share no code with the product.

БП loads the banks' statements as we do, and tells of every payment in them: none of them may count twice.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from pipelines.errors import Refused
from stack import processes
from stack.environment import Stack
from stack.sums import roubles
from tests.onec_money import Money
from tests.stand_in_1c import BP, INVOICE, ORDER, UT, Configuration, Onec

PEERS = (("BP", "bp", BP), ("UT", "ut", UT))
"""Code, configuration as the sheet `peers` names it, and what the configuration is."""
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class HeldByBase:
    """What a base has come to: its numbers, the bills and sales that it holds, and how many documents it told us of."""

    code: str
    configuration: str
    received_no: int
    bills: int
    billed: Decimal
    sales: int
    rendered: Decimal
    catalogue: int
    sent_no: int
    payments: int
    unconfirmed: int

    def __str__(self) -> str:
        return (
            f"{self.configuration} acknowledged our message {self.received_no}: {self.bills} bills of {roubles(self.billed)}, "
            f"{self.sales} sales of {roubles(self.rendered)}, {self.catalogue} entries of catalogues; "
            f"its message {self.sent_no} told us of {self.payments} payments, {self.payments - self.unconfirmed} of them acknowledged by us"
        )


def prepare(company: Path) -> None:
    """The sheet `peers` of the sample company."""
    with (company / "master" / "peers.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("peer", "configuration"))
        writer.writerows((code, configuration) for code, configuration, _ in PEERS)


class Bases:
    """Both bases, each with its folder and its own counters."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.bases = {code: self._base(code, configuration) for code, _, configuration in PEERS}

    def _base(self, code: str, configuration: Configuration) -> Onec:
        settings = self.stack.settings
        root = settings.exchange / "onec" / ("" if code == settings.onec_peer else code)
        return Onec(settings.exchange, code, settings.onec_node, configuration, root=root, validates=True, now=_now)

    def greet(self) -> None:
        """What 1C writes when a person sets the exchange up: what it sends and takes."""
        for base in self.bases.values():
            base.greet()
        self._wait()

    def load_statements(self) -> None:
        """An accountant loads the banks' statements into БП, and posts what they say."""
        numbers = {row["bank_account"]: row["inn"] for row in _rows(self.stack.home / "company" / "master" / "organizations.csv")}
        folder = self.stack.settings.exchange / "bank" / "done"
        said = {tuple(document.items()): document for path in sorted(folder.glob("*.txt")) for document in _documents(path)}
        for no, document in enumerate(said.values(), start=1):
            account = document.get("ПолучательСчет", "")
            if document.get("ДатаПоступило") and account in numbers:
                day = datetime.strptime(document["ДатаПоступило"], "%d.%m.%Y").date()  # noqa: DTZ007 - a day of the bank
                self.bases["BP"].enter(_payment(no, document, day, account, numbers[account]))

    def exchange(self) -> None:
        """Both read what we have written, and answer; then our answer is read too. Refused: what a person or 1C's schema objects to."""
        for base in self.bases.values():
            base.exchange()
        self._wait()
        for base in self.bases.values():
            processes.wait_until(partial(_is_answered, base), f"our answer to {base.node}", _PATIENCE)
        objections = [f"{base.node}: {each}" for base in self.bases.values() for each in (*base.problems, *base.state.documents.problems())]
        if objections:
            raise Refused("\n".join(objections))

    def held(self) -> list[HeldByBase]:
        """What each has come to."""
        return [
            HeldByBase(
                code=base.node,
                configuration=base.configuration.name,
                received_no=base.state.node.received_no,
                bills=len(bills := base.sums(INVOICE) | base.sums(ORDER)),
                billed=sum(bills.values(), Decimal(0)),
                sales=len(base.state.documents.sales()),
                rendered=base.state.documents.rendered(),
                catalogue=sum(1 for each in base.state.documents.held.values() if each and not each.is_document),
                sent_no=base.state.node.sent_no,
                payments=len(base.money()),
                unconfirmed=len(base.unconfirmed),
            )
            for base in self.bases.values()
        ]

    def _wait(self) -> None:
        """Until their messages are taken: the DAG onec_exchange starts when they arrive."""
        for base in self.bases.values():
            processes.wait_until(partial(_is_taken, base), f"the message of {base.node} is taken", _PATIENCE)


def _is_taken(base: Onec) -> bool:
    return not base.transport.outgoing.exists()


def _is_answered(base: Onec) -> bool:
    base.read()
    return not base.unconfirmed


def _payment(no: int, document: dict[str, str], day: date, account: str, organization_inn: str) -> Money:
    purpose = document.get("НазначениеПлатежа", "").replace("&", "и").replace("<", "«")
    return Money(
        str(no), f"{Decimal(document['Сумма']):.2f}", str(day), bank_no=document["Номер"], inn=document.get("ПлательщикИНН", ""),
        purpose=purpose, account=account, organization_inn=organization_inn,
    )  # fmt: skip


def _documents(path: Path) -> Iterator[dict[str, str]]:
    """The documents of a statement, key → value."""
    document: dict[str, str] = {}
    for line in path.read_bytes().decode("cp1251").splitlines():
        key, _, value = line.partition("=")
        if key == "СекцияДокумент":
            document = {}
        elif key == "КонецДокумента":
            yield document
        else:
            document[key] = value.strip()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 - wall time, as 1C writes it
