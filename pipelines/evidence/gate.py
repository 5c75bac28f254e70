"""The gate: Great Expectations suites decide what lands, what is quarantined, and what is only worth a look.

The suites are `expectations/snapshot*.json`, written by hand. An expectation's severity decides: critical → quarantine,
warning → lands and becomes a finding. Nothing else in the code refuses a snapshot that could be read.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.settings import keep_libraries_offline, resource

if TYPE_CHECKING:
    import pandas as pd

SUITES = ("snapshot", "snapshot_facts", "snapshot_accounts")
SHOWN_ROWS = 100
CRITICAL, WARNING = "critical", "warning"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed expectation at one row (`row` counts the frame's rows from 0; None: of the whole)."""

    suite: str
    severity: str
    expectation: str
    column: str
    row: int | None
    value: str | None
    detail: str
    note: str
    cannot_be_accepted: bool


def suite(name: str) -> dict[str, Any]:
    """A suite as it is written in `expectations/NAME.json`."""
    found: dict[str, Any] = json.loads((resource("expectations") / f"{name}.json").read_text(encoding="utf-8"))
    return found


def judge(frames: Mapping[str, "pd.DataFrame"], parameters: Mapping[str, float]) -> list[Failure]:
    """Run each suite on the frame of its name; what failed, at most SHOWN_ROWS rows of each expectation.

    An expectation on a column that the source does not have is passed over (`domain.md §2.5` says what its absence
    means); one that cannot be run is a critical failure of its own.
    """
    failures: list[Failure] = []
    for name, frame in frames.items():
        failures += _judge(name, frame, parameters)
    return failures


def fresh() -> None:
    """Forget the loaded library's context; the next judgement makes a new one."""
    _batch_definition.cache_clear()


def _judge(name: str, frame: "pd.DataFrame", parameters: Mapping[str, float]) -> list[Failure]:
    expected = _expanded(suite(name), list(frame.columns))
    if not expected:
        return []
    definition, make_suite = _batch_definition(name)
    batch = definition.get_batch({"dataframe": frame})
    used = {key: parameters[key] for key in _parameters_of(expected)}
    outcome = batch.validate(
        make_suite(name=name, expectations=expected),
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": SHOWN_ROWS},
        expectation_parameters=used,
    )
    return [failure for result in outcome.results if not result.success for failure in _failures(name, result)]


def _expanded(written: Mapping[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    """The suite's expectations for the columns that are there; ``meter_*`` stands for every meter."""
    made = []
    for expectation in written["expectations"]:
        column = expectation["kwargs"]["column"]
        shown = expectation["meta"].get("shown_as", column)
        for actual in _matching(column, columns):
            meter = actual.removesuffix("_unread") if "*" in shown else shown
            meta = {**expectation["meta"], "shown_as": meter}
            made.append({**expectation, "kwargs": {**expectation["kwargs"], "column": actual}, "meta": meta})
    return made


def _matching(column: str, columns: list[str]) -> list[str]:
    if "*" not in column:
        return [column] if column in columns else []
    head, tail = column.split("*")
    return [
        each for each in columns if each.startswith(head) and each.endswith(tail) and each.endswith("_unread") == tail.endswith("_unread")
    ]


def _parameters_of(expected: list[dict[str, Any]]) -> set[str]:
    return {
        value["$PARAMETER"]
        for expectation in expected
        for value in expectation["kwargs"].values()
        if isinstance(value, dict) and "$PARAMETER" in value
    }


def _failures(suite_name: str, result: Any) -> list[Failure]:
    config, found = result.expectation_config, result.result or {}
    meta = config.meta or {}
    note = config.notes if isinstance(config.notes, str) else " ".join(config.notes or ())

    def failure(row: int | None, value: Any, says: str, severity: str) -> Failure:
        shown = None if value is None or value != value else _shown(value, meta.get("measure"))  # noqa: PLR0124 - only NaN differs from itself
        column = meta.get("shown_as", config.kwargs.get("column", ""))
        return Failure(
            suite_name, severity, meta.get("name", config.type), column, row, shown, says, note, bool(meta.get("cannot_be_accepted"))
        )

    if "unexpected_count" not in found:
        raised = next((each.get("exception_message") for each in _exceptions(result.exception_info) if each), None)
        return [failure(None, None, f"could not be checked: {raised or 'no result'}", CRITICAL)]
    severity = str(getattr(config.severity, "value", config.severity))
    rows = list(found.get("partial_unexpected_index_list") or [])
    values = list(found.get("partial_unexpected_list") or [])
    if len(values) < len(rows):
        values += [None] * (len(rows) - len(values))
    made = [failure(_row(row), value, meta.get("says", config.type), severity) for row, value in zip(rows, values, strict=False)]
    more = int(found["unexpected_count"]) - len(made)
    if more > 0:
        says = f"{meta.get('says', config.type)} ({more} more rows)" if made else meta.get("says", config.type)
        made.append(failure(None, None, says, severity))
    return made


def _row(index: Any) -> int:
    return int(index)


def _shown(value: Any, measure: str | None) -> str:
    """A failing value as a person reads it; ``measure`` (of the expectation's meta): 'share' or 'days', for derived columns."""
    if measure == "share":
        return f"{float(value):.1%}"
    if measure == "days":
        days = float(value)
        return f"{abs(days):.1f} days {'after' if days < 0 else 'before'} the date's end"
    return str(value)


def _exceptions(info: Any) -> list[Any]:
    if not isinstance(info, dict):
        return []
    return [info] if "exception_message" in info else [each for each in info.values() if isinstance(each, dict)]


@cache
def _batch_definition(name: str) -> tuple[Any, Any]:
    """A place for frames in an ephemeral context of Great Expectations; importing the library costs seconds, once."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    keep_libraries_offline()
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # a mapping is what the setting takes
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    return asset.add_batch_definition_whole_dataframe(name), gx.ExpectationSuite
