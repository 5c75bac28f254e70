"""Price and share of a line as listings show them. Pure."""

from decimal import Decimal
from fractions import Fraction

from pipelines.money import at_least_kopecks
from pipelines.period import Month, Span
from pipelines.rating.charges import Charge


def shown_share(share: Fraction, span: Span) -> str:
    """ "19/31", days over days of the month as a person counts them; "1" for the whole month and for lines without a share."""
    month = Month.of(span.first)
    return f"{span.days}/{month.days}" if share != 1 and share == month.share(span) else str(share)


def shown_price(price: Decimal | None, quantity: Fraction, share: Fraction, discount: Decimal, amount: Decimal) -> Decimal | None:
    """The unit price in the tariff's own prices, in roubles with at least two decimals.

    A line without one (a difference, the top-up to a minimum) whose quantity is 1, whole and undiscounted, costs its ``amount``;
    of graduated tiers and packages no single price is true: None.
    """
    if price is not None:
        return at_least_kopecks(price)
    return amount if quantity == 1 and share == 1 and not discount else None


def price_of(line: Charge) -> Decimal | None:
    """The same for a charge."""
    return shown_price(line.price, line.quantity, line.share, line.discount, line.amount)
