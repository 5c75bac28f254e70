"""A watch of prepaid limits killed at any point is completed by the next."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.watch import watch
from tests.company import Company, steady
from tests.conftest import NOW
from tests.database import contents, difference
from tests.killing import kill_when_row, start
from tests.landed import landed

DAY = date(2026, 1, 31)
COMPANY = Company(
    {"P1": lambda day: 10 if day.day < 20 else 15, "P2": steady(12), "P3": steady(10)},
    months=(Month(2026, 1),),
    terms={contract: {"prepaid_vehicles": "10"} for contract in ("P1", "P2", "P3")},
)
WATCH = ("watch", "--date", str(DAY), "--approve-by", "Анна", "--issue-date", str(DAY))


@pytest.fixture(scope="session")
def january(server_home, tmp_path_factory):
    with landed(server_home, tmp_path_factory.mktemp("watched"), COMPANY) as template:
        yield template


@pytest.fixture
def settings(january, tmp_path, monkeypatch):
    monkeypatch.setenv("FLEETBILL_UNATTENDED_SHARE", "1")
    with january.copy(tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(january, tmp_path_factory):
    """Rows that a watch leaves which nobody kills."""
    with january.copy(tmp_path_factory.mktemp("undisturbed") / "home") as made:
        person = Authorship("Анна", "одобрено в командной строке", NOW)
        watch(replace(made, unattended_share=Decimal(1)), DAY, approver=person, issued_on=DAY, at=NOW)
        return contents(made)


@pytest.mark.parametrize("table", ["turns", "approvals", "invoices"])
def test_a_killed_watch_is_completed_by_the_next(settings, undisturbed, run_cli, environment, table):
    """SIGKILL when the run has reached a table; what watching again leaves equals an undisturbed run."""
    kill_when_row(start(environment, *WATCH), settings, f"billing.{table}")
    code, _, err = run_cli(*WATCH)
    assert code == 0, err
    assert difference(contents(settings), undisturbed) == {}
