"""Great Expectations refuses the same rows as the evaluation that saves starting it: for every type that the suites use."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.expectations import suite
from pipelines.master import gate
from pipelines.master.expectations import _KNOWN, refused_rows
from pipelines.master.sheets import SHEETS
from tests.campaigns import examples

TEXTS = st.one_of(st.none(), st.text("aб1-_/ .\n\u00a0я", max_size=6), st.sampled_from(["peak", "average", "МТ", "a" * 100, "я" * 101]))
DECIMALS = st.one_of(
    st.none(), st.decimals("-5", "120", places=2), st.sampled_from([Decimal(0), Decimal("-0.0"), Decimal(100), Decimal("1.50")])
)
WHOLE = st.one_of(st.none(), st.integers(-3, 1001))
DATES = st.one_of(st.none(), st.integers(0, 4).map(lambda days: date(2026, 1, 1) + timedelta(days)))
FLAGS = st.sampled_from([True, False, None])
VALUES = {
    "text": TEXTS,
    "code": TEXTS,
    "requisite": TEXTS,
    "decimal": DECIMALS,
    "integer": WHOLE,
    "date": DATES,
    "boolean": FLAGS,
}


def _rows(sheet):
    return st.lists(st.fixed_dictionaries({column.name: VALUES[column.kind] for column in sheet.columns}), min_size=12, max_size=36)


def _same(name, rows):
    columns = [column.name for column in SHEETS[name].columns]
    expectations = suite(f"master/{name}")["expectations"]
    library = {
        id(each): outcome["result"]["unexpected_index_list"] for each, outcome in gate.library_outcomes(name, columns, rows, expectations)
    }
    for each in expectations:
        ours = refused_rows(each["type"], each["kwargs"], rows)
        assert ours == sorted(library.get(id(each), [])), (each["type"], each["kwargs"])


@pytest.mark.parametrize("name", SHEETS)
def test_the_library_gives_the_same_verdicts_on_generated_rows(name):
    @settings(max_examples=examples(3, 20), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(_rows(SHEETS[name]))
    def same(rows):
        _same(name, rows)

    same()


def test_every_type_that_the_suites_use_is_compared_and_no_other_is_known():
    used = {each["type"] for name in SHEETS for each in suite(f"master/{name}")["expectations"]}
    assert used == set(_KNOWN)


@pytest.mark.parametrize(
    ("kind", "arguments", "refused"),
    [
        ("expect_column_values_to_not_match_regex", {"column": "name", "regex": "^С"}, [1]),
        ("expect_column_values_to_be_unique", {"column": "name", "mostly": 0.9}, [0, 2]),
    ],
    ids=["another kind", "another argument"],
)
def test_what_is_not_known_here_is_evaluated_by_the_library(kind, arguments, refused):
    rows = [{"name": "Иван"}, {"name": "Семён"}, {"name": "Иван"}]
    assert refused_rows(kind, arguments, rows) is None
    ((_, outcome),) = gate.library_outcomes("clients", ["name"], rows, [{"type": kind, "kwargs": arguments, "severity": "critical"}])
    assert outcome["result"]["unexpected_index_list"] == refused
