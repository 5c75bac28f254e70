"""The minimum per month: one undiscounted line tops the month up (domain.md §5)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from pipelines.money import ZERO, round_kopeck
from pipelines.period import Span
from pipelines.rating.arithmetic import share_text
from pipelines.rating.charges import Amounts, Charge
from pipelines.rating.model import Kind, Segment
from pipelines.rating.schemes import exact
from pipelines.rating.vat import split
from pipelines.wording.russian import roubles

NAME = "Доплата до минимальной суммы"
COMPONENT_NO = 0


def minimum_of(segments: Sequence[Segment]) -> Fraction:
    """Σ minimum × share over the segments, exact."""
    shares = (exact(segment.terms.minimum) * segment.share for segment in segments if segment.terms.minimum)
    return sum(shares, Fraction(0))


def top_up(segments: Sequence[Segment], charges: Iterable[Charge], billed_elsewhere: Amounts, rate: Decimal | None) -> Charge | None:
    """The line that is lacking to the minimum, or None.

    ``charges``: the monthly invoice's lines; ``billed_elsewhere``: what the month's other invoice kinds come to;
    ``rate``: the VAT rate of the last segment. The last segment's tariff decides whether totals or nets are compared.
    """
    minimum = minimum_of(segments)
    if minimum <= 0:
        return None
    tariff = segments[-1].tariff
    included = tariff.prices_include_vat
    own = sum((line.total if included else line.net for line in charges), ZERO)
    used = own + (billed_elsewhere.total if included else billed_elsewhere.net)
    amount = round_kopeck(minimum - exact(used))
    if amount <= 0:
        return None
    money = split(amount, rate, included=included)
    return Charge(
        tariff_code=tariff.tariff_code,
        component_no=COMPONENT_NO,
        name=NAME,
        kind=Kind.MINIMUM,
        span=Span(segments[0].span.first, segments[-1].span.last),
        quantity=Fraction(1),
        price=None,
        share=Fraction(1),
        discount=Decimal(0),
        prices_include_vat=included,
        arithmetic=f"минимум {_minimum_text(segments, minimum)} − начислено {roubles(used)} = {roubles(amount)}",
        net=money.net,
        vat_rate=rate,
        vat=money.vat,
        total=money.total,
    )


def _minimum_text(segments: Sequence[Segment], minimum: Fraction) -> str:
    if len(segments) == 1 and segments[0].share == 1:
        return roubles(round_kopeck(minimum))
    parts = [f"{roubles(segment.terms.minimum)}{share_text(segment.span)}" for segment in segments if segment.terms.minimum]
    return f"{' + '.join(parts)} = {roubles(round_kopeck(minimum))}"
