"""Whether the tables of master data are what their history says, and the history itself is whole. Reads only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines import garbage_collection
from pipelines.logs import verb
from pipelines.master import gate, store
from pipelines.master.export import sheets_of
from pipelines.master.plan import State
from pipelines.master.sheets import SHEETS, TABLES, key_text
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIFFERENT, NO_HISTORY, NO_ROW, BROKEN = "different", "not in the history", "not in the table", "broken history"
UNEXPECTED = "unexpected"  # a row that an expectation refuses
COLUMNS = ("found", "sheet", "key", "column", "in_history", "in_table")
Raw = Mapping[str, Any]
Rows = Mapping[tuple[str, str], str]  # (sheet, key) → the row as JSON text, in the database's own order


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
class Verification:
    """What was compared, and everything that does not fit."""

    rows: int
    changes: int
    differences: tuple[Difference, ...]


class _Jump(NamedTuple):
    """A change that does not start from what the change before it left."""

    history_no: int
    sheet: str
    key: str
    before: str | None
    earlier: str | None


class _Hole(NamedTuple):
    """Changes that are gone: the first and the last of them."""

    first: int
    last: int


def verify(settings: Settings, *, expectations: bool = False) -> Verification:
    """Replay the whole history of master data and compare it with every row of every table.

    With ``expectations``, Great Expectations itself judges every stored row by the critical expectations of its sheet: the gate of imports
    evaluates the same suites without it (`master/expectations.py`), so that what it let through is seen by both.

    Writers of master data wait meanwhile, so that an import on its way is never taken for a difference. A row that was
    changed, added or deleted past `master import` and `master retire` differs; so does a history that somebody took a
    change out of, or changed: then a number is missing, or a change does not start from what the one before it left.
    """
    with verb("master", "verify") as done, garbage_collection.paused(), transaction(settings) as connection:
        lock(connection, Lock.MASTER)
        standing = {(row.sheet, row.key): row.after for row in query.run(connection, "master/last_known") if row.after is not None}
        tables = {(row.table_name, _key(row.table_name, row.row_text)): row.row_text for row in query.run(connection, "master/state")}
        broken = [*_holes(connection), *_jumps(connection)]
        changes = query.scalar(connection, "master/history_count")
        differences = (*broken, *_compared(standing, tables), *(_refused(store.read(connection)) if expectations else ()))
        done.update(rows=len(tables), changes=changes, differences=len(differences))
    return Verification(len(tables), changes, differences)


def _refused(state: State) -> Iterator[Difference]:
    for sheet, row, column, said in gate.refused_by_library(sheets_of(state)):
        key = "|".join([key_text(row[name]) for name in SHEETS[sheet].key])
        yield Difference(UNEXPECTED, sheet, key, column, "", said)


def _key(sheet: str, text: str) -> str:
    row, declared = store.decoded(text), TABLES[sheet]
    if sheet != "tiers":  # whose keys alone hold a decimal; dates are as the history writes them
        return "|".join([key_text(row[name]) for name in declared.key])
    return "|".join([key_text(store.in_type(row[name], declared.column(name))) for name in declared.key])


def _compared(standing: Rows, tables: Rows) -> Iterator[Difference]:
    """Rows are compared as text, which most of them equal, before any is taken apart."""
    order = {name: index for index, name in enumerate(TABLES)}
    suspected = [place for place in standing.keys() | tables.keys() if standing.get(place) != tables.get(place)]
    for sheet, key in sorted(suspected, key=lambda place: (order[place[0]], place[1])):
        said, there = (store.decoded(rows[sheet, key]) if (sheet, key) in rows else None for rows in (standing, tables))
        if said is None or there is None:
            what = NO_HISTORY if said is None else NO_ROW
            yield Difference(what, sheet, key, "", _whole(sheet, said), _whole(sheet, there))
        else:
            for name, was, became in _different(sheet, said, there):
                yield Difference(DIFFERENT, sheet, key, name, was, became)


def _different(sheet: str, first: Raw, second: Raw) -> Iterator[tuple[str, str, str]]:
    """Columns that both rows have with different values: the history of a row does not know columns that came after it."""
    for column in TABLES[sheet].columns:
        if column.name in first and column.name in second and first[column.name] != second[column.name]:
            left, right = store.in_type(first[column.name], column), store.in_type(second[column.name], column)
            if left != right:
                yield column.name, _shown(left), _shown(right)


def _jumps(connection: "Connection") -> Iterator[Difference]:
    for history_no, sheet, key, before, earlier in query.rows(connection, "master/history_jumps", _Jump):
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
    for first, last in query.rows(connection, "master/history_holes", _Hole):
        lost = f"change {first} is gone" if first == last else f"changes {first} to {last} are gone"
        yield Difference(BROKEN, "", "", "", lost, "")


def _whole(sheet: str, row: Raw | None) -> str:
    """What the key does not say already, in the order of the sheet; nothing for a row that is not there."""
    if row is None:
        return ""
    declared = TABLES[sheet]
    names = [column.name for column in declared.columns if column.name not in declared.key and row.get(column.name) is not None]
    return "; ".join(f"{name}={_shown(row[name])}" for name in names)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value}"
