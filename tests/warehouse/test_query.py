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
