"""Live platforms under the DAG's own functions: one platform's failure stops no other, and leaves no part of a list."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from pipelines import clock
from pipelines.platforms import retries
from pipelines.warehouse.engine import transaction
from tests.dags.runs import function_of
from tests.loopback import Reply
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer

pytestmark = pytest.mark.airflow

EVENING = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)  # 23:50 in Moscow


def test_each_platform_is_taken_at_its_hour_and_by_itself(home, dags, monkeypatch, alerts):
    from orchestration.ending import Ended

    monkeypatch.setattr(clock, "now", lambda: EVENING)
    monkeypatch.setattr(retries, "sleep", lambda _: None)
    due, take = (function_of(dags["take_snapshots"], name) for name in ("due", "take"))

    def run(moment=EVENING, kind="scheduled"):
        return due(dag_run=SimpleNamespace(run_type=kind, run_after=moment))

    with transaction(home) as connection:
        for platform, zone in (("gps3", "Europe/Moscow"), ("gps4", "Europe/Moscow"), ("gps5", "Europe/Samara")):
            statement = "INSERT INTO master.platforms VALUES (:p, 'traccar', NULL, :p, :z)"
            connection.execute(text(statement), {"p": platform, "z": zone})
    assert run() == ["gps3", "gps4"]
    assert run(EVENING.replace(hour=12)) == []
    assert run(kind="manual") == ["gps3", "gps4", "gps5"]
    with TraccarServer() as good, TraccarServer() as bad:
        for server, name, first in ((good, "gps3", 1), (bad, "gps4", 101)):
            for number in range(first, first + 10):
                server.device(number, (server.user(number + 1),), seen=EVENING)
            secret = {"conn_type": "http", "host": server.url, "login": ADMIN, "password": PASSWORD}
            monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(secret))
        bad.fault = lambda _, before: Reply(dies="at once") if before >= 7 else None
        with pytest.raises(Ended, match="cannot be reached") as ended:
            take(platform="gps4")
        assert not ended.value.is_final  # it is tried again
        bad.fault = lambda *_: Reply(401)
        with pytest.raises(Ended, match="does not accept the service user") as ended:
            take(platform="gps4")
        assert ended.value.is_final
        assert take(platform="gps3") == "landed"
        assert _landed(home) == [("gps3", 10)]
        bad.fault = None
        assert take(platform="gps4") == "landed"
        assert _landed(home) == [("gps3", 10), ("gps4", 10)]
        bad.users[1]["administrator"] = True
        bad.devices.clear()
        bad.links.clear()
        monkeypatch.setattr(clock, "now", lambda: EVENING.replace(day=2))
        assert take(platform="gps4") == "quarantined"
    assert "gps4: снимок в карантине" in alerts()


def _landed(home):
    with transaction(home) as connection:
        rows = connection.execute(text("SELECT platform, row_count FROM evidence.snapshots WHERE state = 'landed' ORDER BY 1")).all()
    return [tuple(row) for row in rows]
