"""Quantity × price of a line, where that product is exactly its amount (domain.md §7). Pure."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pipelines.rating.discount import discounted
from pipelines.rating.schemes import Part, exact
from pipelines.wording.russian import number, roubles

_KOPECK = Decimal("0.01")


class Product(NamedTuple):
    """What a paper multiplies: a quantity with at most 3 decimals, a price of whole kopecks, and how that price came about."""

    quantity: Decimal
    price: Decimal
    text: str


def product(part: Part, discount: Decimal, amount: Decimal) -> Product | None:
    """``part`` at its discounted price where that comes to ``amount`` without rounding; else None."""
    price = discounted(exact(part.price), discount)
    if not is_short(part.quantity) or 100 % price.denominator or part.quantity * price != exact(amount):
        return None
    shown = Decimal(price.numerator) / price.denominator
    return Product(
        Decimal(part.quantity.numerator) / part.quantity.denominator, shown.quantize(Decimal("0.01")), _price_text(part, discount, shown)
    )


def is_short(value: Fraction) -> bool:
    """At most three decimals, exactly."""
    return 1000 % value.denominator == 0


def discount_text(percent: Decimal) -> str:
    """`` − скидка 10 %``; nothing for none."""
    return f" − скидка {number(percent)}\u00a0%" if percent else ""


def _price_text(part: Part, discount: Decimal, shown: Decimal) -> str:
    return f"цена {roubles(part.price)}{discount_text(discount)} = {roubles(shown)}" if discount else ""
