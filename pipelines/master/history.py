"""Who changed what, when and why; and what was known at the end of a date. Reads only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipelines.master.sheets import DEFAULT_ZONE, TABLES
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class Changed:
    """One changed column; of a row that was added or retired: one line for the whole row, with ``column`` empty."""

    at: datetime
    by: str
    reason: str
    sheet: str
    key: str
    action: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Known:
    """One value as it was known, and the change that made its row so."""

    sheet: str
    key: str
    column: str
    value: str
    at: datetime
    by: str
    reason: str


def changes(settings: Settings, contract: str | None = None, tariff: str | None = None) -> list[Changed]:
    """Every change in the order it was made; of one contract (with its terms and accounts), of one tariff, or of either."""
    with transaction(settings) as connection:
        return [line for row in _read(connection, contract, tariff, None) for line in _lines(row)]


def as_of(settings: Settings, day: date, contract: str | None = None, tariff: str | None = None) -> list[Known]:
    """Every row as it was known at the end of a date (time zone: the first organization's), by sheet, key and column."""
    with transaction(settings) as connection:
        zone = connection.exec_driver_sql(statement("warehouse/master/time_zone")).scalar() or DEFAULT_ZONE
        until = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
        last = {(row.sheet, row.key): row for row in _read(connection, contract, tariff, until)}
    order = {name: index for index, name in enumerate(TABLES)}
    standing = sorted((row for row in last.values() if row.after is not None), key=lambda row: (order[row.sheet], row.key))
    return [
        Known(row.sheet, row.key, column, text, row.at, row.by_name, row.reason)
        for row in standing
        for column, text in _ordered(row.sheet, row.after).items()
    ]


def _read(connection: "Connection", contract: str | None, tariff: str | None, until: datetime | None) -> Iterator["Row[Any]"]:
    from sqlalchemy import text

    values = {"contract": contract, "tariff": tariff, "until": until}
    yield from connection.execute(text(statement("warehouse/master/history")), values)


def _lines(row: Any) -> Iterator[Changed]:
    before, after = _ordered(row.sheet, row.before), _ordered(row.sheet, row.after)

    def line(column: str, was: str, became: str) -> Changed:
        return Changed(row.at, row.by_name, row.reason, row.sheet, row.key, row.action, column, was, became)

    if not before or not after:
        yield line("", _whole(row.sheet, before), _whole(row.sheet, after))
        return
    for column in {**before, **after}:
        if before.get(column, "") != after.get(column, ""):
            yield line(column, before.get(column, ""), after.get(column, ""))


def _ordered(sheet: str, row: str | None) -> dict[str, str]:
    """Column → text, in the order of the sheet; empty for a row that is not there."""
    given = json.loads(row, parse_float=Decimal) if row else {}
    columns = [column.name for column in TABLES[sheet].columns]
    return {name: _text(given[name]) for name in sorted(given, key=lambda name: columns.index(name) if name in columns else len(columns))}


def _whole(sheet: str, row: dict[str, str]) -> str:
    return "; ".join(f"{name}={text}" for name, text in row.items() if text and name not in TABLES[sheet].key)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
