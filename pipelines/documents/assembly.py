"""Rows of issued invoices as documents: everything from what was frozen at issue, nothing from today."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.billing import frozen_json
from pipelines.billing.frozen_json import FrozenSnapshot, FrozenUnused
from pipelines.billing.model import Purpose
from pipelines.documents.model import (
    ActDocument,
    AdjustmentDocument,
    ChangedRow,
    InvoiceDocument,
    InvoiceRow,
    Offset,
    PaperContract,
)
from pipelines.documents.requisites import buyer, seller
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.warehouse import query
from pipelines.wording.russian import month_name, quantity, short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

Json = Mapping[str, Any]

_CHUNK = 500
_UNITS = {"fixed": "мес.", "vehicles": "объект", "vehicle_days": "сут.", "online_hours": "ч", "meter": "ед."}
_SERVICE = "усл."
_RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)


def issued_rows(connection: "Connection", ids: Sequence[str]) -> Iterator[Any]:
    """Rows of issued_invoices.sql for these ids, in the order of their numbers within each chunk of 500."""
    for start in range(0, len(ids), _CHUNK):
        yield from query.rows(connection, "documents/issued_invoices", ids=list(map(str, ids[start : start + _CHUNK])))


def invoice_documents(connection: "Connection", ids: Sequence[str]) -> Iterator[InvoiceDocument]:
    """The invoices with these ids, of every kind, in the order of their numbers within each chunk of 500."""
    return map(invoice_document, issued_rows(connection, ids))


def invoice_document(row: Any) -> InvoiceDocument:
    """One row of issued_invoices.sql as a счёт; what credits and advances paid when it was issued is not asked for."""
    month = Month.of(row.month)
    offsets = tuple(_offset(*one) for one in row.offsets or ())
    return InvoiceDocument(
        kind=row.kind,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        period=month,
        seller=seller(row.evidence["organization"]),
        buyer=buyer(row.evidence["client"]),
        contract=_contract(row),
        rows=tuple(_row(line, month) for line in row.lines),
        net=row.net,
        vat=row.vat,
        total=row.total,
        to_pay=max(row.total - sum((offset.amount for offset in offsets), ZERO), ZERO),
        offsets=offsets,
        refers_to=_changes(row),
        notes=_notes(row),
    )


def adjustment_document(row: Any) -> AdjustmentDocument:
    """One row of issued_invoices.sql of kind adjustment as a корректировка: what stood, what stands, and why."""
    month = Month.of(row.month)
    return AdjustmentDocument(
        number=row.number,
        issued_on=row.issued_on,
        period=month,
        seller=seller(row.evidence["organization"]),
        buyer=buyer(row.evidence["client"]),
        contract=_contract(row),
        refers_to=_changes(row),
        reason=_reason(row.purpose, row.reason),
        rows=tuple(_changed(line, month) for line in row.lines),
        net=row.net,
        vat=row.vat,
        total=row.total,
        notes=_notes(row),
    )


def act_document(number: str, invoices: Sequence[InvoiceDocument]) -> ActDocument:
    """The акт over all invoices of a contract and month: dated on the last day of the period (domain.md §7)."""
    last = invoices[-1]
    rows = tuple(row for invoice in invoices for row in invoice.rows)
    return ActDocument(
        number=number,
        dated=last.period.last,
        period=last.period,
        seller=last.seller,
        buyer=last.buyer,
        contract=last.contract,
        rows=tuple(replace(row, no=no) for no, row in enumerate(rows, 1)),
        net=sum((invoice.net for invoice in invoices), ZERO),
        vat=sum((invoice.vat for invoice in invoices), ZERO),
        total=sum((invoice.total for invoice in invoices), ZERO),
        invoices=tuple(invoice.number for invoice in invoices),
        notes=tuple(dict.fromkeys(note for invoice in invoices for note in invoice.notes)),
    )


def _contract(row: Any) -> PaperContract:
    return PaperContract(row.contract_no, _date(row.evidence["contract"].get("signed_on")))


def _arithmetic(line: Json, month: Month) -> str:
    return str(line["printed_text"]).removeprefix(line["component"]).lstrip(",: ") or month_name(month)


def _row(line: Json, month: Month) -> InvoiceRow:
    counted = Fraction(line["printed_quantity"]) == Fraction(line["quantity_exact"])
    return InvoiceRow(
        no=line["line_no"],
        title=line["component"],
        text=_arithmetic(line, month),
        quantity=Decimal(line["printed_quantity"]),
        unit=_UNITS.get(line["component_kind"], _SERVICE) if counted else _SERVICE,
        price=Decimal(line["printed_price"]),
        net=Decimal(line["net"]),
        vat_rate=None if line["vat_rate"] is None else Decimal(line["vat_rate"]),
        vat=Decimal(line["vat"]),
        total=Decimal(line["total"]),
        price_includes_vat=line["prices_include_vat"],
    )


def _changed(line: Json, month: Month) -> ChangedRow:
    old, total = Decimal(line["stood"] or "0.00"), Decimal(line["total"])
    return ChangedRow(
        no=line["line_no"],
        title=line["component"],
        text=_arithmetic(line, month),
        vat_rate=None if line["vat_rate"] is None else Decimal(line["vat_rate"]),
        old_total=old,
        new_total=old + total,
        net=Decimal(line["net"]),
        vat=Decimal(line["vat"]),
        total=total,
    )


def _reason(purpose: str, reason: str) -> str:
    """Why, as the client reads it: the approver's word where it is written for people, in Russian; of a close its own."""
    if purpose != Purpose.CORRECT:
        return "Сверка предоплаты при закрытии месяца"
    return reason if _RUSSIAN.search(reason) else "Перерасчёт по уточнённым данным"


def _changes(row: Any) -> tuple[str, ...]:
    """Numbers of what a corrective (the advance) or an adjustment (everything before it) changes."""
    kinds = {"corrective": {"advance"}, "adjustment": {"advance", "corrective", "monthly", "adjustment"}}.get(row.kind, set())
    return tuple(number for number, kind in row.earlier or () if kind in kinds)


def _offset(rule: str, document_no: str, amount: str) -> Offset:
    text = f"Зачтено по корректировке № {document_no}" if rule == "credit" else "Зачтён ранее полученный аванс"
    return Offset(text, Decimal(amount))


def _notes(row: Any) -> tuple[str, ...]:
    carried = map(_carried, frozen_json.snapshots(row.carried or ()))
    return (*carried, *map(_unused, frozen_json.unused(row.evidence)))


def _unused(paid: FrozenUnused) -> str:
    span = f"{short_date(paid.first)}–{short_date(paid.last)}"
    return f"Оплачено вперёд за {span}: {paid.prepaid} объектов, не использовано {quantity(paid.unused)}."


def _carried(day: FrozenSnapshot) -> str:
    when = short_date(date.fromisoformat(day.business_date))
    return f"За {when} принято использование предыдущего дня ({day.platform}): {day.reason}. Решение: {day.by_name}."


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
