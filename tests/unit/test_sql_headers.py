"""Every statement says what a row of it is, what it takes, and what running it again does."""

import duckdb
import pytest

from pipelines.warehouse.statements import statement as code_of
from tests.statements import CONTINUED, KEYS, Statement, statements

ALL = [*statements("warehouse"), *statements("lake")]


@pytest.mark.parametrize("statement", ALL, ids=lambda each: each.name)
def test_every_statement_has_one_header(statement: Statement) -> None:
    keys = [line.removeprefix("-- ").partition(":")[0] for line in statement.header if not line.startswith(CONTINUED)]
    assert tuple(keys) == KEYS
    assert all(text.strip() == text and text for text in statement.said.values()), "a key without a text"
    assert all(len(line) <= 140 for line in statement.header)
    assert "--" not in statement.code, "words about a statement belong into its header"


@pytest.mark.parametrize("statement", ALL, ids=lambda each: each.name)
def test_the_inputs_are_the_binds(statement: Statement) -> None:
    assert statement.declared == set(statement.binds)


def test_a_file_holds_one_statement() -> None:
    assert [each.name for each in ALL if ";" in each.code] == []


@pytest.mark.parametrize("statement", statements("lake"), ids=lambda each: each.name)
def test_duckdb_reads_the_same_binds(statement: Statement) -> None:
    """DuckDB parses it as one statement, whose parameters are those of the header."""
    [parsed] = duckdb.extract_statements(code_of(statement.name))
    assert set(parsed.named_parameters) == statement.declared
