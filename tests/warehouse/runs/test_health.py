"""What is late or stuck is told with what to do; a house in order says nothing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipelines.access.stop import stop
from pipelines.runs.backup import backup
from pipelines.runs.health import complaints
from pipelines.warehouse import engine, migrate
from tests import letters
from tests.conftest import NOW
from tests.ledger_world import House

DAY = timedelta(days=1)


def _told(settings, at=NOW):
    return {(each.what, each.subject): (each.detail, each.next) for each in complaints(settings, at)}


@pytest.fixture
def calm(settings):
    """Settings of a house without a disk that is full."""
    return replace(settings, health_free_megabytes=0)


def test_a_house_in_order_says_nothing(calm, run_cli, tmp_path, monkeypatch):
    assert _told(calm) == {("backup", "house"): ("there is none yet", "fleetbill backup DIR")}
    backup(calm, tmp_path / "one", NOW)
    assert _told(calm, NOW + DAY) == {}
    assert _told(calm, NOW + 2 * DAY) == {("backup", "house"): ("the last one is 2 days old", "fleetbill backup DIR")}
    with engine.transaction(calm) as connection:
        connection.execute(text("INSERT INTO runs.backups VALUES (:at, 1, 1, 3)"), {"at": NOW + DAY})
    assert _told(calm, NOW + DAY)["backup", "lake"][0] == "the last one lacks 3 files of the lake, lost or damaged"
    monkeypatch.setenv("FLEETBILL_HEALTH_FREE_MEGABYTES", str(10**9))
    code, out, err = run_cli("health", "--format", "json")
    assert code == 1, err
    assert {row["what"] for row in json.loads(out)} == {"backup", "disk"}


def test_what_has_not_left_in_time_and_what_is_stopped(calm, author, tmp_path):
    backup(calm, tmp_path / "one", NOW)
    house = House(calm)
    house.client("A", "7736207543")
    number = house.invoice("A", "100.00", "2026-04-10")
    letters.restored(calm, 2)
    columns = "peer, object_kind, object_key, version, queued_at"
    queue = text(f"INSERT INTO delivery.onec_outbox ({columns}) VALUES ('BP', 'invoice', :number, 1, :at)")
    with house.owner() as connection:
        connection.execute(queue, {"at": NOW, "number": number})
    assert _told(calm, NOW + DAY / 2).keys() == {("missing days", "gps1")}
    told = _told(calm, NOW + DAY)
    assert told["late letters", "mail"] == ("2 letters queued, the oldest for 24 hours", "fleetbill mail send")
    assert told["late 1C", "BP"][0].startswith("1 object not confirmed for 24 hours, never heard of")
    stop(calm, author, release=False)
    assert ("stopped", "blocking") in _told(calm)


def test_an_old_schema_is_told_alone(calm):
    migrate.downgrade(calm, migrate.revisions()[-2])
    told = _told(calm)
    assert list(told) == [("schema", "database")]
    assert told["schema", "database"][1] == "fleetbill db upgrade"


def test_a_schema_of_a_later_version_is_not_upgraded_by_an_earlier_one(calm):
    with engine.as_owner(calm) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    detail, deed = _told(calm)["schema", "database"]
    assert detail.startswith("is at 9999, of a later version of fleetbill")
    assert deed == "make setup"
