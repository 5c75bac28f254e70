"""Prepayment: advance, correctives, and the credit at the close (domain.md §6)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from pipelines.period import Month
from pipelines.rating.charges import Billed, Charge, Parked
from pipelines.rating.difference import compare
from pipelines.rating.model import Basis, Contract, DayUsage, Kind, Segment, TariffVersion, Terms, VatMode
from pipelines.rating.month import known_segments
from pipelines.rating.pricing import charge, segment_rate
from pipelines.rating.quantities import Quantity, Usage, peak_text, prepaid


def advance(
    contract: Contract, month: Month, terms: Sequence[Terms], tariffs: Mapping[str, Sequence[TariffVersion]], vat_modes: Sequence[VatMode]
) -> tuple[Charge, ...] | Parked:
    """The lines of the advance invoice: scheme(N) × share for every segment known now; none without prepaid vehicles."""
    return targets(contract, month, terms, tariffs, vat_modes, (), month.first)


def targets(
    contract: Contract,
    month: Month,
    terms: Sequence[Terms],
    tariffs: Mapping[str, Sequence[TariffVersion]],
    vat_modes: Sequence[VatMode],
    days: Iterable[DayUsage],
    on: dt.date,
) -> tuple[Charge, ...] | Parked:
    """What the components paid ahead should have been billed at by day ``on``: max(N, the segment's peak so far).

    ``days``: the month's usage as known; days after ``on`` are ignored, days not known raise nothing. With basis
    ``average`` usage counts at the close only (`RatedMonth.prepaid`), so the target stays at N.
    """
    segments, reasons = known_segments(contract, month, terms, tariffs, vat_modes)
    if reasons:
        return Parked(contract.contract_no, reasons)
    so_far = [day for day in days if day.date <= on]
    charges = []
    for segment in segments:
        if segment.terms.prepaid_vehicles <= 0:
            continue
        quantity = _vehicles(segment, so_far)
        rate = segment_rate(segment, vat_modes)
        for component in segment.tariff.components:
            line = charge(segment, component, quantity, rate) if component.kind == Kind.VEHICLES else None
            if line is not None:
                charges.append(line)
    return tuple(charges)


def corrective(charges: Iterable[Charge], billed: Iterable[Billed]) -> tuple[Charge, ...]:
    """The lines of a corrective invoice: target − billed for every component and segment where it is above zero.

    ``charges``: the targets of the day; ``billed``: the month's advance and corrective lines (and credits).
    """
    return tuple(line for group in compare(charges, billed) if group.amounts.total > 0 for line in group.lines())


def credit(charges: Iterable[Charge], billed: Iterable[Billed]) -> tuple[Charge, ...]:
    """The lines of the credit at the close: what was billed and is too much, after the last corrective.

    ``charges``: the targets at the close (`RatedMonth.prepaid`). Amounts are negative.
    """
    return tuple(line for group in compare(charges, billed) if group.amounts and group.amounts.total <= 0 for line in group.lines())


def _vehicles(segment: Segment, days: Sequence[DayUsage]) -> Quantity:
    ahead = segment.terms.prepaid_vehicles
    known = [day for day in days if day.date in segment.span]
    if segment.terms.basis == Basis.AVERAGE or not known:
        return prepaid(ahead)
    usage = Usage(known)
    return prepaid(ahead, Quantity(Fraction(usage.peak), None, peak_text(usage.peak, usage.peak_date)))
