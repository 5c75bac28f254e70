"""Frozen rows of issued invoices as what goes to 1C: parties, invoices, and one sale per contract and month. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.delivery.onec.model import (
    Contract,
    Invoice,
    InvoiceLink,
    ObjectKind,
    OnecRow,
    Removal,
    Sale,
    Service,
)
from pipelines.documents.requisites import Buyer, Seller
from pipelines.documents.sale_rows import SaleGround, SaleLine, SaleRow, includes_vat, invoice_rows, sale_rows
from pipelines.period import Month

Json = Mapping[str, Any]


def contract(row: Json, seller: Seller, buyer: Buyer) -> Contract:
    """A frozen contract between its parties."""
    signed_on = row.get("signed_on")
    return Contract(row["contract_no"], seller, buyer, date.fromisoformat(signed_on) if signed_on else None)


def service(tariff_code: str, component_no: int, component: str) -> Service:
    """A component of a tariff as Номенклатура: the same object for all its versions."""
    return Service(f"{tariff_code}:{component_no}", component)


def line(values: Sequence[Any]) -> SaleLine:
    """A line from a JSON array of invoices.sql or sales.sql; money and quantities come as text."""
    tariff, component_no, component, included, net, rate, vat, total, quantity, price, text, invoice = values
    return SaleLine(
        tariff, component_no, component, included, Decimal(net), None if rate is None else Decimal(rate), Decimal(vat), Decimal(total),
        Decimal(quantity), Decimal(price), text, invoice,
    )  # fmt: skip


def invoice(ground: SaleGround, agreement: Contract, lines: Sequence[SaleLine], due_on: date | None = None) -> Invoice:
    """A счёт with its rows as printed. `due_on`: to be paid by."""
    return Invoice(ground.key, ground.number, ground.on, agreement, _rows(invoice_rows(lines)), includes_vat(lines), due_on)


def sale(
    key: str, month: Month, agreement: Contract, grounds: Sequence[SaleGround], lines: Sequence[SaleLine], *, was_sent: bool
) -> Sale | Removal | None:
    """All that was issued for a contract and month, of every kind, as one sale on the month's last day (domain.md §7).

    Rows are those of the act. Nothing left at all: the sale that 1C knows is removed, another is not made.
    The number is the monthly invoice's (the act's), without one that of the first invoice. One invoice to be paid is
    the sale's ground; of several, each row names its own.
    """
    rows = _rows(sale_rows(month, grounds, lines))
    if not rows:
        return Removal(ObjectKind.SALE, key) if was_sent else None
    payable = [ground for ground in grounds if ground.total > 0]
    number = next((ground.number for ground in grounds if ground.kind == "monthly"), grounds[0].number)
    link = InvoiceLink(payable[0].key, payable[0].number, payable[0].on) if len(payable) == 1 else None
    return Sale(key, number, month.last, agreement, rows, includes_vat(lines), link)


def _rows(rows: Sequence[SaleRow]) -> tuple[OnecRow, ...]:
    return tuple(
        OnecRow(
            service(row.line.tariff_code, row.line.component_no, row.line.component),
            row.quantity, row.price, row.amount, row.line.vat_rate, row.vat, row.text,
        )
        for row in rows
    )  # fmt: skip
