"""A house with organizations, clients, contracts and issued invoices, written straight into the warehouse; and banks' statements."""

import uuid
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import create_engine, text

from pipelines.period import Month
from pipelines.settings import Settings
from tests.invoices import IssuedInvoice, Line, put

ACCOUNTS = {"ORG": "40702810938000000001", "SEC": "40702810938000000002"}
PREFIXES = {"ORG": "ВМ", "SEC": "СМ"}

_ORGANIZATION = """
INSERT INTO master.organizations (code, name, inn, bank_account, bank_name, bic, invoice_prefix)
SELECT :code, :code, '7707083893', :account, 'Банк', '044525225', :prefix
WHERE NOT EXISTS (SELECT FROM master.organizations WHERE code = :code)
"""
_CLIENT = """
INSERT INTO master.clients (client_code, name, inn, kind, dealer_code, never_block)
VALUES (:client, :client, :inn, 'legal', :dealer, :never_block) ON CONFLICT DO NOTHING
"""
_CONTRACT = """
INSERT INTO master.contracts (contract_no, client_code, organization_code, starts_on, ends_on)
VALUES (:contract, :client, :organization, :starts_on, :ends_on) ON CONFLICT DO NOTHING
"""
_PLATFORM = "INSERT INTO master.platforms (platform, kind, time_zone) VALUES (:platform, :kind, 'Europe/Moscow') ON CONFLICT DO NOTHING"
_ACCOUNT = """
INSERT INTO master.accounts (platform, account_id, contract_no, valid_from, valid_to)
VALUES (:platform, :account, :contract, :valid_from, :valid_to)
"""
_CLOSED = """
INSERT INTO billing.closed (contract_no, month, closed_at)
VALUES (:contract, :month, CASE WHEN :kind = 'monthly' THEN now() ELSE now() - interval '1 hour' END) ON CONFLICT DO NOTHING
"""
LEDGER = (
    "receivables.allocations", "receivables.payments", "receivables.imported_accounts", "receivables.imports", "findings.occurrences",
    "delivery.mail_outbox", "delivery.mail_attempts", "receivables.refund_words", "receivables.onec_documents", "receivables.same_payments",
    "receivables.doubtful_pairs", "receivables.pair_words", "receivables.allocation_words", "receivables.write_offs",
)  # fmt: skip
BILLS = ("billing.invoices", "billing.invoice_lines", "billing.closed")


@dataclass
class House:
    """The warehouse of a test, as its owner fills it."""

    settings: Settings
    last_no: int = 0

    @contextmanager
    def owner(self):
        engine = create_engine(self.settings.database_owner_url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def client(self, code: str, inn: str | None = None, *, organization="ORG", contract=None, dealer=None, never_block=False, ends_on=None):
        """A client with a contract (K-CODE unless named) and an account of that name on the platform gps1."""
        contract = contract or f"K-{code}"
        with self.owner() as connection:
            for each, account in ACCOUNTS.items():
                connection.execute(text(_ORGANIZATION), {"code": each, "account": account, "prefix": PREFIXES[each]})
            connection.execute(text(_PLATFORM), {"platform": "gps1", "kind": "files"})
            connection.execute(text(_CLIENT), {"client": code, "inn": inn, "dealer": dealer, "never_block": never_block})
            values = {"contract": contract, "client": code, "organization": organization}
            connection.execute(text(_CONTRACT), {**values, "starts_on": date(2025, 1, 1), "ends_on": ends_on})
        self.account(contract, contract)

    def platform(self, name: str, kind: str):
        with self.owner() as connection:
            connection.execute(text(_PLATFORM), {"platform": name, "kind": kind})

    def account(self, account: str, contract: str, platform="gps1", valid_from=date(2025, 1, 1), valid_to=None):
        binds = {"platform": platform, "account": account, "contract": contract, "valid_from": valid_from, "valid_to": valid_to}
        with self.owner() as connection:
            connection.execute(text(_ACCOUNT), binds)

    def invoice(self, client: str, total: str, due: str, **options) -> str:
        """An issued invoice of one line; its number."""
        return self.invoices([(client, total, due)], **options)[0]

    def invoices(
        self, rows: Iterable[tuple[str, str, str]], *, organization="ORG", contract=None, issued=None, month=None, kind=None, issued_at=None
    ) -> list[str]:
        """Many of them: (client, total, due). What is below zero corrects its month; an `advance` leaves its month open."""
        invoices = []
        for client, total, due in rows:
            self.last_no += 1
            due_on = date.fromisoformat(due)
            issued_on = date.fromisoformat(issued) if issued else due_on.replace(day=1)
            number = f"{PREFIXES[organization]}{issued_on.year % 100}-{self.last_no:06}"
            invoices.append(
                IssuedInvoice(
                    uuid.uuid5(uuid.NAMESPACE_OID, f"{organization}{self.last_no}"),
                    number,
                    self.last_no,
                    contract or f"K-{client}",
                    client,
                    Month.of(date.fromisoformat(f"{month}-01") if month else issued_on),
                    issued_on,
                    due_on,
                    issued_at or datetime.now(UTC),
                    [Line("1", total, None, component="Мониторинг")],
                    organization_code=organization,
                    kind=kind or ("adjustment" if Decimal(total) < 0 else "monthly"),
                    cause=number,
                    evidence=_evidence(organization, client, contract or f"K-{client}"),
                )
            )
        closing = [
            {"contract": made.contract_no, "month": made.month.first, "kind": made.kind} for made in invoices if made.kind != "advance"
        ]
        with self.owner() as connection:
            put(connection, invoices)
            if closing:
                connection.execute(text(_CLOSED), closing)
        return [made.number for made in invoices]

    def empty(self, tables: tuple[str, ...] = LEDGER + BILLS):
        """Empty tables that otherwise only grow."""
        self.last_no = 0
        with self.owner() as connection:
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)}")
            for table in tables:
                connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def rows(self, query: str, **binds):
        with self.owner() as connection:
            return [tuple(row) for row in connection.execute(text(query), binds)]

    def open(self) -> dict[str, Decimal]:
        """Number → what is open of it."""
        query = "SELECT number, total - coalesce(paid, 0) FROM billing.invoices LEFT JOIN receivables.invoice_balances USING (number)"
        return dict(self.rows(query))


@dataclass(frozen=True)
class Paper:
    """A document of a statement: money that came in, or (`goes`) went out."""

    number: str
    amount: str
    purpose: str = "Оплата"
    inn: str = ""
    day: str = "2026-03-10"
    account: str = "40702810500000000777"
    name: str = "ООО Плательщик"
    organization: str = "ORG"
    goes: bool = False


def statement(path: Path, *papers: Paper, until: str = "2026-03-31", created: str | None = None, organization: str = "ORG") -> Path:
    """A bank's statement as a file."""
    head = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows"]
    head += [f"ДатаСоздания={_day(created)}"] if created else []
    head += ["ДатаНачала=01.01.2026", f"ДатаКонца={_day(until)}", f"РасчСчет={ACCOUNTS[organization]}"]
    lines = [line for paper in papers for line in _document(paper)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(f"{line}\r\n" for line in (*head, *lines, "КонецФайла")).encode("cp1251"))
    return path


def _day(text_: str) -> str:
    return f"{date.fromisoformat(text_):%d.%m.%Y}"


def _document(paper: Paper) -> list[str]:
    ours = ACCOUNTS[paper.organization]
    payer, payee = (ours, paper.account) if paper.goes else (paper.account, ours)
    return [
        "СекцияДокумент=Платежное поручение", f"Номер={paper.number}", f"Дата={_day(paper.day)}", f"Сумма={paper.amount}",
        f"ПлательщикСчет={payer}", f"ПлательщикИНН={'' if paper.goes else paper.inn}", f"Плательщик1={paper.name}",
        f"ПолучательСчет={payee}", f"ДатаПоступило={'' if paper.goes else _day(paper.day)}",
        f"ДатаСписано={_day(paper.day) if paper.goes else ''}", f"НазначениеПлатежа={paper.purpose}", "КонецДокумента",
    ]  # fmt: skip


def _evidence(organization: str, client: str, contract: str):
    """Frozen parties, as 1C is told of them."""
    seller = {"code": organization, "name": organization, "inn": "7707083893", "bank_account": ACCOUNTS[organization]}
    return {
        "organization": {**seller, "bank_name": "Банк", "bic": "044525225"},
        "client": {"client_code": client, "name": client, "kind": "legal"},
        "contract": {"contract_no": contract, "starts_on": "2025-01-01"},
    }
