"""The month's finance workbook: streamed sheets, totals as formulas beside the ledger's figures."""

import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from pipelines.documents.workbook_checks import CHECKS, write_checks
from pipelines.documents.workbook_model import Cell, Column, Sheet, WorkbookData
from pipelines.documents.workbook_page import set_up
from pipelines.documents.workbook_sheets import SummaryTally, WrittenSheet, detail_sheets
from pipelines.documents.workbook_summary import SUMMARY, write_summary
from pipelines.errors import Refused
from pipelines.files import write_whole
from pipelines.money import ZERO
from pipelines.wording import russian

_MOST_ROWS = 1_048_575
_MARGIN = 0.5
_FILLED = 0.85  # of a line, before a word goes to the next
_LINE, _MOST_LINES = 13.5, 20
_FIGURES = {"whole", "money", "change", "quantity", "share", "percent"}


class SheetFull(Refused):
    """A sheet would hold more rows than a spreadsheet can."""


def write_workbook(data: WorkbookData, target: str | Path | IO[bytes]) -> None:
    """Write the workbook to a path (whole or not at all) or into an open binary file.

    The same data give the same bytes. Text from outside is always written as text, never as a formula.
    """
    put_into(target, lambda opened: _write(data, opened))


def put_into(target: str | Path | IO[bytes], write: Callable[[IO[bytes]], None]) -> None:
    """Let ``write`` fill an open binary file, or the file of a path: whole or not at all."""
    if isinstance(target, str | Path):
        write_whole(target, write)
    else:
        write(target)


def _write(data: WorkbookData, opened: IO[bytes]) -> None:
    title = f"Финансовый отчёт за {russian.month_name(data.period)}"
    with new_book(opened, title, data.organization, data.made_at) as (book, styles):
        summary = book.add_worksheet(SUMMARY)
        tally = SummaryTally(data.period)
        for sheet in detail_sheets(data, tally):
            tally.written[sheet.title] = write_table(book.add_worksheet(sheet.title), sheet, styles, title)
        write_checks(book.add_worksheet(CHECKS), data, tally, styles, title)
        write_summary(book, summary, data, tally, styles)
        summary.activate()


@contextmanager
def new_book(opened: IO[bytes], title: str, author: str, made_at: datetime) -> Iterator[tuple[Any, dict[str, Any]]]:
    """A workbook that is written row by row into a file, and its styles; closed at the end. The same rows give the same bytes."""
    from pipelines.documents.workbook_rows import TableBook  # a quick command does not pay for it

    moment = made_at.astimezone(UTC) if made_at.tzinfo else made_at
    with tempfile.TemporaryDirectory(prefix="fleetbill-workbook-") as folder:
        book = TableBook(
            opened,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "default_format_properties": {"font_name": "Arial", "font_size": 10},
            },
        )
        book.set_properties({"title": title, "author": author, "created": moment.replace(tzinfo=None)})
        yield book, _styles(book)
        book.close()


def write_sheet(page: Any, sheet: Sheet, styles: dict[str, Any], title: str) -> int:
    """Like `write_table`; gives the number of rows alone."""
    return write_table(page, sheet, styles, title).rows


def write_table(page: Any, sheet: Sheet, styles: dict[str, Any], title: str) -> WrittenSheet:
    """Headings, rows, totals, filter, frozen panes and print set-up."""
    from xlsxwriter.utility import xl_col_to_name

    last = len(sheet.columns) - 1
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width)
    page.freeze_panes(1, sheet.frozen_columns)
    _print_setup(page, f"{title}: {sheet.title}")
    page.set_row(0, _LINE * (1 + max(math.ceil(len(column.title) * 1.3 / column.width) for column in sheet.columns)))
    for index, column in enumerate(sheet.columns):
        page.write_string(0, index, column.title, styles["head_right" if column.kind in _FIGURES else "head"])
    texts = [(index, column.width) for index, column in enumerate(sheet.columns) if column.kind == "text"]
    totals: dict[int, Decimal] = {index: ZERO for index, column in enumerate(sheet.columns) if column.total}
    page.begin_rows(1, sheet.columns, styles)
    for row in _limited(sheet):
        lines = _lines(row, texts)
        page.put_row(row, _LINE * lines if lines > 1 else None)
        for index in totals:
            cell = row[index]
            if isinstance(cell, (int, Decimal)):  # quicker than a union of types, and asked a million times
                totals[index] += cell
    count = page.end_rows() - 1
    page.autofilter(0, 0, max(1, count), last)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # ИНН and numbers of contracts are texts
    if totals and count:
        _write_totals(page, sheet.columns, totals, count, styles)
    letters = {column.title: xl_col_to_name(index) for index, column in enumerate(sheet.columns)}
    return WrittenSheet(count, letters, {sheet.columns[index].title: total for index, total in totals.items()})


def _write_totals(page: Any, columns: tuple[Column, ...], totals: dict[int, Decimal], count: int, styles: dict[str, Any]) -> None:
    """The row under the last one: sums of what the filter leaves to see."""
    from xlsxwriter.utility import xl_col_to_name

    row = count + 1
    for index, column in enumerate(columns):
        if index in totals:
            name = xl_col_to_name(index)
            style = styles["total_count" if column.kind == "whole" else "total_sum"]
            page.write_formula(row, index, f"=SUBTOTAL(109,{name}2:{name}{row})", style, totals[index])
        elif index == 0:
            page.write_string(row, index, "Итого", styles["total_label"])
        else:
            page.write_blank(row, index, None, styles["total_label"])


def _lines(row: tuple[Cell, ...], texts: list[tuple[int, float]]) -> int:
    """Lines that the row's longest text takes: readers do not all fit the height of a row by themselves."""
    lines = 1
    for index, width in texts:
        cell = row[index]
        if isinstance(cell, str) and len(cell) >= width:
            lines = max(lines, math.ceil(len(cell) / (width * _FILLED)))
    return min(lines, _MOST_LINES)


def _limited(sheet: Sheet) -> Iterator[tuple[Cell, ...]]:
    for count, row in enumerate(sheet.rows, start=1):
        if count > _MOST_ROWS:
            raise SheetFull(f"sheet «{sheet.title}» would hold more than {_MOST_ROWS} rows; split the organization's contracts")
        yield row


def _print_setup(page: Any, title: str) -> None:
    set_up(page, title)
    page.repeat_rows(0)
    page.set_margins(left=_MARGIN, right=_MARGIN, top=0.7, bottom=0.6)


def _styles(book: Any) -> dict[str, Any]:
    cell = {"valign": "top"}
    money = {**cell, "num_format": "#,##0.00"}
    table = {"border": 1, "border_color": "#C9D2DC"}
    head = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#0B5C7D", "valign": "vcenter", "text_wrap": True, **table}
    return {
        "head": book.add_format({**head, "indent": 1}),
        "head_right": book.add_format({**head, "align": "right"}),
        "text": book.add_format({**cell, "align": "left", "indent": 1, "text_wrap": True}),
        "link": book.add_format({**cell, "align": "left", "indent": 1, "text_wrap": True, "font_color": "#0B5C7D", "underline": 1}),
        "blank": book.add_format({"bg_color": "#F3F5F7"}),
        "whole": book.add_format({**cell, "num_format": "#,##0"}),
        "money": book.add_format(money),
        "quantity": book.add_format({**cell, "num_format": "#,##0.###"}),
        "change": book.add_format({**cell, "num_format": "+#,##0.00;-#,##0.00;–", "align": "right"}),
        "share": book.add_format({**cell, "num_format": "0.0000"}),
        "percent": book.add_format({**cell, "num_format": "0.##"}),
        "date": book.add_format({**cell, "num_format": "dd.mm.yyyy", "align": "left", "indent": 1}),
        "moment": book.add_format({**cell, "num_format": "dd.mm.yyyy hh:mm", "align": "left", "indent": 1}),
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": "#0B5C7D"}),
        "note": book.add_format({"font_color": "#5D6B7A"}),
        "muted": book.add_format({"font_color": "#5D6B7A", "text_wrap": True, "valign": "top"}),
        "section": book.add_format({"bold": True, "font_size": 12, "font_color": "#0B5C7D"}),
        "section_link": book.add_format({"bold": True, "font_size": 12, "font_color": "#0B5C7D", "underline": 1}),
        "label": book.add_format({**table, "align": "left", "indent": 1, "text_wrap": True, "valign": "top"}),
        "label_right": book.add_format({**table, "align": "right", "valign": "top"}),
        "rate": book.add_format({**table, "num_format": "0.0%"}),
        "sum": book.add_format({**table, "num_format": "#,##0.00"}),
        "count": book.add_format({**table, "num_format": "#,##0"}),
        "day": book.add_format({**table, "num_format": "dd.mm.yyyy", "align": "left", "indent": 1}),
        "total_label": book.add_format({**table, "bold": True, "bg_color": "#EEF4F7", "indent": 1}),
        "total_sum": book.add_format({**table, "bold": True, "bg_color": "#EEF4F7", "num_format": "#,##0.00"}),
        "total_count": book.add_format({**table, "bold": True, "bg_color": "#EEF4F7", "num_format": "#,##0"}),
        "wrong": book.add_format({"font_color": "#FFFFFF", "bg_color": "#B3261E", "bold": True}),
        "wrong_note": book.add_format({"font_color": "#B3261E", "bold": True}),
        "right": book.add_format({"font_color": "#1B6E3C"}),
    }
