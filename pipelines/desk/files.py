"""Files that finance takes away: the month's workbook, its leakage, a client's акт сверки. Reads only."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.documents.paths import safe_name, workbook_path
from pipelines.documents.pdf import render_document
from pipelines.documents.store import DocumentStore
from pipelines.errors import Refused
from pipelines.findings.kinds import KIND_NAMES
from pipelines.period import Month
from pipelines.receivables.reconciliation import document, statement_of_account
from pipelines.reports.leakage import DISCOUNT, UNBILLED, Leak
from pipelines.reports.unserved import both_ways
from pipelines.settings import Settings
from pipelines.warehouse import engine

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = (
    ("что", 34), ("предмет", 24), ("договор", 18), ("клиент", 34), ("дилер", 12), ("машин", 9), ("машино-дней", 12),
    ("₽ без НДС, оценка", 18), ("месяцем раньше", 18), ("как посчитано", 70),
)  # fmt: skip


class NoSuchFile(Refused):
    """There is no such file; the message says why, in words."""


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A file with its name and media type."""

    name: str
    content: bytes
    media_type: str


def month_workbook(settings: Settings, month: Month) -> DeskFile:
    """The finance workbook of a month as it was written last. NoSuchFile."""
    path = workbook_path(month)
    try:
        content = DocumentStore(settings.documents).get(path)
    except FileNotFoundError:
        raise NoSuchFile(f"Книги за {month} ещё нет: её пишет закрытие месяца.") from None
    return DeskFile(path.rsplit("/", maxsplit=1)[-1], content, SPREADSHEET)


def leakage_workbook(settings: Settings, month: Month) -> DeskFile:
    """What was served and not billed, what was billed and not served, and what is given away, a sheet each."""
    import xlsxwriter

    with engine.reading(settings) as connection:
        leaks = both_ways(connection, month)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        money, wrapped = book.add_format({"num_format": "#,##0.00"}), book.add_format({"text_wrap": True, "valign": "top"})
        for title, rows in _sheets(leaks):
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            for place, (name, width) in enumerate(_COLUMNS):
                sheet.set_column(place, place, width)
                sheet.write_string(0, place, name, heading)
            for number, leak in enumerate(rows, 1):
                _write(sheet, number, leak, money, wrapped)
    return DeskFile(f"leakage-{month}.xlsx", target.getvalue(), SPREADSHEET)


def _sheets(leaks: Sequence[Leak]) -> list[tuple[str, list[Leak]]]:
    return [
        ("Обслужено, не выставлено", [leak for leak in leaks if leak.direction == UNBILLED and not leak.agreed]),
        ("Выставлено, не обслужено", [leak for leak in leaks if leak.direction != UNBILLED]),
        ("Скидки и бесплатное", [leak for leak in leaks if leak.agreed]),
    ]


def _write(sheet: Any, row: int, leak: Leak, money: Any, wrapped: Any) -> None:
    kind = "скидки по договорам" if leak.kind == DISCOUNT else KIND_NAMES.get(leak.kind, leak.kind)
    for place, words in enumerate((kind, leak.subject, leak.contract_no, leak.client, leak.dealer_code)):
        sheet.write_string(row, place, words or "")
    sheet.write_number(row, 5, leak.vehicles)
    sheet.write_number(row, 6, leak.vehicle_days)
    sheet.write_number(row, 7, leak.roubles, money)
    if leak.before is not None:
        sheet.write_number(row, 8, leak.before, money)
    sheet.write_string(row, 9, leak.how, wrapped)


def statement(settings: Settings, client_code: str, organization_code: str, first: date, last: date) -> DeskFile:
    """A client's акт сверки with an organization as PDF; with the only one where none is named. NoSuchFile; BadInput for no client."""
    if last < first:
        raise NoSuchFile("Акт сверки: последний день раньше первого.")
    accounts = statement_of_account(settings, client_code, first, last)
    known = ", ".join(account.organization_code for account in accounts)
    chosen = [account for account in accounts if organization_code in ("", account.organization_code)]
    if len(chosen) != 1:
        raise NoSuchFile(f"Акт сверки составляется с одной организацией. У клиента {client_code} есть счёт с: {known or 'никем'}.")
    content = render_document(document(settings, client_code, chosen[0]))
    return DeskFile(f"sverka-{safe_name(client_code)}-{first}-{last}.pdf", content, "application/pdf")
