"""Statements run by name: what a person typed never becomes a part of the statement."""

import pytest
from sqlalchemy import text

from pipelines.warehouse import engine, query
from tests.conftest import NOW


@pytest.mark.parametrize("detail", ["спор\nдо пятницы", "x\n'); DELETE FROM findings.occurrences; --", "a\r\nb", "-- :kind\n"])
def test_a_text_of_several_lines_is_stored_as_it_is(settings, detail):
    """Headers name their binds: were they sent, a line break inside a value would end the comment around it."""
    with engine.transaction(settings) as connection:
        day = NOW.date()
        query.run(connection, "delivery/mail/add_address_report", subject="a", seen_on=day, detail=detail)
        assert connection.execute(text("SELECT parameters->>'text' FROM findings.occurrences")).scalars().all() == [detail]


def test_what_is_copied_is_read_back_as_it_was(settings):
    """Nothing, a text that looks like nothing, and what COPY would take for its own signs; also more than one of them in a row."""
    rows = [("a", None), ("\\N", None), ("b\tc", "d\ne"), ("\\", "\r"), (None, "\\N"), ("е\u0301", "\\\\N\t"), (None, None)]
    with engine.transaction(settings) as connection:
        connection.execute(text("CREATE TEMPORARY TABLE told (no integer, one text, other text) ON COMMIT DROP"))
        query.copy(connection, "told", ("no", "one", "other"), [(no, *row) for no, row in enumerate(rows)])
        assert list(map(tuple, connection.execute(text("SELECT one, other FROM told ORDER BY no")))) == rows


def told(connection, rows):
    connection.execute(text("CREATE TEMPORARY TABLE told (no integer) ON COMMIT DROP"))
    query.copy(connection, "told", ("no",), rows)
    return connection.execute(text("SELECT count(*), sum(no) FROM told")).one()


def test_rows_are_copied_while_they_are_made(settings):
    with engine.transaction(settings) as connection:
        assert tuple(told(connection, ((no,) for no in range(450)))) == (450, 101_025)  # 450 × 449 ÷ 2


def test_a_row_that_cannot_be_made_fails_by_its_own_error(settings):
    """And whoever is interrupted meanwhile is interrupted, not told of a statement that was cancelled."""
    with pytest.raises(ZeroDivisionError), engine.transaction(settings) as connection:
        told(connection, ((10 // (no - 300),) for no in range(450)))
    with pytest.raises(KeyboardInterrupt), engine.transaction(settings) as connection:
        told(connection, _interrupted())
    with pytest.raises(LookupError) as raised, engine.transaction(settings) as connection:
        told(connection, _failing_for_a_reason())
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def _interrupted():
    yield (1,)
    raise KeyboardInterrupt


def _failing_for_a_reason():
    yield (1,)
    try:
        yield (1 // 0,)
    except ZeroDivisionError as error:
        raise LookupError("no terms") from error
