"""«Сводка»: counts and totals as formulas over the detail sheets, checked against the ledger, and two charts."""

from decimal import Decimal
from typing import Any

from pipelines.documents import formats
from pipelines.documents.workbook_model import WorkbookData
from pipelines.documents.workbook_sheets import (
    CHARGES,
    FINDINGS,
    FLEET,
    FLEET_FIRST_DAY,
    KINDS,
    PARKED,
    REGISTER,
    KindTally,
    Tally,
)
from pipelines.money import ZERO

SUMMARY = "Сводка"
_NET, _VAT, _TOTAL, _PAID, _KIND = "J", "K", "L", "M", "B"  # columns of the register
_TARIFF, _CHARGED = "E", "O"  # columns of the charges


class _Page:
    """The summary sheet, written from top to bottom."""

    def __init__(self, page: Any, tally: Tally, styles: dict[str, Any]) -> None:
        self.page, self.tally, self.styles, self.row = page, tally, styles, 0

    def area(self, sheet: str, column: str) -> str:
        """A column of a detail sheet as a formula names it; never empty."""
        return f"'{sheet}'!${column}$2:${column}${max(1, self.tally.rows[sheet]) + 1}"

    def heads(self, *titles: str) -> None:
        for index, title in enumerate(titles):
            self.page.write_string(self.row, index, title, self.styles["head" if index == 0 else "head_right"])
        self.row += 1

    def section(self, title: str) -> None:
        self.row += 1
        self.page.write_string(self.row, 0, title, self.styles["section"])
        self.row += 1

    def formula(self, column: int, formula: str, style: str, value: Decimal | int) -> None:
        self.page.write_formula(self.row, column, formula, self.styles[style], value)


def write_summary(book: Any, page: Any, data: WorkbookData, tally: Tally, styles: dict[str, Any]) -> None:
    """Fill the first sheet once the others are written."""
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&R&8Страница &P из &N")
    page.set_column(0, 0, 30)
    page.set_column(1, 6, 17)
    page.set_column(7, 7, 3)
    at = _Page(page, tally, styles)
    page.write_string(0, 0, f"Начисления за {formats.month_name(data.period)}", styles["title"])
    page.write_string(1, 0, formats.clean(data.organization), styles["muted"])
    at.row = 2
    _invoices(at, data)
    _facts(at)
    tariffs = _tariffs(at, data)
    days = _fleet(at, data)
    page.insert_chart(3, 8, _fleet_chart(book, days), {"x_scale": 1.35, "y_scale": 1.15})
    page.insert_chart(22, 8, _tariff_chart(book, tariffs), {"x_scale": 1.35, "y_scale": 1.15})


def _invoices(at: _Page, data: WorkbookData) -> None:
    """Invoices by kind, and the difference to the ledger, which must be nought."""
    at.section("Счета")
    at.heads("Вид", "Счетов", "Без НДС", "НДС", "Всего", "По учёту", "Расхождение")
    ledger = {one.kind: one.total for one in data.ledger}
    first = at.row + 1
    kind_area = at.area(REGISTER, _KIND)
    for kind, title in KINDS.items():
        found, line = at.tally.kinds.get(kind, KindTally()), at.row + 1
        at.page.write_string(at.row, 0, title, at.styles["label"])
        at.formula(1, f"=COUNTIFS({kind_area},$A{line})", "count", found.invoices)
        for column, letter, value in ((2, _NET, found.net), (3, _VAT, found.vat), (4, _TOTAL, found.total)):
            at.formula(column, f"=SUMIFS({at.area(REGISTER, letter)},{kind_area},$A{line})", "sum", value)
        booked = ledger.get(kind, ZERO)  # type: ignore[call-overload]  # KINDS is keyed by the same literals
        at.page.write_number(at.row, 5, booked, at.styles["sum"])
        at.formula(6, f"=ROUND(E{line}-F{line},2)", "sum", found.total - booked)
        at.row += 1
    _invoice_totals(at, data, first)
    at.page.conditional_format(first - 1, 6, at.row - 1, 6, {"type": "cell", "criteria": "!=", "value": 0, "format": at.styles["wrong"]})
    at.page.conditional_format(first - 1, 6, at.row - 1, 6, {"type": "cell", "criteria": "==", "value": 0, "format": at.styles["right"]})


def _invoice_totals(at: _Page, data: WorkbookData, first: int) -> None:
    kinds = at.tally.kinds.values()
    total = sum((kind.total for kind in kinds), ZERO)
    booked = sum((one.total for one in data.ledger), ZERO)
    values: tuple[Decimal | int, ...] = (
        sum(kind.invoices for kind in kinds),
        sum((kind.net for kind in kinds), ZERO),
        sum((kind.vat for kind in kinds), ZERO),
        total,
        booked,
        total - booked,
    )
    at.page.write_string(at.row, 0, "Итого", at.styles["total_label"])
    for column, (letter, value) in enumerate(zip("BCDEFG", values, strict=True), start=1):
        style = "total_count" if column == 1 else "total_sum"
        at.formula(column, f"=SUM({letter}{first}:{letter}{at.row})", style, value)
    at.row += 1


def _facts(at: _Page) -> None:
    """Single figures that finance asks for first."""
    at.section("Кратко")
    tally = at.tally
    total = sum((kind.total for kind in tally.kinds.values()), ZERO)
    charged = sum(tally.tariffs.values(), ZERO)
    sums = at.area(REGISTER, _TOTAL)
    facts: list[tuple[str, str, str, Decimal | int]] = [
        ("Оплачено", f"=SUM({at.area(REGISTER, _PAID)})", "sum", tally.paid),
        ("Остаток к оплате", f"=ROUND(SUM({sums})-SUM({at.area(REGISTER, _PAID)}),2)", "sum", total - tally.paid),
        ("Строки начислений, всего", f"=SUM({at.area(CHARGES, _CHARGED)})", "sum", charged),
        ("Счета минус строки", f"=ROUND(SUM({sums})-SUM({at.area(CHARGES, _CHARGED)}),2)", "sum", total - charged),
        ("Договоров с объектами", f"=COUNTA({at.area(FLEET, 'A')})", "count", tally.rows[FLEET]),
        ("Отложено договоров", f"=COUNTA({at.area(PARKED, 'A')})", "count", tally.rows[PARKED]),
        ("Находок", f"=COUNTA({at.area(FINDINGS, 'A')})", "count", tally.rows[FINDINGS]),
    ]
    for label, formula, style, value in facts:
        at.page.write_string(at.row, 0, label, at.styles["label"])
        at.formula(1, formula, style, value)
        at.row += 1


def _tariffs(at: _Page, data: WorkbookData) -> tuple[int, int]:
    """Revenue by tariff against last month; gives the first and last row index."""
    at.section("Выручка по тарифам, с НДС")
    at.heads("Тариф", "За месяц", "Прошлый месяц", "Изменение")
    first = at.row
    previous = {formats.clean(tariff): total for tariff, total in data.previous_by_tariff.items()}
    for tariff in sorted({*at.tally.tariffs, *previous}) or [""]:
        line, before = at.row + 1, previous.get(tariff, ZERO)
        now = at.tally.tariffs.get(tariff, ZERO)
        at.page.write_string(at.row, 0, tariff, at.styles["label"])
        # EXACT and not SUMIFS: a code such as «T*» or «>5» would be taken for a pattern
        matches = f"--EXACT({at.area(CHARGES, _TARIFF)},$A{line})"
        at.formula(1, f"=SUMPRODUCT({matches},{at.area(CHARGES, _CHARGED)})", "sum", now)
        at.page.write_number(at.row, 2, before, at.styles["sum"])
        at.formula(3, f"=ROUND(B{line}-C{line},2)", "sum", now - before)
        at.row += 1
    return first, at.row - 1


def _fleet(at: _Page, data: WorkbookData) -> tuple[int, int]:
    """Billable vehicles of all contracts by day; gives the first and last row index."""
    from xlsxwriter.utility import xl_col_to_name

    at.section("Парк по дням")
    at.heads("День", "Объектов")
    first = at.row
    for index, day in enumerate(data.period.dates()):
        at.page.write_datetime(at.row, 0, day, at.styles["day"])
        column = xl_col_to_name(FLEET_FIRST_DAY + index)
        at.formula(1, f"=SUM({at.area(FLEET, column)})", "count", at.tally.fleet[index])
        at.row += 1
    return first, at.row - 1


def _fleet_chart(book: Any, rows: tuple[int, int]) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series(_series("Объектов", rows))
    chart.set_x_axis({"num_format": "dd.mm", "date_axis": True, "num_font": {"rotation": -45, "size": 8}})
    chart.set_y_axis({"num_format": "#,##0", "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#E3E8ED"}}})
    return _dressed(chart, "Объекты по дням")


def _tariff_chart(book: Any, rows: tuple[int, int]) -> Any:
    chart = book.add_chart({"type": "bar"})
    chart.add_series({**_series("За месяц", rows), "fill": {"color": "#0B5C7D"}, "gap": 60})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E3E8ED"}}})
    chart.set_y_axis({"reverse": True})
    return _dressed(chart, "Выручка по тарифам, ₽")


def _series(name: str, rows: tuple[int, int]) -> dict[str, Any]:
    first, last = rows
    return {
        "name": name,
        "categories": [SUMMARY, first, 0, last, 0],
        "values": [SUMMARY, first, 1, last, 1],
        "line": {"color": "#0B5C7D", "width": 2.25},
    }


def _dressed(chart: Any, title: str) -> Any:
    chart.set_title({"name": title, "name_font": {"size": 12, "color": "#0B5C7D"}, "overlay": False})
    chart.set_legend({"none": True})
    return chart
