"""The printed row: quantity × price only where their product is exactly the amount (domain.md §7)."""

from decimal import Decimal
from typing import NamedTuple

from pipelines.period import Month
from pipelines.rating.charges import Charge
from pipelines.rating.schemes import exact
from pipelines.rating.wording import is_short, period_text

_KOPECK = Decimal("0.01")


class PrintedRow(NamedTuple):
    """What a document shows: quantity (at most 3 decimals), price (2 decimals) in the tariff's own prices, and text."""

    quantity: Decimal
    price: Decimal
    text: str


def printed_row(line: Charge) -> PrintedRow:
    """The row of an invoice, act or sale for a charge: quantity × price is exactly ``line.amount``, always.

    Where the charge's own figures do not give it, the quantity is 1, the price is the amount, and the arithmetic is told.
    """
    month = Month.of(line.span.first).span
    name = line.name if line.span == month else f"{line.name}, {period_text(line.span)}"
    if line.price is not None and _is_exact(line, line.price):
        quantity = Decimal(line.quantity.numerator) / line.quantity.denominator
        return PrintedRow(quantity, line.price.quantize(_KOPECK), name)
    return PrintedRow(Decimal(1), line.amount, f"{name}: {line.arithmetic}")


def _is_exact(line: Charge, price: Decimal) -> bool:
    return is_short(line.quantity) and price == price.quantize(_KOPECK) and line.quantity * exact(price) == exact(line.amount)
