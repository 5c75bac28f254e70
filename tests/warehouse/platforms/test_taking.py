"""A live platform from its server to the lake: what lands, what is quarantined, and what is refused whole."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import make_url, text

from pipelines.clock import Authorship
from pipelines.evidence import lake, register, rulings, sensors
from pipelines.evidence.taking import NotNow, take
from pipelines.platforms import retries
from pipelines.platforms.errors import AccessDenied, InvalidInput, NotBuilt, Transient
from pipelines.warehouse.engine import transaction
from tests.loopback import Reply
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer
from tests.wialon_server import TOKEN, WialonServer

EVENING = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)  # 23:50 in Moscow


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(retries, "sleep", lambda _: None)


@pytest.fixture
def declared(settings):
    with transaction(settings) as connection:
        for platform, kind in (("live", "traccar"), ("far", "wialon"), ("gps1", "files")):
            connection.execute(text("INSERT INTO master.platforms VALUES (:p, :k, NULL, :p, 'Europe/Moscow')"), {"p": platform, "k": kind})


def of_traccar(server):
    return json.dumps({"conn_type": "http", "host": server.url, "login": ADMIN, "password": PASSWORD})


def kept(settings, digest):
    with transaction(settings) as connection:
        return lake.read(settings, register.resolve(connection, digest).path)


def test_a_day_of_a_traccar_platform(declared, settings, run_cli, monkeypatch):
    with TraccarServer("6.14.5") as server:
        server.user(2, "ООО «Ромашка»")
        server.user(3, "ИП Клевер")
        server.device(1, (2,), seen=EVENING - timedelta(minutes=1))
        server.device(2, (2, 3), seen=EVENING - timedelta(days=1))
        server.device(3, seen=datetime(2026, 2, 28, 21, 30, tzinfo=UTC))  # half past midnight in Moscow
        landed = take(settings, "live", EVENING, secret=of_traccar(server))
        assert (landed.state, landed.rows, landed.already) == ("landed", 3, False)
        assert take(settings, "live", EVENING + timedelta(minutes=1), secret=of_traccar(server)).already
        table = kept(settings, landed.digest)
        assert sorted(zip(*(table[name].to_pylist() for name in ("vehicle_id", "has_message")), strict=True)) == [
            ("1", True),
            ("2", False),
            ("3", True),
        ]
        after_midnight = take(settings, "live", EVENING + timedelta(minutes=15), secret=of_traccar(server))
        assert after_midnight.digest != landed.digest, "it is a snapshot of the next day"

        server.clock = EVENING + timedelta(hours=1)
        later = take(settings, "live", EVENING + timedelta(minutes=2), secret=of_traccar(server))
        assert later.already, "the same list"
        server.device(4, (2,), seen=EVENING)
        warned = take(settings, "live", EVENING + timedelta(minutes=3), secret=of_traccar(server))
        assert (warned.state, [each.expectation for each in warned.failures]) == ("landed", ["clock_is_off"])

        monkeypatch.setenv("AIRFLOW_CONN_LIVE", of_traccar(server))
        code, out, _ = run_cli("snapshot", "probe", "--platform", "live", "--format", "json")
        assert (code, json.loads(out)[0]["version"]) == (0, "6.14.5")
        server.users[1]["administrator"] = False
        code, out, err = run_cli("snapshot", "take", "--platform", "live")
        assert (code, out) == (1, "")
        assert "no administrator" in err
        server.fault = lambda request, before: Reply(dies="at once")
        with pytest.raises(Transient):
            take(settings, "live", EVENING, secret=of_traccar(server))
    with transaction(settings) as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence.snapshots")).scalar() == 3


def test_the_days_meters_of_wialon_are_what_its_counters_gain(declared, settings):
    def meters(at):
        landed = take(settings, "far", at, secret=json.dumps({"host": server.url, "password": TOKEN}))
        table = kept(settings, landed.digest)
        return table["meter_distance_km"].to_pylist() if "meter_distance_km" in table.column_names else None

    with WialonServer() as server:
        server.account(2001)
        server.unit(1, 2001, cfl=0x100, cnm=1000)
        server.unit(2, 2001)
        assert meters(EVENING) is None, "nothing is known on the first day"
        server.units[1]["cnm"] = 1100.125
        assert meters(EVENING + timedelta(days=1)) == [Decimal("100.125"), None]


def test_sensors_are_kept_beside_the_snapshot_that_they_came_with(declared, settings):
    def read_day():
        with transaction(settings) as connection:
            [registered] = sensors.of_days(connection, EVENING.date(), EVENING.date(), "far")
            return sensors.read(settings, registered).to_pylist()

    with WialonServer() as server:
        secret = json.dumps({"host": server.url, "password": TOKEN})
        server.account(2001)
        fuel = {"1": {"id": 1, "n": "Топливо", "t": "fuel level", "p": "fuel"}}
        server.unit(1, 2001, sens=fuel, lmsg={"t": int(EVENING.timestamp()), "p": {"fuel": 41.5}})
        landed = take(settings, "far", EVENING, secret=secret)
        named = {"vehicle_id": "1", "sensor_id": "1", "name": "Топливо", "kind": "fuel level", "parameter": "fuel"}
        assert read_day() == [{**named, "value": "41.5"}]
        assert take(settings, "far", EVENING + timedelta(minutes=1), secret=secret).already
        server.units[1]["lmsg"]["p"] = {}
        again = take(settings, "far", EVENING + timedelta(minutes=2), secret=secret)
        assert (again.already, again.digest) == (True, landed.digest), "the vehicles are the same"
        assert read_day() == [{**named, "value": None}]
        server.units[1]["lmsg"]["p"] = {"fuel": 41.5}
        take(settings, "far", EVENING + timedelta(minutes=3), secret=secret)
        assert read_day() == [{**named, "value": "41.5"}], "the last word counts, also when it was said before"
    with transaction(settings) as connection:
        counted = connection.execute(text("SELECT count(*) FROM evidence.sensor_lists WHERE snapshot_digest = :d"), {"d": landed.digest})
        assert counted.scalar() == 4
    rulings.withdraw(settings, [landed.digest], Authorship("Анна Петрова", "чужой токен", EVENING))
    with transaction(settings) as connection:
        assert sensors.of_days(connection, EVENING.date(), EVENING.date()) == []


def test_a_database_as_a_platform(declared, settings, tmp_path):
    (tmp_path / "vehicles.sql").write_text(
        "SELECT number AS vehicle_id, ARRAY['a', 'b'] AS account_ids, 'active' AS state, 1.5 AS meter_engine_hours,"
        " timestamptz '2026-03-01 23:30+03' AS last_message_at, '12:30'::text AS name FROM generate_series(1, 25001) number"
    )
    with transaction(settings) as connection:
        connection.execute(text("INSERT INTO master.platforms VALUES ('base', 'sql', :s, NULL, 'Europe/Moscow')"), {"s": str(tmp_path)})
    url = make_url(settings.database_url).render_as_string(hide_password=False)
    landed = take(settings, "base", EVENING, secret=url)
    assert (landed.state, landed.rows) == ("landed", 25_001)
    table = kept(settings, landed.digest)
    assert (table["has_message"].to_pylist().count(True), table["meter_engine_hours"][0].as_py()) == (25_001, Decimal("1.5"))
    (tmp_path / "vehicles.sql").write_text("INSERT INTO master.platforms VALUES ('x', 'files', NULL, NULL, 'UTC') RETURNING 1")
    with pytest.raises(InvalidInput, match="cannot be run"):
        take(settings, "base", EVENING, secret=url)


def test_what_may_not_be_seen_is_quarantined_and_a_part_is_refused(declared, settings):
    with WialonServer() as server:
        server.account(2001)
        server.unit(1, 2001)
        del server.units[server.unit(2, 2001)]["act"]
        secret = json.dumps({"host": server.url, "password": TOKEN})
        landed = take(settings, "far", EVENING, secret=secret)
        assert (landed.state, {each.expectation for each in landed.failures}) == ("quarantined", {"state_given"})
        server.failing = [("core/search_items", {"error": 7})] * 2
        with pytest.raises(AccessDenied):
            take(settings, "far", EVENING, secret=secret)
    with pytest.raises(NotBuilt):
        take(settings, "gps1", EVENING)


def test_a_moment_that_somebody_names_is_that_of_the_platform_or_refused(declared, settings):
    with TraccarServer() as server:
        server.device(1, (server.user(2),), seen=EVENING)
        secret = of_traccar(server)
        with pytest.raises(NotNow, match="does not tell its time"):
            take(settings, "live", EVENING, secret=secret, is_given=True)
        server.clock = EVENING + timedelta(hours=1, seconds=1)
        with pytest.raises(NotNow, match="it is 2026-03-01T21:50:01"):
            take(settings, "live", EVENING, secret=secret, is_given=True)
        server.clock = EVENING + timedelta(minutes=59)
        assert take(settings, "live", EVENING, secret=secret, is_given=True).state == "landed"
