"""An .xlsx workbook as sheets, read as a stream: empty rows and cells cost next to nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from pipelines.errors import BadInput, Problem
from pipelines.master import workbook_archive, workbook_formats, workbook_xml
from pipelines.master.source_sheets import FormattedNumber, MasterSource, RawRow, RawSheet, SheetLimits, UnreadableCell, sheet_name
from pipelines.master.workbook_archive import Archive
from pipelines.master.workbook_xml import Cell, Page, Workbook, column_letters

_is_date = cache(workbook_formats.is_date)


@dataclass(frozen=True, slots=True)
class _Book:
    """An opened workbook: its parts, what its sheets share, and how much of a sheet is read."""

    archive: Archive
    shared: Workbook
    limits: SheetLimits

    def rows(self, page: Page, merged: list[str], hidden: "_Hidden", problems: list[tuple[int, Problem]]) -> Iterator[RawRow]:
        """Rows with at least one value. Fills ``merged`` with the addresses of merged areas at the end, and what is ``hidden``."""
        taken = 0
        for number, cells, is_hidden in workbook_xml.rows(self.archive, page.part, self.limits.columns, merged, hidden.columns):
            row = self._row(number, cells)
            if row is None:
                continue
            taken += 1
            if is_hidden:
                hidden.rows.append(number)
            said = self.limits.exceeded(taken, len(row.cells))
            if said:
                problems.append((number, Problem(f"{page.title.strip()}!{number}", said)))
                break
            yield row

    def _row(self, number: int, cells: list[Cell]) -> RawRow | None:
        values = {cell.column: value for cell in cells if (value := self._value(number, cell)) is not None}
        if not values:
            return None
        return RawRow(number, tuple(map(values.get, range(1, max(values) + 1))))

    def _value(self, row: int, cell: Cell) -> object:
        """The content of a cell, None where it shows nothing; Unreadable where no column could take it."""
        if cell.is_formula:
            return self._unreadable(row, cell, "the cell holds a formula; put its value there instead")
        text = cell.text
        match cell.kind:
            case "s":
                return self._shared_text(row, cell)
            case "str" | "inlineStr":
                text = workbook_xml.plain(text)
                return text if text.strip() else None
            case "b":
                return text.strip() in ("1", "true")
            case "e":
                return self._unreadable(row, cell, f"the cell holds an error ({text})")
            case "d":
                return _iso(text.strip())
        return self._number(row, cell)

    def _shared_text(self, row: int, cell: Cell) -> object:
        number = cell.text.strip()
        if not number.isdecimal() or int(number) >= len(self.shared.texts):
            return self._unreadable(row, cell, f"the cell names the text {number}, which the workbook does not have; save it again")
        text = self.shared.texts[int(number)]
        return text if text.strip() else None

    def _number(self, row: int, cell: Cell) -> object:
        text, formats = cell.text.strip(), self.shared.formats
        if not text:
            return None
        number_format = formats[cell.style] if cell.style < len(formats) else "General"
        try:
            value = int(text) if text.lstrip("+-").isdecimal() else float(text)
            if _is_date(number_format):
                return workbook_formats.moment(value, number_format, from_1904=self.shared.counts_from_1904)
        except (ValueError, OverflowError):
            return self._unreadable(row, cell, f"the cell's number {text!r} cannot be read")
        return FormattedNumber(value, number_format)

    @staticmethod
    def _unreadable(row: int, cell: Cell, message: str) -> UnreadableCell:
        return UnreadableCell(f"{column_letters(cell.column)}{row}", message)


def read_workbook(path: Path, limits: SheetLimits) -> MasterSource:
    """The sheets of a workbook. BadInput, in words, when the file is none, is protected, unpacks too far or cannot be read."""
    source = MasterSource(path.name, [])
    with workbook_archive.opened(path, limits.bytes) as opened:
        archive = Archive(path, opened)
        try:
            book = _Book(archive, workbook_xml.read_workbook(archive), limits)
            for page in book.shared.pages:
                _take(source, book, page)
        except BadInput:
            raise
        except Exception as error:
            raise BadInput.one(path.name, f"cannot be read: {type(error).__name__}: {error}") from error
    return source


def read_first_page(name: str, path: Path, limits: SheetLimits, *, may_merge: bool = False) -> RawSheet:
    """The first sheet of a workbook that holds anything, whatever it is called, as a sheet of this name. BadInput as `read_workbook`.

    `may_merge`: merged cells are no problem; the first of them holds the value.
    """
    with workbook_archive.opened(path, limits.bytes) as opened:
        archive = Archive(path, opened)
        try:
            book = _Book(archive, workbook_xml.read_workbook(archive), limits)
            sheets = (_sheet(name, book, page, _Hidden(), may_merge=may_merge) for page in book.shared.pages)
            return next((sheet for sheet in sheets if sheet.headings or sheet.problems), RawSheet(name, path.name, "workbook"))
        except BadInput:
            raise
        except Exception as error:
            raise BadInput.one(path.name, f"cannot be read: {type(error).__name__}: {error}") from error


def _take(source: MasterSource, book: _Book, page: Page) -> None:
    title = page.title.strip()
    name = sheet_name(title)
    if name is None:
        if next(book.rows(page, [], _Hidden(), []), None):
            source.stranger(title, title)
        return
    if any(sheet.name == name for sheet in source.sheets):
        source.problems.append(Problem(title, f"the sheet {name!r} is there twice"))
        return
    hidden = _Hidden()
    sheet = _sheet(name, book, page, hidden)
    if sheet.headings or sheet.problems:  # a sheet without a single value is as good as absent
        source.sheets.append(sheet)
        source.notices.extend(_unseen(title, sheet, hidden, is_all=page.is_hidden))


@dataclass(slots=True)
class _Hidden:
    """Numbers of hidden rows that hold something, and the first and the last of hidden columns, whatever they hold."""

    rows: list[int] = field(default_factory=list)
    columns: list[tuple[int, int]] = field(default_factory=list)

    def columns_of(self, sheet: RawSheet) -> list[str]:
        """Letters of the hidden columns that hold anything."""
        width = max([len(sheet.headings), *(len(row.cells) for row in sheet.rows)])
        unseen = sorted({column for first, last in self.columns for column in range(first, min(last, width) + 1)})
        return [workbook_xml.column_letters(column) for column in unseen if _holds(sheet, column - 1)]


def _holds(sheet: RawSheet, place: int) -> bool:
    """Whether a column has a heading or any value."""
    return any(sheet.headings[place : place + 1]) or any(cell is not None for row in sheet.rows for cell in row.cells[place : place + 1])


def _unseen(title: str, sheet: RawSheet, hidden: _Hidden, *, is_all: bool) -> Iterator[str]:
    """What of a sheet people do not see when they look at it, and is read all the same."""
    if is_all:
        yield f"{title}: the sheet is hidden in the workbook, and is read all the same"
        return
    if hidden.rows:
        yield f"{title}!{hidden.rows[0]}{_more(hidden.rows)}: hidden in the workbook, by hand or by a filter, and read all the same"
    columns = hidden.columns_of(sheet) if hidden.columns else []
    if columns:
        yield f"{title}!{columns[0]}{_more(columns)}: a column that is hidden in the workbook, and read all the same"


def _more(places: Sequence[object]) -> str:
    return f" (and {len(places) - 1} more)" if len(places) > 1 else ""


def _sheet(name: str, book: _Book, page: Page, hidden: _Hidden, *, may_merge: bool = False) -> RawSheet:
    title = page.title.strip()
    sheet = RawSheet(name, title, "workbook")
    merged: list[str] = []
    rows = list(book.rows(page, merged, hidden, sheet.problems))
    if not may_merge:
        sheet.problems.extend((_first_row(area), Problem(f"{title}!{area}", "merged cells; unmerge them")) for area in merged)
    if rows:
        sheet.heading_row = rows[0].number
        sheet.headings = tuple("" if cell is None else _heading(cell) for cell in rows[0].cells)
        sheet.rows = rows[1:]
    return sheet


def _iso(text: str) -> object:
    """A date as Strict workbooks may write it; what is none stays text, for the column to refuse."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text or None


def _heading(cell: object) -> str:
    return str(cell.value) if isinstance(cell, FormattedNumber) else f"({cell.message})" if isinstance(cell, UnreadableCell) else str(cell)


def _first_row(area: str) -> int:
    return int(re.sub(r"\D", "", area.split(":", 1)[0]) or 0)
