"""The one way to put an issued invoice into a test's database: its lines first, then the invoice, as the issuing transaction does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from pipelines.billing.identity import canonical
from pipelines.money import round_kopeck
from pipelines.period import Month
from pipelines.warehouse.query import copy

_LINES = (
    "invoice_id", "line_no", "tariff_code", "component_no", "component", "component_kind", "segment_from", "segment_to", "quantity",
    "quantity_exact", "price", "share", "discount_percent", "prices_include_vat", "net", "vat_rate", "vat", "total", "arithmetic",
    "printed_quantity", "printed_price", "printed_text",
)  # fmt: skip
_INVOICES = (
    "invoice_id", "number", "organization_code", "year", "sequence_no", "contract_no", "client_code", "month", "purpose", "kind", "cause",
    "issued_on", "due_on", "currency", "net", "vat", "total", "line_count", "digest", "evidence", "approval_no", "issued_at",
)  # fmt: skip


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
    text: str = ""  # as printed, where it is not the component's name

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Net, VAT, total: the amount is rounded once, VAT per line half-up (domain.md §5)."""
        amount, rate = round_kopeck(Decimal(self.quantity) * Decimal(self.price)), self.rate or 0
        if self.included:
            vat = round_kopeck(amount * rate / (100 + rate))
            return amount - vat, vat, amount
        vat = round_kopeck(amount * rate / 100)
        return amount, vat, amount + vat

    def columns(self, invoice: UUID, number: int, month: Month) -> tuple[Any, ...]:
        """Values of _LINES."""
        quantity, price = Decimal(self.quantity), Decimal(self.price)
        net, vat, total = self.amounts
        amount = total if self.included else net
        exact = quantity * price == amount
        said = f"{quantity} × {price} = {amount}"
        printed = (quantity, price, self.text or self.component) if exact else (1, amount, f"{self.component}: {said}")
        return (
            invoice, number, self.tariff, self.component_no, self.component, "vehicles", month.first, month.last, quantity, quantity, price,
            "1", 0, self.included, net, self.rate, vat, total, said, *printed,
        )  # fmt: skip


@dataclass(frozen=True)
class IssuedInvoice:
    """What distinguishes one issued invoice from another; everything else follows from it."""

    invoice_id: UUID
    number: str
    sequence_no: int
    contract_no: str
    client_code: str
    month: Month
    issued_on: date
    due_on: date
    issued_at: datetime
    lines: Sequence[Line] = (Line(),)
    organization_code: str = "ORG"
    kind: str = "monthly"
    cause: str = ""
    purpose: str = "close"
    evidence: dict[str, Any] = field(default_factory=dict)

    def columns(self) -> tuple[Any, ...]:
        """Values of _INVOICES."""
        sums = (sum(amounts) for amounts in zip(*(line.amounts for line in self.lines), strict=True))
        return (
            self.invoice_id, self.number, self.organization_code, self.issued_on.year, self.sequence_no, self.contract_no, self.client_code,
            self.month.first, self.purpose, self.kind, self.cause, self.issued_on, self.due_on, "RUB", *sums, len(self.lines), "digest",
            canonical(self.evidence), 1, self.issued_at,
        )  # fmt: skip


def put(connection: Connection, invoices: Iterable[IssuedInvoice]) -> None:
    """Lines, then invoices; nothing is queued, closed or approved by it."""
    each = list(invoices)
    rows = [line.columns(invoice.invoice_id, place, invoice.month) for invoice in each for place, line in enumerate(invoice.lines, 1)]
    copy(connection, "billing.invoice_lines", _LINES, rows)
    copy(connection, "billing.invoices", _INVOICES, [invoice.columns() for invoice in each])
