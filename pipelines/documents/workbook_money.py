"""The workbook's sheets of money: their columns, and how a row fills them."""

from collections.abc import Iterator

from pipelines.documents.workbook_model import Cell, Column, Link, Sheet
from pipelines.documents.workbook_money_model import AGES, LeakRow, MoneyData

REVENUE, AGEING, DEBTS, PAYMENTS = "Выручка", "Дебиторка", "Долги по счетам", "Платежи"
AGREED = "Рассрочки и списания"
LEAKS, UNSERVED, GIVEN, CHANGES = "Недополучено", "Не обслужено", "Скидки и бесплатное", "Изменения тарифов"

_REVENUE = (
    Column("Тариф", width=14), Column("Название тарифа", width=26), Column("Составляющая", width=32),
    Column("Количество", "quantity", 14), Column("Единица", width=13), Column("Без НДС", "money", 16, total=True),
    Column("НДС", "money", 15, total=True), Column("Всего", "money", 16, total=True),
    Column("Прошлый месяц, всего", "money", 16, total=True), Column("Изменение", "money", 16, total=True),
)  # fmt: skip
_AGEING = (
    Column("Организация", width=32), Column("Код клиента", width=13), Column("Клиент", width=36), Column("ИНН", width=14),
    *(Column(title, "money", 15, total=True) for title in AGES), Column("Всего долг", "money", 16, total=True),
    Column("Аванс клиента", "money", 15, total=True), Column("Сальдо", "money", 16, total=True),
)  # fmt: skip
_DEBTS = (
    Column("Организация", width=30), Column("Клиент", width=36), Column("ИНН", width=14), Column("Счёт", width=18),
    Column("Договор", width=16), Column("За месяц", width=11), Column("Выставлен", "date", 12), Column("Оплатить до", "date", 12),
    Column("Дней просрочки", "whole", 11), Column("Сумма счёта", "money", 15, total=True), Column("Оплачено", "money", 15, total=True),
    Column("Долг", "money", 15, total=True),
)  # fmt: skip
_PAYMENTS = (
    Column("Дата", "date", 12), Column("Источник", width=14), Column("Документ", width=12), Column("Плательщик", width=34),
    Column("ИНН", width=14), Column("Код клиента", width=13), Column("Клиент", width=30), Column("Сумма", "money", 15, total=True),
    Column("Зачтено в счета", "money", 15, total=True), Column("Аванс", "money", 14, total=True),
    Column("Не опознано", "money", 14, total=True), Column("Какие счета оплачены", width=34), Column("Назначение", width=60),
)  # fmt: skip
_AGREED = (
    Column("Что", width=12), Column("Когда", "date", 12), Column("Организация", width=30), Column("Код клиента", width=13),
    Column("Клиент", width=34), Column("Счета", width=34), Column("Сумма", "money", 15), Column("Уплачено", "money", 15),
    Column("Как стоит", width=16), Column("Следующий платёж", "date", 13), Column("Кто", width=20), Column("Почему", width=40),
)  # fmt: skip
_LEAKS = (
    Column("Вид", width=32), Column("Платформа или договор", width=20), Column("Договор", width=16), Column("Код клиента", width=13),
    Column("Клиент", width=34), Column("Машин", "whole", 9, total=True), Column("Машино-дней", "whole", 13, total=True),
    Column("Оценка без НДС, ₽", "money", 16, total=True), Column("Как посчитано", width=70), Column("Дилер", width=13),
    Column("Месяцем раньше, ₽", "money", 16, total=True),
)  # fmt: skip
_GIVEN = (
    Column("Вид", width=28), Column("Договор", width=16), Column("Код клиента", width=13), Column("Клиент", width=34),
    Column("Машино-дней", "whole", 13, total=True), Column("Оценка без НДС, ₽", "money", 16, total=True), Column("Что это", width=80),
)  # fmt: skip
_CHANGES = (
    Column("Когда", "moment", 17), Column("Кто", width=20), Column("Почему", width=26), Column("Что", width=24),
    Column("Тариф или договор", width=18), Column("Клиент", width=30), Column("Действует с", "date", 12), Column("Действие", width=12),
    Column("Поле", width=22), Column("Было", width=36), Column("Стало", width=36),
)  # fmt: skip


def money_sheets(money: MoneyData) -> Iterator[Sheet]:
    """The sheets in their order."""
    yield Sheet(REVENUE, _REVENUE, _revenue_rows(money), frozen_columns=3)
    yield Sheet(AGEING, _AGEING, _ageing_rows(money), frozen_columns=3)
    yield Sheet(DEBTS, _DEBTS, _debt_rows(money), frozen_columns=2)
    yield Sheet(PAYMENTS, _PAYMENTS, _payment_rows(money))
    if agreed := tuple(_agreed_rows(money)):  # most months have none, and then no sheet
        yield Sheet(AGREED, _AGREED, agreed)
    yield Sheet(LEAKS, _LEAKS, _leak_rows(money), frozen_columns=2)
    yield Sheet(UNSERVED, _LEAKS, _unserved_rows(money), frozen_columns=2)
    yield Sheet(GIVEN, _GIVEN, _given_rows(money), frozen_columns=2)
    yield Sheet(CHANGES, _CHANGES, _change_rows(money))


def _revenue_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    for row in money.revenue:
        yield (
            row.tariff_code, row.tariff, row.component, row.quantity, row.unit, row.net, row.vat, row.total, row.before,
            row.total - row.before,
        )  # fmt: skip


def _ageing_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    first = 2  # the row of the client's first open invoice: they stand in the order of the clients
    for row in money.ageing:
        client = Link(row.client, DEBTS, first) if row.invoices else row.client
        first += row.invoices
        yield (
            row.organization, row.client_code, client, row.inn, *row.buckets, row.total, row.advance, row.total - row.advance,
        )  # fmt: skip


def _debt_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    for row in money.debts:
        yield (
            row.organization, row.client, row.inn, row.number, row.contract_no, f"{row.month:%m.%Y}", row.issued_on, row.due_on,
            max(0, row.days), row.total, row.paid, row.total - row.paid,
        )  # fmt: skip


def _payment_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    for row in money.payments:
        yield (
            row.paid_on, row.source, row.document_no, row.payer, row.inn, row.client_code, row.client, row.amount, row.matched,
            row.advance, row.unknown, row.invoices, row.purpose,
        )  # fmt: skip


def _agreed_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    for row in money.agreed:
        yield (
            row.kind, row.agreed_on, row.organization, row.client_code, row.client, row.numbers, row.amount, row.paid, row.state,
            row.next_on, row.by, row.reason,
        )  # fmt: skip


def _leak_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    yield from map(_leak, money.leaks)


def _unserved_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    yield from map(_leak, money.unserved)


def _leak(row: LeakRow) -> tuple[Cell, ...]:
    return (
        row.kind, row.subject, row.contract_no, row.client_code, row.client, row.vehicles, row.vehicle_days, row.roubles, row.how,
        row.dealer_code, row.before,
    )  # fmt: skip


def _given_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    for row in money.given:
        yield row.kind, row.contract_no, row.client_code, row.client, row.vehicle_days or None, row.roubles, row.how


def _change_rows(money: MoneyData) -> Iterator[tuple[Cell, ...]]:
    for row in money.changes:
        yield (
            row.at, row.by, row.reason, row.what, row.subject, row.client, row.valid_from, row.action, row.column, row.before, row.after,
        )  # fmt: skip
