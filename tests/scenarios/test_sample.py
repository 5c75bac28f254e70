"""The sample company through the verbs: what the product finds against what its stories tell (sample/expected.json)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipelines.billing import listing
from pipelines.billing.drafting import draft
from pipelines.billing.model import Scope
from pipelines.period import Month
from tests.conftest import ROOT

AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
MONTHS = (Month(2026, 1), Month(2026, 2))


@pytest.fixture
def story(settings, run_cli, tmp_path, monkeypatch):
    """Both months landed, and what they must give."""
    monkeypatch.syspath_prepend(str(ROOT / "sample"))
    from generate import write_company

    told = write_company(tmp_path / "sample", source_root=f"{tmp_path}/sample/snapshots/")
    code, _, err = run_cli("master", "import", tmp_path / "sample" / "master", "--by", "Анна", "--reason", "начало")
    assert code == 0, err
    for platform in ("gps1", "gps2"):
        code, _, err = run_cli("snapshot", "land", "--platform", platform, "--source", tmp_path / "sample" / "snapshots")
        assert code == 0, err
    return told


def _drafts(settings, month):
    prepared = draft(settings, Scope(month), AT)
    rows = {}
    for row in listing.invoices(settings, month, None):
        before = rows.get(row["contract_no"], (Decimal(0), Decimal(0), Decimal(0)))
        rows[row["contract_no"]] = tuple(a + b for a, b in zip(before, (row["net"], row["vat"], row["total"]), strict=True))
    return prepared, rows


def _fleets_agree(story, settings):
    from pipelines.billing import usage_of_month
    from pipelines.warehouse import engine

    for month in MONTHS:
        with engine.transaction(settings) as connection:
            known = usage_of_month.read(settings, connection, month, store=False, at=AT)
        for contract_no, told in story["usage"].items():
            expected = told.get(str(month))
            if expected is None or contract_no in known.gaps:
                continue
            days = known.days.get(contract_no, [])
            assert [day.fleet_size for day in days] == [size for size in expected["fleet"] if size is not None], contract_no
            assert sum(day.online_minutes or 0 for day in days) == Decimal(expected["online_minutes"]), contract_no


def test_two_months_of_the_sample_company(story, settings):
    from pipelines.findings.store import listing as findings
    from pipelines.warehouse import engine

    _fleets_agree(story, settings)
    for month in MONTHS:
        prepared, rows = _drafts(settings, month)
        assert sorted(rows) == story["invoices"][str(month)]
        assert sorted(one.contract_no for one in prepared.parked) == sorted(story["parked"][str(month)])
        for told in story["amounts"]:
            if told["month"] == str(month):
                assert rows[told["contract_no"]] == tuple(Decimal(told[key]) for key in ("net", "vat", "total")), told
    with engine.transaction(settings) as connection:
        found = [dict(row) for row in findings(connection, None, None)]

    def of(kind):
        return {row["subject"]: row for row in found if row["kind"] == kind}

    assert {(subject, row["first_seen"], row["last_seen"], row["days"]) for subject, row in of("orphan").items()} == {
        (each["vehicle"], date.fromisoformat(each["first"]), date.fromisoformat(each["last"]), each["days"])
        for each in story["findings"]["orphan"]
    }
    assert set(of("unknown_account")) == {f"{each['platform']}/{each['account_id']}" for each in story["findings"]["unknown_account"]}
    assert set(of("duplicate")) == {each["loser"] for each in story["findings"]["duplicate"]}
    assert set(of("suspected_duplicate")) == {each for pair in story["findings"]["suspected_duplicate"] for each in pair["vehicles"]}
    assert sum(row["days"] for row in of("out_of_contract").values()) == story["findings"]["out_of_contract"][0]["vehicle_days"]
    assert {(subject, row["contract_no"], str(row["first_seen"])) for subject, row in of("transfer").items()} == {
        (each["vehicle"], each["to"], each["date"]) for each in story["findings"]["transfer"]
    }
    assert {row["contract_no"] for row in of("month_end_dip").values()} == {
        each["contract_no"] for each in story["findings"]["month_end_dip"]
    }
