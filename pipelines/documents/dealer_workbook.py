"""A dealer's report as a workbook: clients, fleet by day, invoices with what is open, dips; and the finance sheet of all dealers."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import IO

from pipelines.documents.workbook import new_book, put_into, write_sheet
from pipelines.documents.workbook_model import Cell, Column, Sheet
from pipelines.documents.workbook_sheets import KINDS, fleet_column
from pipelines.reports.dealer_model import DealerMonth
from pipelines.reports.dealers import DealerSummary
from pipelines.wording import russian

DEALERS = "Дилеры"

_CLIENTS = (
    Column("Код", width=13), Column("Клиент", width=36), Column("Дилер", width=13), Column("Договоров", "whole", 10),
    Column("Машин, максимум", "whole", 11), Column("В среднем", "quantity", 11), Column("Машино-дней", "whole", 13, total=True),
    Column("Выставлено с НДС", "money", 16, total=True), Column("Долг", "money", 15, total=True),
    Column("Просрочено", "money", 15, total=True),
)  # fmt: skip
_INVOICES = (
    Column("Счёт", width=18), Column("Вид", width=22), Column("Код", width=13), Column("Клиент", width=36), Column("Договор", width=16),
    Column("За месяц", width=11), Column("Выставлен", "date", 12), Column("Оплатить до", "date", 12),
    Column("Всего с НДС", "money", 15, total=True), Column("Долг", "money", 15, total=True),
)  # fmt: skip
_DIPS = (
    Column("Клиент", width=36), Column("Договор", width=16), Column("С какого дня", "date", 12), Column("Что видно", width=70),
)  # fmt: skip
_DEALERS = (
    Column("Код", width=13), Column("Дилер", width=36), Column("Клиентов", "whole", 10), Column("Договоров", "whole", 11),
    Column("Машин, максимум", "whole", 12), Column("Машино-дней", "whole", 13), Column("Выставлено с НДС", "money", 17),
    Column("из них самому дилеру", "money", 17), Column("Долг", "money", 16), Column("Просрочено", "money", 16),
    Column("Недополучено, без НДС", "money", 17),
)  # fmt: skip


def write_dealer_workbook(figures: DealerMonth, author: str, made_at: datetime, target: str | Path | IO[bytes]) -> None:
    """Write a dealer's month to a path (whole or not at all) or into an open binary file. The same month gives the same bytes."""
    title = f"Отчёт дилера {figures.dealer} за {russian.month_name(figures.month)}"

    def write(opened: IO[bytes]) -> None:
        with new_book(opened, title, author, made_at) as (book, styles):
            for sheet in _sheets(figures):
                write_sheet(book.add_worksheet(sheet.title), sheet, styles, title)

    put_into(target, write)


def dealers_sheet(summaries: Iterable[DealerSummary]) -> Sheet:
    """The sheet of all dealers in the finance workbook. No totals: a dealer under another one stands in both lines."""
    rows = (
        (
            each.dealer_code, each.dealer, each.clients, each.contracts, each.peak, each.vehicle_days, each.billed, each.own, each.debt,
            each.overdue, each.leak,
        )
        for each in summaries
    )  # fmt: skip
    return Sheet(DEALERS, _DEALERS, rows, frozen_columns=2)


def _sheets(figures: DealerMonth) -> Iterator[Sheet]:
    yield Sheet("Клиенты", _CLIENTS, _client_rows(figures), frozen_columns=2)
    days = tuple(Column(fleet_column(day), "whole", 7, total=True) for day in figures.month.dates())
    yield Sheet("Парк по дням", (Column("Код", width=13), Column("Клиент", width=36), *days), _fleet_rows(figures), frozen_columns=2)
    yield Sheet("Счета и долги", _INVOICES, _invoice_rows(figures))
    yield Sheet("Провалы", _DIPS, ((each.client, each.contract_no, each.since, each.detail) for each in figures.dips))


def _client_rows(figures: DealerMonth) -> Iterator[tuple[Cell, ...]]:
    for each in figures.clients:
        average: Fraction | None = each.average
        yield (
            each.client_code, each.client, each.dealer_code or "", each.contracts, each.peak, average, each.vehicle_days, each.billed,
            each.debt, each.overdue,
        )  # fmt: skip


def _fleet_rows(figures: DealerMonth) -> Iterator[tuple[Cell, ...]]:
    for each in figures.clients:
        fleet = figures.fleets.get(each.client_code)
        if fleet is not None:
            yield (each.client_code, each.client, *(fleet.get(day) for day in figures.month.dates()))


def _invoice_rows(figures: DealerMonth) -> Iterator[tuple[Cell, ...]]:
    for each in figures.invoices:
        yield (
            each.number, KINDS[each.kind], each.client_code, each.client, each.contract_no, f"{each.month:%m.%Y}", each.issued_on,
            each.due_on, each.total, each.open,
        )  # fmt: skip
