"""Every statement says what a row of it is, what it takes, and what running it again does.

One test looks at all files: each of them is a line of what is expected to be empty.
"""

import duckdb

from pipelines.warehouse.statements import statement as code_of
from tests.statements import CONTINUED, KEYS, Statement, statements

ALL = [*statements("warehouse"), *statements("lake")]


def _mistakes(statement: Statement) -> list[str]:
    keys = [line.removeprefix("-- ").partition(":")[0] for line in statement.header if not line.startswith(CONTINUED)]
    held = {
        f"keys {keys}": tuple(keys) == KEYS,
        "a key without a text": all(text.strip() == text and text for text in statement.said.values()),
        "a line of more than 140 signs": all(len(line) <= 140 for line in statement.header),
        "words about a statement belong into its header": "--" not in statement.code,
    }
    return [mistake for mistake, holds in held.items() if not holds]


def test_there_are_statements_to_look_at() -> None:
    assert len(ALL) > 200


def test_every_statement_has_one_header() -> None:
    assert {each.name: _mistakes(each) for each in ALL if _mistakes(each)} == {}


def test_the_inputs_are_the_binds() -> None:
    assert {each.name: (each.declared, set(each.binds)) for each in ALL if each.declared != set(each.binds)} == {}


def test_a_file_holds_one_statement() -> None:
    assert [each.name for each in ALL if ";" in each.code] == []


def test_duckdb_reads_the_same_binds() -> None:
    """DuckDB parses each as one statement, whose parameters are those of the header."""
    parsed = {each.name: duckdb.extract_statements(code_of(each.name)) for each in statements("lake")}
    assert {name: len(of_file) for name, of_file in parsed.items() if len(of_file) != 1} == {}
    read = {each.name: set(parsed[each.name][0].named_parameters) for each in statements("lake")}
    assert read == {each.name: each.declared for each in statements("lake")}
