"""Schemes: how a quantity becomes an amount (domain.md §5). Exact, no rounding here."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from pipelines.rating.model import Component, Kind, Scheme, TariffVersion


class Part(NamedTuple):
    """A quantity at one price: units, or packages where the scheme sells packages."""

    quantity: Fraction
    price: Decimal


@lru_cache(maxsize=4096)
def exact(number: Decimal) -> Fraction:
    """A decimal as a fraction."""
    return Fraction(number)


def parts(component: Component, quantity: Fraction) -> tuple[Part, ...]:
    """The priced parts of a quantity ≥ 0; a component with a defect must not come here.

    ``unit``, ``volume`` and ``package`` have one part, ``graduated`` one per tier that the quantity reaches.
    """
    scheme = component.scheme
    if scheme == Scheme.VOLUME:
        return (Part(quantity, _tier_price(component, quantity)),)
    if scheme == Scheme.GRADUATED:
        return _graduated(component, quantity)
    assert component.price is not None  # noqa: S101 - `defect` has seen to it
    if scheme == Scheme.PACKAGE:
        assert component.package_size is not None  # noqa: S101 - `defect` has seen to it
        packages = -(-quantity // exact(component.package_size))
        return (Part(Fraction(packages), component.price),)
    return (Part(quantity, component.price),)


def amount_of(priced: tuple[Part, ...]) -> Fraction:
    """Σ quantity × price."""
    if len(priced) == 1:
        return priced[0].quantity * exact(priced[0].price)
    return sum((part.quantity * exact(part.price) for part in priced), Fraction(0))


def defect(component: Component) -> str | None:
    """Why a component cannot be priced, or None. Also what master data should refuse."""
    if component.kind == Kind.MINIMUM:
        return "kind minimum is not for tariffs"
    if component.component_no < 1:
        return "the number must be 1 or more"
    if component.kind == Kind.METER and not component.meter:
        return "the meter is not named"
    if component.scheme in (Scheme.GRADUATED, Scheme.VOLUME):
        return _tiers_defect(component)
    if component.price is None:
        return "the price is missing"
    if component.scheme == Scheme.PACKAGE and not (component.package_size is not None and component.package_size > 0):
        return "the package size must be above 0"
    return None


def defects(tariff: TariffVersion) -> list[str]:
    """Everything that keeps a tariff version from being priced, each with its component."""
    problems = [f"component {component.component_no}: {problem}" for component in tariff.components if (problem := defect(component))]
    if not tariff.components:
        problems.append("no components")
    numbers = [component.component_no for component in tariff.components]
    problems += [f"component {number}: the number occurs twice" for number in sorted({n for n in numbers if numbers.count(n) > 1})]
    return problems


def _tiers_defect(component: Component) -> str | None:
    if not component.tiers:
        return "tiers are missing"
    *bounded, last = component.tiers
    if last.up_to is not None:
        return "the last tier must be open"
    bounds = [tier.up_to for tier in bounded]
    if None in bounds:
        return "only the last tier may be open"
    if len(set(bounds)) < len(bounds):
        return "two tiers end at the same quantity"
    if any(bound is not None and bound <= 0 for bound in bounds):
        return "a tier must end above 0"
    return None


def _tier_price(component: Component, quantity: Fraction) -> Decimal:
    for tier in component.tiers:
        if tier.up_to is None or quantity <= exact(tier.up_to):
            return tier.price
    raise AssertionError("the last tier is open")  # `defect` has seen to it


def _graduated(component: Component, quantity: Fraction) -> tuple[Part, ...]:
    tier_parts: list[Part] = []
    below = Fraction(0)
    for tier in component.tiers:
        top = quantity if tier.up_to is None else min(quantity, exact(tier.up_to))
        tier_parts.append(Part(top - below, tier.price))
        if top == quantity:
            break
        below = top
    return tuple(tier_parts)
