"""An акт сверки as a workbook: every document of the period with the balance after it, for who compares it with books of their own."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import IO, Any

from pipelines.documents.model import StatementDocument
from pipelines.documents.workbook import new_book, put_into, write_sheet
from pipelines.documents.workbook_model import Cell, Column, Sheet
from pipelines.wording import outside, russian

_SHEET = "Акт сверки"
_COLUMNS = (
    Column("Дата", "date", 12), Column("Документ", width=52), Column("Договор", width=20), Column("Дебет", "money", 15, total=True),
    Column("Кредит", "money", 15, total=True), Column("Сальдо", "money", 15),
)  # fmt: skip
_BELOW_TOTALS, _LINE_HEIGHT = 3, 13.5


def write_statement(document: StatementDocument, target: str | Path | IO[bytes]) -> None:
    """Write it to a path (whole or not at all) or into an open binary file. The same statement gives the same bytes."""
    span = f"{russian.short_date(document.first)} – {russian.short_date(document.last)}"
    title = f"Акт сверки {outside.clean(document.seller.name)} и {outside.clean(document.buyer.name)} за {span}"
    made_at = datetime.combine(document.last, time(), UTC)

    def write(opened: IO[bytes]) -> None:
        with new_book(opened, title, outside.clean(document.seller.name), made_at) as (book, styles):
            page = book.add_worksheet(_SHEET)
            written = write_sheet(page, Sheet(_SHEET, _COLUMNS, _rows(document)), styles, title)
            _write_notes(page, written + _BELOW_TOTALS, document.notes, styles)

    put_into(target, write)


def _write_notes(page: Any, row: int, notes: tuple[str, ...], styles: dict[str, Any]) -> None:
    """The sentences that the paper has below its table, each across it: the line from the balance to the debt by invoices among them."""
    for place, note in enumerate(notes, row):
        page.set_row(place, _LINE_HEIGHT * math.ceil(len(note) / sum(column.width for column in _COLUMNS)))
        page.merge_range(place, 0, place, len(_COLUMNS) - 1, "", styles["muted"])
        page.write_string(place, 0, outside.clean(note), styles["muted"])


def _rows(document: StatementDocument) -> Iterator[tuple[Cell, ...]]:
    """The opening balance, then what happened in the order of days; above zero the client owes, below zero it has paid ahead."""
    left = document.opening
    yield document.first, "Сальдо начальное", "", None, None, left
    entries = [(entry, part.contract.number if part.contract else "") for part in document.parts for entry in part.entries]
    for entry, contract in sorted(entries, key=lambda each: each[0].on):
        left += entry.debit - entry.credit
        yield entry.on, entry.text, contract, entry.debit or None, entry.credit or None, left
