"""A dealer's report as its template lays it out: facts, clients, the fleet of the tree by day, debts, dips. Pure."""

from decimal import Decimal
from fractions import Fraction

from pipelines.documents import parts
from pipelines.documents.model import DealerDocument
from pipelines.documents.parts import View
from pipelines.reports.dealer_model import DealerClient, DealerMonth
from pipelines.wording import outside, russian

_WHOLE_BAR = 1000  # the length of the longest bar, in thousandths
_DASH = "—"


def view(document: DealerDocument) -> View:
    """Everything the template needs, written as text."""
    figures = document.figures
    month = russian.month_name(figures.month)
    by_day = figures.by_day
    longest = max(by_day.values(), default=0) or 1
    return {
        "template": "dealer",
        "title": "Отчёт дилера",
        "dated": f"за {month}",
        "subject": f"Долги на {russian.short_date(figures.on)}; суммы с НДС, в рублях",
        "footer": parts.footer(f"Отчёт дилера за {month}", document.seller),
        "author": outside.clean(document.seller.name),
        "seller": parts.party("Исполнитель", document.seller),
        "buyer": parts.party("Дилер", document.buyer),
        "basis": "",
        "facts": _facts(figures),
        "clients": [_client(each, is_dealer=each.client_code == figures.dealer_code) for each in figures.clients],
        "totals": [
            russian.number(figures.vehicle_days),
            *(russian.amount(figures.total(name)) for name in ("billed", "debt", "overdue")),
        ],
        "days": [
            {"on": russian.short_date(day), "size": str(size), "bar": str(_WHOLE_BAR * size // longest)} for day, size in by_day.items()
        ],
        "debts": [
            {
                "client": outside.breakable(each.client),
                "number": outside.breakable(each.number),
                "due_on": russian.short_date(each.due_on),
                "late": str((figures.on - each.due_on).days) if figures.on > each.due_on else _DASH,
                "total": russian.amount(each.total),
                "open": russian.amount(each.open),
            }
            for each in figures.invoices
            if each.open
        ],
        "dips": [
            {
                "client": outside.breakable(each.client),
                "contract": outside.breakable(each.contract_no),
                "on": russian.short_date(each.since),
                "text": outside.breakable(each.detail),
            }
            for each in figures.dips
        ],
        **parts.drawings(document.seller, signed=False),
    }


def _facts(figures: DealerMonth) -> list[View]:
    peak = max(figures.by_day.values(), default=None)
    return [
        {"label": "Клиентов", "value": str(len(figures.clients) - 1)},
        {"label": "Машин, больше всего", "value": _DASH if peak is None else str(peak)},
        {"label": "Машино-дней", "value": russian.number(figures.vehicle_days)},
        {"label": "Выставлено", "value": russian.amount(figures.total("billed"))},
        {"label": "Долг", "value": russian.amount(figures.total("debt"))},
    ]


def _client(each: DealerClient, *, is_dealer: bool) -> View:
    return {
        "name": outside.breakable(each.client),
        "note": f"{outside.clean(each.client_code)}{' · сам дилер' if is_dealer else ''}",
        "peak": _DASH if each.peak is None else str(each.peak),
        "average": _DASH if each.average is None else _three(each.average),
        "vehicle_days": russian.number(each.vehicle_days),
        "billed": _sum(each.billed),
        "debt": _sum(each.debt),
        "overdue": _sum(each.overdue),
    }


def _three(value: Fraction) -> str:
    return russian.quantity(Decimal(round(value * 1000)) / 1000)


def _sum(value: Decimal) -> str:
    return russian.amount(value) if value else _DASH
