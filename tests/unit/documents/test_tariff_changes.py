"""The history of tariffs and terms as finance reads it."""

import json
from datetime import date, datetime

import pytest

from pipelines.documents.tariff_changes import COLUMN_NAMES, SHEETS, TariffChange, lines
from pipelines.master.sheets import TABLES
from pipelines.wording import price_words

AT = datetime(2026, 1, 9, 12, 30)  # noqa: DTZ001 - local time, as a cell shows it
COMPONENT = {
    "tariff_code": "БАЗА", "valid_from": "2026-02-01", "component_no": 1, "name": "Мониторинг", "kind": "vehicles", "meter": None,
    "scheme": "unit", "price": "300.00", "package_size": None,
}  # fmt: skip
TERMS = {
    "contract_no": "17/2025", "valid_from": "2026-01-16", "tariff_code": "БАЗА", "counting": "used", "basis": "peak",
    "prepaid_vehicles": 0, "discount_percent": "0", "minimum": "0", "payment_days": 10,
}  # fmt: skip


def told(sheet: str, action: str, before: object, after: object) -> list[tuple[object, ...]]:
    rows = lines(
        TariffChange(sheet, action, before and json.dumps(before), after and json.dumps(after), AT, "Анна", "индексация", "ООО «Волга»")
    )
    return [(row.what, row.subject, row.valid_from, row.action, row.column, row.before, row.after) for row in rows]


def test_one_line_for_each_changed_value():
    changed = {**COMPONENT, "price": "1310.50", "scheme": "volume"}
    assert [row[4:] for row in told("components", "changed", COMPONENT, changed)] == [
        ("Схема цены", "по цене за единицу", "всё по цене ступени"),
        ("Цена, ₽", "300", "1\N{NARROW NO-BREAK SPACE}310,5"),
    ]
    assert told("components", "changed", COMPONENT, changed)[0][:4] == ("Составляющая 1", "БАЗА", date(2026, 2, 1), "изменено")


def test_a_row_that_came_or_went_is_one_line():
    assert told("terms", "added", None, TERMS) == [
        (
            "Условия договора", "17/2025", date(2026, 1, 16), "добавлено", "", "",
            "Тариф: БАЗА; Какие машины считаются: работавшие машины; По какому числу машин: максимум; Предоплачено машин: 0; "
            "Скидка, %: 0; Минимум за месяц, ₽: 0; Дней на оплату: 10",
        )
    ]  # fmt: skip
    tier = {"tariff_code": "БАЗА", "valid_from": "2026-02-01", "component_no": 2, "up_to": None, "price": "5"}
    assert told("tiers", "retired", tier, None) == [
        ("Составляющая 2, ступень без предела", "БАЗА", date(2026, 2, 1), "удалено", "", "Цена, ₽: 5", "")
    ]
    assert told("tiers", "added", None, {**tier, "up_to": "15.0"})[0][0] == "Составляющая 2, ступень до 15"
    tariff = {"tariff_code": "БАЗА", "valid_from": "2026-02-01", "name": "Базовый", "currency": "RUB", "prices_include_vat": True}
    assert told("tariffs", "added", None, tariff)[0][6] == "Название: Базовый; Валюта: RUB; Цены с НДС: да"


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_column_and_every_value_has_a_russian_name(sheet):
    for column in TABLES[sheet].columns:
        assert column.name in COLUMN_NAMES
        if column.allowed and column.name != "currency":
            assert set(column.allowed) <= set(price_words.WORDS[column.name])
