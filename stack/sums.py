"""How the demo prints sums."""

from decimal import Decimal


def roubles(amount: Decimal) -> str:
    """``687 764.59``"""
    return f"{amount:,.2f}".replace(",", " ")
