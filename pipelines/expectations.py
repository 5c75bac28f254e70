"""Suites of Great Expectations, read from `expectations/` and evaluated on Arrow columns without loading the library.

Importing the library costs seconds, and a day of a small platform is judged in milliseconds. So the expectations that the
suites use are evaluated here, row for row as the library evaluates them (tests hold both to the same verdicts on the same
columns); a suite that uses another one is for the library itself (`understands` says so).
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.settings import keep_libraries_offline, resource

if TYPE_CHECKING:
    import pyarrow as pa

_NULLS = ("expect_column_values_to_be_null", "expect_column_values_to_not_be_null")


@dataclass(frozen=True, slots=True)
class UnmetExpectation:
    """An expectation that a column does not meet: the first rows that fail, their values, and how many there are."""

    expectation: Mapping[str, Any]
    rows: Sequence[int]
    values: Sequence[Any]
    count: int


def suite(name: str) -> dict[str, Any]:
    """A suite as it is written in `expectations/NAME.json`, such as ``snapshot`` or ``master/terms``."""
    written: dict[str, Any] = json.loads((resource("expectations") / f"{name}.json").read_text(encoding="utf-8"))
    return written


@cache
def library() -> tuple[Any, Any]:
    """Great Expectations and an ephemeral context of it. Its import takes seconds, once per process."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # before the import, which prints 200 lines otherwise
    keep_libraries_offline()
    import great_expectations

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # a plain mapping is what the setting takes
    return great_expectations, context


def understands(expectations: Sequence[Mapping[str, Any]]) -> bool:
    """Whether `unmet` can evaluate all of these by itself."""
    return all(
        expectation["type"] in _MASKS and set(expectation["kwargs"]) <= _ARGUMENTS[expectation["type"]] for expectation in expectations
    )


def unmet(expectations: Sequence[Mapping[str, Any]], columns: "Mapping[str, pa.Array]", most: int) -> list[UnmetExpectation]:
    """Those of the expectations that the columns do not meet, with at most ``most`` failing rows each (rows count from 0).

    As in the library: an empty cell fails only where emptiness is asked about, and ``mostly`` is the least share of the
    cells (of the filled ones, unless emptiness is asked about) that must be as expected.
    """
    failed = []
    for expectation in expectations:
        column = columns[expectation["kwargs"]["column"]]
        mask = _MASKS[expectation["type"]](column, expectation["kwargs"])
        if mask is None:
            continue
        failing = _positions(mask)
        judged = len(column) if expectation["type"] in _NULLS else len(column) - column.null_count
        if len(failing) and (judged - len(failing)) / judged < expectation["kwargs"].get("mostly", 1):
            shown = failing[:most]
            failed.append(UnmetExpectation(expectation, shown.tolist(), column.take(shown).to_pylist(), len(failing)))
    return failed


def _positions(mask: Any) -> Any:
    import pyarrow.compute as pc

    return pc.indices_nonzero(mask)


def _filled(column: Any, _: Mapping[str, Any]) -> Any:
    return None if column.null_count == len(column) else column.is_valid()


def _empty(column: Any, _: Mapping[str, Any]) -> Any:
    return column.is_null() if column.null_count else None


def _repeated(column: Any, _: Mapping[str, Any]) -> Any:
    import pyarrow.compute as pc

    if pc.count_distinct(column).as_py() == len(column) - column.null_count:
        return None
    counted = pc.value_counts(column.drop_null())
    repeated = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    return pc.is_in(column, repeated)


def _unlisted(column: Any, arguments: Mapping[str, Any]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(arguments["value_set"], column.type)
    return pc.and_(column.is_valid(), pc.invert(pc.is_in(column, wanted)))


def _outside(column: Any, arguments: Mapping[str, Any]) -> Any:
    import pyarrow.compute as pc

    extremes = pc.min_max(column)
    if extremes["min"].as_py() is None:
        return None
    outside = []
    if (least := arguments.get("min_value")) is not None:
        beyond = pc.less_equal if arguments.get("strict_min") else pc.less
        if beyond(extremes["min"], least).as_py():
            outside.append(beyond(column, least))
    if (greatest := arguments.get("max_value")) is not None:
        beyond = pc.greater_equal if arguments.get("strict_max") else pc.greater
        if beyond(extremes["max"], greatest).as_py():
            outside.append(beyond(column, greatest))
    return pc.or_(*outside) if len(outside) == 2 else (outside or [None])[0]


def _longer(column: Any, arguments: Mapping[str, Any]) -> Any:
    import pyarrow.compute as pc

    longest = pc.max(pc.binary_length(column)).as_py() or 0  # in bytes: never fewer than the characters
    return pc.greater(pc.utf8_length(column), arguments["max_value"]) if longest > arguments["max_value"] else None


_MASKS = {
    "expect_column_values_to_be_null": _filled,
    "expect_column_values_to_not_be_null": _empty,
    "expect_column_values_to_be_unique": _repeated,
    "expect_column_values_to_be_in_set": _unlisted,
    "expect_column_values_to_be_between": _outside,
    "expect_column_value_lengths_to_be_between": _longer,
}
_ARGUMENTS = {
    name: {"column", "mostly", *more}
    for name, more in {
        "expect_column_values_to_be_null": (),
        "expect_column_values_to_not_be_null": (),
        "expect_column_values_to_be_unique": (),
        "expect_column_values_to_be_in_set": ("value_set",),
        "expect_column_values_to_be_between": ("min_value", "max_value", "strict_min", "strict_max"),
        "expect_column_value_lengths_to_be_between": ("max_value",),
    }.items()
}
