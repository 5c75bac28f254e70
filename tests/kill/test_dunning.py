"""A ladder killed at any point is completed by the next run of its day."""

import signal
import subprocess
import sys

import pytest

from tests.debtors import DAY, blocked, indebted_house, listed, orders


@pytest.fixture
def house(settings, tmp_path):
    return indebted_house(settings, tmp_path)


KILLER = """
import os, signal, sys
from pipelines.access import block_lists
point, nth = sys.argv[1], int(sys.argv[2])
calls = 0
def deadly(real, counts):
    def call(*args, **binds):
        global calls
        result = real(*args, **binds)
        calls += counts(*args)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call
if point == "write":
    block_lists.write = deadly(block_lists.write, lambda *args: 1)
elif point == "replace":
    import pathlib
    pathlib.Path.replace = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
else:
    from pipelines.warehouse import query
    query.run = deadly(query.run, lambda connection, name: name == f"access/{point}")
sys.argv = ["fleetbill", *sys.argv[3:]]
from pipelines.cli.main import main
main()
"""


@pytest.mark.parametrize(("point", "nth"), [("add_order", 1), ("add_run", 1), ("write", 1), ("replace", 1), ("add_outcome", 1)])
def test_a_killed_ladder_is_completed_by_the_next(house, settings, environment, point, nth, tmp_path):
    house.platform("gps2", "files")
    house.account("second", "K-A", platform="gps2")
    arguments = ("dunning", "--date", "2026-03-24")
    killed = subprocess.run(
        [sys.executable, "-c", KILLER, point, str(nth), *arguments], env=environment, capture_output=True, timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    path = settings.exchange / "access" / "gps1" / "blocked.csv"
    assert not path.exists() or blocked(settings) == ["K-A"]  # never half a list
    again = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments], env=environment, capture_output=True, timeout=60, check=False
    )
    assert again.returncode == 0, again.stderr
    assert (blocked(settings), [row["account_id"] for row in listed(settings, "gps2")]) == (["K-A"], ["second"])
    assert orders(house) == [("K-A", "block", "unknown", "blocked"), ("second", "block", "unknown", "blocked")]
    assert house.rows("SELECT organization_code, day FROM access.runs ORDER BY 1") == [("ORG", DAY), ("SEC", DAY)]
    assert house.rows("SELECT count(*) FROM delivery.mail_outbox WHERE event_kind = 'blocked'") == [(1,)]
