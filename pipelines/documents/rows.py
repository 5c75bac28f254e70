"""Which quantity and price a row shows (domain.md §7, last rule). Pure."""

from decimal import Decimal
from fractions import Fraction

from pipelines.money import Exact

_FINEST_PRICE = 6
_FINEST_QUANTITY = 3


def shown_factors(quantity: Exact | None, price: Exact | None, amount: Decimal) -> tuple[Decimal, Decimal, bool]:
    """Quantity and price whose product is exactly ``amount``, and whether they are the given ones.

    They are shown as given only where quantity × price is the amount to the kopeck, the quantity has at most
    3 decimals and the price is a finite decimal; else it is 1 × amount, and the row's text carries the arithmetic.
    """
    if quantity is not None and price is not None and Fraction(quantity) * Fraction(price) == Fraction(amount):
        exact_quantity = _decimal(Fraction(quantity), _FINEST_QUANTITY)
        exact_price = _decimal(Fraction(price), _FINEST_PRICE)
        if exact_quantity is not None and exact_price is not None:
            return exact_quantity, exact_price, True
    return Decimal(1), amount, False


def _decimal(value: Fraction, places: int) -> Decimal | None:
    """The value as a Decimal if it has at most that many decimals, else None."""
    scaled = value * 10**places
    if scaled.denominator != 1:
        return None
    found = Decimal(scaled.numerator).scaleb(-places).normalize()
    return found if int(found.as_tuple().exponent) < 0 else Decimal(int(found))
