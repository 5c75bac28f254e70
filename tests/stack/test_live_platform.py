"""The demo's live platform: what it adds to the sample company, what its server says, and that its blocks stay."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.platforms.interface import Platform
from pipelines.platforms.kinds import connect
from pipelines.settings import Settings
from stack import live_platform
from stack.environment import ROOT, Stack
from tests.traccar_server import ADMIN, PASSWORD
from tests.wialon_server import TOKEN

EVENING = datetime(2026, 2, 27, 20, 50, tzinfo=UTC)


@pytest.fixture
def stack(tmp_path):
    return Stack(replace(Settings(), home=tmp_path / "home"))


def test_it_lists_trackers_of_two_debtors_on_the_day_of_the_story_and_keeps_its_blocks(stack, tmp_path):
    company = tmp_path / "company"
    subprocess.run([sys.executable, str(ROOT / "sample" / "generate.py"), str(company)], check=True, stderr=subprocess.DEVNULL)
    assert not live_platform.is_there(stack)
    live_platform.prepare(stack, company)
    assert live_platform.is_there(stack)
    with (company / "master" / "accounts.csv").open(encoding="utf-8", newline="") as handle:
        added = [(row["account_id"], row["contract_no"], row["valid_from"]) for row in csv.DictReader(handle) if row["platform"] == "gps3"]
    assert added == [("340", "МТ-24-034", "2026-02-27"), ("360", "МТ-24-036", "2026-02-27")]
    live_platform.set_clock(stack, EVENING)
    with live_platform.LivePlatform(stack.home / "live") as server:
        made = _connector(server.url)
        fleet = made.fleet()
        assert (fleet.clock, fleet.vehicles.num_rows, fleet.remarks) == (EVENING, 6, ())
        listed = (company / "snapshots" / "gps1" / "2026-02-28.csv").read_text(encoding="utf-8")
        assert all(each in listed for each in fleet.vehicles["hw_id"].to_pylist())
        assert fleet.vehicles["last_message_at"][0].as_py() == EVENING.replace(hour=12)
        assert made.set_account_blocked("340", blocked=True).after is True
        live_platform.add_payers(stack, [("gps3", 401), ("gps4", 5002)])
        assert set(made.account_state(["401"])) == {"401"}
    with live_platform.LivePlatform(stack.home / "live") as again:
        assert [user["name"] for user in again.users.values() if user["disabled"]] == ["Должник"]
    with live_platform.SecondPlatform(stack.home / "live") as second:
        made = connect(Platform("gps4", "wialon", None, "gps4", "Europe/Moscow"), json.dumps(_WIALON | {"host": second.url}), EVENING)
        assert made.set_account_blocked("5002", blocked=True).after is True
    with live_platform.SecondPlatform(stack.home / "live") as second:
        made = connect(Platform("gps4", "wialon", None, "gps4", "Europe/Moscow"), json.dumps(_WIALON | {"host": second.url}), EVENING)
        assert made.account_state(["5002"])["5002"].blocked
        made.set_account_blocked("5002", blocked=False)
    changes = [("gps3", 340, True), ("gps4", 5002, True), ("gps4", 5002, False)]
    assert [write[:3] for write in live_platform.writes(stack)] == changes
    moments = [write[3] for write in live_platform.writes(stack)]
    assert moments == sorted(moments)


_WIALON = {"conn_type": "http", "password": TOKEN}


def _connector(url):
    secret = json.dumps({"conn_type": "http", "host": url, "login": ADMIN, "password": PASSWORD})
    return connect(Platform("gps3", "traccar", None, "gps3", "Europe/Moscow"), secret, EVENING)
