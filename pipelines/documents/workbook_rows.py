"""Rows of a table sheet, written as XML straight into the file of rows that XlsxWriter keeps of a sheet in constant memory.

XlsxWriter makes an object of every cell and a dozen calls for each, which of a large month's 1.5 million cells was two fifths of the whole
close. What is written here reads as what its own calls would have written: same cells, formats, heights and links (a test writes both).
Headings, totals, widths and everything else of the package stay XlsxWriter's. Imported where it is used: XlsxWriter takes time to load.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.url import Url
from xlsxwriter.utility import _preserve_whitespace, xl_col_to_name
from xlsxwriter.worksheet import Worksheet
from xlsxwriter.xmlwriter import XMLwriter

from pipelines.documents.workbook_model import Cell, CellKind, Column, Link
from pipelines.money import Exact
from pipelines.wording import outside

_LONGEST_TEXT: Final = 32_000
_MOST_LINKS: Final = 60_000  # a sheet may have 65,530; the rest of a huge one are plain texts
_KNOWN_TEXTS: Final = 1 << 13
_DAY_NOUGHT: Final = date(1899, 12, 30).toordinal()  # of a spreadsheet's days since 1900-03-01: it takes 1900 for a leap year
_DAY: Final = 24 * 60 * 60

Writer = Callable[[str, int, Any], str]
"""(place of the cell, its row from 1, what is in it) → the cell as XML."""


def place(sheet: str, row: int = 1) -> str:
    """The address of a row (from 1) of a sheet of the same workbook, as a link names it."""
    return f"internal:'{sheet}'!A{row}"


class RowSheet(Worksheet):  # type: ignore[misc]  # its methods have no types
    """A sheet of XlsxWriter that takes whole rows of a table.

    Rows go below whatever stands in the sheet already, in order; XlsxWriter's own calls may go on below the last one.
    """

    def begin_rows(self, first: int, columns: tuple[Column, ...], styles: Mapping[str, Any]) -> None:
        """Begin a table whose first row has the index ``first``. ``styles`` by the kinds of cells, and `text`, `link`, `blank`, `whole`."""
        self._write_single_row(first)  # what stands above goes to the file of rows before them
        self._next = first + 1  # as the file counts: from 1
        self._columns = [(xl_col_to_name(index), _Writers(self, index, column.kind, styles)) for index, column in enumerate(columns)]

    def put_row(self, cells: tuple[Cell, ...], height: float | None = None) -> None:
        """Write the next row; ``height`` in points, None: of one line. Text goes in as text whatever it begins with."""
        row = self._next
        self._next += 1
        raised = "" if height is None else f' ht="{int(height * 4 / 3 + 0.5) * 0.75:.16g}" customHeight="1"'
        written = "".join(
            [
                writers[cell.__class__](f"{letter}{row}", row, cell)
                for (letter, writers), cell in zip(self._columns, cells, strict=True)
            ]
        )  # fmt: skip
        self.fh.write(f'<row r="{row}"{raised}>{written}</row>')

    def end_rows(self) -> int:
        """After the last row of the table: the index of the row below it, where what is written next may stand."""
        below = self._next - 1
        self._check_dimensions(below - 1, len(self._columns) - 1)  # which keeps what the sheet reaches to
        self.previous_row = below
        return below

    def _xml_rich_inline_string(self, string: str, attributes: Sequence[tuple[str, Any]] = ()) -> None:
        """A text that only looks like XlsxWriter's own marks of a rich one, of which there is none here: it would stand unescaped."""
        self._xml_inline_string(string, _preserve_whitespace(string), attributes)

    def link(self, row: int, column: int, to: Link) -> None:
        """Make a cell (both from 0) lead to a row of another sheet."""
        url = Url(place(to.sheet, to.row))
        url._text = outside.clean(to.text)[:_LONGEST_TEXT]
        self.hyperlinks[row][column] = url


class TableBook(Workbook):  # type: ignore[misc]  # as above
    """A workbook whose sheets take whole rows."""

    worksheet_class = RowSheet


class _Writers(dict[type, Writer]):
    """What writes the cells of one column, by the class of what is in them; filled as classes are met."""

    def __init__(self, page: RowSheet, column: int, kind: CellKind, styles: Mapping[str, Any]) -> None:
        super().__init__()
        self._page, self._column, self._kind, self._styles = page, column, kind, styles

    def __missing__(self, met: type) -> Writer:
        self[met] = made = self._writer(met)
        return made

    def _writer(self, met: type) -> Writer:
        if met is type(None):
            blank = self._number_of("blank")
            return lambda place, _row, _cell: f'<c r="{place}" s="{blank}"/>'
        if issubclass(met, str):
            return self._text("text")
        if issubclass(met, Link):
            return self._link()
        if issubclass(met, date):
            style, days = self._number_of(self._kind), _moment if issubclass(met, datetime) else _day
            return lambda place, _row, cell: f'<c r="{place}" s="{style}"><v>{days(cell)}</v></c>'
        if not issubclass(met, int | Decimal | Fraction):
            raise TypeError(f"no cell of a workbook: {met.__name__}")
        return self._figure(_rounded if issubclass(met, Fraction) else _plain)

    def _text(self, name: str) -> Writer:
        style = self._number_of(name)
        return lambda place, _row, cell: f'<c r="{place}" s="{style}" t="inlineStr"><is>{_inline(cell)}</is></c>'

    def _link(self) -> Writer:
        linked = self._text("link")

        def write(place: str, row: int, cell: Link) -> str:
            if row > _MOST_LINKS:
                return self[str](place, row, cell.text)
            self._page.link(row - 1, self._column, cell)
            return linked(place, row, cell.text)

        return write

    def _figure(self, written: Callable[[Any], str]) -> Writer:
        kind = self._kind
        if kind not in ("quantity", "percent"):
            style = self._number_of(kind)
            return lambda place, _row, cell: f'<c r="{place}" s="{style}"><v>{written(cell)}</v></c>'

        def write(place: str, _row: int, cell: Exact) -> str:
            # a whole one has a format of its own: «#,##0.###» would show it with an idle decimal comma
            style = self._number_of("whole" if cell == int(cell) else kind)
            return f'<c r="{place}" s="{style}"><v>{written(cell)}</v></c>'

        return write

    def _number_of(self, style: str) -> int:
        return int(self._styles[style]._get_xf_index())


@lru_cache(_KNOWN_TEXTS)
def _inline(text: str) -> str:
    """A text from outside as a cell holds it: always text, its own marks escaped."""
    kept = outside.clean(text)[:_LONGEST_TEXT]
    written = escape(XMLwriter._escape_control_characters(kept), quote=False)
    return f'<t xml:space="preserve">{written}</t>' if kept != kept.strip() else f"<t>{written}</t>"


@lru_cache(_KNOWN_TEXTS)
def _day(day: date) -> int:
    return day.toordinal() - _DAY_NOUGHT


def _moment(moment: datetime) -> str:
    """By the clock that it was read from, whatever its zone."""
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return f"{_day(moment.date()) + seconds / _DAY:.16G}"


def _plain(figure: Decimal | int) -> str:
    return f"{figure:.16G}"


def _rounded(exact: Fraction) -> str:
    """A cell shows three decimals of a value that has no end, and no money is computed from it."""
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):.16G}"
