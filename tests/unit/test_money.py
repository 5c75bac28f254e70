"""Rounding: half away from zero, to the kopeck, from anything exact."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.money import ZERO, round_kopeck, shown


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (Fraction(1, 200), "0.01"),  # 0.005
        (Fraction(-1, 200), "-0.01"),
        (Decimal("2.675"), "2.68"),  # a float would give 2.67
        (Decimal("-2.675"), "-2.68"),
        (Decimal("0.0049999"), "0.00"),
        (Fraction(2, 3), "0.67"),
        (Fraction(-2, 3), "-0.67"),
        (Fraction(406 * 310, 31), "4060.00"),
        (7, "7.00"),
        (0, "0.00"),
    ],
)
def test_half_away_from_zero(amount, rounded):
    assert str(round_kopeck(amount)) == rounded


@given(st.decimals(-(10**12), 10**12, places=6))
def test_agrees_with_decimal(amount):
    assert round_kopeck(amount) == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(st.fractions(-(10**9), 10**9))
def test_nearest_and_symmetric(amount):
    rounded = round_kopeck(amount)
    assert abs(Fraction(rounded) - amount) <= Fraction(1, 200)
    assert round_kopeck(-amount) == -rounded
    assert rounded.as_tuple().exponent == -2


def test_shown_always_has_kopecks():
    amounts = (ZERO, Decimal(1234), Decimal("1234.5"), Decimal("-0.30"))
    assert [shown(amount) for amount in amounts] == ["0.00", "1234.00", "1234.50", "-0.30"]
