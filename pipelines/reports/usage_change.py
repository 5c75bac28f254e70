"""What a contract used in two months, in the figures that its tariff counts. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipelines.period import Month
from pipelines.rating.causes import Priced
from pipelines.rating.model import Basis, Component, DayUsage, Kind
from pipelines.rating.quantities import Usage
from pipelines.rating.segments import in_force

DAYS_IN_FORCE = "days_in_force"


@dataclass(frozen=True, slots=True)
class UsageChange:
    """One figure of both months. ``kind``: of the component that counts it, or `DAYS_IN_FORCE`; ``name``: of a meter's component."""

    kind: str
    before: Fraction
    now: Fraction
    name: str = ""


def usage_changes(priced: Priced, month: Month, days: Sequence[DayUsage]) -> list[UsageChange]:
    """The figures that differ between the month before and the month, of what the tariff of its last day counts.

    Days in force come first where a contract began or ended inside one of the months: they explain prices per month.
    """
    last = min(month.last, priced.contract.ends_on or dt.date.max)
    terms = in_force(priced.terms, last)
    version = in_force(priced.tariffs.get(terms.tariff_code, ()), last) if terms else None
    before, now = ([day for day in days if day.date in span.span] for span in (month.previous, month))
    if terms is None or version is None or not before or not now:
        return []
    figures = [_days_in_force(priced, month), *(_figure(each, terms.basis, Usage(before), Usage(now)) for each in version.components)]
    changes: dict[tuple[str, str], UsageChange] = {}
    for figure in figures:
        if figure is not None and figure.before != figure.now:
            changes.setdefault((figure.kind, figure.name), figure)
    return list(changes.values())


def _days_in_force(priced: Priced, month: Month) -> UsageChange | None:
    spans = [each.span.overlap(priced.contract.starts_on, priced.contract.ends_on) for each in (month.previous, month)]
    lengths = [len(list(span.dates())) if span else 0 for span in spans]
    if lengths == [month.previous.days, month.days]:
        return None
    return UsageChange(DAYS_IN_FORCE, Fraction(lengths[0]), Fraction(lengths[1]))


def _figure(component: Component, basis: Basis, before: Usage, now: Usage) -> UsageChange | None:
    counted: dict[Kind, Callable[[Usage], Fraction]] = {
        Kind.VEHICLES: lambda usage: usage.average if basis is Basis.AVERAGE else Fraction(usage.peak),
        Kind.VEHICLE_DAYS: lambda usage: Fraction(usage.vehicle_days),
        Kind.ONLINE_HOURS: lambda usage: Fraction(usage.online_minutes) / 60,
        Kind.METER: lambda usage: Fraction(usage.meter(component.meter or "")),
    }
    count = counted.get(component.kind)
    if count is None:
        return None
    return UsageChange(component.kind.value, count(before), count(now), component.name if component.kind is Kind.METER else "")
