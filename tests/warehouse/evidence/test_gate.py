"""What the gate refuses, and that it is the gate that refuses it (domain.md §2.3)."""

import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines import expectations
from pipelines import settings as configuration
from pipelines.evidence.landing import land
from pipelines.evidence.landing_folder import land_folder
from pipelines.platforms.interface import Snapshot
from tests.conftest import NOW
from tests.deliveries import row

BAD_ROWS = {
    "vehicle_listed_once": [row(1), row(1, name="двойник"), row(2)],
    "vehicle_id_given": [row(1), row(2, vehicle_id=None)],
    "state_known": [row(1), row(2, state="archived")],
    "state_given": [row(1), row(2, state=None)],
    "minutes_readable": [row(1), row(2, online_minutes="abc")],
    "minutes_within_day": [row(1), row(2, online_minutes=-1)],
    "clone_readable": [row(1), row(2, is_clone=2)],
    "meter_readable": [row(1), row(2, meter_fuel="много")],
    "meter_not_negative": [row(1), row(2, meter_fuel="-0.5")],
    "device_not_a_number": [row(1), row(2, hw_id="3.52094E+14")],
    "moment_readable": [row(1), row(2, last_message_at="2026-01-15T10:00:00+99:00")],
    "message_not_in_future": [row(number, last_message_at=f"2027-01-1{number}T10:00:00+03:00") for number in (1, 2)],
    "dates_of_this_year": [row(1, "2025-01-15"), row(2, "2025-01-15")],
}


@pytest.fixture
def own_suites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the suites; call it with a name to delete that expectation."""
    folder = tmp_path / "expectations"
    shutil.copytree(configuration.resource("expectations"), folder)
    real = configuration.resource
    monkeypatch.setattr(expectations, "resource", lambda name: folder if name == "expectations" else real(name))

    def delete(name: str) -> int:
        deleted = 0
        for path in folder.glob("snapshot*.json"):
            suite = json.loads(path.read_text(encoding="utf-8"))
            kept = [each for each in suite["expectations"] if each["meta"]["name"] != name]
            deleted += len(suite["expectations"]) - len(kept)
            path.write_text(json.dumps({**suite, "expectations": kept}), encoding="utf-8")
        return deleted

    return delete


@pytest.mark.parametrize("name", BAD_ROWS)
def test_bad_rows_are_quarantined_by_their_expectation_alone(name, settings, platform, deliver, own_suites):
    source = deliver(BAD_ROWS[name])
    [(_, landed)] = land_folder(settings, platform, str(source), NOW).landed
    critical = {failure.expectation for failure in landed.failures if failure.severity == "critical"}
    assert (landed.state, critical) == ("quarantined", {name})
    assert own_suites(name) == 1
    other = land_folder(settings, platform, str(deliver([*BAD_ROWS[name], row(9, BAD_ROWS[name][0]["last_message_at"][:10])])), NOW).landed[
        0
    ][1]
    assert other.state == "landed"


@pytest.mark.parametrize(
    ("name", "today"),
    [("no_sudden_drop", [row(n, "2026-01-16") for n in range(5)]), ("not_emptied", [])],
    ids=["half of yesterday", "empty"],
)
def test_facts_are_refused_by_their_expectation_alone(name, today, settings, platform, deliver, own_suites):
    deliver([row(number) for number in range(10)])
    source = deliver(today, "2026-01-16")
    first, second = (landed for _, landed in land_folder(settings, platform, str(source), NOW).landed)
    assert (first.state, second.state) == ("landed", "quarantined")
    assert [failure.expectation for failure in second.failures] == [name]
    assert own_suites(name) == 1
    if today:
        source = deliver([*today[:-1], row(7, "2026-01-16")], "2026-01-16")
    else:  # an empty list of another heading is another content
        source = deliver([], "2026-01-16", columns="vehicle_id,state,account_id")
    again = land_folder(settings, platform, str(source), NOW, day=date(2026, 1, 16)).landed[0][1]
    assert (again.state, again.already) == ("landed", False)


def live(announced: int, listed: int = 3) -> Snapshot:
    vehicles = pa.table({"vehicle_id": [f"v{number}" for number in range(listed)], "state": ["active"] * listed})
    return Snapshot("gps1", date(2026, 1, 15), NOW, "Europe/Moscow", vehicles, announced=announced, source="traccar")


def test_fewer_rows_than_announced_are_quarantined(settings, platform, own_suites):
    landed = land(settings, live(4), NOW)
    assert (landed.state, [failure.expectation for failure in landed.failures]) == ("quarantined", ["all_announced"])
    assert own_suites("all_announced") == 1
    assert land(settings, live(4, 2), NOW).state == "landed"
    assert land(settings, live(5, 5), NOW).state == "landed"


def test_the_drop_allowed_is_a_setting(settings, platform, deliver):
    deliver([row(number) for number in range(10)])
    source = deliver([row(number, "2026-01-16") for number in range(7)], "2026-01-16")  # 3 of 10 lost: exactly the default share
    assert [landed.state for _, landed in land_folder(settings, platform, str(source), NOW).landed] == ["landed", "landed"]
    source = deliver([row(number, "2026-01-17") for number in range(6)], "2026-01-17")  # 1 of 7 lost
    strict = replace(settings, snapshot_max_drop=Decimal("0.1"))
    assert land_folder(strict, platform, str(source), NOW, day=date(2026, 1, 17)).landed[0][1].state == "quarantined"


def test_a_row_that_cannot_be_read_names_its_place(settings, platform, deliver):
    source = deliver([row(1), row(2, online_minutes="abc", name='"две\nстроки"'), row(3, state="??")])
    [(_, landed)] = land_folder(settings, platform, str(source), NOW).landed
    said = [str(failure) for failure in landed.failures]
    assert said == [
        "2026-01-15.csv:5 (vehicle v0003) column state: '??' is not active, deactivated or blocked",
        "2026-01-15.csv:4 (vehicle v0002) column online_minutes: 'abc' is not a number of at most 15 digits before the point",
    ]


def test_warnings_land(settings, platform, deliver):
    source = deliver([row(1), row(2, last_message_at="2026-01-16T02:00:00+03:00"), row(3, last_message_at="1970-01-01T00:00:00Z")])
    (source / "gps1" / "accounts.csv").write_text("account_id,parent_account_id,name,enabled\na0,,,1\na1,zz,,1\na2,a9,,0\na9,a2,,1\n")
    [(_, landed)] = land_folder(settings, platform, str(source), NOW).landed
    assert landed.state == "landed"
    assert {failure.expectation for failure in landed.failures} == {
        "message_within_day",
        "tracker_has_clock",
        "parent_known",
        "tree_without_cycles",
    }


def test_a_broken_tree_is_quarantined(settings, platform, deliver):
    source = deliver([row(1)])
    (source / "gps1" / "accounts.csv").write_text("account_id,enabled\na1,1\na1,0\n,1\na2,perhaps\n")
    [(_, landed)] = land_folder(settings, platform, str(source), NOW).landed
    assert {failure.expectation for failure in landed.failures} == {"account_listed_once", "account_id_given", "enabled_readable"}


def test_columns_that_the_source_lacks_are_not_failures(settings, platform, deliver):
    source = deliver([row(1)], columns="vehicle_id,state")
    [(_, landed)] = land_folder(settings, platform, str(source), NOW).landed
    assert (landed.state, landed.failures) == ("landed", ())


def test_an_expectation_that_cannot_run_is_critical(settings, platform, deliver, tmp_path, monkeypatch, own_suites):
    own_suites("nothing")
    path = tmp_path / "expectations" / "snapshot.json"
    suite = json.loads(path.read_text(encoding="utf-8"))
    suite["expectations"][1]["kwargs"]["column"] = "message_age_days"
    suite["expectations"][1]["type"] = "expect_column_values_to_match_regex"
    suite["expectations"][1]["kwargs"]["regex"] = "(("
    path.write_text(json.dumps(suite), encoding="utf-8")
    [(_, landed)] = land_folder(settings, platform, str(deliver([row(1)])), NOW).landed
    assert landed.state == "quarantined"
    assert any("could not be checked" in failure.detail for failure in landed.failures)
