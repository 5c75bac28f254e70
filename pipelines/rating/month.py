"""A contract's month, rated: the whole computation from usage, terms and tariffs to charges (domain.md §4–§6)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.period import Month, Span
from pipelines.rating.charges import Amounts, Cause, Charge, Parked, ParkReason, RatedMonth, UnusedPrepaid, ZeroPrice, total_of
from pipelines.rating.minimum import top_up
from pipelines.rating.model import Contract, DayUsage, Kind, Segment, TariffVersion, Terms, VatMode
from pipelines.rating.pricing import charge, segment_rate, zero_price
from pipelines.rating.quantities import missing_days, prepaid, quantity_of, unknown, usage_of
from pipelines.rating.schemes import defects
from pipelines.rating.segments import cut
from pipelines.rating.vat import mode_on


@dataclass(slots=True)
class _Lines:
    charges: list[Charge] = field(default_factory=list)
    prepaid: list[Charge] = field(default_factory=list)
    zero_prices: list[ZeroPrice] = field(default_factory=list)
    unused: list[UnusedPrepaid] = field(default_factory=list)


def rate_month(
    contract: Contract,
    month: Month,
    terms: Sequence[Terms],
    tariffs: Mapping[str, Sequence[TariffVersion]],
    days: Iterable[DayUsage],
    vat_modes: Sequence[VatMode],
    billed_elsewhere: Amounts | None = None,
) -> RatedMonth | Parked:
    """Price a contract's month, or say every reason why it cannot be priced.

    ``terms``: the contract's rows; ``tariffs``: versions by tariff code; ``days``: usage of covered days only, a day
    of fleet 0 included (a day that is not there is missing, not zero); ``vat_modes``: the organization's. All in any
    order; rows and days outside the month are ignored. ``billed_elsewhere``: what the month's invoices of other
    kinds come to, for the minimum; None: what the prepaid components cost, as their invoices sum up to exactly that.
    ValueError when a day occurs twice.
    """
    segments, reasons = known_segments(contract, month, terms, tariffs, vat_modes)
    by_day = _by_day(days)
    span = month.span.overlap(contract.starts_on, contract.ends_on)
    reasons += _usage_reasons(span, segments, by_day)
    if reasons:
        return Parked(contract.contract_no, reasons)
    lines = _Lines()
    for segment in segments:
        _rate_segment(segment, by_day, vat_modes, lines)
    prepaid = tuple(lines.prepaid)
    if any(segment.terms.minimum for segment in segments):
        elsewhere = total_of(prepaid) if billed_elsewhere is None else billed_elsewhere
        lacking = top_up(segments, lines.charges, elsewhere, segment_rate(segments[-1], vat_modes))
        if lacking is not None:
            lines.charges.append(lacking)
    return RatedMonth(contract.contract_no, segments, tuple(lines.charges), prepaid, tuple(lines.zero_prices), tuple(lines.unused))


def known_segments(
    contract: Contract, month: Month, terms: Sequence[Terms], tariffs: Mapping[str, Sequence[TariffVersion]], vat_modes: Sequence[VatMode]
) -> tuple[tuple[Segment, ...], tuple[ParkReason, ...]]:
    """The segments that can be priced, and the reasons, apart from usage, for which the month cannot be."""
    segments, reasons = cut(contract, month, terms, tariffs)
    for segment in segments:
        broken = defects(segment.tariff)
        if broken:
            subject = f"{segment.tariff.tariff_code} ({segment.tariff.valid_from}): {'; '.join(broken)}"
            reasons += (ParkReason(Cause.BROKEN_TARIFF, (segment.span,), subject),)
        if mode_on(vat_modes, segment.span.last) is None:
            reasons += (ParkReason(Cause.NO_VAT_MODE, (Span(segment.span.last, segment.span.last),)),)
    return segments, reasons


def _by_day(days: Iterable[DayUsage]) -> dict[dt.date, DayUsage]:
    rows = list(days)
    by_day = {row.date: row for row in rows}
    if len(by_day) != len(rows):
        raise ValueError("a day occurs twice in the usage")
    return by_day


def _usage_reasons(span: Span | None, segments: Sequence[Segment], days: Mapping[dt.date, DayUsage]) -> tuple[ParkReason, ...]:
    if span is None:
        return ()
    missing = missing_days(span, days)
    if missing is not None:
        return (missing,)
    reasons: list[ParkReason] = []
    for segment in segments:
        usage = None
        for component in segment.tariff.components:
            if component.kind not in (Kind.ONLINE_HOURS, Kind.METER):
                continue
            usage = usage or usage_of(segment.span, days)
            reason = unknown(component, usage, segment.span)
            if reason is not None and reason not in reasons:
                reasons.append(reason)
    return tuple(reasons)


def _rate_segment(segment: Segment, days: Mapping[dt.date, DayUsage], vat_modes: Sequence[VatMode], lines: _Lines) -> None:
    usage = usage_of(segment.span, days)
    rate = segment_rate(segment, vat_modes)
    ahead = segment.terms.prepaid_vehicles
    for component in segment.tariff.components:
        quantity = quantity_of(component, segment.terms.basis, usage)
        is_prepaid = ahead > 0 and component.kind == Kind.VEHICLES
        if is_prepaid:
            if quantity.value < ahead:
                unused = UnusedPrepaid(segment.span, ahead, quantity.value)
                if unused not in lines.unused:
                    lines.unused.append(unused)
            quantity = prepaid(ahead, quantity)
        line = charge(segment, component, quantity, rate)
        if line is None:
            continue
        (lines.prepaid if is_prepaid else lines.charges).append(line)
        if not line.amount:
            warning = zero_price(segment, component, quantity)
            if warning is not None:
                lines.zero_prices.append(warning)
