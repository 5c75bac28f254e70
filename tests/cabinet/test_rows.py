"""A client's rows are separated twice: by each statement, and by the database where a statement forgets to."""

import re
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipelines.cabinet import rows, sessions
from pipelines.cabinet.reader import NotYours, Reader
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement as code_of
from tests.cabinet.conftest import numbers_of
from tests.statements import statements

A, X = Reader("a@client.example", ("A",), ("A",)), Reader("x@client.example", ("X",), ("X",))
READING = [each for each in statements("warehouse") if each.name.startswith("warehouse/cabinet/") and "clients" in each.binds]
GUARDED = [each for each in READING if "cabinet." in each.code]
_ASKED_OF_X = {"number", "contract", "contracts", "listed", "payments"}
_NOTHING_OF_X = {"free_money", "open_debts"}
"""X has paid all that it owes, and no more."""
_FILTER = re.compile(r"= ANY \(CAST\(:clients AS text\[\]\)\)")
_COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE has_column_privilege('fleetbill_cabinet', c.oid, a.attname, 'SELECT') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
GROUP BY c.relname ORDER BY c.relname
"""


def _said(settings, reader, code, **binds):
    with rows.of(settings, reader) as connection:
        return [str(tuple(row)) for row in connection.execute(text(code), binds)]


@pytest.fixture(scope="module")
def words_of_x(issued_world) -> set[str]:
    """What tells that a row is X's."""
    return {"'X'", "K-X", numbers_of(issued_world)["X"], "ООО «X»", "x@client.example"}


def _columns(settings) -> dict[str, list[str]]:
    with engine.reading(settings) as connection:
        return dict(map(tuple, connection.execute(text(_COLUMNS))))


def test_every_table_that_the_role_may_read_shows_the_readers_rows_alone(issued_world, words_of_x):
    readable = _columns(issued_world)
    assert len(readable) >= 19
    seen = {}
    for table, columns in readable.items():
        code = f"SELECT {', '.join(columns)} FROM cabinet.{table}"
        of_a, of_x = _said(issued_world, A, code), _said(issued_world, X, code)
        assert [row for row in of_a if any(word in row for word in words_of_x)] == [], table
        seen[table] = (len(of_a), len(of_x), any(word in row for row in of_x for word in words_of_x))
    for table in ("clients", "contracts", "terms", "accounts", "invoices", "payments", "contract_days"):
        assert seen[table][0] > 0, table
        assert seen[table][1:] == (seen[table][1], True), table  # X sees its own there, so the words do tell


def test_nobody_sees_a_row_where_no_clients_are_set(issued_world):
    """The role alone opens nothing; nor does the application's own role, which may plan these statements."""
    for table, columns in _columns(issued_world).items():
        code = text(f"SELECT {', '.join(columns)} FROM cabinet.{table}")
        with engine.reading(issued_world) as connection:
            assert connection.execute(code).all() == [], table
            rows.take_role(connection)
            assert connection.execute(code).all() == [], table


@pytest.fixture(scope="module")
def asking_of_x(issued_world):
    """What each statement is asked with besides the clients, so that it would find X's rows: X's ids, and all of January and February."""
    with engine.reading(issued_world) as connection:
        payments = connection.execute(text("SELECT payment_id FROM receivables.payments WHERE client_code = 'X'")).scalars().all()
    return {
        "number": numbers_of(issued_world)["X"], "contract": "K-X", "contracts": ["K-X"], "listed": ["X"], "payments": list(payments),
        "month": date(2026, 1, 1), "first": date(2026, 1, 1), "last": date(2026, 2, 28), "on": date(2026, 2, 28), "kinds": None,
        "only_open": False, "most": 50, "skipped": 0,
    }  # fmt: skip


@pytest.mark.parametrize("statement", GUARDED, ids=lambda each: each.name)
def test_a_statement_without_its_filter_shows_nothing_of_others(issued_world, words_of_x, asking_of_x, statement):
    """The filter is taken out, or another client's codes are put in: either way the database shows the reader's rows alone."""
    written = code_of(statement.name)
    without, taken_out = _FILTER.subn("IS NOT NULL", written)
    assert taken_out, "the test does not know this filter"

    def found(reader, code, clients):
        given = {name: value for name, value in (asking_of_x | {"clients": clients}).items() if name in statement.binds}
        return _said(issued_world, reader, code, **{name: value for name, value in given.items() if f":{name}" in code})

    nothing = found(A, written, [])
    for code, clients in ((without, ["A"]), (written, ["X"]), (without, ["X"])):
        seen = found(A, code, clients)  # with X's ids not even a row that names nobody
        assert [row for row in seen if any(word in row for word in words_of_x)] == []
        assert seen == nothing or (code is without and not _ASKED_OF_X & set(statement.binds))
    if statement.name.rpartition("/")[2] not in _NOTHING_OF_X:
        assert found(X, without, ["X"]) != nothing  # so that there was something to be seen


def test_the_connection_goes_back_to_the_application_as_it_was(issued_world):
    with rows.of(issued_world, A) as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "fleetbill_cabinet"
    with engine.reading(issued_world) as connection:
        found = connection.execute(text("SELECT current_user, current_setting('fleetbill.clients', true)")).one()
    assert found.current_user == "fleetbill_app"
    assert not found.current_setting


def test_nothing_can_be_stored_and_no_other_table_read_in_there(issued_world):
    for attempt in (
        "INSERT INTO cabinet.links SELECT 'x', 'a', now(), now()",
        "SELECT 1 FROM cabinet.sessions",
        "SELECT 1 FROM billing.invoices",
        "SELECT 1 FROM billing.drafts",
        "SELECT manager FROM cabinet.clients",
        "UPDATE cabinet.invoices SET total = 0",
    ):
        with rows.of(issued_world, A) as connection, pytest.raises(DBAPIError) as refused:
            connection.execute(text(attempt))
        assert refused.value.orig.pgcode in {"42501", "25006"}, attempt


def test_what_belongs_to_another_is_the_same_as_what_is_not_there(issued_world):
    numbers = numbers_of(issued_world)
    with rows.of(issued_world, A) as connection:
        assert rows.require_invoice(connection, numbers["A"]) == numbers["A"]
        assert rows.require_contract(connection, "K-A") == "K-A"
        for check, key in (
            (rows.require_invoice, numbers["X"]), (rows.require_invoice, "nothing"),
            (rows.require_contract, "K-X"), (rows.require_contract, "nothing"),
        ):  # fmt: skip
            with pytest.raises(NotYours):
                check(connection, key)
    with pytest.raises(NotYours), rows.of(issued_world, A, ["X"]):
        pass


def test_a_dealer_sees_its_tree_and_its_clients_do_not_see_it(issued_world):
    with engine.reading(issued_world) as connection:
        dealer, client, under = (sessions.reader(connection, f"{code}@client.example", "ru") for code in "dab")
        nobody = [sessions.reader(connection, address, "ru") for address in ("", "client.example", "a@client", "%@%", "d@client.example,")]
    assert (dealer.own, dealer.clients, dealer.is_dealer) == (("D",), ("A", "B", "C", "D"), True)
    assert (client.clients, client.is_dealer, under.clients) == (("A",), False, ("B", "C"))
    assert nobody == [None] * 5
    with rows.of(issued_world, dealer) as connection:
        assert {row[0] for row in connection.execute(text("SELECT client_code FROM cabinet.invoices"))} == {"A", "C", "D"}
    with rows.of(issued_world, dealer, ["A"]) as connection:
        assert {row[0] for row in connection.execute(text("SELECT client_code FROM cabinet.invoices"))} == {"A"}
