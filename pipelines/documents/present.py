"""From what a document shows to the strings that its template lays out. Pure; the templates compute nothing."""

from decimal import Decimal

from pipelines.documents import adjusted, dealer_report, parts, qr, statement_of_account
from pipelines.documents.model import (
    ActDocument,
    AdjustmentDocument,
    BilledAhead,
    DealerDocument,
    Document,
    InvoiceDocument,
    ProvenLine,
    StatementDocument,
    UsageDocument,
)
from pipelines.documents.parts import View
from pipelines.money import ZERO
from pipelines.wording import outside, russian

_BILLED_AHEAD = {
    BilledAhead.PREPAYMENT: "предоплата услуг",
    BilledAhead.AGREED: "доплата по изменению условий",
    BilledAhead.EXCEEDED: "доплата за превышение предоплаченного количества машин",
}


def present(document: Document) -> View:
    """Everything a template needs, already written as text; ``template`` names the layout."""
    match document:
        case InvoiceDocument():
            return invoice(document)
        case ActDocument():
            return act(document)
        case AdjustmentDocument():
            return adjustment(document)
        case StatementDocument():
            return statement_of_account.view(document)
        case UsageDocument():
            return usage(document)
        case DealerDocument():
            return dealer_report.view(document)


def invoice(document: InvoiceDocument, *, with_qr: bool = True) -> View:
    """A счёт на оплату; a negative adjustment is a корректировка that asks for nothing. ``qr``: what its QR code says."""
    owed = document.total >= ZERO
    name = "Счёт на оплату" if owed else "Корректировка"
    number = outside.breakable(document.number)
    code = qr.payload(document) if with_qr else None
    return {
        "template": "invoice",
        "title": f"{name} № {number}",
        "dated": f"от {russian.long_date(document.issued_on)}",
        "subject": _subject(document),
        "footer": parts.footer(f"{name} № {number} от {russian.short_date(document.issued_on)}", document.seller),
        "link": parts.link(document.link),
        "author": outside.clean(document.seller.name),
        "bank": parts.bank(document.seller) if owed else None,
        "qr": code or "",
        "seller": parts.party("Поставщик", document.seller),
        "buyer": parts.party("Покупатель", document.buyer),
        "basis": parts.basis(document.contract),
        **parts.lines(document.rows),
        "totals": [
            *parts.totals(document.rows, document.net, document.total),
            *({"label": outside.breakable(offset.text), "amount": russian.amount(-offset.amount)} for offset in document.offsets),
        ],
        "due_label": "Всего к оплате" if owed else "К зачёту в следующих счетах",
        "due_amount": russian.amount(document.to_pay if owed else -document.total),
        "count": f"Всего наименований {len(document.rows)}, на сумму {russian.amount(document.total)} руб.",
        "words_label": "К оплате" if owed else "К зачёту",
        "words_lead": "" if document.to_pay == document.total else "К оплате: " if owed else "К зачёту: ",
        "words": russian.in_words(document.to_pay if owed else -document.total),
        "due_on": russian.long_date(document.due_on) if document.to_pay > ZERO else "",
        "settled": _settled(document) if owed and document.to_pay == ZERO else "",
        "notes": parts.notes(document.notes),
        "signatures": parts.signatures(document.seller),
        **parts.drawings(document.seller, signed=with_qr),
    }


def _settled(document: InvoiceDocument) -> str:
    return "Оплата не требуется: счёт полностью зачтён." if document.offsets else "Оплата не требуется."


def act(document: ActDocument) -> View:
    """An акт of services rendered."""
    number = outside.breakable(document.number)
    invoices = f" {parts.invoices('Счёт', 'Счета:', document.invoices)}." if document.invoices else ""
    return {
        "template": "act",
        "title": f"Акт об оказании услуг № {number}",
        "dated": f"от {russian.long_date(document.dated)}",
        "subject": f"Услуги за {russian.month_name(document.period)}{invoices}",
        "footer": parts.footer(f"Акт № {number} от {russian.short_date(document.dated)}", document.seller),
        "author": outside.clean(document.seller.name),
        "seller": parts.party("Исполнитель", document.seller),
        "buyer": parts.party("Заказчик", document.buyer),
        "basis": parts.basis(document.contract),
        **parts.lines(document.rows),
        "totals": parts.totals(document.rows, document.net, document.total),
        "due_label": "Всего оказано услуг",
        "due_amount": russian.amount(document.total),
        "count": f"Всего оказано услуг {len(document.rows)}, на сумму {russian.amount(document.total)} руб.",
        "words_lead": "",
        "words": russian.in_words(document.total),
        "statement": "Вышеперечисленные услуги выполнены полностью и в срок. "
        "Заказчик претензий по объёму, качеству и срокам оказания услуг не имеет.",
        "notes": parts.notes(document.notes),
        "sides": [parts.side("Исполнитель", document.seller), parts.side("Заказчик", document.buyer)],
        **parts.drawings(document.seller, signed=False),
    }


def adjustment(document: AdjustmentDocument) -> View:
    """A корректировка: what stood, what stands, the difference, why, and which vehicles and days changed; both sides sign it."""
    number = outside.breakable(document.number)
    return {
        "template": "adjustment",
        "title": f"Корректировка № {number}",
        "dated": f"от {russian.long_date(document.issued_on)}",
        "subject": _corrected(document),
        "footer": parts.footer(f"Корректировка № {number} от {russian.short_date(document.issued_on)}", document.seller),
        "link": parts.link(document.link),
        "author": outside.clean(document.seller.name),
        "seller": parts.party("Исполнитель", document.seller),
        "buyer": parts.party("Заказчик", document.buyer),
        "basis": parts.basis(document.contract),
        "reason": outside.breakable(document.reason),
        "with_vat": any(row.vat_rate is not None for row in document.rows),
        "rows": [adjusted.changed_row(row) for row in document.rows],
        "sums": adjusted.sums(document),
        "due_label": "К доплате" if document.total >= ZERO else "К зачёту в следующих счетах",
        "due_amount": russian.amount(abs(document.total)),
        **_changed_by(document.total),
        "settlement": adjusted.settlement(document),
        "vehicles": adjusted.vehicles(document.usage),
        "days": adjusted.days(document.usage),
        "statement": "Стороны согласны с изменением стоимости услуг, указанным в настоящей корректировке.",
        "notes": parts.notes(document.notes),
        "sides": [parts.side("Исполнитель", document.seller), parts.side("Заказчик", document.buyer)],
        **parts.drawings(document.seller, signed=False),
    }


def _changed_by(total: Decimal) -> View:
    """By how much the services cost more or less, in words; components may change and the sum stay."""
    if total == ZERO:
        return {"words_lead": "Стоимость услуг ", "words": "не изменилась"}
    more_or_less = "увеличена" if total > ZERO else "уменьшена"
    return {"words_lead": f"Стоимость услуг {more_or_less} на ", "words": parts.lowered(russian.in_words(abs(total)))}


def usage(document: UsageDocument) -> View:
    """The appendix: what was counted on every day, and how each line of the invoice follows from it."""
    peak_on = f" ({russian.short_date(document.peak_on)})" if document.peak_on else ""
    carried = any(day.carried for day in document.days)
    return {
        "template": "usage",
        "title": "Приложение. Расчёт по дням",
        "dated": f"за {russian.month_name(document.period)}",
        "subject": parts.invoices("К счёту", "К счетам:", document.invoices) if document.invoices else "",
        "footer": parts.footer(f"Расчёт по дням, {russian.month_name(document.period)}", document.seller),
        "author": outside.clean(document.seller.name),
        "seller": parts.party("Исполнитель", document.seller),
        "buyer": parts.party("Заказчик", document.buyer),
        "basis": parts.basis(document.contract),
        "measures": [outside.breakable(name, 14) for name in document.measures],
        "days": [
            {
                "on": russian.short_date(day.on),
                "size": russian.quantity(Decimal(day.fleet_size)),
                "mark": "*" if day.carried else "",
                "bar": str(1000 * day.fleet_size // max(1, document.peak)),
                "measured": [_measured(figure) for figure in day.measured],
            }
            for day in document.days
        ],
        "totals": [russian.quantity(Decimal(document.vehicle_days)), *map(_measured, _sums(document))],
        "facts": [
            {"label": "Максимум машин", "value": russian.quantity(Decimal(document.peak)) + peak_on},
            {"label": "В среднем за день", "value": russian.quantity(document.average)},
            {"label": "Всего машино-дней", "value": russian.quantity(Decimal(document.vehicle_days))},
        ],
        "with_vat": any(line.vat_rate is not None for line in document.lines),
        "lines": [_proven(line) for line in document.lines],
        "remark": "* за этот день приняты данные предыдущего дня: данные платформы не поступили" if carried else "",
    }


def _sums(document: UsageDocument) -> list[Decimal]:
    columns = zip(*(day.measured for day in document.days), strict=True)
    return [sum((figure for figure in column if figure is not None), ZERO) for column in columns]


def _measured(figure: Decimal | None) -> str:
    return "—" if figure is None else russian.quantity(figure)


def _proven(line: ProvenLine) -> View:
    before = f"Ранее выставлено с НДС: {russian.amount(line.before.total)}." if line.before is not None else ""
    return {
        "no": str(line.no),
        "title": outside.breakable(line.title),
        "text": outside.breakable(f"за {russian.month_or_period(line.period)}: {line.arithmetic}"),
        "vat_text": outside.breakable(f"НДС: {line.vat_arithmetic}") if line.vat_rate is not None else "",
        "before": before,
        "net": russian.amount(line.amounts.net),
        "vat": russian.amount(line.amounts.vat) if line.vat_rate is not None else "—",
        "total": russian.amount(line.amounts.total),
    }


def _subject(document: InvoiceDocument) -> str:
    month = russian.month_name(document.period)
    refers = f" {parts.invoices('к счёту', 'к счетам:', document.refers_to)}" if document.refers_to else ""
    if document.kind == "corrective":
        billed = " и ".join(_BILLED_AHEAD[each] for each in document.billed_ahead or (BilledAhead.EXCEEDED,))
        return f"{billed[0].upper()}{billed[1:]} за {month}{refers}"
    return {
        "advance": f"Предоплата услуг за {month}",
        "monthly": f"Услуги мониторинга транспорта за {month}",
        "adjustment": f"Корректировка за {month}",
    }[document.kind] + refers


def _corrected(document: AdjustmentDocument) -> str:
    month = russian.month_name(document.period)
    numbers = parts.invoices("к счёту", "к счетам:", document.refers_to) if document.refers_to else ""
    if document.act is None:
        return ", ".join(filter(None, (f"Услуги за {month}", numbers)))
    act = f"К акту №{russian.FIXED}{outside.breakable(document.act)} от {russian.long_date(document.period.last)}"
    return f"{act}, услуги за {month}" + (f", {numbers}" if numbers else "")
