"""The master workbook: headings, allowed values as lists to choose from, comments; empty, or filled with rows."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.errors import Refused
from pipelines.files import write_whole
from pipelines.master.sheets import FOR_EVER, SHEETS, MasterColumn, Row, Value

_LAST_ROW = 1_048_575
_LONGEST = 32_767  # characters of a cell
_WIDTHS = {"date": 13, "decimal": 14, "integer": 14, "boolean": 12}
_FORMATS = {"date": "yyyy-mm-dd", "text": "@", "code": "@", "requisite": "@"}
_KINDS = {
    "date": "дата",
    "decimal": "число",
    "integer": "целое число",
    "boolean": "yes или no",
    **dict.fromkeys(("text", "code", "requisite"), "текст"),
}


def write_template(path: Path) -> None:
    """Write the empty workbook. Refused when the file is there already, its folder is not, or its name does not end in .xlsx."""
    write_new(path, {})


def write_new(path: Path, rows: Mapping[str, Sequence[Row]], beside: Mapping[str, Sequence[Sequence[str]]] | None = None) -> None:
    """Write the workbook with these rows (sheet → rows) to a file that is not there yet; Refused as `write_template` says.

    ``beside``: further sheets of texts for the reader, the heading first; an import leaves them aside.

    What a workbook cannot hold as it is (a number of more digits than a spreadsheet keeps) is written as text. Refused for a text
    that is longer than a cell.
    """
    if path.suffix.lower() != ".xlsx":
        raise Refused(f"{path} must end in .xlsx")
    content = _workbook(rows, beside or {})
    if path.exists() or path.is_symlink():
        raise Refused(f"{path} is there already; it is not overwritten")
    if not path.parent.is_dir():
        raise Refused(f"{path} cannot be written: there is no folder {str(path.parent)!r}")
    try:
        write_whole(path, content)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None


def _workbook(rows: Mapping[str, Sequence[Row]], beside: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "fleetbill: мастер-данные"})
    bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
    light = book.add_format({"bg_color": "#F2F2F2", "bottom": 1})
    formats = {kind: book.add_format({"num_format": shown}) for kind, shown in _FORMATS.items()}
    for sheet in SHEETS.values():
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, max(_WIDTHS.get(column.kind, 18), len(column.name) + 3), formats.get(column.kind))
            page.write_string(0, index, column.name, bold if column.required else light)
            page.write_comment(0, index, _comment(sheet.title if index == 0 else "", column), {"x_scale": 2.2, "y_scale": 1.2})
            _choices(page, index, column)
        for number, row in enumerate(rows.get(sheet.name, ()), start=1):
            for index, column in enumerate(sheet.columns):
                _fill(page, number, index, row.get(column.name), f"{sheet.name} {sheet.key_of(row)} column {column.name}")
    for name, texts in beside.items():
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for number, line in enumerate(texts):
            for index, text in enumerate(line):
                page.write_string(number, index, text, None if number else bold)
        page.autofit(400)
    book.close()
    return buffer.getvalue()


def _fill(page: Any, row: int, column: int, value: Value, place: str) -> None:
    match value:
        case None:
            pass
        case date() if value == FOR_EVER:
            pass
        case bool():
            page.write_string(row, column, "yes" if value else "no")
        case int():
            page.write_number(row, column, value)
        case Decimal():
            is_exact = Decimal(f"{float(value):.15g}") == value
            page.write_number(row, column, float(value)) if is_exact else page.write_string(row, column, f"{value.normalize():f}")
        case date():
            page.write_datetime(row, column, value)
        case _:
            if len(value) > _LONGEST:
                raise Refused(f"{place}: {len(value)} characters are more than a cell of a workbook holds ({_LONGEST})")
            page.write_string(row, column, value)


def _comment(title: str, column: MasterColumn) -> str:
    need = "обязательно" if column.required else "можно не заполнять"
    default = f" Если пусто: {column.default}." if column.default not in (None, False) and column.kind != "date" else ""
    head = f"{title}.\n" if title else ""
    return f"{head}{column.note}.\n{_KINDS[column.kind].capitalize()}, {need}.{default}"


def _choices(page: Any, index: int, column: MasterColumn) -> None:
    allowed = ("yes", "no") if column.kind == "boolean" else column.allowed
    if allowed:
        options = {"validate": "list", "source": list(allowed), "error_title": column.name, "error_message": ", ".join(allowed)}
        page.data_validation(1, index, _LAST_ROW, index, options)
