"""One component over one segment: the charge (domain.md §5)."""

from collections.abc import Sequence
from decimal import Decimal

from pipelines.money import round_kopeck
from pipelines.rating.arithmetic import arithmetic, product_text, scaled
from pipelines.rating.charges import Charge, ZeroPrice
from pipelines.rating.discount import discounted
from pipelines.rating.model import Component, Scheme, Segment, VatMode
from pipelines.rating.product import product
from pipelines.rating.quantities import ONE, Quantity
from pipelines.rating.schemes import amount_of, parts
from pipelines.rating.vat import mode_on, rate_on, split


def charge(segment: Segment, component: Component, quantity: Quantity, rate: Decimal | None) -> Charge | None:
    """The line of a component over a segment; None for quantity 0, which is left out.

    scheme(quantity), × share for ``fixed`` and ``vehicles``, less the discount, rounded once; then VAT at ``rate``.
    """
    if not quantity.value:
        return None
    priced = parts(component, quantity.value)
    exact_amount = amount_of(priced)
    share = segment.share if scaled(component.kind) else ONE
    if share != 1:
        exact_amount *= share
    discount = segment.terms.discount_percent
    amount = round_kopeck(discounted(exact_amount, discount))
    included = segment.tariff.prices_include_vat
    money = split(amount, rate, included=included)
    shown = product(priced[0], discount, amount) if share == 1 and len(priced) == 1 else None
    return Charge(
        tariff_code=segment.tariff.tariff_code,
        component_no=component.component_no,
        name=component.name,
        kind=component.kind,
        span=segment.span,
        quantity=quantity.value,
        price=priced[0].price if len(priced) == 1 and component.scheme != Scheme.PACKAGE else None,
        share=share,
        discount=discount,
        prices_include_vat=included,
        arithmetic=arithmetic(segment, component, quantity, priced, amount),
        net=money.net,
        vat_rate=rate,
        vat=money.vat,
        total=money.total,
        quantity_text=quantity.text,
        shown=shown and shown._replace(text=product_text(component, quantity, priced, shown)),
    )


def zero_price(segment: Segment, component: Component, quantity: Quantity) -> ZeroPrice | None:
    """The warning for something used at price 0, before any discount."""
    if not quantity.value or amount_of(parts(component, quantity.value)):
        return None
    return ZeroPrice(segment.tariff.tariff_code, component.component_no, component.name, segment.span, quantity.value)


def segment_rate(segment: Segment, vat_modes: Sequence[VatMode]) -> Decimal | None:
    """The VAT rate of a segment's lines, by the last day of the service; there must be a mode on that day."""
    mode = mode_on(vat_modes, segment.span.last)
    if mode is None:
        raise LookupError(f"no VAT mode on {segment.span.last}")
    return rate_on(mode, segment.span.last)
