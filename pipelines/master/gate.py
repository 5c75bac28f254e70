"""The gate of master data: Great Expectations suites, one per sheet; what fails critically is a problem at its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.errors import Refused
from pipelines.expectations import library, suite
from pipelines.master.expectations import UnknownColumn, refused_rows
from pipelines.master.lines import Line, Table, flaw_at
from pipelines.master.sheets import SHEETS, Row, Value, key_text

_UNIQUE = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")


class GateFailed(Refused):
    """An expectation could not be evaluated at all; nothing is let through."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """One expectation of a suite, and the positions of the lines that it refuses."""

    expectation: dict[str, Any]
    lines: list[int]


def check(tables: Mapping[str, Table], source: str = "master") -> None:
    """Judge every line by its sheet's suite; note what fails, and tell what only deserves a warning.

    ``source``: whose suites, master or crm.

    Great Expectations is started only for an expectation that `expectations` does not know. GateFailed when one cannot be
    evaluated.
    """
    for name, table in tables.items():
        if table.lines:
            for verdict in _judged(name, table, source):
                _note(table, verdict)


def refused_by_library(rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, Row, str, str]]:
    """What Great Expectations itself refuses critically among rows by sheet: sheet, row, column (empty for a key), what is said."""
    for name, listed in rows.items():
        table = Table(SHEETS[name], (), [Line(number, str(number), row) for number, row in enumerate(listed, 1)])
        critical = [each for each in suite(f"master/{name}")["expectations"] if each["severity"] == "critical"]
        for verdict in _by_library(name, table, critical) if listed else ():
            kwargs, message = verdict.expectation["kwargs"], verdict.expectation["meta"]["message"]
            column = kwargs.get("column") or kwargs.get("column_A")
            for index in verdict.lines:
                said = _filled_in(message, table.lines[index], column) if column and "{others}" not in message else "is there twice"
                yield name, listed[index], column or "", said


def _judged(name: str, table: Table, source: str) -> list[_Verdict]:
    rows = [line.values for line in table.lines]
    verdicts, left = [], []
    for expectation in suite(f"{source}/{name}")["expectations"]:
        try:
            refused = refused_rows(expectation["type"], expectation["kwargs"], rows)
        except UnknownColumn as error:
            raise _failed(name, expectation["type"], str(error)) from None
        if refused is None:
            left.append(expectation)
        elif refused:
            verdicts.append(_Verdict(expectation, refused))
    return verdicts + (_by_library(name, table, left) if left else [])


def _by_library(name: str, table: Table, expectations: list[dict[str, Any]]) -> list[_Verdict]:
    columns = [column.name for column in table.sheet.columns]
    verdicts = []
    for expectation, outcome in library_outcomes(name, columns, [line.values for line in table.lines], expectations):
        refused = outcome["result"].get("unexpected_index_list")
        if refused is None:
            raised = [str(info.get("exception_message")) for info in outcome["exception_info"].values() if isinstance(info, dict)]
            raise _failed(name, expectation["type"], raised[0] if raised else "no rows were named")
        verdicts.append(_Verdict(expectation, refused))
    return verdicts


def library_outcomes(
    name: str, columns: Sequence[str], rows: Sequence[Row], expectations: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What Great Expectations says of rows: each failed expectation and its outcome as the library writes it."""
    import pandas as pd

    great_expectations, context = library()
    frame = pd.DataFrame({column: pd.Series([row[column] for row in rows], dtype=object) for column in columns})
    asset = context.data_sources.add_or_update_pandas(name).add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    numbered = [{**each, "meta": {**each.get("meta", {}), "number": number}} for number, each in enumerate(expectations)]
    expected = great_expectations.ExpectationSuite(name=name, expectations=numbered)
    result = batch.validate(expected, result_format={"result_format": "COMPLETE"})
    outcomes = [outcome.to_json_dict() for outcome in result.results if not outcome.success]
    return [(expectations[outcome["expectation_config"]["meta"]["number"]], outcome) for outcome in outcomes]


def _failed(name: str, kind: str, why: str) -> GateFailed:
    return GateFailed(f"expectation {kind} of sheet {name} could not be evaluated: {why}")


def _note(table: Table, verdict: _Verdict) -> None:
    expectation, lines = verdict.expectation, [table.lines[index] for index in verdict.lines]
    kwargs, message = expectation["kwargs"], expectation["meta"]["message"]
    column = kwargs.get("column") or kwargs.get("column_A")
    if expectation["severity"] != "critical":
        more = f" (and {len(lines) - 1} more rows)" if len(lines) > 1 else ""
        table.notices.append(f"{lines[0].place} column {column}: {_filled_in(message, lines[0], column)}{more}")
    elif expectation["type"] in _UNIQUE:
        _note_repeated(table, lines, tuple(kwargs.get("column_list") or (column,)), message)
    else:
        for line in lines:
            table.flaw(line, column, _filled_in(message, line, column))


def _note_repeated(table: Table, lines: list[Line], key: tuple[str, ...], message: str) -> None:
    same: dict[tuple[Value, ...], list[Line]] = {}
    required = [name for name in key if table.sheet.column(name).required]
    for line in lines:
        if all(line.values[name] is not None for name in required):
            same.setdefault(tuple(line.values[name] for name in key), []).append(line)
    for values, group in same.items():
        shown = ", ".join(filter(None, map(key_text, values)))
        for line in group:
            others = ", ".join(other.place for other in group if other is not line)
            said = (
                f"({shown}) {message.format(value=repr(shown), others=others)}"
                if len(key) > 1
                else message.format(value=repr(shown), others=others)
            )
            table.flaws.append(flaw_at(table.sheet, line.number, None, line.place, said))


def _filled_in(message: str, line: Line, column: str) -> str:
    value = line.values[column]
    return str(message).format(value=repr(value) if isinstance(value, str) else key_text(value))
