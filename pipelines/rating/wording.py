"""The arithmetic of a line in Russian, as an accountant would write it."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from pipelines.period import Month, Span
from pipelines.rating.model import Component, Kind, Scheme, Segment
from pipelines.rating.quantities import Quantity
from pipelines.rating.schemes import Part

_THOUSANDTH = Decimal("0.001")
_GROUPS = str.maketrans({",": "\u00a0", ".": ","})


def roubles(amount: Decimal) -> str:
    """ "3 000,00", with a no-break space; a price keeps its further decimals: "0,125"."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        amount = amount.normalize()
        exponent = amount.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < -2 else 2
    return f"{amount:,.{places}f}".translate(_GROUPS)


def number(value: Fraction | Decimal | int) -> str:
    """A quantity of at most three decimals: "12", "13,5"; a longer one is rounded for the eye: "13,097"."""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return f"{value.numerator:,}".translate(_GROUPS)
        value = Decimal(value.numerator) / value.denominator
    text = f"{Decimal(value).quantize(_THOUSANDTH, ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".").translate(_GROUPS)


def is_short(value: Fraction) -> bool:
    """At most three decimals, exactly."""
    return 1000 % value.denominator == 0


def arithmetic(segment: Segment, component: Component, quantity: Quantity, priced: tuple[Part, ...], amount: Decimal) -> str:
    """ "10 × 300,00 × 15/30 − скидка 10 % = 1 350,00"."""
    told = _division(quantity)
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
    return f"{told}{sum_text}{share}{discount} = {roubles(amount)}"


def scaled(kind: Kind) -> bool:
    """Kinds that are charged by the share of the month; the others charge what was used (domain.md §5)."""
    return kind in (Kind.FIXED, Kind.VEHICLES)


def share_text(span: Span) -> str:
    """ " × 15/30 дн."; the days of the span over the days of its month."""
    return f" × {span.days}/{Month.of(span.first).days} дн."


def discount_text(percent: Decimal) -> str:
    """ " − скидка 10 %", nothing for none."""
    return f" − скидка {number(percent)}\u00a0%" if percent else ""


def period_text(span: Span) -> str:
    """ "16.01–31.01.2026"."""
    return f"{span.first:%d.%m}–{span.last:%d.%m.%Y}"


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
