"""Issued invoices as documents: everything from the rows and the evidence frozen at issue, nothing from today."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.documents.formats import month_name, short_date
from pipelines.documents.model import ActDocument, Bank, Contract, InvoiceDocument, InvoiceRow, Party, seller_kind
from pipelines.period import Month
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

Json = Mapping[str, Any]

_CHUNK = 500
_UNITS = {"fixed": "мес.", "vehicles": "объект", "vehicle_days": "сут.", "online_hours": "ч", "meter": "ед."}
_SERVICE = "усл."


def invoice_documents(connection: "Connection", ids: Sequence[str]) -> Iterator[InvoiceDocument]:
    """The invoices with these ids, in the order of their numbers within each chunk of 500."""
    from sqlalchemy import text

    for start in range(0, len(ids), _CHUNK):
        chunk = [str(one) for one in ids[start : start + _CHUNK]]
        for row in connection.execute(text(statement("warehouse/documents/issued_invoices")), {"ids": chunk}):
            yield invoice_document(row)


def invoice_document(row: Any) -> InvoiceDocument:
    """One row of issued_invoices.sql as a счёт."""
    month = Month.of(row.month)
    return InvoiceDocument(
        kind=row.kind,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        period=month,
        seller=seller(row.evidence["organization"]),
        buyer=buyer(row.evidence["client"]),
        contract=Contract(row.contract_no, _date(row.evidence["contract"].get("signed_on"))),
        rows=tuple(_row(line, month) for line in row.lines),
        net=row.net,
        vat=row.vat,
        total=row.total,
        to_pay=max(row.total, Decimal("0.00")),
        notes=tuple(_carried(one) for one in row.carried or ()),
    )


def act_document(invoice: InvoiceDocument) -> ActDocument:
    """The акт over a monthly invoice: dated on the last day of the period (domain.md §7)."""
    return ActDocument(
        number=invoice.number,
        dated=invoice.period.last,
        period=invoice.period,
        seller=invoice.seller,
        buyer=invoice.buyer,
        contract=invoice.contract,
        rows=invoice.rows,
        net=invoice.net,
        vat=invoice.vat,
        total=invoice.total,
        invoices=(invoice.number,),
        notes=invoice.notes,
    )


def seller(row: Json) -> Party:
    """An organization's frozen requisites (columns of the sheet)."""
    return Party(
        code=row["code"],
        name=row["name"],
        kind=seller_kind(row["inn"]),
        full_name=row.get("full_name"),
        inn=row["inn"],
        kpp=row.get("kpp"),
        address=row.get("address"),
        bank=Bank(row["bank_account"], row["bank_name"], row["bic"], row.get("corr_account")),
        director=row.get("director"),
        accountant=row.get("accountant"),
        email=row.get("email"),
    )


def buyer(row: Json) -> Party:
    """A client's frozen requisites (columns of the sheet)."""
    return Party(
        code=row["client_code"],
        name=row["name"],
        kind=row["kind"],
        full_name=row.get("full_name"),
        inn=row.get("inn"),
        kpp=row.get("kpp"),
        address=row.get("address"),
        email=row.get("email"),
        phone=row.get("phone"),
    )


def _row(line: Json, month: Month) -> InvoiceRow:
    counted = Fraction(line["printed_quantity"]) == Fraction(line["quantity_exact"])
    told = str(line["printed_text"]).removeprefix(line["component"]).lstrip(",: ")
    return InvoiceRow(
        no=line["line_no"],
        title=line["component"],
        text=told or month_name(month),
        quantity=Decimal(line["printed_quantity"]),
        unit=_UNITS.get(line["component_kind"], _SERVICE) if counted else _SERVICE,
        price=Decimal(line["printed_price"]),
        net=Decimal(line["net"]),
        vat_rate=None if line["vat_rate"] is None else Decimal(line["vat_rate"]),
        vat=Decimal(line["vat"]),
        total=Decimal(line["total"]),
        price_includes_vat=line["prices_include_vat"],
    )


def _carried(one: Sequence[Any]) -> str:
    platform, day, _, _, by, reason = one
    return f"За {short_date(date.fromisoformat(day))} принято использование предыдущего дня ({platform}): {reason}. Решение: {by}."


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
