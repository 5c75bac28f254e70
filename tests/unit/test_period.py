"""Months and runs of days."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.period import Month, Span


def on(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))
spans = st.tuples(days, days).map(lambda pair: Span(min(pair), max(pair)))


@pytest.mark.parametrize(
    ("text", "length"), [("2026-01", 31), ("2026-02", 28), ("2028-02", 29), ("2100-02", 28), ("2000-02", 29), ("2026-04", 30)]
)
def test_a_month_is_written_as_it_is_parsed(text, length):
    month = Month.parse(text)
    assert (str(month), month.days, len(list(month.dates()))) == (text, length, length)
    assert (month.first.day, month.last.day) == (1, length)
    assert month.span == Span(month.first, month.last)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "", "январь"])
def test_what_is_not_a_month(text):
    with pytest.raises(ValueError, match="is not a month"):
        Month.parse(text)


def test_months_follow_each_other_over_the_year():
    assert str(Month(2025, 12).next) == "2026-01"
    assert str(Month(2026, 1).previous) == "2025-12"
    assert str(Month(2026, 3).shift(-27)) == "2023-12"


@given(days, st.integers(-500, 500))
def test_shifting_there_and_back(day, months):
    month = Month.of(day)
    assert day in month
    assert month.shift(months).shift(-months) == month
    assert month.next.first == month.last + dt.timedelta(days=1)


def test_a_span_holds_both_its_ends():
    span = Span(on("2026-01-13"), on("2026-01-31"))
    assert span.days == 19
    assert on("2026-01-13") in span
    assert on("2026-01-31") in span
    assert on("2026-01-12") not in span
    assert on("2026-02-01") not in span
    assert str(span) == "2026-01-13…2026-01-31"


def test_a_span_does_not_run_backwards():
    with pytest.raises(ValueError, match="lies after"):
        Span(on("2026-01-02"), on("2026-01-01"))


def test_overlap():
    month = Month(2026, 1).span
    assert month.overlap(on("2026-01-13"), None) == Span(on("2026-01-13"), on("2026-01-31"))
    assert month.overlap(on("2025-01-13"), on("2026-01-01")) == Span(on("2026-01-01"), on("2026-01-01"))
    assert month.overlap(on("2026-02-01"), None) is None
    assert month.overlap(on("2025-01-01"), on("2025-12-31")) is None


@given(spans, spans)
def test_overlap_is_the_days_in_both(one, other):
    common = one.overlap(other.first, other.last)
    assert common == other.overlap(one.first, one.last)
    if common is None:
        assert one.last < other.first or other.last < one.first
    else:
        assert common.first in one
        assert common.first in other
        assert common.last in one
        assert common.last in other


def test_share_is_exact():
    month = Month(2026, 1)
    assert month.share(Span(on("2026-01-13"), on("2026-01-31"))) == Fraction(19, 31)
    assert month.share(month.span) == 1
