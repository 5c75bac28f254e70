"""Issued invoices put into the warehouse as the issuing transaction does, for what happens after issue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from pipelines.billing.identity import canonical, invoice_id
from pipelines.money import round_kopeck
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.query import copy
from pipelines.warehouse.statements import statement
from tests.company import ORGANIZATION

JANUARY = Month(2026, 1)
AT = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)

_LINES = (
    "invoice_id", "line_no", "tariff_code", "component_no", "component", "component_kind", "segment_from", "segment_to", "quantity",
    "quantity_exact", "price", "share", "discount_percent", "prices_include_vat", "net", "vat_rate", "vat", "total", "arithmetic",
    "printed_quantity", "printed_price", "printed_text",
)  # fmt: skip
_INVOICES = (
    "invoice_id", "number", "organization_code", "year", "sequence_no", "contract_no", "client_code", "month", "purpose", "kind", "cause",
    "issued_on", "due_on", "currency", "net", "vat", "total", "line_count", "digest", "evidence", "approval_no", "issued_at",
)  # fmt: skip
_CLIENTS = """
INSERT INTO master.clients (client_code, name, kind)
SELECT DISTINCT c, c, 'legal' FROM unnest(CAST(:codes AS text[])) c ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Line:
    """``quantity`` × ``price`` roubles of one component; VAT on top or, with ``included``, inside; ``rate`` None: exempt."""

    quantity: str = "10"
    price: str = "300"
    rate: int | None = 22
    included: bool = False
    component: str = "Мониторинг транспорта"
    component_no: int = 1
    tariff: str = "T1"

    def columns(self, invoice: object, number: int, month: Month) -> tuple[Any, ...]:
        """Values of _LINES: amount is rounded once, VAT per line half-up (domain.md §5)."""
        quantity, price = Decimal(self.quantity), Decimal(self.price)
        amount = round_kopeck(quantity * price)
        if self.included:
            total, vat = amount, round_kopeck(amount * (self.rate or 0) / (100 + (self.rate or 0)))
            net = total - vat
        else:
            net, vat = amount, round_kopeck(amount * (self.rate or 0) / 100)
            total = net + vat
        exact = quantity * price == amount
        printed = (quantity, price, self.component) if exact else (1, amount, f"{self.component}: {quantity} × {price} = {amount}")
        segment = (month.first, month.last)
        return (
            invoice, number, self.tariff, self.component_no, self.component, "vehicles", *segment, quantity, quantity, price, "1", 0,
            self.included, net, self.rate, vat, total, f"{quantity} × {price} = {amount}", *printed,
        )  # fmt: skip


@dataclass
class Books:
    """Contracts ``K1`` … of clients ``C-K1`` …; numbers follow the order of calls."""

    settings: Settings
    last_no: int = 0

    def issue(
        self,
        contract: str = "K1",
        lines: Sequence[Line] = (Line(),),
        kind: str = "monthly",
        month: Month = JANUARY,
        *,
        cause: str = "",
        closes: bool = True,
        at: datetime = AT,
        client: dict[str, Any] | None = None,
    ) -> str:
        """One invoice, issued on the day of ``at``, queued for the peer; its number. ``closes``: the contract's month is closed by it."""
        return self.issue_all([(contract, lines, client)], kind, month, cause=cause, closes=closes, at=at)[0]

    def issue_all(
        self,
        each: Sequence[tuple[str, Sequence[Line], dict[str, Any] | None]],
        kind: str = "monthly",
        month: Month = JANUARY,
        *,
        cause: str = "",
        closes: bool = True,
        at: datetime = AT,
    ) -> list[str]:
        """One transaction, as a run is issued: lines, invoices, closed contracts, outbox."""
        lines, invoices, numbers = [], [], []
        for contract, drawn, client in each:
            self.last_no += 1
            numbers.append(f"ВМ26-{self.last_no:06}")
            key = invoice_id(contract, month, kind, cause)
            rows = [line.columns(key, index, month) for index, line in enumerate(drawn, 1)]
            lines += rows
            net, vat, total = (sum(row[_LINES.index(name)] for row in rows) for name in ("net", "vat", "total"))
            invoices.append(
                (
                    key,
                    numbers[-1],
                    "ORG",
                    at.year,
                    self.last_no,
                    contract,
                    f"C-{contract}",
                    month.first,
                    "close",
                    kind,
                    cause,
                    at.date(),
                    at.date() + timedelta(days=10),
                    "RUB",
                    net,
                    vat,
                    total,
                    len(rows),
                    "digest",
                    evidence(contract, client),
                    1,
                    at,
                )
            )
        with engine.transaction(self.settings) as connection:
            connection.execute(text(_CLIENTS), {"codes": [one[_INVOICES.index("client_code")] for one in invoices]})
            copy(connection, "billing.invoice_lines", _LINES, lines)
            copy(connection, "billing.invoices", _INVOICES, invoices)
            connection.execute(text("CREATE TEMPORARY TABLE numbered (invoice_id uuid) ON COMMIT DROP"))
            connection.execute(text("INSERT INTO numbered SELECT CAST(unnest(:ids) AS uuid)"), {"ids": [str(one[0]) for one in invoices]})
            key_of_queue = {"peer": self.settings.onec_peer, "at": at}
            for name in ("queue_invoices", "queue_sales"):
                connection.execute(text(statement(f"warehouse/billing/{name}")), key_of_queue)
        if closes:
            for contract, _, _ in each:
                self.close(contract, month, at)
        return numbers

    def close(self, contract: str = "K1", month: Month = JANUARY, at: datetime = AT) -> None:
        """The contract's month is closed; nothing happens when it was."""
        with engine.transaction(self.settings) as connection:
            connection.execute(
                text("INSERT INTO billing.closed (contract_no, month, closed_at) VALUES (:c, :m, :at) ON CONFLICT DO NOTHING"),
                {"c": contract, "m": month.first, "at": at},
            )


def evidence(contract: str, client: dict[str, Any] | None = None) -> str:
    """Canonical JSON of the frozen rows."""
    return canonical(
        {
            "contract": {"contract_no": contract, "signed_on": "2025-05-20", "starts_on": "2025-06-01", "ends_on": None},
            "client": {
                "client_code": f"C-{contract}", "name": f"ООО «Клиент {contract}»", "full_name": None, "kind": "legal", "inn": "7736207543",
                "kpp": "773601001", **(client or {}),
            },
            "organization": ORGANIZATION,
            "days": [[day, 10, "600", {}] for day in range(1, 32)],
        }
    )  # fmt: skip


def day(text_of_date: str) -> datetime:
    """Nine o'clock in Moscow of a day."""
    return datetime.combine(date.fromisoformat(text_of_date), AT.time(), UTC)
