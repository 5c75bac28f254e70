"""One digest a day for the technical team: what is new, still open, mended; nothing to tell is no letter (domain.md §10)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from pipelines.clock import Authorship
from pipelines.delivery.mail.client_now import decided
from pipelines.delivery.mail.digest import digest_of
from pipelines.delivery.mail.technical import tell_findings
from pipelines.findings import muting
from pipelines.period import Month
from pipelines.usage.month import compute
from pipelines.warehouse import engine
from tests.lake_builder import Car, World

JANUARY = Month(2026, 1)


@pytest.fixture
def house(settings):
    """``house(cars, at)``: settings of a company whose January was landed and computed at a moment."""

    def made(cars, at):
        told = replace(settings, mail_technical="tech@house.example")
        with World(told) as world:
            world.contract("C1").terms("C1").account("gps1", "a1", "C1").every_day("2026-01", "gps1", cars)
            compute(told, world.connection, JANUARY, store=True, at=at)
        return told

    return made


LAST = {"v": datetime(2026, 1, 7, 9, tzinfo=UTC), "w": datetime(2026, 1, 11, 9, tzinfo=UTC)}


def cars(day: date):
    """v falls silent on the 8th and speaks again on the 14th; w, which shares its tracker, is silent from the 12th on."""
    silent = {"v": 8 <= day.day < 14, "w": day.day >= 12, "x": False}
    return [Car(name, "a1", **({"message": LAST[name], "minutes": 0} if silent[name] else {})) for name in silent]


def test_new_open_and_mended_from_day_to_day(house):
    told = house(lambda day: cars(day) if day.day != 12 else None, datetime(2026, 2, 3, tzinfo=UTC))
    days = {}
    with engine.transaction(told) as connection:
        for day in JANUARY.dates():
            digest = digest_of(connection, day)
            days[day.day] = {state: [row["subject"] for row in rows] for state, rows in digest.items() if rows}
    assert days[9] == {}  # two silent days are nothing yet
    assert days[10] == {"new": ["gps1/v"]}
    assert days[11] == {"open": ["gps1/v"]}
    assert days[12] == {"new": ["gps1"]}  # the platform's day is missing; of its vehicles nobody knows anything
    assert days[13] == {"mended": ["gps1"], "open": ["gps1/v"]}
    assert days[14] == {"mended": ["gps1/v"], "new": ["gps1/w"]}  # three days after its last message
    assert days[15] == {"open": ["gps1/w"]}
    assert days[20] == {"open": ["gps1/w"]}


def letters(settings):
    """Key and decision of each queued letter, as it would leave now."""
    with engine.transaction(settings) as connection:
        rows = connection.execute(text("SELECT event_kind, event_key, facts FROM delivery.mail_outbox ORDER BY event_key")).all()
        return [(row.event_key, decided(settings, connection, row, datetime(2026, 1, 16, tzinfo=UTC))) for row in rows]


def test_a_letter_a_day_that_says_what_is_true_when_it_leaves(house):
    told = house(lambda day: cars(day) if day.day < 16 else None, datetime(2026, 1, 16, 9, tzinfo=UTC))
    morning = {day: datetime(2026, 1, day, 6, tzinfo=UTC) + timedelta(days=1) for day in range(1, 16)}
    queued = {day: tell_findings(told, date(2026, 1, day), at) for day, at in morning.items()}
    assert {day for day, number in queued.items() if number} == {10, 12, 14}  # the 12th is a Monday: v is still open
    assert tell_findings(told, date(2026, 1, 14), morning[14]) == 0  # once
    assert tell_findings(told, date(2026, 1, 10), datetime(2026, 2, 1, tzinfo=UTC)) == 0  # a backfill tells no news
    assert tell_findings(replace(told, mail_technical=""), date(2026, 1, 14), morning[14]) == 0
    (first, _, last) = letters(told)
    assert (first[0], first[1].facts["counted"]) == ("2026-01-10", "новых 1")
    assert last[1].facts["new"] == [("Трекеры без сообщений — 1", ["gps1/w: последнее сообщение 11.01.2026"])]
    assert last[1].facts["counted"] == "новых 1, устранено 1"

    muting.mute(told, "silent_device", "gps1/v", date(2026, 2, 1), Authorship("Анна", "снят на ремонт", morning[14]))
    assert letters(told)[0][1].dropped == "nothing is new or mended any more"
