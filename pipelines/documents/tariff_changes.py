"""The history of tariffs and terms as finance reads it: Russian names, readable values, one line per changed value. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.documents.workbook_money_model import TariffChangeRow
from pipelines.wording import price_words, russian

COLUMN_NAMES = {
    "contract_no": "Договор",
    "tariff_code": "Тариф",
    "valid_from": "Действует с",
    "name": "Название",
    "currency": "Валюта",
    "prices_include_vat": "Цены с НДС",
    "component_no": "Номер составляющей",
    "kind": "Что считается",
    "meter": "Счётчик",
    "scheme": "Схема цены",
    "price": "Цена, ₽",
    "package_size": "Размер пакета",
    "up_to": "До количества",
    "counting": "Какие машины считаются",
    "basis": "По какому числу машин",
    "prepaid_vehicles": "Предоплачено машин",
    "discount_percent": "Скидка, %",
    "minimum": "Минимум за месяц, ₽",
    "payment_days": "Дней на оплату",
}
ACTIONS = {"added": "добавлено", "changed": "изменено", "retired": "удалено"}
_KEYS = {
    "tariffs": ("tariff_code", "valid_from"),
    "components": ("tariff_code", "valid_from", "component_no"),
    "tiers": ("tariff_code", "valid_from", "component_no", "up_to"),
    "terms": ("contract_no", "valid_from"),
}
SHEETS = tuple(_KEYS)
_AMOUNTS = {"price", "package_size", "up_to", "discount_percent", "minimum"}  # kept as text: their decimals are exact


@dataclass(frozen=True, slots=True)
class TariffChange:
    """One row of the history. ``before``, ``after``: the row as JSON, None: it was not there, or is gone; ``at``: local time."""

    sheet: str
    action: str
    before: str | None
    after: str | None
    at: datetime
    by: str
    reason: str
    client: str


def lines(change: TariffChange) -> Iterator[TariffChangeRow]:
    """What changed in a row, a line per value; of a whole row that came or went, one line."""
    sheet = change.sheet
    was, became = _read(change.before), _read(change.after)
    row = became or was
    valid_from = date.fromisoformat(row["valid_from"]) if row.get("valid_from") else None

    def line(column: str, old: str, new: str) -> TariffChangeRow:
        subject = row["contract_no"] if sheet == "terms" else row["tariff_code"]
        return TariffChangeRow(
            change.at, change.by, change.reason, _what(sheet, row), subject, change.client, valid_from, ACTIONS[change.action],
            column, old, new,
        )  # fmt: skip

    if not was or not became:
        yield line("", _whole(sheet, was), _whole(sheet, became))
        return
    for name in [name for name in COLUMN_NAMES if name in was or name in became]:
        if was.get(name) != became.get(name):
            yield line(COLUMN_NAMES[name], shown(name, was.get(name)), shown(name, became.get(name)))


def shown(column: str, value: Any) -> str:
    """One value for a reader: «450», «да», «01.02.2026», «машины за месяц»."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if column == "valid_from":
        return russian.short_date(date.fromisoformat(value))
    if isinstance(value, str) and column not in _AMOUNTS:
        return price_words.word(column, value)
    return russian.quantity(Decimal(value))


def _what(sheet: str, row: dict[str, Any]) -> str:
    if sheet == "terms":
        return "Условия договора"
    if sheet == "tariffs":
        return "Тариф"
    if sheet == "components":
        return f"Составляющая {row['component_no']}"
    up_to = shown("up_to", row.get("up_to"))
    return f"Составляющая {row['component_no']}, ступень " + (f"до {up_to}" if up_to else "без предела")


def _whole(sheet: str, row: dict[str, Any]) -> str:
    listed = ((name, shown(name, row.get(name))) for name in COLUMN_NAMES if name not in _KEYS[sheet])
    return "; ".join(f"{COLUMN_NAMES[name]}: {text}" for name, text in listed if text)


def _read(row: str | None) -> dict[str, Any]:
    return json.loads(row, parse_float=Decimal) if row else {}
