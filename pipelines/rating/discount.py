"""Discount: the percent of the terms, per line, before rounding (domain.md §5)."""

from decimal import Decimal
from fractions import Fraction

from pipelines.rating.schemes import exact


def discounted(amount: Fraction, percent: Decimal) -> Fraction:
    """The exact amount less ``percent`` per cent."""
    return amount * (100 - exact(percent)) / 100 if percent else amount
