"""An import of a bank statement killed anywhere, and run by two at once, leaves what one import leaves."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from pipelines.receivables.importing import import_payments
from tests.database import contents, difference
from tests.ledger_world import LEDGER, House, Paper, statement

INN = "7736207543"
OTHER = "7728168971"
AFTER = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)  # the statement's last day has come, as it has for the commands below


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    return made


KILLER = """
import os, signal, sys
from pipelines.warehouse import query
point, nth = "receivables/" + sys.argv[1], int(sys.argv[2])
real, calls = query._text, 0
def deadly(name):
    global calls
    calls += name == point
    if name == point and calls == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(name)
query._text = deadly
sys.argv = ["fleetbill", "payments", "import", sys.argv[3]]
from pipelines.cli.main import main
main()
"""


def test_killed_anywhere_two_at_once_and_run_again(house, settings, environment, tmp_path):
    numbers = [house.invoice("A", "100.00", f"2026-02-{day}") for day in range(10, 20)]
    papers = [Paper(str(n), "70.00", f"счет {number}", INN) for n, number in enumerate(numbers)]
    papers.append(Paper("99", "35.00", "возврат по п/п 3", goes=True, day="2026-03-11"))
    path = statement(tmp_path / "kl.txt", *papers, Paper("100", "5.00", "кто"))
    import_payments(settings, path, AFTER)
    expected = contents(settings)
    house.empty(LEDGER)
    for point in ("add_payments", "add_allocations", "set_owners", "take_back", "allocate_open", "add_import"):
        command = [sys.executable, "-c", KILLER, point, "1", str(path)]
        assert subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False).returncode == -signal.SIGKILL, point
        assert contents(settings)["receivables.payments"] == [], point
    command = [sys.executable, "-m", "pipelines.cli", "payments", "import", str(path)]
    racing = [
        subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    said = [one.communicate(timeout=60) for one in racing]
    assert [one.returncode for one in racing] == [0, 0], said
    assert difference(contents(settings), expected) == {}
