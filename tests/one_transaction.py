"""A database that everything of a test happens in within one transaction, which is never committed: begun and forgotten in milliseconds.

What the product commits becomes a part of that transaction, what it rolls back is taken out of it again, and a savepoint is a backup
that the database can be restored from. What a transaction really stores when a process is killed is for `tests/kill`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy import Connection, event, text

from pipelines.settings import Settings
from pipelines.warehouse import engine

_TEMPORARY = "DISCARD TEMP"  # tables that a transaction has for itself end with it


class OneTransaction:
    """The connection, and its backup."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self._has_temporary = connection, False
        event.listen(connection, "before_cursor_execute", self._watch)
        connection.exec_driver_sql("SAVEPOINT backup; SAVEPOINT part")

    def back_up(self) -> None:
        """The state to which `restore` returns; an earlier one is forgotten."""
        self.connection.exec_driver_sql("RELEASE SAVEPOINT backup; SAVEPOINT backup; SAVEPOINT part")

    def restore(self) -> None:
        """As it was when it was backed up, or in the beginning."""
        self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT backup; SAVEPOINT part")

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.connection.execute(text(statement))]

    @contextmanager
    def part(self, _settings: Settings) -> Iterator[Connection]:
        """In place of `engine.transaction` and `engine.reading`: what came before is a savepoint that stands already."""
        try:
            yield self.connection
        except BaseException:
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            raise
        finally:
            temporary, self._has_temporary = f" {_TEMPORARY};" if self._has_temporary else "", False
            self.connection.exec_driver_sql(f"RELEASE SAVEPOINT part;{temporary} SAVEPOINT part")

    def _watch(self, _connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        self._has_temporary = self._has_temporary or "TEMPORARY TABLE" in statement


@contextmanager
def one_transaction(settings: Settings) -> Iterator[OneTransaction]:
    """Every transaction of the product on these settings is a part of one, which is rolled back at the end."""
    with engine.engine(settings).connect() as connection:
        outer = connection.begin()
        house = OneTransaction(connection)
        try:
            with patch.object(engine, "transaction", house.part), patch.object(engine, "reading", house.part):
                yield house
        finally:
            outer.rollback()
