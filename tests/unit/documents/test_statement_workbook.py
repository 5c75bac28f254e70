"""An акт сверки as a workbook: below its sums stand the sentences that stand below the table on the paper."""

import io
from dataclasses import replace
from datetime import date

from openpyxl import load_workbook

from pipelines.documents.statement_workbook import write_statement
from tests.unit.documents.samples import statement

STATEMENT = statement(date(2026, 1, 1), date(2026, 3, 31))
LINE = "Не оплачено по счетам на 31.03.2026: 120,00 ₽ = сальдо акта −380,00 ₽ + счета за ещё не оказанные услуги 500,00 ₽."


def _sheet(document):
    opened = io.BytesIO()
    write_statement(document, opened)
    return load_workbook(io.BytesIO(opened.getvalue())).active


def test_the_line_between_both_books_stands_below_the_sums():
    document = replace(STATEMENT, notes=(LINE, "=HYPERLINK(1)"))
    sheet = _sheet(document)
    first = [cell.value for cell in sheet["A"]]
    assert first[-4:] == ["Итого", None, LINE, "=HYPERLINK(1)"]
    assert {sheet.cell(row, 1).data_type for row in (sheet.max_row - 1, sheet.max_row)} == {"s"}
    assert {str(each) for each in sheet.merged_cells.ranges} == {f"A{row}:F{row}" for row in (sheet.max_row - 1, sheet.max_row)}
    assert sheet.row_dimensions[sheet.max_row - 1].height >= 13.5


def test_where_both_books_say_the_same_nothing_stands_below():
    assert [cell.value for cell in _sheet(STATEMENT)["A"]][-1] == "Итого"
