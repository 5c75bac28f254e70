"""Snapshots looked at, compared and judged without landing; many ruled on with one word; coverage as a calendar."""

import json
from datetime import date

import pytest

from pipelines.cli.snapshot_words import calendar
from pipelines.errors import BadInput
from pipelines.evidence import showing
from pipelines.evidence.check_files import check
from pipelines.evidence.coverage import coverage
from pipelines.evidence.landing_folder import land_folder
from pipelines.evidence.register import UnknownPlatform, UnknownSnapshot
from pipelines.period import Month
from pipelines.warehouse.engine import transaction
from tests.conftest import NOW
from tests.database import contents
from tests.deliveries import row

JANUARY = Month(2026, 1)


def test_a_file_is_judged_and_nothing_is_stored(settings, platform, deliver, register):
    deliver([row(number) for number in range(10)])
    source = deliver([row(number, "2026-01-16") for number in range(3)], "2026-01-16")
    before, files = contents(settings), sorted(settings.home.rglob("*"))
    verdicts, problems = check(settings, None, str(source / "gps1" / "2026-01-15.csv"), NOW)
    assert ([(each.platform, each.state, each.rows, each.known) for each in verdicts], problems) == ([("gps1", "landed", 10, None)], [])
    assert (contents(settings), sorted(settings.home.rglob("*"))) == (before, files)

    landed = land_folder(settings, platform, str(source), NOW, day=date(2026, 1, 15)).landed[0][1]
    drop = check(settings, "gps1", str(source), NOW)[0][1]
    assert (drop.state, drop.known) == ("quarantined", None)
    assert "share of vehicles lost since 2026-01-15" in str(drop.failures[0])
    again = check(settings, None, str(source / "gps1"), NOW)[0][0]
    assert (again.digest, again.known) == (landed.digest, "landed")
    assert register() == [("2026-01-15", "landed", 10)]


def test_what_cannot_be_judged_is_named(settings, platform, deliver, tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        check(settings, "gps1", str(tmp_path / "2026-01-15.csv"), NOW)
    with pytest.raises(UnknownPlatform):
        check(settings, "gps9", str(tmp_path), NOW)
    odd = deliver([row(1)]) / "gps1" / "2026-01-16.csv"
    odd.write_text("state\nactive\n")
    verdicts, problems = check(settings, None, str(odd.parent), NOW)
    assert [each.file.name for each in verdicts] == ["2026-01-15.csv"]
    assert [problem.place for problem in problems] == ["2026-01-16.csv:1"] or "2026-01-16.csv" in problems[0].place


def test_two_snapshots_differ_by_vehicle(settings, platform, deliver, author):
    deliver([row(number) for number in range(5)])
    later = [row(1), row(2, state="blocked"), row(3, account_id="a9", hw_id="352093081099999"), row(4), row(7)]
    source = deliver([{**each, "last_message_at": "2026-01-16T10:00:00+03:00"} for each in later], "2026-01-16")
    first, second = (landed.digest for _, landed in land_folder(settings, platform, str(source), NOW).landed)
    earlier, after, changes = showing.changes(settings, first[:10], second[:10])
    assert (earlier.business_date, after.business_date) == (date(2026, 1, 15), date(2026, 1, 16))
    assert [(each["change"], each["vehicle_id"], each["before"], each["after"]) for each in changes] == [
        ("came", "v0007", None, "active, a1"),
        ("went", "v0000", "active, a0", None),
        ("state", "v0002", "active", "blocked"),
        ("account", "v0003", "a0", "a9"),
        ("device", "v0003", "352093081000003", "352093081099999"),
    ]
    assert showing.changes(settings, first, first)[2] == []
    with pytest.raises(UnknownSnapshot):
        showing.changes(settings, first, "ffffff")

    seen = showing.show(settings, second[:8])
    assert (seen.states, seen.orphans, seen.source) == ({"active": 4, "blocked": 1}, 0, "2026-01-16.csv")
    assert [(each.event, each.by) for each in seen.events] == [("landed", "fleetbill")]
    listed = showing.vehicles(settings, second)
    assert [each["vehicle_id"] for each in listed] == ["v0001", "v0002", "v0003", "v0004", "v0007"]
    assert set(showing.VEHICLE_COLUMNS) == set(listed[0])


def test_many_are_ruled_on_with_one_word_that_is_shown_first(settings, platform, deliver, run_cli, register):
    for day in ("2026-01-15", "2026-01-16", "2026-02-01"):
        deliver([row(1, day)], day)
    land_folder(settings, platform, str(deliver([row(1, "2026-01-17")], "2026-01-17")), NOW)
    words = ("--by", "Анна", "--reason", "не тот сервер")
    code, _, err = run_cli("snapshot", "withdraw", "--platform", "gps1", "--month", "2026-01", *words)
    assert code == 1
    assert err.splitlines()[0] == "3 snapshots, landed now, to become withdrawn:"
    assert [line.split()[1] for line in err.splitlines()[1:4]] == ["2026-01-15", "2026-01-16", "2026-01-17"]
    assert err.splitlines()[4] == "refused: nothing was done; --yes does it for 3 snapshots"
    assert {state for _, state, _ in register()} == {"landed"}
    assert run_cli("snapshot", "withdraw", "--month", "2026-01", "--yes", *words)[0] == 0
    assert [state for _, state, _ in register()] == ["withdrawn", "withdrawn", "withdrawn", "landed"]
    assert run_cli("snapshot", "withdraw", "--month", "2026-01", "--yes", *words)[0] == 1
    assert run_cli("snapshot", "withdraw", "--platform", "gps9", "--yes", *words)[0] == 2
    assert run_cli("snapshot", "accept", "abcdef", "--month", "2026-01", *words)[0] == 2


def test_coverage_is_a_calendar_for_people_and_rows_for_scripts(settings, platform, deliver, run_cli):
    deliver([row(number) for number in range(10)])
    land_folder(settings, platform, str(deliver([row(1, "2026-01-17")], "2026-01-17")), NOW)
    with transaction(settings) as connection:
        lines = calendar(JANUARY, coverage(connection, JANUARY))
    assert lines == [
        "                  1         2         3",
        "2026-01  1234567890123456789012345678901",
        "gps1     ..............#.Q..............  1 of 31 days",
        "live     ...............................  0 of 31 days",
        "",
        "# landed, c carried, Q quarantined, . missing",
    ]
    code, out, _ = run_cli("snapshot", "coverage", "--month", "2026-01", "--missing", "--platform", "gps1", "--format", "json")
    waiting = json.loads(out)
    assert (code, len(waiting), {row["status"] for row in waiting}) == (0, 30, {"missing", "quarantined"})
    assert len(json.loads(run_cli("snapshot", "coverage", "--month", "2026-01", "--format", "json")[1])) == 62
