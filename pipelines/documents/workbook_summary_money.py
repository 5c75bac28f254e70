"""The part of «Сводка» that is about money: debts by age, leakage, and what the ledger says of every sheet."""

from decimal import Decimal

from pipelines.documents.workbook_model import WorkbookData
from pipelines.documents.workbook_money import AGEING, LEAKS, PAYMENTS, REVENUE
from pipelines.documents.workbook_money_model import AGES
from pipelines.documents.workbook_sheets import CHARGES, LeakTally
from pipelines.documents.workbook_summary_page import SummaryPage, Value
from pipelines.money import ZERO
from pipelines.wording import russian


def checks(at: SummaryPage, data: WorkbookData) -> None:
    """Sums of the sheets beside the ledger's; every difference must be nought."""
    at.section("Сверка с учётом")
    at.heads("Показатель", "В книге", "По учёту", "Расхождение")
    ledger, first = data.money.ledger, at.row
    billed = sum((one.total for one in data.ledger), ZERO)
    charged = sum(at.tally.tariffs.values(), ZERO)
    line(at, "Строки начислений, всего", f"=SUM({at.area(CHARGES, 'Всего')})", charged, billed)
    for label, sheet, titles, booked in (
        ("Выручка за месяц", REVENUE, ("Всего",), ledger.revenue),
        ("Выручка за прошлый месяц", REVENUE, ("Прошлый месяц, всего",), ledger.revenue_before),
        ("Долг клиентов", AGEING, AGES, ledger.debts),
        ("Авансы клиентов", AGEING, ("Аванс клиента",), ledger.advances),
        ("Платежи за месяц", PAYMENTS, ("Сумма",), ledger.payments),
        ("Зачтено, авансы и не опознано", PAYMENTS, ("Зачтено в счета", "Аванс", "Не опознано"), ledger.payments),
    ):
        areas = ",".join(at.area(sheet, title) for title in titles)
        totals = at.tally.written[sheet].totals
        line(at, label, f"=SUM({areas})", sum((totals[title] for title in titles), ZERO), booked)
    at.checked(3, first)


def line(at: SummaryPage, label: str, formula: str, value: Decimal, booked: Decimal) -> None:
    """One checked sum."""
    number = at.row + 1
    at.label(label)
    at.formula(1, formula, "sum", value)
    at.number(2, booked)
    at.formula(3, f"=ROUND(B{number}-C{number},2)", "sum", value - booked)
    at.row += 1


def debts(at: SummaryPage, data: WorkbookData) -> tuple[int, int]:
    """Debt by days past due; gives the first and last row index of the ages."""
    on = f" на {russian.short_date(data.money.on)}" if data.money.on else ""
    at.section(f"Дебиторка{on}")
    at.heads("Просрочка", "Сумма")
    first, totals = at.row, at.tally.written[AGEING].totals
    for title in AGES:
        at.label(title)
        at.formula(1, f"=SUM({at.area(AGEING, title)})", "sum", totals[title])
        at.row += 1
    at.label("Всего долг", "total_label")
    at.formula(1, f"=SUM(B{first + 1}:B{at.row})", "total_sum", sum((totals[title] for title in AGES), ZERO))
    at.row += 1
    at.label("Авансы клиентов")
    at.formula(1, f"=SUM({at.area(AGEING, 'Аванс клиента')})", "sum", totals["Аванс клиента"])
    at.row += 1
    return first, first + len(AGES) - 1


def leaks(at: SummaryPage) -> None:
    """What was served and not billed, by kind."""
    at.section("Недополучено: обслужено и не выставлено")
    at.heads("Вид", "Мест", "Машин", "Машино-дней", "Без НДС, ₽")
    first = at.row + 1
    kinds = at.area(LEAKS, "Вид")
    columns = [("C", "Машин", "count"), ("D", "Машино-дней", "count"), ("E", "Оценка без НДС, ₽", "sum")]
    for kind, tally in sorted(at.tally.leaks.items()) or [("нет", LeakTally())]:
        number = at.row + 1
        at.label(kind)
        at.formula(1, f"=COUNTIFS({kinds},$A{number})", "count", tally.places)
        values: tuple[Value, ...] = (tally.vehicles, tally.vehicle_days, tally.roubles)
        for index, (value, (_, title, style)) in enumerate(zip(values, columns, strict=True), start=2):
            at.formula(index, f"=SUMIFS({at.area(LEAKS, title)},{kinds},$A{number})", style, value)
        at.row += 1
    at.label("Итого", "total_label")
    totals = at.tally.written[LEAKS].totals
    at.formula(1, f"=SUM(B{first}:B{at.row})", "total_count", at.tally.written[LEAKS].rows)
    for index, (letter, title, style) in enumerate(columns, start=2):
        at.formula(index, f"=SUM({letter}{first}:{letter}{at.row})", f"total_{style}", totals[title])
    at.row += 1
