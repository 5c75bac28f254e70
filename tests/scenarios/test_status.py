"""What waits for whom, through the life of a month: each thing appears when it begins to wait, and is gone when it was done."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.billing.approval import approve
from pipelines.billing.drafting import draft
from pipelines.billing.model import Purpose, Scope
from pipelines.evidence.landing_folder import land_folder
from pipelines.period import Month
from pipelines.runs.following import fill_outboxes
from pipelines.runs.issuing import issue
from pipelines.runs.status import waiting
from tests.company import Company, steady
from tests.conftest import NOW
from tests.landed import landed

JANUARY = Month(2026, 1)
HOUR = timedelta(hours=1)
COMPANY = Company({"K1": steady(10), "K2": steady(5), "K3": steady(2)}, terms={"K3": {"valid_from": "2026-02-01"}})


@pytest.fixture
def settings(server_home, tmp_path):
    """A company with January landed; K3 has no terms in it."""
    with landed(server_home, tmp_path, COMPANY) as template, template.copy(tmp_path / "copy") as made:
        yield made


def waits(settings, at=NOW):
    """(what, subject) → (detail, next)."""
    return {(each.what, each.subject): (each.detail, each.next) for each in waiting(settings, at)}


def issued(settings, scope, author, on):
    issue(settings, approve(settings, draft(settings, scope, author.at), (), author)[1], on, author.at)
    fill_outboxes(settings, author.at)


def test_a_month_waits_for_its_next_step(settings, author, run_cli, tmp_path):
    found = waits(settings)
    assert found["missing days", "gps1"] == ("2026-02-01…2026-02-28", "fleetbill snapshot land --platform gps1")
    assert found["not drafted", "2026-01"] == ("every day is known", "fleetbill close --month 2026-01")
    assert set(found) == {("missing days", "gps1"), ("not drafted", "2026-01")}

    draft(settings, Scope(JANUARY), NOW)
    found = waits(settings)
    assert found["drafts", "2026-01"] == ("close: 2 invoices, 5490.00", "fleetbill review --month 2026-01")
    assert found["parked", "2026-01"] == ("close, no terms: 1 contract (K3)", "fleetbill close --month 2026-01")
    assert ("not drafted", "2026-01") not in found

    issued(settings, Scope(JANUARY), author, date(2026, 2, 1))
    found = waits(settings)
    assert found["1C", "BP"] == ("2 invoices, 2 sales, 7 other objects not confirmed", "fleetbill onec send")
    assert not {("drafts", "2026-01"), ("changed", "2026-01")} & set(found)
    later = waits(settings, datetime(2026, 3, 24, 9, tzinfo=UTC))
    assert later["debts", "ladder"][1] == "fleetbill dunning --date 2026-03-27 --dry-run"
    assert later["debts", "ladder"][0].endswith("by 2026-03-27, 5490.00")

    COMPANY.write_day(tmp_path / "late", date(2026, 1, 20), {"K1": 12})
    land_folder(settings, "gps1", str(tmp_path / "late"), NOW + HOUR)
    assert waits(settings)["changed", "2026-01"] == (
        "snapshots of 2 contracts: 1 adjustment, +732.00",
        "fleetbill correct --month 2026-01",
    )
    correction = Scope(JANUARY, Purpose.CORRECT)
    draft(settings, correction, NOW)
    assert waits(settings)["drafts", "2026-01"] == ("correct: 1 invoice, 732.00", "fleetbill review --month 2026-01 --purpose correct")
    issued(settings, correction, replace(author, at=NOW + 2 * HOUR), date(2026, 3, 1))
    assert not {("drafts", "2026-01"), ("changed", "2026-01")} & set(waits(settings))

    COMPANY.write_day(tmp_path / "drop", date(2026, 2, 1), {"K1": 0, "K2": 1})
    digest = land_folder(settings, "gps1", str(tmp_path / "drop"), NOW).landed[0][1].digest
    assert waits(settings)["quarantined", "gps1"] == ("2026-02-01, 3 vehicles", f"fleetbill snapshot show {digest[:12]}")

    code, out, _ = run_cli("status", "--format", "json")
    assert code == 1
    assert {row["whom"] for row in json.loads(out)} == {"engineer", "finance"}
