"""How a line is shown: the row of a paper, and price and share in a listing (domain.md §7, last rule). Pure."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pipelines.money import at_least_kopecks
from pipelines.period import Month, Span
from pipelines.rating.charges import Charge
from pipelines.rating.schemes import exact
from pipelines.wording import russian

_KOPECK = Decimal("0.01")


class PrintedRow(NamedTuple):
    """What a document shows: quantity (at most 3 decimals), price (2 decimals) in the tariff's own prices, and text."""

    quantity: Decimal
    price: Decimal
    text: str


def printed_row(line: Charge) -> PrintedRow:
    """The row of an invoice, act or sale for a charge: quantity × price is exactly ``line.amount``, always.

    Where the charge's own figures do not give it, the quantity is 1, the price is the amount, and the text carries the arithmetic.
    """
    month = Month.of(line.span.first).span
    name = line.name if line.span == month else f"{line.name}, {russian.period(line.span)}"
    if line.price is not None and _multiplies(line, line.price):
        quantity = Decimal(line.quantity.numerator) / line.quantity.denominator
        return PrintedRow(quantity, line.price.quantize(_KOPECK), name)
    return PrintedRow(Decimal(1), line.amount, f"{name}: {line.arithmetic}")


def is_short(value: Fraction) -> bool:
    """At most three decimals, exactly."""
    return 1000 % value.denominator == 0


def listed_share(share: Fraction, span: Span) -> str:
    """``19/31``: days over days of the month as a person counts them; ``1`` for the whole month and for lines without a share."""
    month = Month.of(span.first)
    return f"{span.days}/{month.days}" if share != 1 and share == month.share(span) else str(share)


def listed_price(price: Decimal | None, quantity: Fraction, share: Fraction, discount: Decimal, amount: Decimal) -> Decimal | None:
    """The unit price in the tariff's own prices, in roubles with at least two decimals.

    A line without one (a difference, the top-up to a minimum) whose quantity is 1, whole and undiscounted, costs its ``amount``;
    of graduated tiers and packages no single price is true: None.
    """
    if price is not None:
        return at_least_kopecks(price)
    return amount if quantity == 1 and share == 1 and not discount else None


def price_of(line: Charge) -> Decimal | None:
    """`listed_price` of a charge."""
    return listed_price(line.price, line.quantity, line.share, line.discount, line.amount)


def _multiplies(line: Charge, price: Decimal) -> bool:
    return is_short(line.quantity) and price == price.quantize(_KOPECK) and line.quantity * exact(price) == exact(line.amount)
