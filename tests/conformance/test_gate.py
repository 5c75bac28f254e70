"""The gate evaluates its suites as Great Expectations itself does: the same failures on the same columns."""

import subprocess
import sys
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configured
from hypothesis import strategies as st

from pipelines.evidence import gate
from tests.campaigns import examples

PARAMETERS = {"may_break": Decimal("0.1"), "max_duplicates": 0.1, "max_drop": 0.3, "max_growth": 1.0}
TEXT = st.one_of(st.none(), st.sampled_from(["v1", "v2", "v3", "v" * 201]))
STATE = st.one_of(st.none(), st.sampled_from(["active", "blocked", "deactivated", "archived"]))
UNREAD = st.one_of(st.none(), st.none(), st.none(), st.sampled_from(["?", "много"]))
AGE = st.one_of(st.none(), st.sampled_from([-300.0, -1.0, -0.5, 0.0, 0.3, 7300.0, 9000.0]))
NUMBER = st.one_of(st.none(), st.sampled_from([Decimal("-0.001"), Decimal(0), Decimal("1500.000"), Decimal("1500.001")]))
ROW = st.tuples(TEXT, STATE, AGE, NUMBER, NUMBER, UNREAD, UNREAD)


def vehicles(rows):
    cells = list(zip(*rows, strict=True)) or [()] * 7
    types = [pa.string(), pa.string(), pa.float64(), pa.decimal128(18, 3), pa.decimal128(18, 6), pa.string(), pa.string()]
    names = ["vehicle_id", "state", "message_age_days", "online_minutes", "meter_fuel", "hw_id_unread", "meter_fuel_unread"]
    return {name: pa.array(values, kind) for name, values, kind in zip(names, cells, types, strict=True)}


def facts(**values):
    return {name: pa.array([value]) for name, value in values.items()}


@configured(max_examples=examples(10, 300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, min_size=1, max_size=6) | st.lists(ROW, min_size=20, max_size=45))
def test_rows(rows):
    columns = {"snapshot": vehicles(rows)}
    assert gate.judge(columns, PARAMETERS) == gate.judge_by_library(columns, PARAMETERS)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.31, 1.0])
@pytest.mark.parametrize("flag", [0, 1])
def test_facts(share, flag):
    columns = {
        "snapshot_facts": facts(missing_rows=flag * 3, future_days=flag, duplicate_share=share, ignored_columns=flag),
        "snapshot_neighbours": facts(
            is_emptied=flag, drop_share=share, growth_share=share * 2, old_share_gained=share, tree_lost=flag, foreign_share=share
        ),
        "snapshot_branches": {"account_id": pa.array(["a", "b"]), "parent_lost": pa.array(["root" if flag else None, None], pa.string())},
        "snapshot_accounts": {
            "account_id": pa.array(["a", "a" if flag else "b", None if flag else "c" * 201]),
            "parents": pa.array([1, 1 + flag, 1]),
            "parent_known": pa.array([1, 1 - flag, 1]),
            "in_cycle": pa.array([0, flag, 0]),
            "enabled_unread": pa.array([None, "?" if flag else None, None], pa.string()),
        },
    }
    assert gate.judge(columns, PARAMETERS) == gate.judge_by_library(columns, PARAMETERS)


def test_more_rows_than_are_shown():
    columns = {"snapshot": vehicles([(f"v{n}", "lost", None, None, None, None, None) for n in range(250)])}
    judged = gate.judge(columns, PARAMETERS)
    assert judged == gate.judge_by_library(columns, PARAMETERS)
    assert (len(judged), judged[-1].row, judged[-1].detail) == (101, None, "is not active, deactivated or blocked (150 more rows)")


def test_a_day_is_judged_without_the_library():
    code = (
        "import sys, pyarrow as pa; from pipelines.evidence import gate;"
        "gate.judge({'snapshot': {'vehicle_id': pa.array(['v1', None]), 'state': pa.array(['active', 'lost'])}}, {'may_break': 0});"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_expectation_of_another_kind_is_evaluated_by_the_library(monkeypatch):
    expectation = {
        "type": "expect_column_value_lengths_to_equal",
        "kwargs": {"column": "vehicle_id", "value": 2},
        "severity": "critical",
        "meta": {"name": "two_characters", "says": "is not two characters long"},
    }
    monkeypatch.setattr(gate, "suite", lambda _: {"expectations": [expectation]})
    (failure,) = gate.judge({"snapshot": {"vehicle_id": pa.array(["v1", None, "v22"])}}, PARAMETERS)
    assert (failure.expectation, failure.severity, failure.row, failure.value) == ("two_characters", "critical", 2, "v22")
