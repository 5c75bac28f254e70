"""A close killed at any point is completed by the next."""

from datetime import date

import pytest

from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.close import close
from tests.company import Company, steady
from tests.conftest import NOW
from tests.database import contents, difference
from tests.killing import kill_when_row, start
from tests.landed import landed

COMPANY = Company({"K1": steady(10), "K2": lambda day: 10 if day.day <= 15 else 16, "K3": steady(0)}, terms={"K2": {"basis": "average"}})
CLOSE = ("close", "--month", "2026-01", "--approve-by", "Анна", "--issue-date", "2026-02-01")


@pytest.fixture(scope="session")
def january(server_home, tmp_path_factory):
    with landed(server_home, tmp_path_factory.mktemp("killed"), COMPANY) as template:
        yield template


@pytest.fixture
def settings(january, tmp_path):
    with january.copy(tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(january, tmp_path_factory):
    """Rows and files that a close leaves which nobody kills."""
    with january.copy(tmp_path_factory.mktemp("undisturbed") / "home") as made:
        person = Authorship("Анна", "одобрено в командной строке", NOW)
        close(made, Month(2026, 1), approver=person, issued_on=date(2026, 2, 1), at=NOW)
        return contents(made), _files(made.home)


@pytest.mark.parametrize("table", ["turns", "approvals", "invoices"])
def test_a_killed_close_is_completed_by_the_next(settings, undisturbed, run_cli, environment, table):
    """SIGKILL when the run has reached a table; what closing again leaves equals an undisturbed run."""
    kill_when_row(start(environment, *CLOSE), settings, f"billing.{table}")
    code, _, err = run_cli(*CLOSE)
    assert code == 0, err
    rows, files = undisturbed
    assert difference(contents(settings), rows) == {}
    assert _files(settings.home) == files


def _files(home):
    """Name and size of everything under a home; a workbook holds its time, so only its being there counts."""
    return sorted(
        (str(path.relative_to(home)), path.stat().st_size if path.suffix != ".xlsx" else None) for path in home.rglob("*") if path.is_file()
    )
