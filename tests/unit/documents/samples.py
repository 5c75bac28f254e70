"""Documents to test with: one seller, several kinds of buyers, rows whose sums agree."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.documents.model import (
    ActDocument,
    AdjustmentDocument,
    ChangedRow,
    InvoiceDocument,
    InvoiceRow,
    Offset,
    PaperContract,
    ProvenLine,
    StatementDocument,
    StatementEntry,
    StatementPart,
    UsageDay,
    UsageDocument,
)
from pipelines.documents.requisites import Bank, Party
from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month
from pipelines.rating.charges import Amounts

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
CONTRACT = PaperContract("17/2025-Т", date(2025, 3, 1))


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
    contract: PaperContract = CONTRACT,
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


def act(document: InvoiceDocument) -> ActDocument:
    """The act over an invoice's rows."""
    return ActDocument(
        number=document.number,
        dated=document.period.last,
        period=document.period,
        seller=document.seller,
        buyer=document.buyer,
        contract=document.contract,
        rows=document.rows,
        net=document.net,
        vat=document.vat,
        total=document.total,
        invoices=(document.number,),
    )


def adjustment() -> AdjustmentDocument:
    """Example 12 of the rules the other way round: 150.00 too much, VAT of the service's year (20 %)."""
    rows = (
        ChangedRow(
            no=1,
            title="Мониторинг транспорта",
            text="Декабрь 2025: в среднем 9,5 вместо 10",
            vat_rate=Decimal(20),
            old=Amounts(Decimal("3000.00"), Decimal("600.00"), Decimal("3600.00")),
            difference=Amounts(Decimal("-150.00"), Decimal("-30.00"), Decimal("-180.00")),
        ),
    )
    return AdjustmentDocument(
        number="НСМ-2026-000200",
        issued_on=date(2026, 2, 3),
        period=Month(2025, 12),
        seller=SELLER,
        buyer=BUYER,
        contract=CONTRACT,
        act="НСМ-2026-000007",
        refers_to=("НСМ-2026-000007",),
        reason="Отозван ошибочный снимок платформы «Север» за 14.12.2025",
        rows=rows,
        net=Decimal("-150.00"),
        vat=Decimal("-30.00"),
        total=Decimal("-180.00"),
    )


def statement(first: date, last: date, **changed: object) -> StatementDocument:
    """1000 paid of 3600: 2600 is still owed."""
    entries = (
        StatementEntry(last, "Акт № НСМ-2026-000001 за январь 2026 г.", debit=Decimal("3600.00")),
        StatementEntry(last, "Оплата № 17", credit=Decimal("1000.00")),
    )
    part = StatementPart(CONTRACT, ZERO, entries, Decimal("3600.00"), Decimal("1000.00"), Decimal("2600.00"))
    values = {"seller": SELLER, "buyer": BUYER, "parts": (part,), **changed}
    sums = {name: sum((getattr(one, name) for one in values["parts"]), ZERO) for name in ("opening", "debit", "credit", "closing")}
    return StatementDocument(first=first, last=last, **sums, **values)


def usage() -> UsageDocument:
    """10 vehicles on 1–15 and 16 on 16–31: 406 vehicle-days, one day carried forward; 100 minutes a vehicle-day; no video on the 3rd."""
    month = Month(2026, 1)

    def day(on: date) -> UsageDay:
        fleet = 10 if on.day <= 15 else 16
        return UsageDay(on, fleet, carried=on.day == 12, measured=(Decimal(100 * fleet), None if on.day == 3 else Decimal("0.5")))

    return UsageDocument(
        period=month,
        seller=SELLER,
        buyer=BUYER,
        contract=CONTRACT,
        days=tuple(map(day, month.dates())),
        peak=16,
        peak_on=date(2026, 1, 16),
        average=Decimal("13.097"),
        vehicle_days=406,
        invoices=("НСМ-2026-000123",),
        measures=("Минут на связи", "Видеоархив, ГБ"),
        lines=(
            ProvenLine(
                no=1,
                title="Мониторинг транспорта",
                period=month.span,
                arithmetic="в среднем 13,097 машины: 406 машино-дней ÷ 31 день; 406 ÷ 31 × 310,00 − скидка 10 % = 3 654,00",
                amounts=Amounts(Decimal("3654.00"), Decimal("803.88"), Decimal("4457.88")),
                vat_rate=Decimal(22),
                vat_arithmetic="3 654,00 × 22 % = 803,88",
            ),
        ),
    )
