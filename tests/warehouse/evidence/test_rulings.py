"""Persons and snapshots: accept, withdraw, carry; coverage; and the commands around them."""

import json
from datetime import date

import pytest
from sqlalchemy import text

from pipelines.evidence.coverage import CannotBeCarried, carry, coverage
from pipelines.evidence.landing_folder import land_folder
from pipelines.evidence.register import UnknownPlatform, UnknownSnapshot
from pipelines.evidence.rulings import CannotBeAccepted, accept, withdraw
from pipelines.period import Month
from pipelines.warehouse.engine import transaction
from tests.conftest import NOW
from tests.deliveries import row


def findings(settings):
    with transaction(settings) as connection:
        return connection.execute(text("SELECT kind, subject, parameters FROM findings.occurrences ORDER BY kind, subject")).all()


def status(settings, day):
    with transaction(settings) as connection:
        return {(each["platform"], each["date"]): each["status"] for each in coverage(connection, Month(2026, 1))}["gps1", day]


def test_a_real_drop_is_accepted_by_a_person(settings, platform, deliver, author, register):
    deliver([row(number) for number in range(10)])
    source = deliver([row(number, "2026-01-16") for number in range(3)], "2026-01-16")
    landed = land_folder(settings, platform, str(source), NOW).landed[1][1]
    assert status(settings, date(2026, 1, 16)) == "quarantined"
    assert [(kind, subject) for kind, subject, _ in findings(settings)] == [("snapshot_quarantined", f"gps1: {landed.digest[:12]}")]
    accept(settings, [landed.digest[:8]], author)
    assert (status(settings, date(2026, 1, 16)), findings(settings)) == ("landed", [])
    assert [each.state for each in accept(settings, [landed.digest], author)] == ["landed"]  # nothing changes, and no event says so
    assert land_folder(settings, platform, str(source), NOW).landed[1][1].state == "landed"
    with transaction(settings) as connection:
        events = connection.execute(
            text("SELECT event_no, event, by_name, reason FROM evidence.events WHERE digest = :d ORDER BY 1"), {"d": landed.digest}
        ).all()
    assert events == [(1, "quarantined", "fleetbill", "2026-01-16.csv"), (2, "accepted", "Анна Петрова", "проверка")]


def test_no_word_mends_a_vehicle_listed_twice(settings, platform, deliver, author):
    landed = land_folder(settings, platform, str(deliver([row(1), row(1, name="x")])), NOW).landed[0][1]
    with pytest.raises(CannotBeAccepted, match="listed more than once"):
        accept(settings, [landed.digest], author)


def test_a_withdrawn_snapshot_stays_and_can_come_back(settings, platform, deliver, author, register):
    source = deliver([row(1, last_message_at="2026-01-16T02:00:00+03:00")])
    digest = land_folder(settings, platform, str(source), NOW).landed[0][1].digest
    assert [(kind, subject) for kind, subject, _ in findings(settings)] == [
        ("snapshot_warning", "gps1: message_within_day last_message_at")
    ]
    withdraw(settings, [digest], author)
    assert (register(), status(settings, date(2026, 1, 15)), findings(settings)) == ([("2026-01-15", "withdrawn", 1)], "missing", [])
    assert [each.state for each in withdraw(settings, [digest], author)] == ["withdrawn"]
    assert land_folder(settings, platform, str(source), NOW).landed[0][1].state == "withdrawn"
    accept(settings, [digest], author)
    assert register() == [("2026-01-15", "landed", 1)]
    assert len(findings(settings)) == 1


def test_digests_that_mean_nothing(settings, platform, author):
    for written in ("abc", "feedfacefeed"):
        with pytest.raises(UnknownSnapshot):
            accept(settings, [written], author)


def test_usage_is_carried_only_from_a_day_that_has_some(settings, platform, deliver, author):
    land_folder(settings, platform, str(deliver([row(1)])), NOW)
    with pytest.raises(CannotBeCarried, match="landed snapshot"):
        carry(settings, platform, date(2026, 1, 15), author)
    with pytest.raises(CannotBeCarried, match="nothing to carry"):
        carry(settings, platform, date(2026, 1, 17), author)
    with pytest.raises(UnknownPlatform):
        carry(settings, "gps9", date(2026, 1, 16), author)
    assert carry(settings, platform, date(2026, 1, 16), author)
    assert carry(settings, platform, date(2026, 1, 17), author)
    assert not carry(settings, platform, date(2026, 1, 17), author)
    assert [status(settings, date(2026, 1, day)) for day in (14, 15, 16, 17, 18)] == ["missing", "landed", "carried", "carried", "missing"]


def test_a_carry_falls_with_the_snapshot_it_carries_and_comes_back_with_it(settings, platform, deliver, author):
    deliver([row(1)])
    source = deliver([row(1, "2026-01-16")], "2026-01-16")
    digest = land_folder(settings, platform, str(source), NOW).landed[1][1].digest
    assert carry(settings, platform, date(2026, 1, 17), author)
    days = [date(2026, 1, day) for day in (15, 16, 17)]
    withdraw(settings, [digest], author)
    assert [status(settings, day) for day in days] == ["landed", "missing", "missing"]
    with pytest.raises(CannotBeCarried, match="nothing to carry"):
        carry(settings, platform, date(2026, 1, 18), author)
    assert carry(settings, platform, date(2026, 1, 16), author)
    assert [status(settings, day) for day in days] == ["landed", "carried", "carried"]


def test_the_commands(run_cli, settings, platform, deliver):
    deliver([row(number) for number in range(10)])
    deliver([row(1, "2026-01-16", state="lost")], "2026-01-16")
    source = deliver([row(number, "2026-01-17") for number in range(10)], "2026-01-17")
    code, out, said = run_cli("snapshot", "land", "--platform", "gps1", "--source", source, "--format", "json")
    assert code == 1
    assert [each["status"] for each in json.loads(out)] == ["landed", "quarantined", "landed"]
    assert "2026-01-16.csv:2 (vehicle v0001) column state: 'lost' is not active, deactivated or blocked" in said
    (source / "gps1" / "2026-01-18.csv").write_bytes("vehicle_id,state,name\n1,active,Газель\n".encode("cp1251"))
    code, out, said = run_cli("snapshot", "land", "--platform", "gps1", "--source", source, "--format", "json")
    assert (code, len(json.loads(out))) == (2, 3)
    assert "2026-01-18.csv:2: is not UTF-8" in said
    code, out, _ = run_cli("snapshot", "list", "--month", "2026-01", "--format", "json")
    listed = json.loads(out)
    assert [(each["date"], each["status"], each["rows"]) for each in listed] == [
        ("2026-01-15", "landed", 10),
        ("2026-01-16", "quarantined", 1),
        ("2026-01-17", "landed", 10),
    ]
    assert list(listed[0]) == ["platform", "date", "taken_at", "status", "rows", "digest"]
    code, _, _ = run_cli("snapshot", "withdraw", listed[2]["digest"][:10], "--by", "Анна", "--reason", "не тот файл")
    assert code == 0
    code, _, _ = run_cli("snapshot", "carry", "--platform", "gps1", "--date", "2026-01-16", "--by", "Анна", "--reason", "сбой")
    assert code == 0
    code, out, _ = run_cli("snapshot", "coverage", "--month", "2026-01", "--format", "csv")
    assert [line for line in out.splitlines() if "gps1,2026-01-1" in line][5:8] == [
        "gps1,2026-01-15,landed,1",
        "gps1,2026-01-16,carried,0",
        "gps1,2026-01-17,missing,0",
    ]
    code, out, _ = run_cli("snapshot", "docs")
    page = (settings.home / "data_docs" / f"{listed[1]['digest']}.html").read_text(encoding="utf-8")
    assert code == 0
    assert "lost" in page
    assert "http" not in page
    assert "Чего ждут ворота" in (settings.home / "data_docs" / "index.html").read_text(encoding="utf-8")


def test_live_and_unknown_platforms_are_refused(run_cli, platform, tmp_path):
    for arguments, exit_code, word in (
        (("take", "--platform", "gps1"), 1, "delivers files"),
        (("land", "--platform", "live", "--source", tmp_path), 1, "snapshot take"),
        (("land", "--platform", "gps9", "--source", tmp_path), 2, "not declared"),
        (("land", "--platform", "gps1"), 1, "declares no source"),
    ):
        code, out, said = run_cli("snapshot", *arguments)
        assert (code, out) == (exit_code, "")
        assert word in said
