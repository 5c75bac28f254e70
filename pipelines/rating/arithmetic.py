"""The arithmetic of a line in Russian, as an accountant would write it."""

from decimal import Decimal

from pipelines.period import Month, Span
from pipelines.rating.model import Component, Kind, Scheme, Segment
from pipelines.rating.quantities import Quantity
from pipelines.rating.rows import is_short
from pipelines.rating.schemes import Part
from pipelines.wording.russian import number, roubles


def arithmetic(segment: Segment, component: Component, quantity: Quantity, priced: tuple[Part, ...], amount: Decimal) -> str:
    """ "10 × 300,00 × 15/30 − скидка 10 % = 1 350,00"."""
    division = _division(quantity)
    share = share_text(segment.span) if scaled(component.kind) and segment.share != 1 else ""
    discount = discount_text(segment.terms.discount_percent)
    if component.scheme == Scheme.PACKAGE:
        size = number(component.package_size or 0)
        sum_text = f"{_units(quantity)} → {number(priced[0].quantity)} пак. по {size} × {roubles(priced[0].price)}"
    elif len(priced) == 1:
        sum_text = f"{_units(quantity)} × {roubles(priced[0].price)}"
    else:
        sum_text = " + ".join(f"{_units(Quantity(part.quantity))} × {roubles(part.price)}" for part in priced)
        sum_text = f"({sum_text})" if share or discount else sum_text
    return f"{division}{sum_text}{share}{discount} = {roubles(amount)}"


def scaled(kind: Kind) -> bool:
    """Kinds that are charged by the share of the month; the others charge what was used (domain.md §5)."""
    return kind in (Kind.FIXED, Kind.VEHICLES)


def share_text(span: Span) -> str:
    """ " × 15/30 дн."; the days of the span over the days of its month."""
    return f" × {span.days}/{Month.of(span.first).days} дн."


def discount_text(percent: Decimal) -> str:
    """ " − скидка 10 %", nothing for none."""
    return f" − скидка {number(percent)}\u00a0%" if percent else ""


def _division(quantity: Quantity) -> str:
    if quantity.over is None or is_short(quantity.value):
        return ""
    top, bottom = quantity.over
    return f"{number(top)} ÷ {bottom} = {number(quantity.value)}; "


def _units(quantity: Quantity) -> str:
    if is_short(quantity.value):
        return number(quantity.value)
    if quantity.over is not None:
        top, bottom = quantity.over
        return f"{number(top)} ÷ {bottom}"
    return f"{number(quantity.value.numerator)}/{number(quantity.value.denominator)}"
