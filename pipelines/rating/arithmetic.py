"""The arithmetic of a line in Russian, as an accountant would write it: what was counted, then the sum that recomputes to the amount."""

from decimal import Decimal

from pipelines.period import Month, Span
from pipelines.rating.model import Component, Kind, Scheme, Segment
from pipelines.rating.product import Product, discount_text
from pipelines.rating.quantities import Quantity
from pipelines.rating.schemes import Part
from pipelines.wording.russian import DAY, full_number, in_units, number, roubles

_PACKAGE = ("пакет", "пакета", "пакетов")


def arithmetic(segment: Segment, component: Component, quantity: Quantity, priced: tuple[Part, ...], amount: Decimal) -> str:
    """``максимум 10 машин (01.04.2026); 10 × 300,00 × 15 дней ÷ 30 дней − скидка 10 % = 1 350,00``."""
    share = share_text(segment.span) if scaled(component.kind) and segment.share != 1 else ""
    discount = discount_text(segment.terms.discount_percent)
    if len(priced) > 1:
        sum_text = " + ".join(f"{_units(Quantity(part.quantity))} × {roubles(part.price)}" for part in priced)
        sum_text = f"({sum_text})" if share or discount else sum_text
    else:
        count = _units(quantity) if component.scheme != Scheme.PACKAGE else number(priced[0].quantity)
        sum_text = f"{count} × {roubles(priced[0].price)}"
    return joined(counted_text(component, quantity, priced), f"{sum_text}{share}{discount} = {roubles(amount)}")


def counted_text(component: Component, quantity: Quantity, priced: tuple[Part, ...]) -> str:
    """What was counted: ``максимум 47 машин (14.01.2026); 5 пакетов по 10``; of a fixed price nothing."""
    if component.scheme != Scheme.PACKAGE or component.kind == Kind.FIXED:
        return quantity.text
    return joined(quantity.text, f"{in_units(priced[0].quantity, *_PACKAGE)} по {full_number(component.package_size or Decimal(0))}")


def product_text(component: Component, quantity: Quantity, priced: tuple[Part, ...], shown: Product) -> str:
    """What stands beside quantity and price on a paper: what was counted, and how the price came about."""
    return joined(counted_text(component, quantity, priced), shown.text)


def joined(*texts: str) -> str:
    """Parts of a text, empty ones left out: ``what was counted; the sum``."""
    return "; ".join(filter(None, texts))


def scaled(kind: Kind) -> bool:
    """Kinds that are charged by the share of the month; the others charge what was used (domain.md §5)."""
    return kind in (Kind.FIXED, Kind.VEHICLES)


def share_text(span: Span) -> str:
    """`` × 15 дней ÷ 30 дней``; the days of the span over the days of its month."""
    return f" × {in_units(span.days, *DAY)} ÷ {in_units(Month.of(span.first).days, *DAY)}"


def _units(quantity: Quantity) -> str:
    if quantity.over is not None and quantity.value.denominator != 1:
        top, bottom = quantity.over
        return f"{full_number(top)} ÷ {bottom}"
    return full_number(quantity.value)
