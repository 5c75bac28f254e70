"""The workbook's sheets of debts over time: groups, DSO, what the ladder collects, promises, access, expected money."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pipelines.documents.workbook_model import Cell, Column, Sheet
from pipelines.documents.workbook_money_model import AGES
from pipelines.period import Month, Span
from pipelines.reports.access_days import BlockedAccount, RestoredAccount, blocked_on, restored_between
from pipelines.reports.ageing import AGES as AGE_COLUMNS
from pipelines.reports.ageing import Grouping, ageing_groups
from pipelines.reports.dso import MonthDebts, debts_by_month
from pipelines.reports.forecast import ClientForecast, ForecastLine, ForecastPart, by_client, by_week, expectations
from pipelines.reports.ladder_effect import StepEffect, step_effects
from pipelines.reports.payment_habits import HabitBasis
from pipelines.reports.promises import GivenPromise, PromiseState, promises_given

if TYPE_CHECKING:
    from sqlalchemy import Connection

GROUPS, TURNOVER, STEPS, PROMISES = "Долги по группам", "Оборот дебиторки", "Действие лестницы", "Обещания"
ACCESS, WEEKS, HABITS = "Доступ", "Прогноз по неделям", "Прогноз по клиентам"
MONTHS, FORECAST_WEEKS = 12, 8

_BY: Final[Mapping[Grouping, str]] = {"organization": "организация", "dealer": "дилер", "manager": "менеджер"}
_NOBODY: Final = {"dealer": "без дилера", "manager": "без менеджера"}
STEP_NAMES: Final = {
    "reminder": "напоминание", "notice": "уведомление", "warning": "предупреждение", "final": "последнее предупреждение",
    "block": "отключение",
}  # fmt: skip
_PROMISE_NAMES: Final = {
    PromiseState.KEPT: "выполнено", PromiseState.BROKEN: "нарушено", PromiseState.OPEN: "ждём",
    PromiseState.REPLACED: "обещал снова", PromiseState.NOTHING_DUE: "нечего было платить",
}  # fmt: skip
_PART_NAMES: Final = {
    ForecastPart.OVERDUE: "просрочено", ForecastPart.WEEK: "неделя", ForecastPart.LATER: "позже",
    ForecastPart.NO_HABIT: "вне привычки: так поздно ещё не платили",
}  # fmt: skip
_BASIS_NAMES: Final = {
    HabitBasis.OWN: "своя", HabitBasis.CATEGORY: "группы клиентов", HabitBasis.ALL: "всех клиентов",
    HabitBasis.DUE_DATE: "нет: по сроку",
}  # fmt: skip
_STATES: Final = {"active": "включена", "blocked": "ещё отключена", "unknown": "не прочитано", "gone": "нет на платформе"}

_GROUPS = (
    Column("По чему", width=14), Column("Кто", width=36), Column("Клиентов", "whole", 10), Column("Счетов", "whole", 9),
    *(Column(title, "money", 15) for title in AGES), Column("Всего долг", "money", 16), Column("Просрочено", "money", 16),
    Column("Доля просрочки, %", "percent", 11),
)  # fmt: skip
_TURNOVER = (
    Column("Организация", width=32), Column("Месяц", width=11), Column("Дней", "whole", 7), Column("Выставлено", "money", 16),
    Column("Поступило", "money", 16), Column("Не оплачено на конец", "money", 16), Column("Просрочено", "money", 16),
    Column("Доля просрочки, %", "percent", 11), Column("DSO, дней", "percent", 9), Column("DSO без просрочки", "percent", 11),
    Column("Из-за просрочки, дней", "percent", 12),
)  # fmt: skip
_STEPS = (
    Column("Организация", width=32), Column("Ступень", width=26), Column("Дней от срока", "whole", 9),
    Column("Долгов", "whole", 9, total=True),
    Column("Писем ушло", "whole", 9, total=True), Column("Было должно", "money", 16, total=True),
    Column("Оплачивали", "whole", 11, total=True), Column("Пришло за 3 дня", "money", 16, total=True), Column("Доля, %", "percent", 9),
    Column("Рано судить", "whole", 9, total=True),
)  # fmt: skip
_PROMISES = (
    Column("Организация", width=32), Column("Код клиента", width=13), Column("Клиент", width=34), Column("Обещал", "date", 12),
    Column("Заплатить до", "date", 12), Column("Было должно", "money", 15, total=True), Column("Оплачено", "money", 15, total=True),
    Column("Что вышло", width=20), Column("Кто записал", width=20), Column("Почему", width=40),
)  # fmt: skip
_ACCESS = (
    Column("Что", width=12), Column("Организация", width=28), Column("Код клиента", width=13), Column("Клиент", width=34),
    Column("Менеджер", width=18), Column("Платформа", width=14), Column("Учётная запись", width=18), Column("Отключена", "date", 12),
    Column("Возвращена", "moment", 17), Column("Дней", "whole", 7), Column("Просрочено", "money", 15), Column("Почему", width=60),
    Column("Прочитано", width=14),
)  # fmt: skip
_WEEKS = (
    Column("Что", width=24), Column("С", "date", 12), Column("По", "date", 12), Column("По срокам счетов", "money", 16, total=True),
    Column("По привычке клиентов", "money", 16, total=True), Column("К концу: не меньше", "money", 16),
    Column("К концу: ожидается", "money", 16),
    Column("К концу: не больше", "money", 16),
)  # fmt: skip
_HABITS = (
    Column("Организация", width=32), Column("Код клиента", width=13), Column("Клиент", width=34),
    Column("Не оплачено", "money", 15, total=True),
    Column("Просрочено", "money", 15, total=True), Column("Чья привычка", width=17), Column("Платит через, дней", "whole", 10),
    Column("По скольким счетам", "whole", 11), Column("Ближайшая оплата", "date", 14),
    Column(f"За {FORECAST_WEEKS} недель", "money", 15, total=True), Column("Вне привычки", "money", 15, total=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What organizations and clients are called, by their codes."""

    organizations: Mapping[str, str]
    clients: Mapping[str, str]


def debt_sheets(connection: "Connection", month: Month, on: date, names: Names) -> Iterator[Sheet]:
    """The sheets in their order: groups, access and forecast as of the day `on`, the months up to the workbook's, the month's steps,
    promises and restored accounts."""
    days, first = Span(month.first, month.last), _months_before(month)
    expected = expectations(connection, on)
    yield Sheet(GROUPS, _GROUPS, _group_rows(connection, on, names), frozen_columns=2)
    yield Sheet(TURNOVER, _TURNOVER, _turnover_rows(debts_by_month(connection, first, month, on), names), frozen_columns=2)
    yield Sheet(STEPS, _STEPS, _step_rows(step_effects(connection, days, on), names), frozen_columns=2)
    yield Sheet(PROMISES, _PROMISES, _promise_rows(promises_given(connection, days, on), on, names), frozen_columns=3)
    yield Sheet(ACCESS, _ACCESS, _access_rows(blocked_on(connection, on), restored_between(connection, days)), frozen_columns=1)
    yield Sheet(WEEKS, _WEEKS, _week_rows(by_week(expected, on, FORECAST_WEEKS)))
    yield Sheet(HABITS, _HABITS, _habit_rows(by_client(expected, on, FORECAST_WEEKS), names), frozen_columns=3)


def _months_before(month: Month) -> Month:
    for _ in range(MONTHS - 1):
        month = month.previous
    return month


def _group_rows(connection: "Connection", on: date, names: Names) -> Iterator[tuple[Cell, ...]]:
    for by, title in _BY.items():
        for group in ageing_groups(connection, on, by):
            yield (
                title, _group_name(by, group["code"], names), group["clients"], group["invoices"], *(group[age] for age in AGE_COLUMNS),
                group["total"], group["overdue"], group["share"],
            )  # fmt: skip


def _group_name(by: Grouping, code: str | None, names: Names) -> str:
    if code is None:
        return _NOBODY[by]
    known = {"organization": names.organizations, "dealer": names.clients, "manager": {}}[by]
    return known.get(code, code)


def _turnover_rows(months: Iterable[MonthDebts], names: Names) -> Iterator[tuple[Cell, ...]]:
    for each in months:
        yield (
            names.organizations[each.organization_code], f"{each.month:%m.%Y}", each.days, each.issued, each.received, each.open,
            each.overdue, each.share, each.dso, each.best_dso, each.late_days,
        )  # fmt: skip


def _step_rows(effects: Iterable[StepEffect], names: Names) -> Iterator[tuple[Cell, ...]]:
    for each in effects:
        yield (
            names.organizations[each.organization_code], STEP_NAMES.get(each.step, each.step), each.days, each.debts, each.letters,
            each.owed, each.paid_debts, each.collected, each.share, each.waiting,
        )  # fmt: skip


def _promise_rows(promises: Iterable[GivenPromise], on: date, names: Names) -> Iterator[tuple[Cell, ...]]:
    for each in promises:
        yield (
            names.organizations[each.organization_code], each.client_code, each.client, each.given_on, each.until, each.owed, each.paid,
            _PROMISE_NAMES[each.state(on)], each.by_name, each.reason,
        )  # fmt: skip


def _access_rows(blocked: Iterable[BlockedAccount], restored: Iterable[RestoredAccount]) -> Iterator[tuple[Cell, ...]]:
    for held in blocked:
        yield (
            "отключена", held.organization, held.client_code, held.client, held.manager or "", held.platform, held.account_id, held.since,
            None, held.days, held.overdue, held.reason, "",
        )  # fmt: skip
    for back in restored:
        yield (
            "возвращена", back.organization, back.client_code, back.client, back.manager or "", back.platform, back.account_id, back.since,
            back.restored_at, back.days, None, back.reason, _STATES.get(back.state or "", ""),
        )  # fmt: skip


def _week_rows(lines: Iterable[ForecastLine]) -> Iterator[tuple[Cell, ...]]:
    for each in lines:
        yield _PART_NAMES[each.part], each.first, each.last, each.due, each.expected, each.least, each.by_then, each.most


def _habit_rows(clients: Iterable[ClientForecast], names: Names) -> Iterator[tuple[Cell, ...]]:
    for each in clients:
        yield (
            names.organizations[each.organization_code], each.client_code, names.clients.get(each.client_code, ""), each.open, each.overdue,
            _BASIS_NAMES[each.basis], each.habit_days, each.paid_invoices, each.next_on, each.expected, each.no_habit,
        )  # fmt: skip
