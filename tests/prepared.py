"""Statements that a connection's server parses and plans once, whatever is bound to them: for what runs the same ones a million times.

psycopg2 writes values into the text of a statement, so that the server would plan every one anew. Here the same text is prepared with the
types that those values have as psycopg2 writes them; where the server can't tell the type of a bind, it stays as it was.

A table that a transaction has for itself is made once for the connection, filled where it would be made, and emptied where it would end:
what was planned for it stays as well.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from psycopg2 import Error
from sqlalchemy import Connection

_BIND = re.compile(r"%\((\w+)\)s|%%")
_COMMENTS = r"(?:\s*--[^\n]*\n)*\s*"
_PREPARABLE = re.compile(_COMMENTS + r"(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_TABLE = re.compile(_COMMENTS + r"CREATE TEMPORARY TABLE (\w+) (\(.*\) )?ON COMMIT DROP( AS\s+)?", re.DOTALL)
_TYPES = {bool: "boolean", int: "integer", Decimal: "numeric", date: "date", datetime: "timestamptz"}
_LARGEST_INTEGER = 1 << 31
_EMPTIED = 100
"""Transactions after which what they left in tables is cleared away, which makes the server plan anew."""
_COLUMNS = """
SELECT string_agg(format('%%I %%s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
FROM pg_attribute WHERE attrelid = to_regclass('pg_temp.' || %s) AND attnum > 0
"""

_Key = tuple[str, tuple[str, ...]]


@dataclass
class _Kept:
    """What a connection keeps. `statements`: how each is executed, None: as it stands. `tables`: name → its columns, once it was made."""

    statements: dict[_Key, str | None] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    begun: int = 0


class Prepared:
    """What a connection has prepared so far; it is kept with the connection, for a server forgets none before the connection ends."""

    def __init__(self, connection: Connection) -> None:
        """Before a transaction is begun."""
        self._raw: Any = connection.connection
        self._kept: _Kept = connection.info.setdefault("prepared", _Kept())
        self._used: set[str] = set()
        with self._raw.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            for name in self._kept.tables.keys() - self._kept.made:
                cursor.execute(f"CREATE TEMPORARY TABLE {name} ({self._kept.tables[name]})")
                self._kept.made.add(name)
            self._kept.begun += 1
            if self._kept.made and self._kept.begun % _EMPTIED == 0:
                cursor.execute(f"TRUNCATE {', '.join(sorted(self._kept.made))}")
        self._raw.commit()

    def execution(self, statement: str, binds: Mapping[str, Any]) -> str:
        """The statement that runs it, with the same binds."""
        if table := _TABLE.match(statement):
            return self._filling(table, statement, binds)
        key = _key(statement, binds)
        if key not in self._kept.statements:
            self._kept.statements[key] = self._prepare(*key)
        return self._kept.statements[key] or statement

    def emptying(self) -> str:
        """Commands that end the tables of a transaction."""
        ended = [f"DELETE FROM {name};" if name in self._kept.made else f"DROP TABLE {name};" for name in sorted(self._used)]
        self._used.clear()
        return " ".join(ended)

    def forget_tables(self) -> None:
        """The transaction was rolled back, and its tables with it."""
        self._used.clear()

    def is_new(self, statement: str, binds: Mapping[str, Any]) -> bool:
        """Whether `execution` would speak to the server."""
        return _key(statement, binds) not in self._kept.statements

    def first(self, commands: str) -> str:
        """Run these before whatever is prepared next; nothing is left of them."""
        with self._raw.cursor() as cursor:
            cursor.execute(commands)
        return ""

    def _filling(self, table: re.Match[str], statement: str, binds: Mapping[str, Any]) -> str:
        name, _, selected = table.groups()
        self._used.add(name)
        if name in self._kept.made:
            return self.execution(f"INSERT INTO {name}\n{statement[table.end() :]}", binds) if selected else "SELECT"
        if name not in self._kept.tables:
            with self._raw.cursor() as cursor:
                cursor.execute("SAVEPOINT looking")
                cursor.execute(statement, binds)
                cursor.execute(_COLUMNS, [name])
                self._kept.tables[name] = cursor.fetchone()[0]
                cursor.execute("ROLLBACK TO SAVEPOINT looking; RELEASE SAVEPOINT looking")
        return statement

    def _prepare(self, statement: str, types: tuple[str, ...]) -> str | None:
        if not _PREPARABLE.match(statement):
            return None
        names = _names(statement)
        places = {name: f"${place}" for place, name in enumerate(names, 1)}
        text = _BIND.sub(lambda found: places[found[1]] if found[1] else "%", statement)
        name = f"kept_{len(self._kept.statements)}"
        declared = f" ({', '.join(types)})" if types else ""
        with self._raw.cursor() as cursor:
            cursor.execute("SAVEPOINT preparing")
            try:
                cursor.execute(f"PREPARE {name}{declared} AS {text}")
                cursor.execute("RELEASE SAVEPOINT preparing")
            except Error:
                cursor.execute("ROLLBACK TO SAVEPOINT preparing; RELEASE SAVEPOINT preparing")
                return None
        given = ", ".join(f"%({each})s" for each in names)
        return f"EXECUTE {name} ({given})" if names else f"EXECUTE {name}"


def _key(statement: str, binds: Mapping[str, Any]) -> _Key:
    return statement, tuple(_type(binds[name]) for name in _names(statement))


@cache
def _names(statement: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in _BIND.findall(statement) if name))


def _type(value: Any) -> str:
    """The type of a value as psycopg2 writes it; text is of any."""
    if isinstance(value, list):
        members = {_type(each) for each in value if each is not None}
        member = members.pop() if len(members) == 1 else "unknown"
        return "text[]" if value and member == "unknown" else "unknown" if member == "unknown" else f"{member}[]"
    if type(value) is int and abs(value) >= _LARGEST_INTEGER:
        return "bigint"
    return _TYPES.get(type(value), "unknown")
