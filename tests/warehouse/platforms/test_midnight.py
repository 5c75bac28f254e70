"""Which local day a message belongs to, by what each platform really records: messages around midnight, late ones and wrong clocks."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from pipelines.evidence import lake, register
from pipelines.evidence.taking import probe, take
from pipelines.platforms.errors import AccessDenied
from pipelines.warehouse.engine import transaction
from tests.traccar_server import ADMIN, PASSWORD, TraccarServer
from tests.wialon_server import TOKEN, WialonServer

LAST = datetime(2026, 3, 1, 20, 50, tzinfo=UTC)  # 23:50 in Moscow
MIDNIGHT = datetime(2026, 3, 1, 21, tzinfo=UTC)
DAY_BEGINS = MIDNIGHT - timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def declared(settings):
    with transaction(settings) as connection:
        for platform, kind in (("live", "traccar"), ("far", "wialon")):
            connection.execute(text("INSERT INTO master.platforms VALUES (:p, :k, NULL, :p, 'Europe/Moscow')"), {"p": platform, "k": kind})


def used(settings, platform, at, secret):
    """Vehicles that the snapshot of a moment shows as having sent a message on its local date."""
    landed = take(settings, platform, at, secret=json.dumps(secret))
    assert landed.state == "landed"
    with transaction(settings) as connection:
        table = lake.read(settings, register.resolve(connection, landed.digest).path)
    rows = zip(table["vehicle_id"].to_pylist(), table["has_message"].to_pylist(), strict=True)
    return {int(vehicle) for vehicle, has_message in rows if has_message}, {each.expectation for each in landed.failures}


def of_traccar(server, **extra):
    return {"conn_type": "http", "host": server.url, "login": ADMIN, "password": PASSWORD, "extra": extra}


def test_traccar_dates_by_the_servers_last_contact(declared, settings):
    """A contact of any kind counts for the day of its arrival; only the last one is known, so a snapshot stands before midnight."""
    with TraccarServer("6.14.5") as server:
        server.user(2)
        for number, seen in enumerate([DAY_BEGINS - SECOND, DAY_BEGINS, LAST, None], 1):
            server.device(number, (2,), seen=seen)
        assert used(settings, "live", LAST, of_traccar(server)) == ({2, 3}, set())
        server.devices[2]["lastUpdate"] = (MIDNIGHT - SECOND).isoformat(timespec="milliseconds")  # after our last snapshot
        server.devices[3]["lastUpdate"] = (MIDNIGHT + SECOND).isoformat(timespec="milliseconds")
        assert used(settings, "live", MIDNIGHT + timedelta(hours=5), of_traccar(server)) == ({3}, set())


def test_traccar_dates_by_devices_where_the_connection_asks_for_it(declared, settings):
    """1 wrote today; 2 delivers positions of yesterday; 3 sent a heartbeat; 4 dates two hours ahead; 5 wrote before and after midnight."""
    strict = {"device_dated": True, "meters": False}
    with TraccarServer("6.10.0") as server:
        server.user(2)
        for number in (1, 2, 3, 4, 5):
            server.device(number, (1, 2), seen=LAST - SECOND)
        server.device(6, (2,), seen=LAST, disabled=True)
        server.device(7, (1, 2), seen=DAY_BEGINS - timedelta(days=3))
        server.fixes = {
            1: [DAY_BEGINS, LAST - SECOND],
            2: [DAY_BEGINS - SECOND],
            4: [LAST + timedelta(hours=2)],
            5: [LAST - SECOND],
        }
        assert used(settings, "live", LAST, of_traccar(server, **strict)) == ({1, 5}, {"contact_without_message"})
        server.fixes[5].append(MIDNIGHT + SECOND)
        server.devices[5]["lastUpdate"] = (MIDNIGHT + SECOND).isoformat(timespec="milliseconds")
        assert used(settings, "live", MIDNIGHT + timedelta(minutes=10), of_traccar(server, **strict))[0] == {5}
        server.links.remove((1, 3))
        for work in (probe, take):
            with pytest.raises(AccessDenied, match="linked to every active vehicle: 1 of 6 are not"):
                work(settings, "live", LAST, secret=json.dumps(of_traccar(server, **strict)))
        server.links.append((1, 3))
        assert probe(settings, "live", LAST, secret=json.dumps(of_traccar(server, **strict))).version == "6.10.0"


def test_wialon_dates_by_the_arrival_where_the_server_tells_it(declared, settings):
    """1 arrived at 23:59:59 of the day before, 2 at midnight; 3 arrives today with a moment of yesterday; 4 and 5 have the device's
    word alone, 5 two hours ahead; 6 has never sent."""

    def unix(moment):
        return int(moment.timestamp())

    with WialonServer() as server:
        server.account(2001)
        server.unit(1, 2001, lmsg={"t": unix(DAY_BEGINS), "rt": unix(DAY_BEGINS - SECOND)})
        server.unit(2, 2001, lmsg={"t": unix(DAY_BEGINS - SECOND), "rt": unix(DAY_BEGINS)})
        server.unit(3, 2001, lmsg={"t": unix(DAY_BEGINS - timedelta(hours=9)), "rt": unix(LAST)})
        server.unit(4, 2001, lmsg={"t": unix(LAST)})
        server.unit(5, 2001, lmsg={"t": unix(LAST + timedelta(hours=2))})
        server.unit(6, 2001)
        assert used(settings, "far", LAST, {"host": server.url, "password": TOKEN}) == ({2, 3, 4}, {"message_within_day"})
