"""Whether an issued invoice follows from its frozen evidence: recomputed whole, and every difference named. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from pipelines.audit.model import Explanation, FrozenInvoice, LineDerivation, has
from pipelines.billing.billed_so_far import AHEAD
from pipelines.billing.model import Purpose
from pipelines.rating import prepaid
from pipelines.rating.charges import Billed, Charge, Parked, total_of
from pipelines.rating.difference import adjustment, compare
from pipelines.rating.model import Segment, TaxMode, VatMode
from pipelines.rating.month import rate_month
from pipelines.rating.vat import RATES, rate_on

Lines = tuple[Charge, ...]
Differ = Callable[[Iterable[Charge], Iterable[Billed]], Lines]

_NOT_COMPARED = {"arithmetic", "name", "shown", "quantity_text"}


def explain(frozen: FrozenInvoice, broken: Sequence[str] = ()) -> Explanation:
    """Derive an invoice anew from its frozen evidence, and name every point on which it does not follow from it.

    ``broken``: what reading the evidence has found already.
    """
    recomputed = recompute(frozen)
    lines: tuple[LineDerivation, ...] = tuple(map(LineDerivation, frozen.lines))
    contradictions = [*broken, *_sums(frozen), *_fleets(frozen)]
    if isinstance(recomputed, Parked):
        contradictions.append(f"the lines cannot be computed again: {recomputed}")
    else:
        differences = list(_line_differences(frozen.lines, recomputed))
        contradictions += differences
        if not differences:
            lines = tuple(LineDerivation(line, derived.new, derived.before) for line, derived in zip(frozen.lines, recomputed, strict=True))
    return Explanation(frozen, lines, tuple(contradictions))


def recompute(frozen: FrozenInvoice) -> tuple[LineDerivation, ...] | Parked:
    """The lines as the frozen evidence gives them, by the rules of rating."""
    contract, month, modes = frozen.contract, frozen.month, vat_modes(frozen)
    if frozen.kind == "advance" or frozen.purpose == Purpose.WATCH:
        on = date.fromisoformat(frozen.cause[:10]) if frozen.purpose == Purpose.WATCH else month.first
        targets = prepaid.targets(contract, month, frozen.terms, frozen.tariffs, modes, frozen.days, on)
        return targets if isinstance(targets, Parked) else _differences(frozen, targets, prepaid.corrective)
    rated = rate_month(contract, month, frozen.terms, frozen.tariffs, frozen.days, modes)
    if isinstance(rated, Parked):
        return rated
    if frozen.kind == "monthly":
        return tuple(map(LineDerivation, rated.charges))
    if frozen.purpose == Purpose.CORRECT:
        return _differences(frozen, rated.everything, adjustment)
    return _differences(frozen, rated.prepaid, prepaid.corrective if frozen.kind == "corrective" else prepaid.credit)


def vat_modes(frozen: FrozenInvoice) -> tuple[VatMode, ...]:
    """The organization's VAT modes as they were frozen; of evidence from before that, of each segment from the rate of its lines."""
    if frozen.modes:
        return frozen.modes
    return tuple(VatMode(segment.span.first, _mode(segment, frozen)) for segment in frozen.segments)


def _mode(segment: Segment, frozen: FrozenInvoice) -> TaxMode:
    items: tuple[Charge | Billed, ...] = (*frozen.lines, *frozen.before)
    last = segment.span.last
    nearest = min(items, key=lambda item: (item.span.last != last, last not in item.span))
    rate = nearest.vat_rate
    exactly = [mode for mode in RATES if rate_on(mode, last) == rate]
    ever = [mode for mode, rates in RATES.items() if any(percent == rate for _, percent in rates)]
    return (exactly or ever or [TaxMode.GENERAL])[0]


def _differences(frozen: FrozenInvoice, new: Lines, take: Differ) -> tuple[LineDerivation, ...]:
    before = [line for line in frozen.before if frozen.purpose == Purpose.CORRECT or line.invoice_kind in AHEAD]
    return tuple(
        LineDerivation(
            line,
            tuple(charge for charge in group.charges),
            tuple(earlier for earlier in before if any(earlier is billed for billed in group.billed) and earlier.vat_rate == line.vat_rate),
        )
        for group in compare(new, before)
        for line in take(group.charges, group.billed)
    )


def _line_differences(lines: Sequence[Charge], recomputed: Sequence[LineDerivation]) -> Iterator[str]:
    names = [field.name for field in fields(Charge) if field.name not in _NOT_COMPARED]
    for line_no, (line, other) in enumerate(zip_longest(lines, recomputed), 1):
        if line is None or other is None:
            known = line or other.line
            said = "is not on the invoice" if line is None else "does not follow from the evidence"
            yield f"line {line_no} ({known.name}, {known.span}, total {known.total}) {said}"
            continue
        for name in names:
            issued, computed = getattr(line, name), getattr(other.line, name)
            if issued != computed:
                yield f"line {line_no}: {name} is {issued} on the invoice and {computed} by the evidence{_by(issued, computed)}"


def _by(issued: object, computed: object) -> str:
    if isinstance(issued, Decimal) and isinstance(computed, Decimal):
        return f", a difference of {issued - computed}"
    return ""


def _sums(frozen: FrozenInvoice) -> Iterator[str]:
    sums = total_of(frozen.lines)
    for name in ("net", "vat", "total"):
        stated, summed = getattr(frozen.amounts, name), getattr(sums, name)
        if stated != summed:
            yield f"{name} is {stated} on the invoice and its lines come to {summed}, a difference of {stated - summed}"
    for line_no, line in enumerate(frozen.lines, 1):
        if line.net + line.vat != line.total:
            yield f"line {line_no}: {line.net} + {line.vat} is not {line.total}"


def _fleets(frozen: FrozenInvoice) -> Iterator[str]:
    """The fleet of each day, counted again from the frozen vehicles."""
    for day in frozen.days:
        counted = sum(has(vehicle.counted, day.date) for vehicle in frozen.vehicles)
        if counted != day.fleet_size:
            difference = day.fleet_size - counted
            yield f"{day.date}: billed by a fleet of {day.fleet_size}, the frozen vehicles are {counted}, a difference of {difference}"
