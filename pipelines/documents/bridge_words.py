"""The bridge of two months in Russian: the names of its parts, and why a contract comes to another total."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pipelines.billing.model import shown_quantity
from pipelines.period import Month
from pipelines.rating.model import Kind
from pipelines.rating.usage_change import DAYS_IN_FORCE, UsageChange
from pipelines.reports.bridge import BridgePart
from pipelines.reports.changes import ContractChange
from pipelines.reports.closing import MonthClosing
from pipelines.wording import price_words
from pipelines.wording.outside import clean
from pipelines.wording.russian import amount, month_name, quantity, short_date

PART_NAMES = {
    BridgePart.LOST_CLIENTS: "Ушедшие клиенты",
    BridgePart.NEW_CLIENTS: "Новые клиенты",
    BridgePart.LOST_CONTRACTS: "Закончились договоры прежних клиентов",
    BridgePart.NEW_CONTRACTS: "Новые договоры прежних клиентов",
    BridgePart.PARKED: "Отложены в этом месяце",
    BridgePart.RESUMED: "Были отложены, теперь выставлены",
    BridgePart.FLEET: "Парк и использование",
    BridgePart.TERMS: "Условия договоров",
    BridgePart.TARIFF: "Цены тарифов",
    BridgePart.VAT: "Ставка НДС",
    BridgePart.OTHER: "Прочее",
}
"""In the order of the bridge."""

CAUSE_PARTS = (BridgePart.FLEET, BridgePart.TERMS, BridgePart.TARIFF, BridgePart.VAT, BridgePart.OTHER)
"""Parts that a contract has which was billed in both months."""

MOVES = tuple(name for part, name in PART_NAMES.items() if part not in CAUSE_PARTS)
"""Names of the parts that take the whole difference of a contract."""

_TERMS = {
    "tariff_code": "тариф",
    "counting": "считаются",
    "basis": "берётся",
    "prepaid_vehicles": "предоплачено машин",
    "discount_percent": "скидка",
    "minimum": "минимум",
}
_UNITS = {"discount_percent": " %", "minimum": " ₽"}
_FIGURES = {
    DAYS_IN_FORCE: "дней договора",
    Kind.VEHICLES.value: "парк",
    Kind.VEHICLE_DAYS.value: "машино-дней",
    Kind.ONLINE_HOURS.value: "часов на связи",
}


def uncompared(closing: MonthClosing, month: Month) -> str:
    """Why a month is not to be compared with the one before it; empty where it is."""
    if not closing.has_begun:
        return "Месяц ещё не закрывали: в нём только то, что выставляют до его конца, — предоплата и доплаты. Сравнивать рано."
    if closing.is_before_open:
        return f"Месяц до него ({month_name(month.previous)}) ещё не закрыт: в нём только предоплата и доплаты, сравнивать с ним рано."
    return ""


def why(change: ContractChange, month: Month) -> str:
    """``парк 10 → 16: +1 800,00; цены тарифа «Базовый» с 16.01.2026: +310,00``; the parts add up to the difference."""
    match change.months.standing:
        case BridgePart.NEW_CLIENTS | BridgePart.NEW_CONTRACTS:
            return "в прошлом месяце не выставлялся"
        case BridgePart.LOST_CLIENTS | BridgePart.LOST_CONTRACTS:
            return _ended(change.ends_on, month)
        case BridgePart.PARKED:
            return "отложен, счёта не будет" if change.months.now is None else "отложен; выставленное раньше остаётся"
        case BridgePart.RESUMED:
            return "в прошлом месяце был отложен"
    names = {
        BridgePart.FLEET: _fleet(change),
        BridgePart.TERMS: _terms(change),
        BridgePart.TARIFF: _tariff(change),
        BridgePart.VAT: "ставка НДС",
        BridgePart.OTHER: "прочее: выставлено не по нынешним данным",
    }
    return "; ".join(f"{words}: {signed(change.parts[part])}" for part, words in names.items() if part in change.parts)


def signed(value: Decimal) -> str:
    """``+1 800,00``, ``−300,00``."""
    return ("+" if value > 0 else "") + amount(value)


def _ended(ends_on: date | None, month: Month) -> str:
    return f"договор окончен {short_date(ends_on)}" if ends_on and ends_on < month.first else "в этом месяце нечего выставить"


def _fleet(change: ContractChange) -> str:
    return ", ".join(map(_figure, change.changed.usage)) or "использование"


def _figure(figure: UsageChange) -> str:
    before, now = (quantity(shown_quantity(value)) for value in (figure.before, figure.now))
    name = f"«{clean(figure.name)}»" if figure.kind == Kind.METER else _FIGURES[figure.kind]
    return f"{name} {before} → {now}"


def _terms(change: ContractChange) -> str:
    changed = ", ".join(f"{_TERMS[name]} {_value(before, name)} → {_value(now, name)}" for name, before, now in change.changed.terms)
    return f"условия ({changed})" if changed else "условия"


def _tariff(change: ContractChange) -> str:
    begun = ", ".join(f"«{clean(version.name)}» с {short_date(version.valid_from)}" for version in change.changed.versions)
    return f"цены тарифа {begun}" if begun else "цены тарифа"


def _value(value: Any, name: str) -> str:
    if value is None:
        return "нет"
    if isinstance(value, Decimal | int | Fraction):
        return quantity(Decimal(str(value))) + _UNITS.get(name, "")
    return price_words.word(name, str(value)) if isinstance(value, StrEnum) else clean(str(value))
