"""The verdict of the gate follows from the days, never from the order in which they land (domain.md §2.3)."""

import json
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text

from pipelines.evidence.gate_verdicts import judge_month_again
from pipelines.evidence.landing_folder import land_folder
from pipelines.evidence.register import UnknownSnapshot
from pipelines.evidence.rulings import accept, withdraw
from pipelines.period import Month
from pipelines.warehouse.engine import transaction
from tests.campaigns import examples
from tests.conftest import NOW
from tests.deliveries import row

JANUARY = [date(2026, 1, day) for day in range(1, 32)]


def month(deliver):
    """A January of one platform with two drops, an empty day, another year's dates, a growth and a day without its tree."""
    sizes = {5: 3, 12: 0, 20: 60, 27: 8}
    for day in JANUARY:
        source = deliver([row(number, "2025-01-16" if day.day == 16 else str(day)) for number in range(sizes.get(day.day, 20))], str(day))
    return source


def statuses(settings):
    with transaction(settings) as connection:
        listed = connection.execute(text("SELECT business_date, state FROM evidence.snapshots ORDER BY business_date")).all()
        found = connection.execute(text("SELECT kind, subject, first_day, parameters FROM findings.occurrences ORDER BY 1, 2, 3")).all()
        said = connection.execute(
            text("SELECT digest, expectation, detail FROM evidence.current_failures ORDER BY digest, judgement_no, failure_no")
        ).all()
    return [tuple(each) for each in listed], [tuple(each) for each in found], [tuple(each) for each in said]


def land_in_order(settings, platform, source, days):
    for day in days:
        land_folder(settings, platform, str(source), NOW, day=day)


@pytest.fixture
def clean(settings):
    def forget():
        with create_engine(settings.database_owner_url).begin() as connection:
            for table in ("files_read", "failures", "judgements", "events", "snapshots"):
                for statement in ("ALTER TABLE {} DISABLE TRIGGER USER", "DELETE FROM {}", "ALTER TABLE {} ENABLE TRIGGER USER"):
                    connection.execute(text(statement.format(f"evidence.{table}")))
            connection.execute(text("DELETE FROM findings.occurrences"))

    return forget


def test_a_month_landed_backwards_or_shuffled_has_the_same_states(settings, platform, deliver, clean):
    source = month(deliver)
    land_in_order(settings, platform, source, JANUARY)
    expected = statuses(settings)
    assert [day.day for day, state in expected[0] if state == "quarantined"] == [5, 12, 16, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]
    for seed in ("backwards", *range(examples(1, 20))):
        clean()
        days = JANUARY[::-1] if seed == "backwards" else random.Random(seed).sample(JANUARY, 31)
        land_in_order(settings, platform, source, days)
        assert statuses(settings) == expected, seed
    assert judge_month_again(settings, Month(2026, 1), NOW) == []


def test_a_ruling_is_followed_through_the_days_after_it(settings, platform, deliver, author):
    sizes = {1: 20, 2: 5, 3: 5, 4: 5}
    for day, size in sizes.items():
        source = deliver([row(number, f"2026-01-0{day}") for number in range(size)], f"2026-01-0{day}")
    landed = [landed for _, landed in land_folder(settings, platform, str(source), NOW).landed]
    assert [each.state for each in landed] == ["landed", "quarantined", "quarantined", "quarantined"]
    assert "'75.0%' share of vehicles lost since 2026-01-01, which had 20" in str(landed[2].failures[0])
    accept(settings, [landed[1].digest], author)
    assert [state for _, state in statuses(settings)[0]] == ["landed"] * 4  # the days after it are like it
    withdraw(settings, [landed[1].digest], author)
    assert [state for _, state in statuses(settings)[0]] == ["landed", "withdrawn", "quarantined", "quarantined"]


def test_a_late_file_that_drives_days_into_quarantine_asks_whether_it_is_the_wrong_one(settings, platform, deliver, author, run_cli):
    """A further file of the first, far too large, after the month was landed: one word about it settles all days."""
    for day in range(1, 6):
        source = deliver([row(number, f"2026-01-0{day}") for number in range(5)], f"2026-01-0{day}")
    land_folder(settings, platform, str(source), NOW)
    source = deliver([row(number, "2026-01-01") for number in range(50)], "2026-01-01")
    code, out, said = run_cli(
        "snapshot", "land", "--platform", platform, "--source", str(source), "--date", "2026-01-01", "--format", "json"
    )
    digest, said = json.loads(out)[0]["digest"], " ".join(said.split())
    assert code == 0
    assert "4 days after it went into quarantine for want of likeness with it: 2026-01-02…2026-01-05." in said
    assert f"`fleetbill snapshot withdraw {digest[:12]}`" in said
    withdraw(settings, [digest], author)
    assert [state for _, state in statuses(settings)[0]] == ["landed", "withdrawn", *["landed"] * 4]
    accept(settings, [digest], author)
    states = [state for _, state in statuses(settings)[0]]
    assert states == ["landed", "landed", *["quarantined"] * 4]
    with transaction(settings) as connection:
        first = connection.execute(text("SELECT digest FROM evidence.snapshots WHERE business_date = '2026-01-02'")).scalar_one()
    accept(settings, [first], author)
    assert [state for _, state in statuses(settings)[0]] == ["landed"] * 6


def test_what_a_person_accepted_stays_whatever_lands_beside_it(settings, platform, deliver, author):
    source = deliver([row(number, "2026-01-03") for number in range(3)], "2026-01-03")
    deliver([row(number, "2026-01-02") for number in range(10)], "2026-01-02")
    land_in_order(settings, platform, source, [date(2026, 1, 3), date(2026, 1, 2)])
    [second, third] = statuses(settings)[0]
    assert (second[1], third[1]) == ("landed", "quarantined")
    with transaction(settings) as connection:
        digest = connection.execute(text("SELECT digest FROM evidence.snapshots WHERE state = 'quarantined'")).scalar_one()
        events = connection.execute(text("SELECT event, reason FROM evidence.events WHERE digest = :d ORDER BY event_no"), {"d": digest})
        assert events.all() == [("landed", "2026-01-03.csv"), ("quarantined", "judged again beside 2026-01-02")]
    accept(settings, [digest], author)
    deliver([row(number, "2026-01-02") for number in range(12)], "2026-01-02")
    land_in_order(settings, platform, source, [date(2026, 1, 2)])
    assert [state for _, state in statuses(settings)[0]] == ["landed", "landed", "landed"]


def test_what_is_quarantined_is_judged_anew_when_it_lands_anew(settings, platform, deliver, author):
    deliver([row(number, "2026-01-01") for number in range(10)], "2026-01-01")
    source = deliver([row(number, "2026-01-02") for number in range(5)], "2026-01-02")
    first, second = (landed for _, landed in land_folder(settings, platform, str(source), NOW).landed)
    again = land_folder(settings, platform, str(source), NOW, day=date(2026, 1, 2)).landed[0][1]
    assert (again.state, again.already) == ("quarantined", True)
    lenient = replace(settings, snapshot_max_drop=Decimal("0.5"))
    again = land_folder(lenient, platform, str(source), NOW, day=date(2026, 1, 2)).landed[0][1]
    assert (again.state, again.already, again.failures) == ("landed", False, ())
    assert first.state == "landed"
    assert second.digest == again.digest


def test_several_are_ruled_on_together_or_not_at_all(settings, platform, deliver, author, run_cli):
    deliver([row(number, "2026-01-01") for number in range(10)], "2026-01-01")
    deliver([row(number, "2026-01-02") for number in range(2)], "2026-01-02")
    source = deliver([row(number, "2026-01-03") for number in range(1)], "2026-01-03")
    landed = [landed for _, landed in land_folder(settings, platform, str(source), NOW).landed]
    digests = [each.digest for each in landed]
    with pytest.raises(UnknownSnapshot):
        accept(settings, [digests[1], "feedfacefeed"], author)
    assert [state for _, state in statuses(settings)[0]] == ["landed", "quarantined", "quarantined"]
    code, _, said = run_cli("snapshot", "accept", digests[1][:10], digests[2][:10], "--by", "Анна", "--reason", "ремонт")
    assert code == 0
    assert said.count("→ landed") == 2
    code, _, said = run_cli("snapshot", "withdraw", *digests, "--by", "Анна", "--reason", "не та папка")
    assert (code, said.count("→ withdrawn")) == (0, 3)
    accept(settings, digests[:1], author)
    code, _, said = run_cli("snapshot", "withdraw", *digests, "--by", "Анна", "--reason", "не та папка")
    assert (code, said.count("→ withdrawn"), said.count("withdrawn already, nothing changed")) == (0, 1, 2)


def test_a_close_judges_days_again_that_were_not(settings, platform, deliver):
    deliver([row(number, "2026-01-02") for number in range(10)], "2026-01-02")
    source = deliver([row(number, "2026-01-03") for number in range(3)], "2026-01-03")
    land_in_order(settings, platform, source, [date(2026, 1, 3)])
    land_in_order(settings, platform, source, [date(2026, 1, 2)])
    with create_engine(settings.database_owner_url).begin() as owner:  # as if the third had never been compared with the second
        owner.execute(text("ALTER TABLE evidence.judgements DISABLE TRIGGER USER"))
        owner.execute(text("ALTER TABLE evidence.failures DISABLE TRIGGER USER"))
        owner.execute(text("DELETE FROM evidence.failures"))
        owner.execute(text("DELETE FROM evidence.judgements WHERE judgement_no > 1"))
        owner.execute(text("ALTER TABLE evidence.snapshots DISABLE TRIGGER USER"))
        owner.execute(text("UPDATE evidence.snapshots SET state = 'landed'"))
        owner.execute(text("ALTER TABLE evidence.snapshots ENABLE TRIGGER USER"))
    assert judge_month_again(settings, Month(2026, 2), NOW) == []
    assert judge_month_again(settings, Month(2026, 1), NOW) == [("gps1", date(2026, 1, 3))]
    assert [state for _, state in statuses(settings)[0]] == ["landed", "quarantined"]
    assert judge_month_again(settings, Month(2026, 1), NOW) == []
