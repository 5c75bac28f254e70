"""Every statement is understood by the migrated schema, reads what its header says, and asks for no right that the application lacks."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from sqlalchemy import Connection, exc, text

from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement as code_of
from tests.statements import Statement, statements

WAREHOUSE = statements("warehouse")
_MAKERS = [each for each in WAREHOUSE if each.makes]
_UNPLANNED = ("LOCK ", "CREATE ", "DROP ", "ANALYZE ")
# what takes something out of rows that never change, or tells of it: the owner's alone
_OF_THE_OWNER = {
    f"warehouse/{name}"
    for name in (
        "delivery/mail/erase_attempts", "delivery/onec/erase_told", "exports/put_contents", "findings/erase_muted_addresses",
        "master/add_erasure", "master/erase_history",
    )
}  # fmt: skip
_TABLES = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname NOT LIKE 'pg\\_%'
"""


@contextmanager
def _with_temporary_tables(connection: Connection, statement: Statement) -> Iterator[None]:
    """Inside: the temporary tables that other statements make and this one names; nothing of it stays."""
    with connection.begin_nested() as savepoint:
        for maker in _MAKERS:
            if maker is not statement and any(name in statement.code for name in maker.makes):
                with _with_temporary_tables(connection, maker):
                    pass
                _execute(connection, maker)
        yield
        savepoint.rollback()


def _execute(connection: Connection, statement: Statement, before: str = "") -> None:
    connection.execute(text(before + code_of(statement.name)), dict.fromkeys(statement.binds))


@pytest.fixture(scope="module")
def connection(server_home, tmp_path_factory) -> Iterator[Connection]:
    from tests.conftest import cloned

    with cloned(server_home, tmp_path_factory.mktemp("statements")) as settings, engine.transaction(settings) as made:
        yield made


@pytest.fixture(scope="module")
def of_the_owner(sealed) -> Iterator[Connection]:
    with engine.as_owner(sealed) as made:
        yield made


@pytest.mark.parametrize("statement", [each for each in WAREHOUSE if each.name in _OF_THE_OWNER], ids=lambda each: each.name)
def test_the_owner_alone_may_run_it(connection: Connection, of_the_owner: Connection, statement: Statement) -> None:
    with of_the_owner.begin():
        _execute(of_the_owner, statement, "EXPLAIN ")
    with pytest.raises(exc.ProgrammingError, match="permission denied"), connection.begin_nested():
        _execute(connection, statement, "EXPLAIN ")


@pytest.mark.parametrize("statement", [each for each in WAREHOUSE if each.name not in _OF_THE_OWNER], ids=lambda each: each.name)
def test_the_schema_plans_it(connection: Connection, statement: Statement) -> None:
    """With NULL for every bind: names, types and rights hold, whatever the values."""
    with _with_temporary_tables(connection, statement):
        if statement.code.startswith("COPY "):
            with connection.connection.cursor() as cursor:
                cursor.copy_expert(code_of(statement.name), StringIO())
            return
        _execute(connection, statement, "" if statement.code.startswith(_UNPLANNED) else "EXPLAIN ")


def test_the_inputs_name_every_table_that_is_read(connection: Connection) -> None:
    tables = set(connection.execute(text(_TABLES)).scalars())
    unnamed = {each.name: sorted(each.read & tables - each.named) for each in WAREHOUSE}
    assert {name: missing for name, missing in unnamed.items() if missing} == {}
