"""Documents to test with: one seller, several kinds of buyers, rows whose sums agree."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.documents.model import Bank, Contract, InvoiceDocument, InvoiceRow, Offset, Party
from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month

SELLER = Party(
    code="НСМ",
    name="ООО «Навигационные системы»",
    kind="legal",
    full_name="Общество с ограниченной ответственностью «Навигационные системы мониторинга»",
    inn="7707083893",
    kpp="770701001",
    address="127055, г. Москва, ул. Новослободская, д. 14/19, стр. 8, офис 312",
    bank=Bank("40702810900000012345", "ПАО «Банк Пример» г. Москва", "044525225", "30101810400000000225"),
    director="Соколова А. В.",
    accountant="Ермаков П. Д.",
    email="buh@nsm.example",
    phone="+7 495 000-00-00",
)
BUYER = Party(
    code="C-17",
    name="ООО «Волга-Транс»",
    kind="legal",
    full_name="Общество с ограниченной ответственностью «Волга-Транс Логистика»",
    inn="6312123456",
    kpp="631201001",
    address="443041, Самарская обл., г. Самара, ул. Льва Толстого, д. 70",
)
CONTRACT = Contract("17/2025-Т", date(2025, 3, 1))


def row(
    no: int,
    title: str = "Мониторинг транспорта",
    quantity: str = "1",
    price: str = "100.00",
    *,
    text: str = "Январь 2026",
    unit: str = "объект",
    rate: str | None = "22",
) -> InvoiceRow:
    """A row priced without VAT; VAT is added to its net (domain.md §5)."""
    net = round_kopeck(Decimal(quantity) * Decimal(price))
    vat = ZERO if rate is None else round_kopeck(net * Decimal(rate) / 100)
    percent = None if rate is None else Decimal(rate)
    return InvoiceRow(no, title, text, Decimal(quantity), unit, Decimal(price), net, percent, vat, net + vat)


ROWS = (
    row(1, "Мониторинг транспорта, абонентская плата", "134", "300.00", text="Январь 2026: максимум 134 объекта (14.01.2026)"),
    row(2, "Передача данных в роуминге", "1", "4060.00", text="406 ÷ 31 × 310,00", unit="усл."),
    row(3, "Часы работы двигателя", "1309.7", "2.50", text="78 582 мин ÷ 60", unit="ч"),
)


def invoice(
    rows: Sequence[InvoiceRow] = ROWS,
    *,
    number: str = "НСМ-2026-000123",
    kind: Any = "monthly",
    seller: Party = SELLER,
    buyer: Party = BUYER,
    contract: Contract = CONTRACT,
    offsets: tuple[Offset, ...] = (),
    refers_to: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> InvoiceDocument:
    """An invoice of January 2026 whose totals are the sums of its rows."""
    net, vat = sum((one.net for one in rows), ZERO), sum((one.vat for one in rows), ZERO)
    to_pay = max(ZERO, net + vat - sum((offset.amount for offset in offsets), ZERO))
    return InvoiceDocument(
        kind=kind,
        number=number,
        issued_on=date(2026, 2, 1),
        due_on=date(2026, 2, 11),
        period=Month(2026, 1),
        seller=seller,
        buyer=buyer,
        contract=contract,
        rows=tuple(rows),
        net=net,
        vat=vat,
        total=net + vat,
        to_pay=to_pay,
        offsets=offsets,
        refers_to=refers_to,
        notes=notes,
    )
