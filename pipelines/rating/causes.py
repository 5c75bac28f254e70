"""Why a month comes to another total than the month before: what of it is the fleet, VAT, the terms, the tariff."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.rating.charges import Charge, Parked, RatedMonth, total_of
from pipelines.rating.model import Contract, DayUsage, TariffVersion, Terms, VatMode
from pipelines.rating.month import rate_month
from pipelines.rating.segments import in_force
from pipelines.rating.vat import mode_on, rate_on, split

Tariffs = Mapping[str, Sequence[TariffVersion]]


@dataclass(frozen=True, slots=True)
class Causes:
    """Parts of a difference of totals, in roubles with VAT; together they are exactly the difference.

    ``fleet``: what was used, and on how many days; ``vat``: another rate of VAT; ``terms`` and ``tariff``: other prices.
    """

    fleet: Decimal
    vat: Decimal
    terms: Decimal
    tariff: Decimal


@dataclass(frozen=True, slots=True)
class Priced:
    """What prices a contract: its own terms, the versions by tariff code, its organization's VAT modes."""

    contract: Contract
    terms: Sequence[Terms]
    tariffs: Tariffs
    vat_modes: Sequence[VatMode]


def causes(priced: Priced, month: Month, days: Sequence[DayUsage], before: Decimal, now: Decimal) -> Causes | None:
    """The difference ``now`` − ``before`` (totals of the month and of the month before) by what made it.

    ``days``: of both months. One thing changes at a time: first what the month before would have cost, had the terms and
    then the prices of its last day held all along; then the usage, at those and at the VAT of that day; then VAT; then the
    terms; the tariff is what remains. None where the contract had no terms or price before: it is new.
    """
    eve = month.previous.last
    earlier = {code: [version for version in versions if version.valid_from <= eve] for code, versions in priced.tariffs.items()}
    stood = in_force(priced.terms, eve)
    if stood is None:
        return None
    at_last_terms, at_last_prices = _settled(priced, month.previous, stood, days, before)
    used = _rated(priced, month, [stood], earlier, days)
    if isinstance(used, Parked):
        return None
    at_old_vat, at_new_vat = _at_rate_of(priced, eve, used.everything), total_of(used.everything).total
    agreed = _rated(priced, month, priced.terms, earlier, days)
    at_new_terms = now if isinstance(agreed, Parked) else total_of(agreed.everything).total
    return Causes(
        at_old_vat - at_last_prices,
        at_new_vat - at_old_vat,
        at_last_terms - before + at_new_terms - at_new_vat,
        at_last_prices - at_last_terms + now - at_new_terms,
    )


def _settled(priced: Priced, month: Month, last: Terms, days: Sequence[DayUsage], billed: Decimal) -> tuple[Decimal, Decimal]:
    """What a month would have cost had the terms, then also the prices of its last day held for all of it; ``billed`` where unknown."""
    all_along = replace(last, valid_from=dt.date.min)
    price = in_force(priced.tariffs.get(last.tariff_code, ()), month.last)
    at_terms = _rated(priced, month, [all_along], priced.tariffs, days)
    at_prices = _rated(priced, month, [all_along], {last.tariff_code: [replace(price, valid_from=dt.date.min)]} if price else {}, days)
    if isinstance(at_terms, Parked) or isinstance(at_prices, Parked):
        return billed, billed
    return total_of(at_terms.everything).total, total_of(at_prices.everything).total


def _rated(priced: Priced, month: Month, terms: Sequence[Terms], tariffs: Tariffs, days: Sequence[DayUsage]) -> RatedMonth | Parked:
    return rate_month(priced.contract, month, terms, tariffs, days, priced.vat_modes)


def _at_rate_of(priced: Priced, day: dt.date, charges: Sequence[Charge]) -> Decimal:
    """The total of charges at the VAT rate of a day; as they are where none was known then."""
    mode = mode_on(priced.vat_modes, day)
    if mode is None:
        return total_of(tuple(charges)).total
    rate = rate_on(mode, day)
    return sum((split(charge.amount, rate, included=charge.prices_include_vat).total for charge in charges), ZERO)
