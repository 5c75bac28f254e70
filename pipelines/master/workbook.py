"""An .xlsx workbook as sheets, read as a stream: empty rows and cells cost next to nothing."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipelines.errors import BadInput, Problem
from pipelines.master import workbook_guard
from pipelines.master.raw import RawRow, RawSheet, Shown, Source, Unreadable, sheet_name

_CHUNK = 1 << 20
_MOST_COLUMNS = 200
_MOST_ROWS = 500_000
# cells without a value and rows without cells; only such as carry their own address, so that nothing shifts
_EMPTY_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\br=")[^>]*?(?:/>|></(?:\w+:)?c>)')
_EMPTY_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\br=")(?:[^>]*?/>|[^>]*>\s*</(?:\w+:)?row>)')
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")


class _Trimmed:
    """A sheet's XML without its empty cells and rows: a file to read from."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._kept = b""
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        while not self._ready or size < 0:
            chunk = self._file.read(_CHUNK)
            whole, self._kept = self._cut(self._kept + chunk) if chunk else (self._kept, b"")
            self._ready += _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", whole))
            if not chunk:
                break
        size = len(self._ready) if size < 0 else size
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    @staticmethod
    def _cut(data: bytes) -> tuple[bytes, bytes]:
        """Up to the start of the last row, and the rest: no row is ever torn."""
        last = data.rfind(b"row", 0, len(data) - 1)
        while last > 0:
            start = data.rfind(b"<", 0, last)
            if _ROW_START.match(data, start):
                return data[:start], data[start:]
            last = data.rfind(b"row", 0, max(start, 0))
        return data, b""


@dataclass(frozen=True, slots=True)
class _Book:
    """An opened workbook: what its sheets share, and where each of them lies in the archive."""

    archive: zipfile.ZipFile
    strings: list[str]
    inner: Any  # openpyxl's Workbook: styles and epoch
    formats: tuple[str, ...]  # of numbers, by style
    pages: tuple[tuple[str, str], ...]  # title, part

    def rows(self, title: str, part: str, merged: list[str], problems: list[tuple[int, Problem]]) -> Iterator[RawRow]:
        """Rows with at least one value. Fills ``merged`` with the addresses of merged areas at the end."""
        from openpyxl.worksheet._reader import WorkSheetParser  # the parser behind openpyxl's own read-only sheets

        with self.archive.open(part) as file:
            parser = WorkSheetParser(
                _Trimmed(file),
                self.strings,
                epoch=self.inner.epoch,
                date_formats=self.inner._date_formats,
                timedelta_formats=self.inner._timedelta_formats,
            )
            for taken, row in enumerate(filter(None, (self._row(*found) for found in parser.parse())), 1):
                if taken > _MOST_ROWS or len(row.cells) > _MOST_COLUMNS:
                    what = f"more than {_MOST_ROWS} rows" if taken > _MOST_ROWS else f"more than {_MOST_COLUMNS} columns"
                    problems.append((row.number, Problem(f"{title}!{row.number}", f"{what} are not read")))
                    break
                yield row
        if parser.merged_cells is not None:
            merged.extend(str(area.ref) for area in parser.merged_cells.mergeCell)

    def _row(self, number: int, cells: list[dict[str, Any]]) -> RawRow | None:
        values = {cell["column"]: self._value(cell) for cell in cells if cell["value"] is not None}
        values = {column: value for column, value in values.items() if not (isinstance(value, str) and not value.strip())}
        if not values:
            return None
        return RawRow(number, tuple(values.get(column) for column in range(1, min(max(values), _MOST_COLUMNS + 1) + 1)))

    def _value(self, cell: dict[str, Any]) -> object:
        from openpyxl.utils import get_column_letter

        value = cell["value"]
        if cell["data_type"] in "fe":
            said = (
                "the cell holds a formula; put its value there instead"
                if cell["data_type"] == "f"
                else f"the cell holds an error ({value})"
            )
            return Unreadable(f"{get_column_letter(cell['column'])}{cell['row']}", said)
        if isinstance(value, int | float) and not isinstance(value, bool):
            style = cell["style_id"]
            return Shown(value, self.formats[style] if style < len(self.formats) else "General")
        return value


def read_workbook(path: Path) -> Source:
    """The sheets of a workbook. BadInput when the file is none, is protected, or would unpack to an absurd size."""
    workbook_guard.check(path)
    source = Source(path.name, [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = _opened(path)
            with book.archive:
                for title, part in book.pages:
                    _take(source, book, title.strip(), part)
        except Exception as error:  # noqa: BLE001 - the library raises whatever a damaged file leads it to
            raise BadInput.one(path.name, f"is damaged: {type(error).__name__} while it was read") from None
    return source


def _opened(path: Path) -> _Book:
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
    from openpyxl.styles.stylesheet import apply_stylesheet

    reader = ExcelReader(str(path), read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    inner: Any = reader.wb
    custom = dict(enumerate(inner._number_formats, BUILTIN_FORMATS_MAX_SIZE))
    formats = tuple(str({**BUILTIN_FORMATS, **custom}.get(style.numFmtId, "General")) for style in inner._cell_styles)
    pages = tuple(
        (sheet.name, relation.target)
        for sheet, relation in reader.parser.find_sheets()
        if relation.target in reader.valid_files and relation.Type.endswith("/worksheet")
    )
    return _Book(reader.archive, reader.shared_strings, inner, formats, pages)


def _take(source: Source, book: _Book, title: str, part: str) -> None:
    name = sheet_name(title)
    if name is None:
        if next(book.rows(title, part, [], []), None):
            source.stranger(title, title)
        return
    if any(sheet.name == name for sheet in source.sheets):
        source.problems.append(Problem(title, f"the sheet {name!r} is there twice"))
        return
    sheet = RawSheet(name, title, "workbook")
    merged: list[str] = []
    rows = list(book.rows(title, part, merged, sheet.problems))
    sheet.problems.extend((_first_row(area), Problem(f"{title}!{area}", "merged cells; unmerge them")) for area in merged)
    if rows:  # a sheet without a single value is as good as absent
        sheet.heading_row = rows[0].number
        sheet.headings = tuple("" if cell is None else _heading(cell) for cell in rows[0].cells)
        sheet.rows = rows[1:]
    if rows or merged:
        source.sheets.append(sheet)


def _heading(cell: object) -> str:
    return str(cell.value) if isinstance(cell, Shown) else f"({cell.message})" if isinstance(cell, Unreadable) else str(cell)


def _first_row(area: str) -> int:
    return int(re.sub(r"\D", "", area.split(":", 1)[0]) or 0)
