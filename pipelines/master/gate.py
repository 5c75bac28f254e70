"""The gate of master data: Great Expectations suites, one per sheet; what fails critically is a problem at its place."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from pipelines.errors import Refused
from pipelines.master.parsing import Line, Table, flaw_at
from pipelines.master.sheets import Value, key_text
from pipelines.settings import keep_libraries_offline, resource

_UNIQUE = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")


class GateFailed(Refused):
    """An expectation could not be evaluated at all; nothing is let through."""


class Gate:
    """An ephemeral context of Great Expectations. Making one costs seconds: it imports the library."""

    def __init__(self) -> None:
        logging.getLogger("great_expectations").setLevel(logging.WARNING)  # before the import, which prints 200 lines otherwise
        keep_libraries_offline()
        import great_expectations

        self._library = great_expectations
        self._context = great_expectations.get_context(mode="ephemeral")
        self._context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # a plain mapping is understood

    def check(self, tables: Mapping[str, Table]) -> None:
        """Run each sheet's suite over its lines; note what fails, and tell what only deserves a warning."""
        for name, table in tables.items():
            if table.lines:
                for outcome in self._validated(name, table):
                    _note(table, outcome)

    def _validated(self, name: str, table: Table) -> list[dict[str, Any]]:
        import pandas as pd

        columns = [column.name for column in table.sheet.columns]
        frame = pd.DataFrame({column: pd.Series([line.values[column] for line in table.lines], dtype=object) for column in columns})
        asset = self._context.data_sources.add_or_update_pandas(name).add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        suite = self._library.ExpectationSuite(**json.loads((resource("expectations") / "master" / f"{name}.json").read_text("utf-8")))
        result = batch.validate(suite, result_format={"result_format": "COMPLETE"})
        return [outcome.to_json_dict() for outcome in result.results if not outcome.success]


def _note(table: Table, outcome: dict[str, Any]) -> None:
    config = outcome["expectation_config"]
    rows = outcome["result"].get("unexpected_index_list")
    kwargs, message = config["kwargs"], config["meta"]["message"]
    if rows is None:
        raised = [str(info.get("exception_message")) for info in outcome["exception_info"].values() if isinstance(info, dict)]
        why = raised[0] if raised else "no rows were named"
        raise GateFailed(f"expectation {config['type']} of sheet {table.sheet.name} could not be evaluated: {why}")
    lines = [table.lines[index] for index in rows]
    column = kwargs.get("column") or kwargs.get("column_A")
    if config["severity"] != "critical":
        more = f" (and {len(lines) - 1} more rows)" if len(lines) > 1 else ""
        table.notices.append(f"{lines[0].place} column {column}: {_said(message, lines[0], column)}{more}")
    elif config["type"] in _UNIQUE:
        _note_repeated(table, lines, tuple(kwargs.get("column_list") or (column,)), message)
    else:
        for line in lines:
            table.flaw(line, column, _said(message, line, column))


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


def _said(message: str, line: Line, column: str) -> str:
    value = line.values[column]
    return str(message).format(value=repr(value) if isinstance(value, str) else key_text(value))
