"""A database that everything of a test happens in within one transaction, which is never committed: begun and forgotten in milliseconds.

What the product commits becomes a part of that transaction, what it rolls back is taken out of it again, and a savepoint is a backup
that the database can be restored from. What a transaction really stores when a process is killed is for `tests/kill`.

The statements are those of the product, run by the same server; it plans each once for all tests on a connection (`prepared`), their rows
come without a cursor each, and the borders of transactions travel with the statement that follows them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, event, text

from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from tests.prepared import Prepared


class OneTransaction:
    """The connection, and its backup."""

    def __init__(self, connection: Connection, prepared: Prepared) -> None:
        self.connection, self._prepared, self._due = connection, prepared, ""
        event.listen(connection, "before_cursor_execute", self._before, retval=True)
        connection.exec_driver_sql("SAVEPOINT backup; SAVEPOINT part")

    def back_up(self) -> None:
        """The state to which `restore` returns; an earlier one is forgotten."""
        due, self._due = self._due, ""
        self.connection.exec_driver_sql(f"{due} RELEASE SAVEPOINT backup; SAVEPOINT backup; SAVEPOINT part")

    def restore(self) -> None:
        """As it was when it was backed up, or in the beginning."""
        self._due = ""
        self._prepared.forget_tables()
        self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT backup; SAVEPOINT part")

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.connection.execute(text(statement))]

    @contextmanager
    def part(self, _settings: Settings) -> Iterator[Connection]:
        """In place of `engine.transaction` and `engine.reading`: what came before is a savepoint that stands already, or is due."""
        try:
            yield self.connection
        except BaseException:
            if not self._due:  # something was said since it began
                self._prepared.forget_tables()
                self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            raise
        self._due = self._due or f"RELEASE SAVEPOINT part; {self._prepared.emptying()} SAVEPOINT part;"

    def copy(self, connection: Connection, *arguments: Any) -> None:
        """In place of `query.copy`, whose command passes by the connection."""
        if self._due:
            connection.exec_driver_sql("SELECT")
        _COPY(connection, *arguments)

    def _before(
        self, _connection: Connection, _cursor: object, statement: str, parameters: Any, context: Any, is_many: bool
    ) -> tuple[str, Any]:  # fmt: skip
        due, self._due = self._due, ""
        if context.compiled is not None and not is_many:
            if due and self._prepared.is_new(statement, parameters):
                due = self._prepared.first(due)
            statement = self._prepared.execution(statement, parameters)
        return f"{due}{statement}", parameters


_COPY = query.copy


def _at_once(connection: Connection, name: str, /, *, rows_at_once: int = 0, **binds: Any) -> Iterator[Any]:
    """In place of `query.stream`: all rows, without a cursor of the server."""
    yield from query.rows(connection, name, **binds)


@contextmanager
def one_transaction(settings: Settings) -> Iterator[OneTransaction]:
    """Every transaction of the product on these settings is a part of one, which is rolled back at the end."""
    with engine.engine(settings).connect() as connection:
        prepared = Prepared(connection)
        outer = connection.begin()
        house = OneTransaction(connection, prepared)
        begun = {"transaction": house.part, "reading": house.part}
        try:
            with patch.multiple(engine, **begun), patch.multiple(query, stream=_at_once, copy=house.copy):
                yield house
        finally:
            outer.rollback()
