"""Rows of issued invoices as documents: everything from what was frozen at issue, nothing from today."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.billing import frozen_json
from pipelines.billing.frozen_json import FrozenSnapshot, FrozenUnused
from pipelines.billing.model import Purpose
from pipelines.documents.billed_ahead import billed_ahead
from pipelines.documents.model import (
    UNCHANGED_USAGE,
    ActDocument,
    AdjustmentDocument,
    ChainLink,
    ChangedRow,
    ChangedUsage,
    CreditUse,
    InvoiceDocument,
    InvoiceRow,
    Offset,
    PaperContract,
)
from pipelines.documents.requisites import PICTURES, buyer, seller
from pipelines.documents.sale_rows import SERVICE_UNIT, SaleGround, SaleLine, SaleRow, includes_vat, sale_rows
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.rating.charges import Amounts
from pipelines.warehouse import query
from pipelines.wording.russian import NO_WORD, VEHICLE, in_units, month_name, quantity, short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

Json = Mapping[str, Any]

_CHUNK = 500
_UNITS = {"fixed": "мес.", "vehicles": "маш.", "vehicle_days": "маш.-дн.", "online_hours": "ч", "meter": "ед."}
_PACKAGE = "пак."
_RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)


def issued_rows(connection: "Connection", ids: Sequence[str]) -> Iterator[Any]:
    """Rows of issued_invoices.sql for these ids, in the order of their numbers within each chunk of 500."""
    known: dict[str, bytes] = {}
    for start in range(0, len(ids), _CHUNK):
        for row in query.rows(connection, "documents/issued_invoices", ids=list(map(str, ids[start : start + _CHUNK]))):
            row.evidence["organization"]["pictures"] = _pictures(connection, row.evidence["organization"], known)
            yield row


def _pictures(connection: "Connection", organization: Json, known: dict[str, bytes]) -> dict[str, bytes]:
    """The contents of the organization's frozen pictures, by column; ``known`` keeps them by digest."""
    frozen = {name: digest for name in PICTURES if (digest := organization.get(name))}
    lacking = [digest for digest in frozen.values() if digest not in known]
    if lacking:
        known.update((row.digest, bytes(row.content)) for row in query.rows(connection, "documents/pictures", digests=lacking))
    return {name: known[digest] for name, digest in frozen.items() if digest in known}


def invoice_documents(connection: "Connection", ids: Sequence[str]) -> Iterator[InvoiceDocument]:
    """The invoices with these ids, of every kind, in the order of their numbers within each chunk of 500."""
    return map(invoice_document, issued_rows(connection, ids))


def invoice_document(row: Any) -> InvoiceDocument:
    """One row of issued_invoices.sql as a счёт; what credits and advances paid when it was issued is not asked for."""
    month = Month.of(row.month)
    offsets = tuple(_offset(*offset) for offset in row.offsets or ())
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
        billed_ahead=billed_ahead(row) if row.kind == "corrective" else (),
        notes=_notes(row),
        link=_link(row),
    )


def adjustment_document(row: Any, usage: ChangedUsage = UNCHANGED_USAGE) -> AdjustmentDocument:
    """One row of issued_invoices.sql of kind adjustment as a корректировка: what stood, what stands, and why.

    ``usage``: the vehicles and days that it comes from, see `changed_usage`.
    """
    month = Month.of(row.month)
    return AdjustmentDocument(
        number=row.number,
        issued_on=row.issued_on,
        period=month,
        seller=seller(row.evidence["organization"]),
        buyer=buyer(row.evidence["client"]),
        contract=_contract(row),
        act=row.act_number,
        refers_to=_changes(row),
        reason=_reason(row.purpose, row.reason),
        rows=tuple(_changed(line, month) for line in row.lines),
        net=row.net,
        vat=row.vat,
        total=row.total,
        before=_sum_before(row) if row.purpose == Purpose.CORRECT else None,
        usage=usage,
        credited=tuple(CreditUse(number, Decimal(amount)) for number, amount in row.credited or ()),
        notes=_notes(row),
        link=_link(row),
    )


def act_document(number: str, issued: Sequence[Any]) -> ActDocument:
    """The акт over all invoices of a contract and month: dated on the last day of the period, its rows those of the sale in 1C.

    ``issued``: their rows of issued_invoices.sql, in the order of issue (domain.md §7).
    """
    last = issued[-1]
    month = Month.of(last.month)
    grounds = [SaleGround(str(row.invoice_id), row.number, row.issued_on, row.kind, row.total) for row in issued]
    lines = [_sale_line(line, place) for place, row in enumerate(issued) for line in row.lines]
    with_vat = includes_vat(lines)
    rows = tuple(_act_row(no, row, with_vat=with_vat) for no, row in enumerate(sale_rows(month, grounds, lines), 1))
    return ActDocument(
        number=number,
        dated=month.last,
        period=month,
        seller=seller(last.evidence["organization"]),
        buyer=buyer(last.evidence["client"]),
        contract=_contract(last),
        rows=rows,
        net=sum((row.net for row in rows), ZERO),
        vat=sum((row.vat for row in rows), ZERO),
        total=sum((row.total for row in rows), ZERO),
        invoices=tuple(ground.number for ground in grounds),
        notes=tuple(dict.fromkeys(note for row in issued for note in _notes(row))),
    )


def _sale_line(line: Json, place: int) -> SaleLine:
    return SaleLine(
        tariff_code=line["tariff_code"],
        component_no=line["component_no"],
        component=line["component"],
        prices_include_vat=line["prices_include_vat"],
        net=Decimal(line["net"]),
        vat_rate=_decimal(line["vat_rate"]),
        vat=Decimal(line["vat"]),
        total=Decimal(line["total"]),
        quantity=Decimal(line["printed_quantity"]),
        price=Decimal(line["printed_price"]),
        text=line["printed_text"],
        invoice=place,
        unit=_unit(line),
    )


def _act_row(no: int, row: SaleRow, *, with_vat: bool) -> InvoiceRow:
    net = row.amount - row.vat if with_vat else row.amount
    return InvoiceRow(
        no=no,
        title=row.line.component,
        text=_without_name(row.text, row.line.component),
        quantity=row.quantity,
        unit=row.unit,
        price=row.price,
        net=net,
        vat_rate=row.line.vat_rate,
        vat=row.vat,
        total=net + row.vat,
        price_includes_vat=with_vat,
        service=f"{row.line.tariff_code}:{row.line.component_no}",
    )


def _link(row: Any) -> ChainLink | None:
    return ChainLink(row.link_no, row.link_digest) if row.link_no else None


def _contract(row: Any) -> PaperContract:
    return PaperContract(row.contract_no, _date(row.evidence["contract"].get("signed_on")))


def _text(line: Json, month: Month) -> str:
    """What a row says below its name; invoices of the first builds may say nothing: then the month."""
    return _without_name(line["printed_text"], line["component"]) or month_name(month)


def _without_name(text: str, name: str) -> str:
    return text.removeprefix(name).lstrip(",: ")


def _unit(line: Json) -> str:
    """The unit of the printed quantity: that of the counted one, or packages; an amount without a quantity is one service."""
    counted = Decimal(line["printed_quantity"])
    if line["price"] is None:
        return SERVICE_UNIT if counted == 1 else _PACKAGE
    if line["share"] == "1" and Fraction(counted) == Fraction(line["quantity_exact"]):
        return _UNITS.get(line["component_kind"], SERVICE_UNIT)
    return SERVICE_UNIT


def _row(line: Json, month: Month) -> InvoiceRow:
    return InvoiceRow(
        no=line["line_no"],
        title=line["component"],
        text=_text(line, month),
        quantity=Decimal(line["printed_quantity"]),
        unit=_unit(line),
        price=Decimal(line["printed_price"]),
        net=Decimal(line["net"]),
        vat_rate=_decimal(line["vat_rate"]),
        vat=Decimal(line["vat"]),
        total=Decimal(line["total"]),
        price_includes_vat=line["prices_include_vat"],
        service=f"{line['tariff_code']}:{line['component_no']}",
    )


def _changed(line: Json, month: Month) -> ChangedRow:
    return ChangedRow(
        no=line["line_no"],
        title=line["component"],
        text=_text(line, month),
        vat_rate=_decimal(line["vat_rate"]),
        old=_amounts(line["stood"] or ()),
        difference=_amounts((line["net"], line["vat"], line["total"])),
    )


def _sum_before(row: Any) -> Amounts:
    return sum((_amounts(amounts) for _, _, *amounts in row.earlier or ()), Amounts())


def _amounts(texts: Sequence[str]) -> Amounts:
    return Amounts(*map(Decimal, texts))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _reason(purpose: str, reason: str) -> str:
    """Why, as the client reads it: the approver's own word where it is written for people, in Russian; of a close its own."""
    if purpose != Purpose.CORRECT:
        return "Сверка предоплаты при закрытии месяца"
    return reason if _RUSSIAN.search(reason) and reason != NO_WORD else "Перерасчёт по уточнённым данным"


def _changes(row: Any) -> tuple[str, ...]:
    """Numbers of what a corrective (the advance) or an adjustment (everything before it) changes."""
    kinds = {"corrective": {"advance"}, "adjustment": {"advance", "corrective", "monthly", "adjustment"}}.get(row.kind, set())
    return tuple(number for number, kind, *_ in row.earlier or () if kind in kinds)


def _offset(rule: str, document_no: str, amount: str) -> Offset:
    text = f"Зачтено по корректировке № {document_no}" if rule == "credit" else "Зачтён ранее полученный аванс"
    return Offset(text, Decimal(amount))


def _notes(row: Any) -> tuple[str, ...]:
    carried = map(_carried, frozen_json.snapshots(row.carried or ()))
    return (*carried, *map(_unused, frozen_json.unused(row.evidence)))


def _unused(paid: FrozenUnused) -> str:
    span = f"{short_date(paid.first)}–{short_date(paid.last)}"
    return f"Оплачено вперёд за {span}: {in_units(paid.prepaid, *VEHICLE)}, не использовано {quantity(paid.unused)}."


def _carried(day: FrozenSnapshot) -> str:
    when = short_date(date.fromisoformat(day.business_date))
    return f"За {when} принято использование предыдущего дня ({day.platform}): {day.reason}. Решение: {day.by_name}."


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
