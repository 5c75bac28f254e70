"""Master data in the warehouse: read whole, under a lock by whoever changes them, written with its history in the caller's transaction."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from pipelines.clock import Authorship
from pipelines.master.plan import RowChange, State
from pipelines.master.sheets import TABLES, MasterColumn, Row, Value
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_BATCH = 5_000
_JSON = json.JSONDecoder(parse_float=Decimal)
_ENCODER = msgspec.json.Encoder()
_HISTORY = ("history_no", "sheet", "key", "action", "before", "after", "by_name", "reason", "at")


def load(connection: "Connection") -> State:
    """Everything stored, as typed rows, under the lock of master data."""
    lock(connection, Lock.MASTER)
    return read(connection)


def read(connection: "Connection") -> State:
    """Everything stored, as typed rows, for somebody who changes nothing."""
    state: State = {name: {} for name in TABLES}
    columns = {name: {column.name: column for column in sheet.columns} for name, sheet in TABLES.items()}
    for stored in query.run(connection, "master/state"):
        name = stored.table_name
        row = typed(stored.row_text, columns[name])
        state[name][TABLES[name].key_of(row)] = row
    return state


def first_invoices(connection: "Connection", changes: Iterable[RowChange]) -> dict[str, str]:
    """Of the contracts that would be changed, those with issued invoices: the number of the first one."""
    changed = [
        change.after["contract_no"] for change in changes if (change.table, change.action) == ("contracts", "changed") and change.after
    ]
    return {row.contract_no: row.number for row in query.run(connection, "master/invoiced_contracts", contracts=changed)} if changed else {}


def write(connection: "Connection", changes: Iterable[RowChange], author: Authorship) -> None:
    """Store the changes, each with its line of history, whose numbers go on from the highest. The caller holds the lock of master data.

    A row that nobody had is copied in; references are looked at when the transaction ends, so that their order does not matter.
    """
    listed = list(changes)
    added: dict[str, list[Row]] = {}
    replaced: dict[str, list[Row]] = {}
    for change in listed:
        if change.after is not None:
            (added if change.before is None else replaced).setdefault(change.table, []).append(change.after)
    for name, declared in TABLES.items():
        columns = [column.name for column in declared.columns]
        if name in added:
            query.copy(connection, f"master.{name}", columns, ([row[column] for column in columns] for row in added[name]))
        for rows in _batches(replaced.get(name, ())):
            query.run(connection, f"master/put_{name}", rows=rows)
    for name in reversed(TABLES):
        for rows in _batches(change.before for change in listed if change.table == name and change.after is None):
            query.run(connection, f"master/remove_{name}", rows=rows)
    highest = query.scalar(connection, "master/highest_change")
    query.copy(connection, "master.history", _HISTORY, _history(listed, author, highest))


def _history(changes: Iterable[RowChange], author: Authorship, highest: int) -> Iterator[tuple[Any, ...]]:
    decided = (author.by, author.reason, author.at)
    for number, change in enumerate(changes, highest + 1):
        yield number, change.table, change.key, change.action, _as_json(change.before), _as_json(change.after), *decided


def _as_json(row: Row | None) -> str | None:
    """A row as the history keeps it: dates ISO, decimals as text, digit by digit."""
    if row is None:
        return None
    return _ENCODER.encode({name: f"{value:f}" if type(value) is Decimal else value for name, value in row.items()}).decode()


def decoded(text: str) -> dict[str, Any]:
    """A row of JSON as the warehouse or the history gives it; the history keeps decimals as text."""
    row: dict[str, Any] = _JSON.decode(text)
    return row


def typed(text: str, columns: dict[str, MasterColumn]) -> Row:
    """A row of JSON as the warehouse or the history gives it, in the types of its sheet; columns unknown today are left out."""
    given = decoded(text)
    return {name: in_type(given.get(name), column) for name, column in columns.items()}


def plain(value: Value) -> str | int | bool | None:
    """A value as history and JSON keep it: dates ISO, decimals as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def in_type(given: Any, column: MasterColumn) -> Value:
    """One decoded value in the type of its column."""
    if given is None:
        return None
    if column.kind == "date":
        return date.fromisoformat(given)
    if column.kind == "decimal":
        return Decimal(given)
    as_stored: Value = given
    return as_stored


def _batches(rows: Iterable[Mapping[str, Any] | None]) -> Iterator[str]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH)):
        yield json.dumps(batch, ensure_ascii=False, default=plain)
