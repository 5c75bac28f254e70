"""The causes of a difference between the totals of two months: fleet, terms, tariff, VAT. Pure.

One thing is changed at a time, in the order of the fields of `Causes`. They are told of the months as they are rated; what was billed and
does not follow from that is left, and is for whoever compares invoices (`reports/bridge.py`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.rating.charges import Charge, RatedMonth, with_vat
from pipelines.rating.model import Contract, DayUsage, TariffVersion, Terms, VatMode
from pipelines.rating.month import rate_month
from pipelines.rating.segments import in_force
from pipelines.rating.vat import mode_on, rate_on, split

Tariffs = Mapping[str, Sequence[TariffVersion]]
Charges = tuple[Charge, ...]


@dataclass(frozen=True, slots=True)
class Causes:
    """Parts of the difference of two months as they are rated, in roubles with VAT.

    ``fleet``: what was used, and on how many days; ``terms`` and ``tariff``: other prices; ``vat``: another rate of VAT.
    """

    fleet: Decimal = ZERO
    terms: Decimal = ZERO
    tariff: Decimal = ZERO
    vat: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Priced:
    """What prices a contract: its own terms, the versions by tariff code, its organization's VAT modes."""

    contract: Contract
    terms: Sequence[Terms]
    tariffs: Tariffs
    vat_modes: Sequence[VatMode]


@dataclass(frozen=True, slots=True)
class _Chain:
    """Totals in which one thing changes at each step.

    The previous month as it is rated now; with the terms of its last day all along; with the prices of that day too; this
    month's usage at those; with this month's terms; with this month's tariffs; with this month's rate of VAT.
    """

    rated_before: Decimal
    last_terms: Decimal
    last_prices: Decimal
    usage: Decimal
    terms: Decimal
    tariff: Decimal
    vat: Decimal

    def causes(self) -> Causes:
        """The steps by their causes: of two steps with one cause, both."""
        return Causes(
            fleet=self.usage - self.last_prices,
            terms=self.last_terms - self.rated_before + self.terms - self.usage,
            tariff=self.last_prices - self.last_terms + self.tariff - self.terms,
            vat=self.vat - self.tariff,
        )


def causes(priced: Priced, month: Month, days: Sequence[DayUsage]) -> Causes | None:
    """Split the difference of the month and of the month before, as they are rated, into its causes; ``days``: usage of both.

    None: a contract whose months cannot both be rated, or that had no terms or no price on the last day of the previous month,
    cannot be told apart.
    """
    chain = _chain(priced, month, days)
    return chain.causes() if chain else None


def is_priced_alike(priced: Priced, month: Month) -> bool:
    """Whether one row of terms and one tariff version, the same, price all of the month and of the month before."""
    first, last = max(month.previous.first, priced.contract.starts_on), min(month.last, priced.contract.ends_on or month.last)
    terms = in_force(priced.terms, first)
    if terms is None or terms is not in_force(priced.terms, last):
        return False
    versions = priced.tariffs.get(terms.tariff_code, ())
    version = in_force(versions, first)
    return version is not None and version is in_force(versions, last)


def causes_priced_alike(priced: Priced, month: Month, before: Decimal, rated: RatedMonth) -> Causes:
    """`causes` of a contract whose months are priced alike: ``before``, the total of the month before as it is rated, is enough."""
    charges = rated.everything
    at_old_vat = _total_at_rate_of(priced, month.previous.last, charges)
    return Causes(fleet=at_old_vat - before, vat=with_vat(charges) - at_old_vat)


def _chain(priced: Priced, month: Month, days: Sequence[DayUsage]) -> _Chain | None:
    last_day = month.previous.last
    terms = in_force(priced.terms, last_day)
    version = in_force(priced.tariffs.get(terms.tariff_code, ()), last_day) if terms else None
    rated_before = _rated(priced, month.previous, priced.terms, priced.tariffs, days)
    rated_now = _rated(priced, month, priced.terms, priced.tariffs, days)
    if terms is None or version is None or rated_before is None or rated_now is None:
        return None
    then = with_vat(rated_before.everything)
    at_old_vat, at_new_vat = _total_at_rate_of(priced, last_day, rated_now.everything), with_vat(rated_now.everything)
    always, at_last_price = [replace(terms, valid_from=dt.date.min)], {terms.tariff_code: [replace(version, valid_from=dt.date.min)]}
    last_terms = _rated(priced, month.previous, always, priced.tariffs, days)
    last_prices = _rated(priced, month.previous, always, at_last_price, days)
    usage = _rated(priced, month, always, at_last_price, days)
    if last_prices is None or usage is None:
        return None
    old_tariffs = {code: [each for each in versions if each.valid_from <= last_day] for code, versions in priced.tariffs.items()}
    new_terms = _rated(priced, month, priced.terms, old_tariffs, days)  # None: the terms name a tariff that begins with them
    at_last_prices = with_vat(last_prices.everything)
    return _Chain(
        then,
        with_vat(last_terms.everything) if last_terms else at_last_prices,
        at_last_prices,
        _total_at_rate_of(priced, last_day, usage.everything),
        _total_at_rate_of(priced, last_day, new_terms.everything) if new_terms else at_old_vat,
        at_old_vat,
        at_new_vat,
    )


def _rated(priced: Priced, month: Month, terms: Sequence[Terms], tariffs: Tariffs, days: Sequence[DayUsage]) -> RatedMonth | None:
    """The month rated; None: parked, or not in force."""
    rated = rate_month(priced.contract, month, terms, tariffs, days, priced.vat_modes)
    return rated if isinstance(rated, RatedMonth) and rated.segments else None


def _total_at_rate_of(priced: Priced, day: dt.date, charges: Charges) -> Decimal:
    """The total of charges at the VAT rate of a day; as they are where none was known then."""
    mode = mode_on(priced.vat_modes, day)
    if mode is None:
        return with_vat(charges)
    rate = rate_on(mode, day)
    if all(charge.vat_rate == rate for charge in charges):
        return with_vat(charges)
    return sum((split(charge.amount, rate, included=charge.prices_include_vat).total for charge in charges), ZERO)
