"""Money: Decimal with two decimals, rounded half-up once per line (domain.md §1)."""

from decimal import Decimal
from fractions import Fraction

ZERO = Decimal("0.00")
CURRENCY = "RUB"

Exact = Fraction | Decimal | int


def round_kopeck(amount: Exact) -> Decimal:
    """Round an exact amount in roubles to the kopeck, half away from zero.

    >>> round_kopeck(Fraction(1, 200)), round_kopeck(Fraction(-1, 200))
    (Decimal('0.01'), Decimal('-0.01'))
    """
    kopecks = Fraction(amount) * 100
    doubled = 2 * abs(kopecks.numerator) + kopecks.denominator
    whole = doubled // (2 * kopecks.denominator)
    return Decimal(whole if kopecks >= 0 else -whole).scaleb(-2)


def at_least_kopecks(price: Decimal) -> Decimal:
    """A price with two decimals, more only where it has more.

    >>> at_least_kopecks(Decimal("300")), at_least_kopecks(Decimal("0.1250"))
    (Decimal('300.00'), Decimal('0.125'))
    """
    kopecks = round_kopeck(price)
    return kopecks if kopecks == price else price.normalize()


def shown(amount: Decimal) -> str:
    """An amount as commands and files show it: "1234.50"."""
    return f"{amount:.2f}"
