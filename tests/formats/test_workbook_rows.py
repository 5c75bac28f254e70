"""Rows that are written as XML beside the same rows by XlsxWriter's own calls: the same bytes of the sheet, whatever is in the cells."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.documents.workbook import new_book, write_table
from pipelines.documents.workbook_model import Cell, CellKind, Column, Link, Sheet
from pipelines.documents.workbook_rows import RowSheet, place
from pipelines.wording import outside

TITLE, OTHER, AT = "Строки", "Другой", datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
KINDS: tuple[CellKind, ...] = get_args(CellKind)


class ByCalls(RowSheet):
    """A sheet whose rows are written cell by cell, by the calls that XlsxWriter has for them."""

    def begin_rows(self, first: int, columns: tuple[Column, ...], styles: Any) -> None:
        self._at, self._kinds, self._styles = first, [column.kind for column in columns], styles

    def put_row(self, cells: tuple[Cell, ...], height: float | None = None) -> None:
        if height is not None:
            self.set_row(self._at, height)
        for column, (kind, cell) in enumerate(zip(self._kinds, cells, strict=True)):
            self._put(column, kind, cell)
        self._at += 1

    def end_rows(self) -> int:
        return self._at

    def _put(self, column: int, kind: CellKind, cell: Cell) -> None:
        at, styles = (self._at, column), self._styles
        match cell:
            case None:
                self.write_blank(*at, None, styles["blank"])
            case str():
                self.write_string(*at, outside.clean(cell), styles["text"])
            case Link():
                self.write_url(*at, place(cell.sheet, cell.row), styles["link"], outside.clean(cell.text))
            case datetime():
                self.write_datetime(*at, cell.replace(tzinfo=None), styles[kind])
            case date():
                self.write_datetime(*at, cell, styles[kind])
            case _:
                figure = Decimal(cell.numerator) / Decimal(cell.denominator) if isinstance(cell, Fraction) else cell
                self.write_number(*at, figure, styles["whole" if kind in ("quantity", "percent") and cell == int(cell) else kind])


def package(columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], sheet_class: type[RowSheet] = RowSheet) -> dict[str, bytes]:
    """The files of a workbook with one table and a sheet that links lead to."""
    buffer = io.BytesIO()
    with new_book(buffer, TITLE, "Мы", AT) as (book, styles):
        write_table(book.add_worksheet(TITLE, worksheet_class=sheet_class), Sheet(TITLE, columns, rows), styles, TITLE)
        book.add_worksheet(OTHER)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def all_kinds(cell: Cell) -> tuple[Cell, ...]:
    return (cell,) * len(KINDS)


COLUMNS = tuple(Column(f"{kind} {index}", kind, 14, total=kind == "money") for index, kind in enumerate(KINDS))
MOSCOW = timezone(timedelta(hours=3))
ODD = (
    None, "", " ", "=1+1", "<b>&\"'</b>", "_x0041_", "а_xZ", "  два  пробела ", "\n+1", "длинный " * 40, Link("Н-1 <&>", OTHER, 7),
    0, -1, 10**17, Decimal("0.00"), Decimal("-1234567.80"), Decimal("1E+3"), Decimal("12.500"), Fraction(406, 31), Fraction(62, 31),
    date(2026, 1, 31), date(1999, 12, 31), datetime(2026, 1, 9, 23, 59, 59, 123456, MOSCOW), datetime(2026, 1, 9, tzinfo=MOSCOW),
)  # fmt: skip


def test_the_bytes_are_those_of_xlsxwriter_s_own_calls():
    rows = [all_kinds(cell) for cell in ODD]
    assert package(COLUMNS, rows) == package(COLUMNS, rows, ByCalls)


@pytest.mark.parametrize("columns", [COLUMNS, (Column("Без итога"),)])
def test_a_table_without_rows_is_the_same_too(columns):
    assert package(columns, []) == package(columns, [], ByCalls)


def cells() -> st.SearchStrategy[Cell]:
    return st.one_of(
        st.none(), st.text(max_size=60), st.integers(-(10**12), 10**12), st.decimals(allow_nan=False, allow_infinity=False, places=2),
        st.fractions(max_denominator=31), st.dates(date(1900, 3, 1), date(2199, 1, 1)),
        st.builds(Link, st.text(min_size=1), st.just(OTHER), st.integers(1, 9)),
        st.datetimes(datetime(1900, 3, 1), datetime(2199, 1, 1)),  # noqa: DTZ001 - as a cell shows it
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(*[cells()] * len(KINDS)), max_size=3))
def test_any_cells_are_written_as_xlsxwriter_writes_them(rows):
    assert package(COLUMNS, rows) == package(COLUMNS, rows, ByCalls)


def test_what_looks_like_marks_of_xlsxwriter_stays_text():
    """Any text between these two marks is for XlsxWriter a rich text of its own, and would go into the file as it stands."""
    hostile = "<r><t>x</t></r>"
    buffer = io.BytesIO()
    with new_book(buffer, TITLE, "Мы", AT) as (book, styles):
        page = book.add_worksheet(TITLE)
        write_table(page, Sheet(TITLE, (Column("Кто"),), [(hostile,)]), styles, TITLE)
        page.write_string(2, 0, hostile)
    sheet = openpyxl.load_workbook(buffer)[TITLE]
    assert [sheet.cell(row, 1).value for row in (2, 3)] == [hostile, hostile]
    assert sheet.cell(2, 1).data_type == "s"


def test_beyond_the_most_links_a_sheet_may_have_a_number_is_plain_text(monkeypatch):
    monkeypatch.setattr("pipelines.documents.workbook_rows._MOST_LINKS", 3)
    written = package((Column("Счёт"),), [(Link(f"Н-{number}", OTHER, number),) for number in range(1, 5)])
    sheet = written["xl/worksheets/sheet1.xml"].decode()
    assert sheet.count("<hyperlink ") == 2  # rows 2 and 3
    assert all(f"<t>Н-{number}</t>" in sheet for number in range(1, 5))


def test_what_is_no_cell_is_refused():
    with pytest.raises(TypeError, match="bytes"):
        package((Column("Что"),), [(b"x",)])
    with pytest.raises(ValueError, match="shorter"):
        package((Column("Что"), Column("Сколько", "whole")), [("x",)])
