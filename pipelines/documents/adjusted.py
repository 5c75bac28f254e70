"""What a корректировка shows: was, is and difference of every row, where the money goes, which vehicles and days changed. Pure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pipelines.documents import parts
from pipelines.documents.model import AdjustmentDocument, ChangedRow, ChangedUsage, ChangedVehicle
from pipelines.documents.parts import View
from pipelines.money import ZERO
from pipelines.period import runs
from pipelines.rating.charges import Amounts
from pipelines.wording import outside, russian

MOST_VEHICLES = 60
MOST_DAYS = 40
_WAS, _IS, _DIFFERENCE = "было", "стало", "разница"


def changed_row(row: ChangedRow) -> View:
    """A row with its three states."""
    with_vat = row.vat_rate is not None
    states = ((_WAS, row.old), (_IS, row.new), (_DIFFERENCE, row.difference))
    return {
        "no": str(row.no),
        "title": outside.breakable(row.title),
        "text": outside.breakable(row.text),
        "rate": parts.rate(row.vat_rate),
        "states": [_state(label, amounts, with_vat=with_vat) for label, amounts in states],
    }


def sums(document: AdjustmentDocument) -> list[View]:
    """The same for all rows together, and for the whole period where more than these rows was billed."""
    with_vat = any(row.vat_rate is not None for row in document.rows)
    difference = Amounts(document.net, document.vat, document.total)
    old = sum((row.old for row in document.rows), Amounts())
    shown = [("Итого", old)] if len(document.rows) > 1 else []
    if document.before is not None and document.before != old:
        shown.append((f"Все услуги за {russian.month_name(document.period)}", document.before))
    return [
        {
            "label": label,
            "states": [
                _state(name, amounts, with_vat=with_vat)
                for name, amounts in ((_WAS, was), (_IS, was + difference), (_DIFFERENCE, difference))
            ],
        }
        for label, was in shown
    ]


def settlement(document: AdjustmentDocument) -> str:
    """Where the difference goes: the счёт that asks for it, or the счета that the credit has paid, and what is left of it."""
    if document.total > ZERO:
        return f"Разница к доплате — {parts.invoices('по счёту', '', [document.number])} от {russian.long_date(document.issued_on)}"
    if document.total == ZERO:
        return "Доплата и возврат не требуются."
    used = sum((each.amount for each in document.credited), ZERO)
    left = -document.total - used
    went = "; ".join(
        f"счёт №{russian.FIXED}{outside.breakable(each.number)} — {russian.in_roubles(each.amount)}" for each in document.credited
    )
    rest = f"{russian.in_roubles(left)} будет зачтено в следующих счетах." if left else ""
    return " ".join(filter(None, (f"Зачтено: {went}." if went else "", f"Остаток {rest}" if went and rest else rest)))


def vehicles(usage: ChangedUsage) -> View:
    """The vehicles that count on other days, as rows; a note names how many more there are."""
    rest = usage.vehicles[MOST_VEHICLES:]
    more = sum(len(each.added) for each in rest)
    less = sum(len(each.removed) for each in rest)
    note = f"и ещё {russian.in_units(len(rest), *russian.VEHICLE)}: добавлено {_days(more)}, исключено {_days(less)}" if rest else ""
    return {
        "rows": [
            {
                "name": _vehicle_name(each),
                "added": _runs(each.added),
                "removed": _runs(each.removed),
                "difference": russian.quantity(Decimal(len(each.added) - len(each.removed))),
            }
            for each in usage.vehicles[:MOST_VEHICLES]
        ],
        "total": russian.quantity(Decimal(sum(len(each.added) - len(each.removed) for each in usage.vehicles))),
        "note": note,
    }


def days(usage: ChangedUsage) -> View:
    """The days whose minutes or meters differ, as rows; a note names how many more there are."""
    rest = len(usage.days) - MOST_DAYS
    return {
        "rows": [
            {
                "on": russian.short_date(each.on),
                "what": outside.breakable(each.what),
                "old": _measure(each.old),
                "new": _measure(each.new),
                "difference": russian.quantity((each.new or ZERO) - (each.old or ZERO)),
            }
            for each in usage.days[:MOST_DAYS]
        ],
        "note": f"и ещё {rest} — в расшифровке к счетам" if rest > 0 else "",
    }


def _state(label: str, amounts: Amounts, *, with_vat: bool) -> View:
    return {
        "label": label,
        "net": russian.amount(amounts.net),
        "vat": russian.amount(amounts.vat) if with_vat else "—",
        "total": russian.amount(amounts.total),
    }


def _vehicle_name(vehicle: ChangedVehicle) -> str:
    known = [outside.breakable(text) for text in (vehicle.name, vehicle.plate) if text]
    return ", ".join(dict.fromkeys(known)) or outside.breakable(f"{vehicle.platform} {vehicle.vehicle_id}")


def _runs(days: Sequence[date]) -> str:
    return russian.days(runs(days)) if days else ""


def _days(count: int) -> str:
    return russian.in_units(count, *russian.VEHICLE_DAY)


def _measure(value: Decimal | None) -> str:
    return "не известно" if value is None else russian.quantity(value)
