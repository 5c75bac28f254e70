"""Whether the tables of master data are what their history says, and the history itself is whole. Reads only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines import collection
from pipelines.master import store
from pipelines.master.sheets import TABLES, key_text
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIFFERENT, NO_HISTORY, NO_ROW, BROKEN = "different", "not in the history", "not in the table", "broken history"
COLUMNS = ("found", "sheet", "key", "column", "in_history", "in_table")
Raw = Mapping[str, Any]
Rows = dict[tuple[str, str], Raw]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value, row or change that does not fit; ``column`` is empty for a whole row."""

    found: str
    sheet: str
    key: str
    column: str
    in_history: str
    in_table: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared, and everything that does not fit."""

    rows: int
    changes: int
    differences: tuple[Difference, ...]


def verify(settings: Settings) -> Verified:
    """Replay the whole history of master data and compare it with every row of every table.

    Writers of master data wait meanwhile, so that an import on its way is never taken for a difference. A row that was
    changed, added or deleted past `master import` and `master retire` differs; so does a history that somebody took a
    change out of, or changed: then a number is missing, or a change does not start from what the one before it left.
    """
    with collection.paused(), transaction(settings) as connection:
        store.lock(connection)
        tables = _tables(connection)
        last = {(sheet, key): after for sheet, key, after in store.run(connection, "last_known")}
        standing: Rows = {place: store.decoded(after) for place, after in last.items() if after is not None}
        broken = [*_holes(connection), *_jumps(connection)]
        changes = store.run(connection, "history_count").scalar_one()
    return Verified(len(tables), changes, (*broken, *_compared(standing, tables)))


def _tables(connection: "Connection") -> Rows:
    rows: Rows = {}
    for sheet, text in store.run(connection, "state"):
        row = store.decoded(text)
        rows[sheet, _key(sheet, row)] = row
    return rows


def _key(sheet: str, row: Raw) -> str:
    declared = TABLES[sheet]
    return "|".join(key_text(store.in_type(row[name], declared.column(name))) for name in declared.key)


def _compared(standing: Rows, tables: Rows) -> Iterator[Difference]:
    order = {name: index for index, name in enumerate(TABLES)}
    for place in sorted(standing.keys() | tables.keys(), key=lambda place: (order[place[0]], place[1])):
        if place not in standing:
            yield Difference(NO_HISTORY, *place, "", "", _whole(place[0], tables[place]))
        elif place not in tables:
            yield Difference(NO_ROW, *place, "", _whole(place[0], standing[place]), "")
        else:
            for name, was, became in _different(place[0], standing[place], tables[place]):
                yield Difference(DIFFERENT, *place, name, was, became)


def _different(sheet: str, one: Raw, other: Raw) -> Iterator[tuple[str, str, str]]:
    """Columns that both rows have with different values: the history of a row does not know columns that came after it."""
    if one == other:
        return
    for column in TABLES[sheet].columns:
        if column.name in one and column.name in other:
            left, right = store.in_type(one[column.name], column), store.in_type(other[column.name], column)
            if left != right:
                yield column.name, _shown(left), _shown(right)


def _jumps(connection: "Connection") -> Iterator[Difference]:
    for history_no, sheet, key, before, earlier in store.run(connection, "history_jumps"):
        change = f"change {history_no}"
        if before is None or earlier is None:
            said = "starts from nothing, the one before it left a row" if before is None else "starts from a row, and there was none"
            yield Difference(BROKEN, sheet, key, "", f"{change} {said}", "")
            continue
        for name, left, started in _different(sheet, store.decoded(earlier), store.decoded(before)):
            yield Difference(
                BROKEN, sheet, key, name, f"{change} starts from {started or 'nothing'}, the one before it left {left or 'nothing'}", ""
            )


def _holes(connection: "Connection") -> Iterator[Difference]:
    for first, last in store.run(connection, "history_holes"):
        lost = f"change {first} is gone" if first == last else f"changes {first} to {last} are gone"
        yield Difference(BROKEN, "", "", "", lost, "")


def _whole(sheet: str, row: Raw) -> str:
    """What the key does not say already, in the order of the sheet."""
    declared = TABLES[sheet]
    names = [column.name for column in declared.columns if column.name not in declared.key and row.get(column.name) is not None]
    return "; ".join(f"{name}={_shown(row[name])}" for name in names)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value}"
