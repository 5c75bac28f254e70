"""Many rows at once: COPY into a table, with every value escaped."""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy(connection: "Connection", table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows (None: NULL; anything else by its text) into ``table``, in the caller's transaction."""
    from psycopg2 import sql

    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(*table.split(".")), names)
    buffer = io.StringIO("".join(map(_line, rows)))
    raw: Any = connection.connection
    with raw.cursor() as cursor:
        cursor.copy_expert(command, buffer)


def _line(values: Sequence[Any]) -> str:
    return "\t".join("\\N" if value is None else str(value).translate(_ESCAPES) for value in values) + "\n"
