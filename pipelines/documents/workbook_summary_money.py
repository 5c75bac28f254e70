"""The part of «Сводка» that is about money: debts by age and the biggest debtors, leakage, what is given on purpose."""

from pipelines.documents.workbook_model import WorkbookData
from pipelines.documents.workbook_money import AGEING, GIVEN, LEAKS
from pipelines.documents.workbook_money_model import AGES
from pipelines.documents.workbook_sheets import LeakTally
from pipelines.documents.workbook_summary_page import SummaryPage, Value
from pipelines.money import ZERO
from pipelines.wording import outside, russian


def debts(at: SummaryPage, data: WorkbookData) -> tuple[int, int]:
    """Debt by days past due; gives the first and last row index of the ages."""
    on = f" на {russian.short_date(data.money.on)}" if data.money.on else ""
    at.section(f"Дебиторка{on}", AGEING)
    at.heads("Просрочка", "Сумма")
    first, totals = at.row, at.tally.written[AGEING].totals
    for title in AGES:
        at.label(title)
        at.formula(1, f"=SUM({at.area(AGEING, title)})", "sum", totals[title])
        at.row += 1
    at.label("Всего долг", "total_label")
    at.formula(1, f"=SUM(B{first + 1}:B{at.row})", "total_sum", sum((totals[title] for title in AGES), ZERO))
    at.row += 1
    overdue, whole = sum((totals[title] for title in AGES[2:]), ZERO), sum((totals[title] for title in AGES), ZERO)
    at.label("Просрочено, доля долга")
    at.formula(1, f"=IF(B{at.row}=0,0,SUM(B{first + 3}:B{at.row - 1})/B{at.row})", "rate", overdue / whole if whole else ZERO)
    at.row += 1
    if data.money.stopped:
        at.label("Отключения остановлены")
        at.text(1, outside.clean(data.money.stopped))
        at.row += 1
    at.label("Авансы клиентов")
    at.formula(1, f"=SUM({at.area(AGEING, 'Аванс клиента')})", "sum", totals["Аванс клиента"])
    at.row += 1
    _debtors(at)
    return first, first + len(AGES) - 1


def _debtors(at: SummaryPage) -> None:
    """The clients that owe most."""
    at.section("Крупнейшие должники", AGEING)
    at.heads("Клиент", "ИНН", "Долг", "Просрочено", "Доля долга")
    whole = sum((at.tally.written[AGEING].totals[title] for title in AGES), ZERO)
    for row in at.tally.debtors:
        at.label(outside.clean(row.client))
        at.text(1, outside.clean(row.inn))
        at.number(2, row.total)
        at.number(3, sum(row.buckets[2:], ZERO))
        at.number(4, row.total / whole if whole else ZERO, "rate")
        at.row += 1
    if not at.tally.debtors:
        at.label("нет")
        at.row += 1


def leaks(at: SummaryPage) -> None:
    """What was served and not billed, by kind."""
    at.section("Недополучено: обслужено и не выставлено", LEAKS)
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


def given(at: SummaryPage) -> None:
    """Discounts and free components: no leak, a contract or a tariff says so."""
    at.section("Скидки и бесплатное: по договорам и тарифам", GIVEN)
    at.heads("Вид", "Договоров", "Без НДС, ₽")
    kinds, sums, first = at.area(GIVEN, "Вид"), at.area(GIVEN, "Оценка без НДС, ₽"), at.row + 1
    for kind, tally in sorted(at.tally.given.items()) or [("нет", LeakTally())]:
        number = at.row + 1
        at.label(kind)
        at.formula(1, f"=COUNTIFS({kinds},$A{number})", "count", tally.places)
        at.formula(2, f"=SUMIFS({sums},{kinds},$A{number})", "sum", tally.roubles)
        at.row += 1
    at.label("Итого", "total_label")
    at.formula(1, f"=SUM(B{first}:B{at.row})", "total_count", at.tally.written[GIVEN].rows)
    at.formula(2, f"=SUM(C{first}:C{at.row})", "total_sum", at.tally.written[GIVEN].totals["Оценка без НДС, ₽"])
    at.row += 1
