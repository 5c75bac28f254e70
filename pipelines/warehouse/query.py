"""Statements of `sql/warehouse/` by name: run one, read its rows as records, stream them, and COPY many rows in."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, TextClause

T = TypeVar("T")

_BATCH = 10_000
_LINES = 200
"""Rows that are text at a time while they are copied in; those of drafts have 5 KB each."""
_NEVER_ESCAPED = (int, Decimal, date, datetime, bool)
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))  # the backslash first


def run(connection: "Connection", name: str, /, **binds: Any) -> "CursorResult[Any]":
    """Run ``sql/warehouse/NAME.sql``, such as ``billing/run``, in the caller's transaction."""
    return connection.execute(_text(name), binds)


def run_many(connection: "Connection", name: str, binds: Sequence[Mapping[str, Any]], /) -> None:
    """Run a statement once for each set of binds; nothing for none."""
    if binds:
        connection.execute(_text(name), list(binds))


@overload
def rows(connection: "Connection", name: str, /, **binds: Any) -> list[Any]: ...
@overload
def rows(connection: "Connection", name: str, record: Callable[..., T], /, **binds: Any) -> list[T]: ...
def rows(connection: "Connection", name: str, record: Callable[..., T] | None = None, /, **binds: Any) -> Any:
    """All rows of a statement. With ``record``, a class whose fields are the columns in their order: one object a row."""
    fetched = connection.execute(_text(name), binds).all()  # all at once: row by row each is asked for by itself
    return list(fetched) if record is None else [record(*row) for row in fetched]


@overload
def first(connection: "Connection", name: str, /, **binds: Any) -> Any: ...
@overload
def first(connection: "Connection", name: str, record: Callable[..., T], /, **binds: Any) -> T | None: ...
def first(connection: "Connection", name: str, record: Callable[..., T] | None = None, /, **binds: Any) -> Any:
    """The first row of a statement (or the record made of it), or None where there is none."""
    row = connection.execute(_text(name), binds).first()
    return row if row is None or record is None else record(*row)


def scalar(connection: "Connection", name: str, /, **binds: Any) -> Any:
    """The first column of the first row, or None where there is none."""
    return connection.execute(_text(name), binds).scalar()


def scalars(connection: "Connection", name: str, /, **binds: Any) -> list[Any]:
    """The first column of every row."""
    return list(connection.execute(_text(name), binds).scalars())


def mappings(connection: "Connection", name: str, /, **binds: Any) -> list[dict[str, Any]]:
    """All rows as column → value: for listings, whose columns are what a person asked for."""
    return [dict(row) for row in connection.execute(_text(name), binds).mappings()]


def stream(connection: "Connection", name: str, /, *, rows_at_once: int = _BATCH, **binds: Any) -> Iterator[Any]:
    """The rows of a statement one after the other, from a cursor of the server: memory does not grow with their number.

    ``rows_at_once``: how many are held here; fewer where one row is large.
    """
    options = {"stream_results": True, "max_row_buffer": rows_at_once}
    with connection.execute(_text(name), binds, execution_options=options) as result:
        yield from result


def copy(connection: "Connection", table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    """COPY rows (None: NULL; anything else by its text) into ``table`` or ``schema.table``, in the caller's transaction.

    They are taken while they are sent: no more than some are held as text, however many there are.
    """
    import psycopg2
    from psycopg2 import sql

    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(*table.split(".")), names)
    raw: Any = connection.connection
    rows_as_text = _CopyText(values)
    with raw.cursor() as cursor:
        try:
            cursor.copy_expert(command, rows_as_text)
        except psycopg2.Error:
            if rows_as_text.failure is None:
                raise
    if rows_as_text.failure is not None:  # outside of the driver's error, so that its own cause stays the one it has
        raise rows_as_text.failure


class _CopyText(io.TextIOBase):
    """Rows as the text that COPY takes, made as they are asked for."""

    def __init__(self, values: Iterable[Sequence[Any]]) -> None:
        self._lines = map(_copy_line, values)
        self.failure: BaseException | None = None

    def read(self, _size: int | None = -1) -> str:
        """Some rows, whole, however few letters were asked for; nothing at the end. What fails is kept: the driver tells its text alone."""
        try:
            return "".join(islice(self._lines, _LINES))
        except BaseException as failure:
            self.failure = failure
            raise


@cache
def _text(name: str) -> "TextClause":
    from sqlalchemy import text

    return text(statement(f"warehouse/{name}"))


def _copy_line(row: Sequence[Any]) -> str:
    """A row as COPY takes it; nearly none has anything to escape, which is asked of the row and not of each value."""
    cells = ["\\N" if value is None else value if type(value) is str else str(value) for value in row]
    together = "".join(cells)
    if not together.isprintable() or together.count("\\") != row.count(None):
        cells = ["\\N" if value is None else _copied(value) for value in row]
    return "\t".join(cells) + "\n"


def _copied(value: Any) -> str:
    text = value if type(value) is str else str(value)
    if type(value) in _NEVER_ESCAPED or ("\\" not in text and text.isprintable()):  # nearly every value
        return text
    return _escaped(text)


def _escaped(text: str) -> str:
    """A value as COPY takes it; a search for each sign is far quicker on long texts than translating every one."""
    for sign, escape in _ESCAPES:
        if sign in text:
            text = text.replace(sign, escape)
    return text
