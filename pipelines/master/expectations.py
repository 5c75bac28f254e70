"""The expectations that the suites of master data use, evaluated without the library that names them. Pure.

Starting Great Expectations costs seconds, evaluating a sheet here milliseconds. Each type means exactly what it means in
the library: a property test compares the rows that both refuse. A type or an argument that is not known here is the
library's to evaluate.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipelines.master.sheets import Row, Value

Arguments = Mapping[str, Any]
_Evaluation = Callable[[Arguments, Sequence[Row]], list[int]]


class UnknownColumn(ValueError):  # noqa: N818 - reads as the sentence it is: the column is unknown
    """An expectation names a column that the sheet does not have."""


def refused_rows(kind: str, arguments: Arguments, rows: Sequence[Row]) -> list[int] | None:
    """Positions of the rows that an expectation refuses; None where its type or arguments are the library's to evaluate.

    UnknownColumn where it names a column that the rows do not have.
    """
    known, evaluation = _KNOWN.get(kind, (frozenset(), None))
    if evaluation is None or not arguments.keys() <= known or arguments.get("ignore_row_if", _IGNORED.get(kind)) != _IGNORED.get(kind):
        return None
    named = [arguments[name] for name in ("column", "column_A", "column_B") if name in arguments]
    for column in (*named, *arguments.get("column_list", ())):
        if rows and column not in rows[0]:
            raise UnknownColumn(f"the sheet has no column {column!r}")
    return evaluation(arguments, rows)


def _not_null(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    return [index for index, row in enumerate(rows) if row[arguments["column"]] is None]


def _given(arguments: Arguments, rows: Sequence[Row]) -> list[tuple[int, Any]]:
    """Position and value of every cell that is not empty: an empty one is judged by not_be_null alone."""
    return [(index, value) for index, row in enumerate(rows) if (value := row[arguments["column"]]) is not None]


def _in_set(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    allowed = set(arguments["value_set"])
    return [index for index, value in _given(arguments, rows) if value not in allowed]


def _regex(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    pattern = re.compile(arguments["regex"])
    return [index for index, value in _given(arguments, rows) if not pattern.search(str(value))]


def _length(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    return [
        index
        for index, value in _given(arguments, rows)
        if (low is not None and len(str(value)) < low) or (high is not None and len(str(value)) > high)
    ]


def _between(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    low, high, strict = arguments.get("min_value"), arguments.get("max_value"), arguments.get("strict_min", False)
    return [
        index
        for index, value in _given(arguments, rows)
        if (low is not None and (value < low or (strict and value == low))) or (high is not None and value > high)
    ]


def _unique(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    given = _given(arguments, rows)
    counted = Counter(value for _, value in given)
    return [index for index, value in given if counted[value] > 1]


def _compound_unique(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    """Empty cells of a key are equal to each other."""
    keys: list[tuple[Value, ...]] = [tuple(row[name] for name in arguments["column_list"]) for row in rows]
    counted = Counter(keys)
    return [index for index, key in enumerate(keys) if counted[key] > 1]


def _greater(arguments: Arguments, rows: Sequence[Row]) -> list[int]:
    """Rows where the one lies before the other; a row that lacks either is not judged."""
    or_equal = arguments.get("or_equal", False)
    refused = []
    for index, row in enumerate(rows):
        left: Any = row[arguments["column_A"]]
        right: Any = row[arguments["column_B"]]
        if left is not None and right is not None and not (left > right or (or_equal and left == right)):
            refused.append(index)
    return refused


# What the library does with rows that have empty cells, for the types that have a choice: no other choice is evaluated here.
_IGNORED = {"expect_compound_columns_to_be_unique": "never", "expect_column_pair_values_a_to_be_greater_than_b": "either_value_is_missing"}
_KNOWN: dict[str, tuple[frozenset[str], _Evaluation]] = {
    "expect_column_values_to_not_be_null": (frozenset({"column"}), _not_null),
    "expect_column_values_to_be_in_set": (frozenset({"column", "value_set"}), _in_set),
    "expect_column_values_to_match_regex": (frozenset({"column", "regex"}), _regex),
    "expect_column_value_lengths_to_be_between": (frozenset({"column", "min_value", "max_value"}), _length),
    "expect_column_values_to_be_between": (frozenset({"column", "min_value", "max_value", "strict_min"}), _between),
    "expect_column_values_to_be_unique": (frozenset({"column"}), _unique),
    "expect_compound_columns_to_be_unique": (frozenset({"column_list", "ignore_row_if"}), _compound_unique),
    "expect_column_pair_values_a_to_be_greater_than_b": (frozenset({"column_A", "column_B", "or_equal", "ignore_row_if"}), _greater),
}
