"""Causes of differences are told once, by the run that prices a contract, and kept.

They are the same whether the month before was priced by a run or has to be priced for them.
"""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.master.importing import import_master
from pipelines.period import Month
from pipelines.reports.bridge import BridgePart
from pipelines.reports.changes import changes
from pipelines.runs.close import close
from pipelines.warehouse import engine
from tests.company import Company, steady
from tests.conftest import NOW
from tests.landed import closed, landed, template

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)
COMPANY = Company(
    {"GROWS": lambda day: 10 if day < date(2026, 2, 1) else 16, "SAME": steady(5), "TERMS": steady(10)}, months=(JANUARY, FEBRUARY)
)
ANNA = Authorship("Анна", "скидка", NOW)


@pytest.fixture(scope="module")
def january(server_home, tmp_path_factory):
    """January closed by 300 a vehicle; from February on TERMS has a discount of 10 %."""
    folder = tmp_path_factory.mktemp("causes")
    with landed(server_home, folder, COMPANY) as days, days.copy(folder / "agreed") as made:
        agreed = Company(
            COMPANY.fleets,
            extra={"terms": [{"contract_no": "TERMS", "valid_from": "2026-02-01", "tariff_code": "T1", "discount_percent": "10"}]},
        )
        import_master(made, str(agreed.write_master(folder / "again")), ANNA)
        with closed(template(server_home, made), folder / "closed", JANUARY) as before:
            yield before


@pytest.fixture
def house(january, tmp_path):
    with january.copy(tmp_path / "home") as made:
        yield made


def _rows(settings):
    with engine.reading(settings) as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM billing.causes ORDER BY month, contract_no"))]


def _versions(settings):
    """Which transaction wrote each row last."""
    with engine.reading(settings) as connection:
        return dict(connection.execute(text("SELECT month || contract_no, xmin::text FROM billing.causes")).tuples().all())


def _forgotten(settings):
    with engine.transaction(settings) as connection:
        connection.execute(text("DELETE FROM billing.causes"))


def _parts(settings):
    with engine.reading(settings) as connection:
        return {each.months.contract_no: each.parts for each in changes(connection, FEBRUARY)}


def test_causes_are_kept_by_the_draft_and_the_same_without_those_of_the_month_before(house, monkeypatch):
    from pipelines.billing import causes as telling

    by_days = []
    told_by_days = telling._told_by_days
    monkeypatch.setattr(telling, "_told_by_days", lambda *of: by_days.extend(each.contract_no for each in of[2]) or told_by_days(*of))
    close(house, FEBRUARY, approver=None, issued_on=None, at=NOW)
    # GROWS 10 × 300 × 1.22 = 3660 → 16 × 300 × 1.22 = 5856; TERMS 3660 × 0.9 = 3294
    told = {"GROWS": {BridgePart.FLEET: Decimal("2196.00")}, "SAME": {}, "TERMS": {BridgePart.TERMS: Decimal("-366.00")}}
    assert _parts(house) == told
    assert by_days == ["TERMS"], "what was priced before is not priced again, where nothing but usage changed"
    kept = _rows(house)
    _forgotten(house)
    assert _parts(house)["GROWS"] == {BridgePart.OTHER: Decimal("2196.00")}
    close(house, FEBRUARY, approver=None, issued_on=None, at=NOW)
    assert by_days == ["TERMS", "GROWS", "SAME", "TERMS"]
    assert [row for row in kept if row[0] == FEBRUARY.first] == _rows(house)


def test_a_draft_that_says_the_same_writes_no_row_and_issuing_keeps_them(house):
    close(house, FEBRUARY, approver=None, issued_on=None, at=NOW)
    before = _versions(house)
    assert len(before) == 6
    close(house, FEBRUARY, approver=None, issued_on=None, at=NOW)
    assert _versions(house) == before
    close(house, FEBRUARY, approver=ANNA, issued_on=date(2026, 3, 1), at=NOW)
    assert _versions(house) == before
    assert _parts(house)["GROWS"] == {BridgePart.FLEET: Decimal("2196.00")}


def test_a_correction_tells_months_that_were_closed_before_there_were_rows(house):
    from pipelines.runs.correct import correct

    close(house, FEBRUARY, approver=ANNA, issued_on=date(2026, 3, 1), at=NOW)
    kept = _rows(house)
    _forgotten(house)
    correct(house, FEBRUARY, contract_no=None, approver=None, issued_on=None, at=NOW)
    assert [row for row in kept if row[0] == FEBRUARY.first] == _rows(house)
