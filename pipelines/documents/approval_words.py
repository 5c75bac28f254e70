"""What changed a contract's month, in Russian: fleet, VAT, terms, tariff, each with its roubles."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pipelines.billing.model import shown_quantity
from pipelines.period import Month
from pipelines.reports.changes import ContractChange
from pipelines.wording.russian import amount, quantity, short_date

_TERMS = {
    "tariff_code": "тариф",
    "counting": "учёт",
    "basis": "база",
    "prepaid_vehicles": "предоплачено машин",
    "discount_percent": "скидка",
    "minimum": "минимум",
}
_VALUES = {"used": "работавшие", "connected": "подключённые", "peak": "максимум", "average": "среднее"}


def why(change: ContractChange, month: Month) -> str:
    """``парк 10 → 16: +1 800,00; тариф T1 с 16.01.2026: +310,00``; the parts add up to the difference."""
    if change.is_new:
        return "в прошлом месяце не выставлялся"
    if change.is_lost:
        return _ended(change.ends_on, month)
    causes = change.causes
    if causes is None:
        return "в прошлом месяце ещё не было условий или цены"
    worded = [
        (_fleet(change), causes.fleet),
        ("ставка НДС", causes.vat),
        (_terms(change), causes.terms),
        (_tariff(change), causes.tariff),
    ]
    return "; ".join(f"{words}: {signed(part)}" for words, part in worded if part)


def signed(value: Decimal) -> str:
    """``+1 800,00``, ``−300,00``."""
    return ("+" if value > 0 else "") + amount(value)


def _ended(ends_on: date | None, month: Month) -> str:
    return f"договор окончен {short_date(ends_on)}" if ends_on and ends_on < month.first else "в этом месяце нечего выставить"


def _fleet(change: ContractChange) -> str:
    if change.fleet is None or change.fleet[0] == change.fleet[1]:
        return "использование и дни"
    before, now = (quantity(shown_quantity(size)) for size in change.fleet)
    return f"парк {before} → {now}"


def _terms(change: ContractChange) -> str:
    changed = ", ".join(f"{_TERMS[name]} {_value(before)} → {_value(now)}" for name, before, now in change.terms)
    return f"условия ({changed})" if changed else "условия"


def _tariff(change: ContractChange) -> str:
    begun = ", ".join(f"{version.tariff_code} с {short_date(version.valid_from)}" for version in change.versions)
    return f"тариф {begun}" if begun else "тариф"


def _value(value: Any) -> str:
    if value is None:
        return "нет"
    if isinstance(value, Decimal | int | Fraction):
        return quantity(Decimal(str(value)))
    return _VALUES.get(str(value), str(value)) if isinstance(value, StrEnum) else str(value)
