"""Dates and months that cannot be meant are named, each with the word that confirms it (domain.md §7). Pure."""

from datetime import UTC, date, datetime

import pytest

from pipelines.billing.model import Purpose, Scope
from pipelines.billing.unlikely_dates import OrganizationDates, doubts, how_to_confirm
from pipelines.period import Month

MARCH = Month(2026, 3)
AT = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
MOSCOW = OrganizationDates("ORG", "Europe/Moscow", None, None, None)


def _words(scope, issued_on=None, at=AT, organization=MOSCOW):
    return [doubt.word for doubt in doubts(scope, [organization], issued_on, at)]


def test_a_month_is_closed_when_it_is_over_where_the_organization_is():
    evening = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)  # 1 April, 01:00 in Moscow
    assert _words(Scope(MARCH), at=evening) == []
    assert _words(Scope(MARCH), at=datetime(2026, 3, 31, 20, 59, tzinfo=UTC)) == ["2026-03"]
    assert _words(Scope(MARCH), at=datetime(2026, 3, 31, 21, 30, tzinfo=UTC), organization=MOSCOW._replace(time_zone="Europe/London")) == [
        "2026-03"
    ]
    assert _words(Scope(Month(2099, 3))) == ["2099-03"]


@pytest.mark.parametrize(("month", "words"), [("2026-04", []), ("2026-05", []), ("2026-06", ["2026-06"]), ("2099-05", ["2099-05"])])
def test_advances_reach_the_next_month_at_most(month, words):
    scope = Scope(Month.parse(month), Purpose.PREPAY)
    assert [word for word in _words(scope, date(2026, 4, 2)) if len(word) == 7] == words


def test_a_day_that_has_not_come_is_not_watched():
    assert _words(Scope(Month(2026, 4), Purpose.WATCH, date(2026, 4, 2))) == []
    assert _words(Scope(Month(2026, 4), Purpose.WATCH, date(2026, 4, 3))) == ["2026-04-03"]


@pytest.mark.parametrize(
    ("scope", "issued_on", "is_doubted"),
    [
        (Scope(MARCH), date(2026, 3, 30), True),  # before the period ends
        (Scope(MARCH), date(2026, 3, 31), False),
        (Scope(MARCH, Purpose.CORRECT), date(2026, 3, 1), True),
        (Scope(MARCH, Purpose.PREPAY), date(2026, 2, 27), False),
        (Scope(MARCH, Purpose.PREPAY), date(2026, 1, 31), True),
        (Scope(MARCH, Purpose.WATCH, date(2026, 3, 10)), date(2026, 3, 10), False),
        (Scope(MARCH, Purpose.WATCH, date(2026, 3, 10)), date(2026, 3, 9), True),
        (Scope(MARCH), date(2062, 4, 1), True),  # another year than meant
        (Scope(MARCH), date(2025, 4, 1), True),
        (Scope(Month(2025, 12)), date(2026, 1, 1), False),
    ],
)
def test_an_issue_date_belongs_to_its_period(scope, issued_on, is_doubted):
    assert (_words(scope, issued_on) == [str(issued_on)] * len(_words(scope, issued_on))) is True
    assert bool(_words(scope, issued_on)) is is_doubted


def test_numbers_and_corrections_follow_the_dates():
    later = OrganizationDates("ORG", "Europe/Moscow", "ВМ26-000007", date(2026, 4, 5), None)
    [doubt] = doubts(Scope(MARCH), [later], date(2026, 4, 1), AT)
    assert doubt.english == "the issue date 2026-04-01 is before 2026-04-05, when ВМ26-000007, the last of ORG, was issued"
    assert _words(Scope(MARCH), date(2026, 4, 5), organization=later) == []
    assert _words(Scope(MARCH), None, organization=later) == ["2026-04-02"]  # today's date too
    corrected = MOSCOW._replace(corrected_on=date(2026, 4, 3))
    assert _words(Scope(MARCH, Purpose.CORRECT), date(2026, 4, 2), organization=corrected) == ["2026-04-02"]


def test_the_message_gives_the_words_to_type():
    every = doubts(Scope(Month(2099, 3)), [MOSCOW], date(2062, 4, 1), AT)
    assert how_to_confirm(every) == "if that is meant, whoever approves adds `--yes-i-mean 2099-03` `--yes-i-mean 2062-04-01`"
