"""Price and share as listings write them: money with two decimals, days over days of the month."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.period import Month, Span
from pipelines.rating.rows import listed_price, listed_share

JANUARY, ONE, NONE = Month(2026, 1).span, Fraction(1), Decimal(0)


@pytest.mark.parametrize(
    ("price", "shown"),
    [("300", "300.00"), ("900.5", "900.50"), ("310.00", "310.00"), ("0.125", "0.125"), ("0.1250", "0.125"), ("1E+3", "1000.00")],
)
def test_a_price_has_at_least_two_decimals(price, shown):
    assert str(listed_price(Decimal(price), Fraction(13), ONE, NONE, Decimal("1.00"))) == shown


@pytest.mark.parametrize(
    ("quantity", "share", "discount", "shown"),
    [
        (ONE, ONE, NONE, Decimal("-150.00")),
        (Fraction(2), ONE, NONE, None),
        (ONE, Fraction(1, 2), NONE, None),
        (ONE, ONE, Decimal(10), None),
    ],
    ids=["a difference", "tiers", "a part of the month", "discounted"],
)
def test_a_line_without_a_price_costs_its_amount_only_when_that_is_the_product(quantity, share, discount, shown):
    assert listed_price(None, quantity, share, discount, Decimal("-150.00")) == shown


@pytest.mark.parametrize(
    ("first", "last", "share", "shown"),
    [
        (date(2026, 2, 10), date(2026, 2, 19), Fraction(10, 28), "10/28"),
        (date(2026, 1, 13), date(2026, 1, 31), Fraction(19, 31), "19/31"),
        (date(2026, 4, 16), date(2026, 4, 30), Fraction(1, 2), "15/30"),
        (date(2026, 4, 16), date(2026, 4, 30), ONE, "1"),
        (JANUARY.first, JANUARY.last, ONE, "1"),
    ],
)
def test_a_share_is_days_over_days_of_the_month(first, last, share, shown):
    assert listed_share(share, Span(first, last)) == shown
