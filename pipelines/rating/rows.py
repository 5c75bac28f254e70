"""How a line is shown: the row of a paper, and price and share in a listing (domain.md §7, last rule). Pure."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pipelines.money import at_least_kopecks
from pipelines.period import Month, Span
from pipelines.rating.charges import Charge
from pipelines.wording import russian


class PrintedRow(NamedTuple):
    """What a document shows: quantity (at most 3 decimals), price (2 decimals) in the tariff's own prices, and text."""

    quantity: Decimal
    price: Decimal
    text: str


def printed_row(line: Charge) -> PrintedRow:
    """The row of an invoice, act or sale for a charge: quantity × price is exactly ``line.amount``, always.

    Where the charge's own figures do not give it, the quantity is 1, the price is the amount, and the text carries the arithmetic.
    The text names the service and its period: ``Мониторинг за январь 2026 г.: максимум 24 машины (14.01.2026)``.
    """
    quantity, price, text = line.shown or (Decimal(1), line.amount, line.arithmetic)
    name = f"{line.name} за {russian.month_or_period(line.span)}"
    return PrintedRow(quantity, price, f"{name}: {text}" if text else name)


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
