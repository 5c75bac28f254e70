"""The causes of a difference between the totals of two months: fleet, VAT, terms, tariff. Pure."""

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
    """Split the difference ``now`` − ``before`` (totals of the month and of the month before) into its causes.

    ``days``: usage of both months. The totals form a chain in which one thing changes at each step:

    1. ``before``: the previous month as it was billed;
    2. the previous month, had the terms of its last day held for all of it;
    3. the same, had also the prices of its last day held for all of it;
    4. this month's usage at those terms and prices, and at the VAT rate of that last day;
    5. the same at this month's VAT rate;
    6. the same at this month's terms;
    7. ``now``: the same at this month's tariffs.

    Step 3 → 4 is the fleet, 4 → 5 VAT, 1 → 2 and 5 → 6 the terms, 2 → 3 and 6 → 7 the tariff. None where the contract had
    no terms or no price on the last day of the previous month: it is new.
    """
    last_day = month.previous.last
    previous_terms = in_force(priced.terms, last_day)
    if previous_terms is None:
        return None
    previous_tariffs = {
        code: [version for version in versions if version.valid_from <= last_day] for code, versions in priced.tariffs.items()
    }
    same_terms, same_prices = _at_last_conditions(priced, month.previous, previous_terms, days, before)
    usage_only = _rated(priced, month, [previous_terms], previous_tariffs, days)
    if isinstance(usage_only, Parked):
        return None
    old_vat, new_vat = _at_vat_rate_of(priced, last_day, usage_only.everything), total_of(usage_only.everything).total
    with_terms = _rated(priced, month, priced.terms, previous_tariffs, days)
    new_terms = now if isinstance(with_terms, Parked) else total_of(with_terms.everything).total
    return Causes(
        fleet=old_vat - same_prices,
        vat=new_vat - old_vat,
        terms=same_terms - before + new_terms - new_vat,
        tariff=same_prices - same_terms + now - new_terms,
    )


def _at_last_conditions(
    priced: Priced, month: Month, last_terms: Terms, days: Sequence[DayUsage], billed: Decimal
) -> tuple[Decimal, Decimal]:
    """Totals of a month had the terms, and had the terms and prices, of its last day held for all of it; ``billed`` where unknown."""
    terms = [replace(last_terms, valid_from=dt.date.min)]
    last_version = in_force(priced.tariffs.get(last_terms.tariff_code, ()), month.last)
    last_tariff = {last_terms.tariff_code: [replace(last_version, valid_from=dt.date.min)]} if last_version else {}
    same_terms = _rated(priced, month, terms, priced.tariffs, days)
    same_prices = _rated(priced, month, terms, last_tariff, days)
    if isinstance(same_terms, Parked) or isinstance(same_prices, Parked):
        return billed, billed
    return total_of(same_terms.everything).total, total_of(same_prices.everything).total


def _rated(priced: Priced, month: Month, terms: Sequence[Terms], tariffs: Tariffs, days: Sequence[DayUsage]) -> RatedMonth | Parked:
    return rate_month(priced.contract, month, terms, tariffs, days, priced.vat_modes)


def _at_vat_rate_of(priced: Priced, day: dt.date, charges: Sequence[Charge]) -> Decimal:
    """The total of charges at the VAT rate of a day; as they are where none was known then."""
    mode = mode_on(priced.vat_modes, day)
    if mode is None:
        return total_of(tuple(charges)).total
    rate = rate_on(mode, day)
    return sum((split(charge.amount, rate, included=charge.prices_include_vat).total for charge in charges), ZERO)
