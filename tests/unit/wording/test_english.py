"""Counts, days and months on the terminal."""

from datetime import date

from pipelines.period import Month, Span, runs
from pipelines.wording import english


def test_one_is_singular():
    assert [english.counted(number, "contract") for number in (0, 1, 2)] == ["0 contracts", "1 contract", "2 contracts"]


def test_days_together_are_runs():
    days = [date(2026, 1, number) for number in (7, 5, 6, 3, 5)]
    assert english.days(runs(days)) == "2026-01-03, 2026-01-05…2026-01-07"
    assert runs([]) == ()


def test_a_run_of_months():
    assert english.months([Month(2026, 1)]) == "2026-01"
    assert english.months([Month(2025, 12), Month(2026, 1)]) == "2025-12…2026-01"
    assert Span(date(2026, 1, 1), date(2026, 1, 2)).days == 2
