"""What a contract used in two months, in the figures that its tariff counts. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from pipelines.period import Month
from pipelines.rating.causes import Priced
from pipelines.rating.model import Basis, Component, DayUsage, Kind
from pipelines.rating.segments import in_force

DAYS_IN_FORCE = "days_in_force"


@dataclass(frozen=True, slots=True)
class UsageChange:
    """One figure of both months. ``kind``: of the component that counts it, or `DAYS_IN_FORCE`; ``name``: of a meter's component."""

    kind: str
    before: Fraction
    now: Fraction
    name: str = ""


@dataclass(frozen=True, slots=True)
class UsageFigures:
    """A contract's month in figures: the largest fleet, vehicle-days, on how many days, online minutes, meters by name (known ones)."""

    peak: int
    vehicle_days: int
    days: int
    online_minutes: Decimal = Decimal(0)
    meters: Mapping[str, Decimal] = field(default_factory=dict)


def figures_of(days: Sequence[DayUsage]) -> UsageFigures:
    """The figures of a month's days; at least one."""
    sizes = [day.fleet_size for day in days]
    meters: dict[str, Decimal] = {}
    for metered in [day.meters for day in days if day.meters]:
        for name, used in metered.items():
            meters[name] = meters.get(name, Decimal(0)) + used
    minutes = [day.online_minutes for day in days if day.online_minutes]
    return UsageFigures(max(sizes), sum(sizes), len(sizes), Decimal(sum(minutes)), meters)


def usage_changes(priced: Priced, month: Month, before: UsageFigures, now: UsageFigures) -> list[UsageChange]:
    """The figures that differ between the month before and the month, of what the tariff of its last day counts.

    Days in force come first where a contract began or ended inside one of the months: they explain prices per month.
    """
    last = min(month.last, priced.contract.ends_on or dt.date.max)
    terms = in_force(priced.terms, last)
    version = in_force(priced.tariffs.get(terms.tariff_code, ()), last) if terms else None
    if terms is None or version is None:
        return []
    figures = [_days_in_force(priced, month), *(_figure(each, terms.basis, before, now) for each in version.components)]
    changes: dict[tuple[str, str], UsageChange] = {}
    for figure in figures:
        if figure is not None and figure.before != figure.now:
            changes.setdefault((figure.kind, figure.name), figure)
    return list(changes.values())


def _days_in_force(priced: Priced, month: Month) -> UsageChange | None:
    starts, ends = priced.contract.starts_on, priced.contract.ends_on
    if starts <= month.previous.first and (ends is None or ends >= month.last):
        return None
    spans = [each.span.overlap(starts, ends) for each in (month.previous, month)]
    lengths = [span.days if span else 0 for span in spans]
    return UsageChange(DAYS_IN_FORCE, Fraction(lengths[0]), Fraction(lengths[1]))


def _figure(component: Component, basis: Basis, before: UsageFigures, now: UsageFigures) -> UsageChange | None:
    counted = [_counted(component, basis, figures) for figures in (before, now)]
    if counted[0] is None or counted[1] is None:
        return None
    return UsageChange(component.kind.value, counted[0], counted[1], component.name if component.kind is Kind.METER else "")


def _counted(component: Component, basis: Basis, figures: UsageFigures) -> Fraction | None:
    """What the component counts of a month; None: nothing that is used."""
    match component.kind:
        case Kind.VEHICLES:
            return Fraction(figures.vehicle_days, figures.days) if basis is Basis.AVERAGE else Fraction(figures.peak)
        case Kind.VEHICLE_DAYS:
            return Fraction(figures.vehicle_days)
        case Kind.ONLINE_HOURS:
            return Fraction(figures.online_minutes) / 60
        case Kind.METER:
            return Fraction(figures.meters.get(component.meter or "", Decimal(0)))
        case _:
            return None
