"""«Сводка»: counts and totals as formulas over the detail sheets, checked against the ledger, and three charts."""

from decimal import Decimal
from typing import Any

from pipelines.documents import workbook_charts
from pipelines.documents.workbook_model import WorkbookData
from pipelines.documents.workbook_sheets import (
    CHARGES,
    FINDINGS,
    FLEET,
    KINDS,
    OPEN,
    PARKED,
    REGISTER,
    KindTally,
    SummaryTally,
    fleet_column,
)
from pipelines.documents.workbook_summary_money import checks, debts, leaks
from pipelines.documents.workbook_summary_page import SummaryPage, Value
from pipelines.money import ZERO
from pipelines.wording import outside, russian

SUMMARY = "Сводка"
CLOSING = "закрытие"  # the run whose parked contracts are counted
_MOST_BARS = 15
_SCALE, _MARGIN = 55, 0.5  # tables and charts fill a page, the days follow on the next
_CHART_AT, _CHART_ROWS, _CHART_SIZE = 8, 20, {"x_scale": 1.35, "y_scale": 1.25}


def write_summary(book: Any, page: Any, data: WorkbookData, tally: SummaryTally, styles: dict[str, Any]) -> None:
    """Fill the first sheet once the others are written."""
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.set_print_scale(_SCALE)
    page.set_margins(left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=0.6)
    page.set_footer("&R&8Страница &P из &N")
    page.set_column(0, 0, 34)
    page.set_column(1, 6, 16)
    page.set_column(7, 7, 3)
    at = SummaryPage(page, tally, styles)
    page.write_string(0, 0, f"Финансовый отчёт за {russian.month_name(data.period)}", styles["title"])
    page.write_string(1, 0, outside.clean(data.organization), styles["note"])
    at.row = 2
    _invoices(at, data)
    _facts(at)
    checks(at, data)
    tariffs = _tariffs(at, data)
    ages = debts(at, data)
    leaks(at)
    page.set_h_pagebreaks([at.row])
    _findings(at)
    days = _fleet(at, data)
    charts = (
        workbook_charts.tariff_chart(book, SUMMARY, (tariffs[0], min(tariffs[1], tariffs[0] + _MOST_BARS - 1))),
        workbook_charts.fleet_chart(book, SUMMARY, days),
        workbook_charts.ageing_chart(book, SUMMARY, ages),
    )
    for index, chart in enumerate(charts):
        page.insert_chart(3 + index * _CHART_ROWS, _CHART_AT, chart, _CHART_SIZE)


def _invoices(at: SummaryPage, data: WorkbookData) -> None:
    """Invoices by kind, and the difference to the ledger, which must be nought."""
    at.section("Счета")
    at.heads("Вид", "Счетов", "Без НДС", "НДС", "Всего", "По учёту", "Расхождение")
    ledger: dict[str, Decimal] = {booked.kind: booked.total for booked in data.ledger}
    first = at.row + 1
    kind_area = at.area(REGISTER, "Вид")
    for kind, title in KINDS.items():
        sums, line = at.tally.kinds.get(kind, KindTally()), at.row + 1
        at.label(title)
        at.formula(1, f"=COUNTIFS({kind_area},$A{line})", "count", sums.invoices)
        for column, heading, value in ((2, "Без НДС", sums.net), (3, "НДС", sums.vat), (4, "Всего", sums.total)):
            at.formula(column, f"=SUMIFS({at.area(REGISTER, heading)},{kind_area},$A{line})", "sum", value)
        booked = ledger.get(kind, ZERO)
        at.number(5, booked)
        at.formula(6, f"=ROUND(E{line}-F{line},2)", "sum", sums.total - booked)
        at.row += 1
    _invoice_totals(at, data, first)
    at.checked(6, first - 1)


def _invoice_totals(at: SummaryPage, data: WorkbookData, first: int) -> None:
    kinds = at.tally.kinds.values()
    total = sum((kind.total for kind in kinds), ZERO)
    booked = sum((one.total for one in data.ledger), ZERO)
    values: tuple[Value, ...] = (
        sum(kind.invoices for kind in kinds),
        sum((kind.net for kind in kinds), ZERO),
        sum((kind.vat for kind in kinds), ZERO),
        total,
        booked,
        total - booked,
    )
    at.label("Итого", "total_label")
    for column, (letter, value) in enumerate(zip("BCDEFG", values, strict=True), start=1):
        style = "total_count" if column == 1 else "total_sum"
        at.formula(column, f"=SUM({letter}{first}:{letter}{at.row})", style, value)
    at.row += 1


def _facts(at: SummaryPage) -> None:
    """Single figures that finance asks for first."""
    at.section("Кратко")
    tally = at.tally
    total = sum((kind.total for kind in tally.kinds.values()), ZERO)
    charged = sum(tally.tariffs.values(), ZERO)
    sums = at.area(REGISTER, "Всего")
    facts: list[tuple[str, str, str, Decimal | int]] = [
        ("Оплачено", f"=SUM({at.area(REGISTER, 'Оплачено')})", "sum", tally.paid),
        ("Остаток к оплате", f"=ROUND(SUM({sums})-SUM({at.area(REGISTER, 'Оплачено')}),2)", "sum", total - tally.paid),
        ("Счета минус строки", f"=ROUND(SUM({sums})-SUM({at.area(CHARGES, 'Всего')}),2)", "sum", total - charged),
        ("Договоров с объектами", f"=COUNTA({at.area(FLEET, 'Договор')})", "count", tally.written[FLEET].rows),
        ("Отложено договоров", f'=COUNTIFS({at.area(PARKED, "Прогон")},"{CLOSING}")', "count", tally.parked[CLOSING]),
        ("Находок", f"=COUNTA({at.area(FINDINGS, 'Вид')})", "count", tally.written[FINDINGS].rows),
    ]
    for label, formula, style, value in facts:
        at.label(label)
        at.formula(1, formula, style, value)
        at.row += 1


def _tariffs(at: SummaryPage, data: WorkbookData) -> tuple[int, int]:
    """Revenue by tariff against last month, the biggest first; gives the first and last row index."""
    at.section("Выручка по тарифам, с НДС")
    at.heads("Тариф", "За месяц", "Прошлый месяц", "Изменение")
    first, now = at.row, at.tally.tariffs
    previous = {outside.clean(tariff): total for tariff, total in data.previous_by_tariff.items()}
    for tariff in sorted({*now, *previous}, key=lambda code: (-now.get(code, ZERO), code)) or [""]:
        line, before, total = at.row + 1, previous.get(tariff, ZERO), now.get(tariff, ZERO)
        at.label(tariff)
        # EXACT and not SUMIFS: a code such as «T*» or «>5» would be taken for a pattern
        matches = f"--EXACT({at.area(CHARGES, 'Тариф')},$A{line})"
        at.formula(1, f"=SUMPRODUCT({matches},{at.area(CHARGES, 'Всего')})", "sum", total)
        at.number(2, before)
        at.formula(3, f"=ROUND(B{line}-C{line},2)", "sum", total - before)
        at.row += 1
    last = at.row - 1
    sums = sum(now.values(), ZERO), sum(previous.values(), ZERO)
    at.label("Итого", "total_label")
    for column, (letter, value) in enumerate(zip("BCD", (*sums, sums[0] - sums[1]), strict=True), start=1):
        at.formula(column, f"=SUM({letter}{first + 1}:{letter}{last + 1})", "total_sum", value)
    at.row += 1
    return first, last


def _findings(at: SummaryPage) -> None:
    """What somebody must look at, by kind."""
    at.section("Находки по видам")
    at.heads("Вид", "Всего", "Ещё открыто")
    kinds, are_open, first = at.area(FINDINGS, "Вид"), at.area(FINDINGS, "Ещё открыто"), at.row + 1
    for kind, count in sorted(at.tally.findings.items()) or [("нет", 0)]:
        line = at.row + 1
        at.label(kind)
        # EXACT and not COUNTIFS, as above
        at.formula(1, f"=SUMPRODUCT(--EXACT({kinds},$A{line}))", "count", count)
        at.formula(2, f'=SUMPRODUCT(--EXACT({kinds},$A{line}),--EXACT({are_open},"{OPEN}"))', "count", at.tally.open_findings[kind])
        at.row += 1
    at.label("Итого", "total_label")
    for column, (letter, counts) in enumerate((("B", at.tally.findings), ("C", at.tally.open_findings)), start=1):
        at.formula(column, f"=SUM({letter}{first}:{letter}{at.row})", "total_count", counts.total())
    at.row += 1


def _fleet(at: SummaryPage, data: WorkbookData) -> tuple[int, int]:
    """Billable vehicles of all contracts by day; gives the first and last row index."""
    at.section("Парк по дням")
    at.heads("День", "Объектов")
    first = at.row
    for index, day in enumerate(data.period.dates()):
        at.page.write_datetime(at.row, 0, day, at.styles["day"])
        at.formula(1, f"=SUM({at.area(FLEET, fleet_column(day))})", "count", at.tally.fleet[index])
        at.row += 1
    return first, at.row - 1
