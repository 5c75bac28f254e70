"""A ladder killed at any point is completed by the next run of its day."""

import json
import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from tests.debtors import DAY, blocked, indebted_house, listed, orders
from tests.killing import start
from tests.loopback import Reply
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer


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
elif point == "orders":
    from pipelines.warehouse import query
    query.copy = deadly(query.copy, lambda connection, table, *rows: table == "access.orders")
else:
    from pipelines.warehouse import query
    query.run = deadly(query.run, lambda connection, name: name == f"access/{point}")
sys.argv = ["fleetbill", *sys.argv[3:]]
from pipelines.cli.main import main
main()
"""


@pytest.mark.parametrize(("point", "nth"), [("orders", 1), ("add_run", 1), ("write", 1), ("replace", 1), ("add_outcome", 1)])
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


def test_a_ladder_killed_while_it_writes_to_a_platform_writes_once(house, environment):
    """First between the order and its write, then between the write and its reading; the third run reads and writes nothing again."""
    house.platform("live", "traccar")
    house.account("2", "K-A", platform="live")
    with house.owner() as connection:
        connection.execute(text("UPDATE master.platforms SET connection = 'live' WHERE platform = 'live'"))
    with TraccarServer() as server:
        server.user(2, "ООО «Ромашка»")
        secret = {"conn_type": "http", "host": server.url, "login": ADMIN, "password": PASSWORD}
        for done in (False, True, None):
            process = start({**environment, "AIRFLOW_CONN_LIVE": json.dumps(secret)}, "dunning", "--date", "2026-03-24")

            def fault(request, _, process=process, done=done):
                if request.method != "PUT" or done is None:
                    return None
                if done:
                    server.reply(request)
                os.kill(process.pid, signal.SIGKILL)
                return Reply(dies="at once")

            server.fault = fault
            _, said = process.communicate(timeout=60)
            assert process.returncode == (0 if done is None else -signal.SIGKILL), said
            assert server.users[2]["disabled"] is (done is not False)
        assert sum(request.method == "PUT" for request in server.requests) == 2
    assert [order for order in orders(house) if order[0] == "2"] == [("2", "block", "active", "blocked")]
    assert house.rows("SELECT count(*), bool_and(is_ours) FROM access.outcomes") == [(2, True)]
