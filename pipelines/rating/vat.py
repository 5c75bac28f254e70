"""VAT: the rate by the organization's mode and the last day of the service; net and VAT of a line (domain.md §5)."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from pipelines.money import ZERO, round_kopeck
from pipelines.rating.charges import Amounts
from pipelines.rating.model import TaxMode, VatMode
from pipelines.rating.schemes import exact

RATES: dict[TaxMode, tuple[tuple[dt.date, Decimal | None], ...]] = {
    TaxMode.GENERAL: ((dt.date.min, Decimal(20)), (dt.date(2026, 1, 1), Decimal(22))),
    TaxMode.USN5: ((dt.date.min, Decimal(5)),),
    TaxMode.USN7: ((dt.date.min, Decimal(7)),),
    TaxMode.EXEMPT: ((dt.date.min, None),),
}
"""Percent by mode, each from its date until the next; None: without VAT."""


def mode_on(modes: Sequence[VatMode], day: dt.date) -> TaxMode | None:
    """The mode in force on a day, or None before the first. Modes in any order."""
    begun = [(row.valid_from or dt.date.min, row.mode) for row in modes if row.valid_from is None or row.valid_from <= day]
    return max(begun)[1] if begun else None


def rate_on(mode: TaxMode, day: dt.date) -> Decimal | None:
    """The rate in percent for a service whose period ends on that day, or None: without VAT."""
    rate = None
    for since, percent in RATES[mode]:
        if since <= day:
            rate = percent
    return rate


def split(amount: Decimal, rate: Decimal | None, *, included: bool) -> Amounts:
    """Net, VAT and total of a rounded line.

    ``included``: the amount is the total, VAT = total × r ÷ (100 + r) half-up, net = total − VAT.
    Otherwise the amount is the net and VAT = net × r ÷ 100 half-up is added.
    """
    if not rate:
        return Amounts(amount, ZERO, amount)
    percent = exact(rate)
    if included:
        vat = round_kopeck(Fraction(amount) * percent / (100 + percent))
        return Amounts(amount - vat, vat, amount)
    vat = round_kopeck(Fraction(amount) * percent / 100)
    return Amounts(amount, vat, amount + vat)
