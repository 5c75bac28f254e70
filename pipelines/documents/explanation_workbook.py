"""«Расшифровка»: the appendix to an invoice that a client can be sent: lines with their arithmetic, days, vehicles by day."""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any

from pipelines.audit.model import Explanation, FrozenInvoice, Mask, Vehicle, has
from pipelines.audit.rows import rests_on_fleet, usage_row, vat_arithmetic
from pipelines.documents.changed_usage import PricedMeasures
from pipelines.documents.parts import rate
from pipelines.documents.workbook import new_book, put_into, write_sheet
from pipelines.documents.workbook_model import Cell, Column, Sheet
from pipelines.documents.workbook_page import set_up
from pipelines.documents.workbook_sheets import KINDS
from pipelines.wording import outside, russian

LINES, DAYS, VEHICLES = "Строки", "Дни", "Машины по дням"
REASONS = {
    "unused": "не на связи",
    "deactivated": "отключён на платформе",
    "blocked": "заблокирован",
    "duplicate": "дубль: то же устройство учтено в другой машине",
}
_HEAD = 9  # rows above the table of lines
_NOTE = (
    "Количество машин за каждый день взято из снимков платформ, сохранённых вместе со счётом; отпечатки снимков — на листе "
    f"«{DAYS}», машины каждого дня — на листе «{VEHICLES}»."
)

_NOTE_AHEAD = "Счёт на предоплату выставлен по условиям договора, до начала учёта машин."


def write_appendix(explained: Explanation, target: str | Path | IO[bytes]) -> None:
    """Write the appendix to a path (whole or not at all) or into an open binary file; the same bytes for ever.

    Text from outside is always written as text, never as a formula.
    """
    put_into(target, lambda opened: _write(explained, opened))


def _write(explained: Explanation, opened: IO[bytes]) -> None:
    frozen = explained.frozen
    title = f"Расшифровка к счёту № {outside.clean(frozen.number)}"
    author = outside.clean(frozen.organization.get("name"))
    with new_book(opened, title, author, frozen.issued_at) as (book, styles):
        wrapped = book.add_format({"valign": "top", "text_wrap": True, "indent": 1})
        _lines_sheet(book.add_worksheet(LINES), explained, {**styles, "text": wrapped}, title)
        if frozen.days:
            write_sheet(book.add_worksheet(DAYS), _days_sheet(frozen), styles, title)
        if frozen.vehicles:
            page = book.add_worksheet(VEHICLES)
            _totals(page, frozen, write_sheet(page, _vehicles_sheet(frozen), styles, title), styles)


def _lines_sheet(page: Any, explained: Explanation, styles: dict[str, Any], title: str) -> None:
    frozen = explained.frozen
    columns = _line_columns(explained)
    page.hide_gridlines(2)
    set_up(page)
    for index, column in enumerate(columns):
        page.set_column(index, index, column.width)
    page.write_string(0, 0, f"{title} от {russian.long_date(frozen.issued_on)}", styles["title"])
    for row, (label, text) in enumerate(_facts(frozen), start=2):
        page.write_string(row, 0, f"{label}: {outside.clean(text)}")
    page.write_string(_HEAD - 2, 0, _NOTE if frozen.days else _NOTE_AHEAD)
    page.set_row(_HEAD, 30)
    for index, column in enumerate(columns):
        page.write_string(_HEAD, index, column.title, styles["head" if column.kind == "text" else "head_right"])
    rows = list(_line_rows(explained))
    page.begin_rows(_HEAD + 1, columns, styles)
    for cells in rows:
        page.put_row(cells, _height(columns, cells))
    page.end_rows()
    last = _HEAD + len(rows)
    page.write_string(last + 1, 0, "Итого", styles["total_label"])
    amounts = {"Без НДС": frozen.amounts.net, "НДС": frozen.amounts.vat, "Всего": frozen.amounts.total}
    for index, column in enumerate(columns[1:], start=1):
        if column.title in amounts:
            page.write_formula(last + 1, index, _sum_formula(index, _HEAD + 2, last + 1), styles["total_sum"], amounts[column.title])
        else:
            page.write_blank(last + 1, index, None, styles["total_label"])


def _height(columns: tuple[Column, ...], cells: tuple[Cell, ...]) -> float:
    """Height of a row whose texts are wrapped: readers do not all fit it by themselves."""
    texts = [(len(cell), column.width) for column, cell in zip(columns, cells, strict=True) if isinstance(cell, str)]
    return 13.5 * max(math.ceil(length * 1.1 / width) for length, width in texts)


def _facts(frozen: FrozenInvoice) -> Iterator[tuple[str, str]]:
    period = russian.month_name(frozen.month)
    yield "Вид и период", f"{KINDS[frozen.kind]}, {period}"
    yield "Исполнитель", _party(frozen.organization)
    yield "Заказчик", _party(frozen.client)
    signed = frozen.contract_row.get("signed_on")
    yield "Договор", f"№ {frozen.contract.contract_no}" + (f" от {russian.long_date(date.fromisoformat(signed))}" if signed else "")


def _party(row: Any) -> str:
    inn = f", ИНН {row['inn']}" if row.get("inn") else ""
    return f"{row.get('full_name') or row.get('name')}{inn}"


def _line_columns(explained: Explanation) -> tuple[Column, ...]:
    before = (Column("Ранее выставлено", "money", 15), Column("Стало", "money", 15)) if _has_before(explained) else ()
    return (
        Column("№", "whole", 6), Column("Услуга", width=26), Column("Период", width=24), Column("Скидка, %", "quantity", 9),
        Column("Расчёт", width=46), *before,
        Column("Без НДС", "money", 14), Column("Ставка", width=10), Column("НДС", "money", 13), Column("Расчёт НДС", width=24),
        Column("Всего", "money", 14), Column("Максимум машин", "whole", 11), Column("День максимума", "date", 12),
        Column("В среднем", "quantity", 10), Column("Машино-дней", "whole", 11),
    )  # fmt: skip


def _line_rows(explained: Explanation) -> Iterator[tuple[Cell, ...]]:
    with_before = _has_before(explained)
    for number, explained_line in enumerate(explained.lines, start=1):
        line = explained_line.line
        usage = usage_row(explained.frozen.days_of(line.span) if rests_on_fleet(line) else ())
        period = f"{russian.short_date(line.span.first)} – {russian.short_date(line.span.last)}"
        before: tuple[Cell, ...] = (explained_line.billed.total, explained_line.now.total) if with_before else ()
        yield (
            number, line.name, period, line.discount or None, line.arithmetic, *before,
            line.net, rate(line.vat_rate), line.vat, vat_arithmetic(explained_line),
            line.total, usage["peak"], usage["peak_date"], usage["average"], usage["vehicle_days"],
        )  # fmt: skip


def _has_before(explained: Explanation) -> bool:
    return any(explained_line.before for explained_line in explained.lines)


def _days_sheet(frozen: FrozenInvoice) -> Sheet:
    meters = PricedMeasures.of(version for versions in frozen.tariffs.values() for version in versions).meters
    columns = (
        Column("День", "date", 12), Column("Машин", "whole", 11, total=True), Column("Минут на связи", "quantity", 15, total=True),
        *(Column(outside.clean(name), "quantity", 16, total=True) for name in meters.values()),
        Column("Снимки платформ (SHA-256)", width=90),
        Column("Принято использование предыдущего дня", width=60),
    )  # fmt: skip
    return Sheet(DAYS, columns, _day_rows(frozen, meters))


def _day_rows(frozen: FrozenInvoice, meters: Mapping[str, str]) -> Iterator[tuple[Cell, ...]]:
    for day in frozen.days:
        taken = frozen.taken_on(day.date)
        digests = "; ".join(f"{day.platform}: {', '.join(day.digests) or '—'}" for day in taken)
        carried = "; ".join(
            f"{day.platform}{f' за {russian.short_date(day.source)}' if day.source else ''}: {day.reason}. Решение: {day.by}"
            for day in taken
            if day.is_carried
        )
        yield day.date, day.fleet_size, day.online_minutes, *(day.meters.get(name) for name in meters), digests, carried


def _vehicles_sheet(frozen: FrozenInvoice) -> Sheet:
    columns = (
        Column("Платформа", width=14), Column("Машина", width=20), Column("Название", width=28), Column("Госномер", width=13),
        *(Column(f"{day:%d}", "whole", 4.5) for day in frozen.month.dates()), Column("Дней", "whole", 7), Column("Не учтён", width=60),
    )  # fmt: skip
    return Sheet(VEHICLES, columns, (_vehicle_row(frozen, vehicle) for vehicle in frozen.vehicles), frozen_columns=_FIRST_DAY)


_FIRST_DAY = 4  # column of the 1st on the sheet of vehicles


def _vehicle_row(frozen: FrozenInvoice, vehicle: Vehicle) -> tuple[Cell, ...]:
    known = {day.date for day in frozen.days}
    marks: list[Cell] = [1 if vehicle.counts_on(day) and day in known else None for day in frozen.month.dates()]
    left_out = "; ".join(f"{REASONS.get(word, word)}: {_days_text(frozen, days)}" for word, days in vehicle.left_out)
    return vehicle.platform, vehicle.vehicle_id, vehicle.name or "", vehicle.plate or "", *marks, sum(mark == 1 for mark in marks), left_out


def _days_text(frozen: FrozenInvoice, days: Mask) -> str:
    numbers = [day.day for day in frozen.month.dates() if has(days, day)]
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _totals(page: Any, frozen: FrozenInvoice, rows: int, styles: dict[str, Any]) -> None:
    """Vehicles of each day under the matrix: what the sheet of days says."""
    page.write_string(rows + 1, 0, "Итого", styles["total_label"])
    for index in range(1, _FIRST_DAY):
        page.write_blank(rows + 1, index, None, styles["total_label"])
    fleet = {day.date: day.fleet_size for day in frozen.days}
    for index, day in enumerate(frozen.month.dates(), start=_FIRST_DAY):
        page.write_formula(rows + 1, index, _sum_formula(index, 2, rows + 1), styles["total_count"], fleet.get(day, 0))
    last = _FIRST_DAY + frozen.month.days
    page.write_formula(rows + 1, last, _sum_formula(last, 2, rows + 1), styles["total_count"], sum(fleet.values()))


def _sum_formula(column: int, first: int, last: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    name = xl_col_to_name(column)
    return f"=SUM({name}{first}:{name}{last})"
