"""The gate: suites of Great Expectations decide what lands, what is quarantined, and what is only worth a look.

The suites are `expectations/snapshot*.json`, written by hand. An expectation's severity decides: critical → quarantine,
warning → lands and becomes a finding. Nothing else in the code refuses a snapshot that could be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines import expectations
from pipelines.expectations import suite

if TYPE_CHECKING:
    import pyarrow as pa

CONTENT = ("snapshot", "snapshot_facts", "snapshot_accounts")  # of a snapshot alone
COMPARISON = ("snapshot_neighbours", "snapshot_branches")  # of a snapshot beside others
SUITES = (*CONTENT, *COMPARISON)
SHOWN_ROWS = 100
CRITICAL, WARNING = "critical", "warning"
ONE_AMONG_MANY = 20  # in a list of so many vehicles a single broken cell is never more than a warning
ONE_CLOCK_AMONG = 2  # a single tracker with a wrong clock is one in any list but that of a single vehicle
_ENOUGH = {"$PARAMETER": "enough"}  # as `mostly`: all but the cells that may be set aside
_ENOUGH_CLOCKS = {"$PARAMETER": "enough_clocks"}  # the same of clocks: one tracker's may be wrong in any list that has another vehicle


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed expectation at one row (`row` counts the suite's rows from 0; None: of the whole)."""

    suite: str
    severity: str
    expectation: str
    column: str
    row: int | None
    value: str | None
    detail: str
    note: str
    cannot_be_accepted: bool


Columns = Mapping[str, "pa.Array"]


def judge(columns: Mapping[str, Columns], parameters: Mapping[str, Any], words: Mapping[str, str] | None = None) -> list[Failure]:
    """What fails of each suite on the columns of its name, at most SHOWN_ROWS rows of each expectation.

    ``parameters`` are those that the suites name, and ``may_break``: the share of rows whose cell may be set aside because
    it cannot be meant. ``words`` fill the places in what an expectation says. An expectation on a column that is not there is
    passed over (`domain.md §2.5` says what its absence means); one that cannot be evaluated is a critical failure itself.
    """
    failures: list[Failure] = []
    for name, of_suite in columns.items():
        expected = _expanded(suite(name), of_suite, parameters)
        if expectations.understands(expected):
            unmet = expectations.unmet(expected, of_suite, SHOWN_ROWS)
            failed = [failure for each in unmet for failure in _failures(name, each.expectation, each.rows, each.values, each.count)]
        else:
            failed = _judged_by_library(name, expected, of_suite)
        failures += _without_repeats(failed, expected)
    return [_worded(failure, words or {}) for failure in failures]


def judge_by_library(columns: Mapping[str, Columns], parameters: Mapping[str, Any]) -> list[Failure]:
    """The same, evaluated by Great Expectations itself: seconds for its import, and the proof of `judge`."""
    failures: list[Failure] = []
    for name, of_suite in columns.items():
        expected = _expanded(suite(name), of_suite, parameters)
        failures += _without_repeats(_judged_by_library(name, expected, of_suite), expected)
    return failures


def _expanded(written: Mapping[str, Any], columns: Columns, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The suite's expectations for the columns that are there, with numbers for parameters; ``meter_*`` stands for every meter."""
    made = []
    for expectation in written["expectations"]:
        written_as = expectation["kwargs"]["column"]
        shown = expectation["meta"].get("shown_as", written_as)
        for column in _matching(written_as, columns):
            arguments = {**expectation["kwargs"], "column": column}
            for name, value in arguments.items():
                if value in (_ENOUGH, _ENOUGH_CLOCKS):
                    cells = len(columns[column]) - (0 if "null" in expectation["type"] else columns[column].null_count)
                    many = ONE_AMONG_MANY if value == _ENOUGH else ONE_CLOCK_AMONG
                    arguments[name] = _enough(len(columns[column]), cells, parameters["may_break"], many)
                elif isinstance(value, dict) and "$PARAMETER" in value:
                    arguments[name] = parameters[value["$PARAMETER"]]
            meta = {**expectation["meta"], "shown_as": _meter(column) if "*" in shown else shown}
            made.append({**expectation, "kwargs": arguments, "meta": meta})
    return made


def _enough(rows: int, cells: int, may_break: float, many: int) -> float:
    """Share of the cells asked about that must be good, so that no more of ``rows`` is broken than may be; one among ``many`` may."""
    allowed = max(int(rows * may_break), int(rows >= many))
    return max(0, cells - allowed) / cells if cells else 1.0


def _matching(column: str, columns: Columns) -> list[str]:
    if "*" not in column:
        return [column] if column in columns else []
    head, tail = column.split("*")
    return [each for each in columns if each.startswith(head) and each.endswith(tail) and bool(tail) == (_meter(each) != each)]


def _meter(column: str) -> str:
    return column.removesuffix("_unread")


def _failures(name: str, expectation: Mapping[str, Any], rows: Sequence[int], values: Sequence[Any], count: int) -> list[Failure]:
    meta, notes = expectation["meta"], expectation.get("notes") or ""
    note = notes if isinstance(notes, str) else " ".join(notes)

    def failure(row: int | None, value: Any, says: str) -> Failure:
        shown = None if value is None else _shown(value, meta.get("measure"))
        return Failure(
            name, expectation["severity"], meta["name"], meta["shown_as"], row, shown, says, note, bool(meta.get("cannot_be_accepted"))
        )

    made = [failure(row, value, meta["says"]) for row, value in zip(rows, values, strict=True)]
    more = count - len(made)
    return [*made, failure(None, None, f"{meta['says']} ({more} more rows)" if made else meta["says"])] if more > 0 else made


def _without_repeats(failures: list[Failure], expected: Sequence[Mapping[str, Any]]) -> list[Failure]:
    """The failures without warnings about cells that a critical failure, the one that the warning's ``unless`` names, reports as well."""
    unless = {(each["meta"]["name"], each["meta"]["shown_as"]): each["meta"].get("unless") for each in expected}
    failed = {(failure.expectation, failure.column) for failure in failures}
    return [each for each in failures if (unless.get((each.expectation, each.column)), each.column) not in failed]


def _worded(failure: Failure, words: Mapping[str, str]) -> Failure:
    if "{" not in failure.detail:
        return failure
    detail = failure.detail
    for name, word in words.items():
        detail = detail.replace(f"{{{name}}}", word)
    return Failure(
        failure.suite,
        failure.severity,
        failure.expectation,
        failure.column,
        failure.row,
        failure.value,
        detail,
        failure.note,
        failure.cannot_be_accepted,
    )


def _shown(value: Any, measure: str | None) -> str:
    """A failing value as a person reads it; ``measure`` (of the expectation's meta): 'share' or 'days', for derived columns."""
    if measure == "share":
        return f"{float(value):.1%}"
    if measure == "days":
        days = float(value)
        return f"{abs(days):.1f} days {'after' if days < 0 else 'before'} the date's end"
    if hasattr(value, "normalize"):  # a decimal shows no zeros that nobody wrote
        return f"{value.normalize():f}"
    return str(value)


def _judged_by_library(name: str, expected: list[dict[str, Any]], columns: Columns) -> list[Failure]:
    import pandas as pd
    import pyarrow as pa

    if not expected:
        return []
    frame = pd.DataFrame(
        {
            column: (cells.cast(pa.float64()) if pa.types.is_decimal(cells.type) else cells).to_pandas(integer_object_nulls=True)
            for column, cells in columns.items()
        },
        copy=False,
    )
    definition, make_suite = _batch_definition(name)
    outcome = definition.get_batch({"dataframe": frame}).validate(
        make_suite(name=name, expectations=expected),
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": SHOWN_ROWS},
    )
    return [failure for result in outcome.results if not result.success for failure in _failures_of(name, result, columns)]


def _failures_of(name: str, result: Any, columns: Columns) -> list[Failure]:
    config, counts = result.expectation_config, result.result or {}
    expectation = {
        "severity": str(getattr(config.severity, "value", config.severity)),
        "meta": {"name": config.type, "says": config.type, "shown_as": config.kwargs.get("column", ""), **(config.meta or {})},
        "notes": config.notes,
    }
    if "unexpected_count" not in counts:
        raised = next((each.get("exception_message") for each in _exceptions(result.exception_info) if each), None)
        says = f"could not be checked: {raised or 'no result'}"
        return _failures(name, {**expectation, "severity": CRITICAL, "meta": {**expectation["meta"], "says": says}}, [], [], 1)
    rows = sorted(int(row) for row in counts.get("partial_unexpected_index_list") or [])
    return _failures(name, expectation, rows, columns[config.kwargs["column"]].take(rows).to_pylist(), int(counts["unexpected_count"]))


def _exceptions(info: Any) -> list[Any]:
    if not isinstance(info, dict):
        return []
    return [info] if "exception_message" in info else [each for each in info.values() if isinstance(each, dict)]


@cache
def _batch_definition(name: str) -> tuple[Any, Any]:
    """A place for frames of a suite in the library's context, and the library's class of suites."""
    great_expectations, context = expectations.library()
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    return asset.add_batch_definition_whole_dataframe(name), great_expectations.ExpectationSuite
