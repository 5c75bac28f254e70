"""How a contract's fleet may go on to the end of the month, by the course of its own last months. Pure.

What is assumed is said to whoever reads it: the fleet stays as in the last known week, or goes on from there as it went on, after the same
day of the month, in the months before. The lowest and the highest of these ways are the range, their median the likely one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from pipelines.period import ONE_DAY, Month, Span
from pipelines.rating.model import DayUsage

WEEK = 7
MONTHS_BACK = 6
_STAYS = Fraction(1)


@dataclass(frozen=True, slots=True)
class Course:
    """Days that are not known yet, as they may come: the lowest, the likely and the highest fleet; `months`: whose courses these are."""

    low: tuple[DayUsage, ...]
    likely: tuple[DayUsage, ...]
    high: tuple[DayUsage, ...]
    months: tuple[Month, ...]


def course(span: Span, known: Sequence[DayUsage]) -> Course | None:
    """How the days of a span (of one month) that come after the last known day may go; None where no day is known.

    `known`: days in order, of this month and of those before it.
    """
    if not known:
        return None
    by_day = {day.date: day for day in known}
    last = known[-1].date
    level, ahead = _level(by_day, last), [day for day in span.dates() if day > last]
    if level is None:
        return None
    month = Month.of(span.first)
    past = [each for back in range(1, MONTHS_BACK + 1) if (each := month.shift(-back)) and _is_whole(by_day, each)]
    courses = {each: ratios for each in past if (ratios := _ratios(by_day, each, _anchor(each, month, last)))}
    rates = _Rates.of([by_day[day] for day in _week(last) if day in by_day])

    def usage(day: date, ratio: Fraction) -> DayUsage:
        return rates.usage(day, int(level * ratio + Fraction(1, 2)))

    spread = {day: sorted([_STAYS, *(_ratio_on(ratios, day) for ratios in courses.values())]) for day in ahead}
    return Course(
        tuple(usage(day, spread[day][0]) for day in ahead),
        tuple(usage(day, median(spread[day])) for day in ahead),
        tuple(usage(day, spread[day][-1]) for day in ahead),
        tuple(sorted(courses)),
    )


def filled(span: Span, known: Sequence[DayUsage]) -> tuple[DayUsage, ...]:
    """The days of a span up to the last known one, each that is missing in between taken as the day before it (or the first after)."""
    of_span = [day for day in known if day.date in span]
    days: list[DayUsage] = []
    for day in of_span:
        while days and days[-1].date + ONE_DAY < day.date:
            days.append(_moved(days[-1], days[-1].date + ONE_DAY))
        if not days:
            days.extend(_moved(day, early) for early in span.dates() if early < day.date)
        days.append(day)
    return tuple(days)


def nothing_more(span: Span, known: Sequence[DayUsage]) -> tuple[DayUsage, ...]:
    """The known days, and no vehicle at all on every later one: what has come together so far."""
    last = known[-1].date if known else span.first - ONE_DAY
    return (*known, *(DayUsage(day, 0, Decimal(0)) for day in span.dates() if day > last))


@dataclass(frozen=True, slots=True)
class _Rates:
    """What a vehicle-day of the last known week brought; None, or a meter that is not there: not known."""

    minutes: Fraction | None
    meters: Mapping[str, Fraction]

    @classmethod
    def of(cls, days: Sequence[DayUsage]) -> "_Rates":
        known = [day for day in days if day.fleet_size and day.online_minutes is not None]
        fleet = sum(day.fleet_size for day in known)
        minutes = Fraction(sum((Decimal(day.online_minutes or 0) for day in known), Decimal(0))) / fleet if fleet else None
        names = {name for day in days for name in day.meters}
        return cls(minutes, {name: rate for name in names if (rate := _meter_rate(days, name)) is not None})

    def usage(self, day: date, fleet: int) -> DayUsage:
        """A day with so many vehicles."""
        minutes = None if self.minutes is None else _to_hundredths(self.minutes * fleet)
        return DayUsage(day, fleet, minutes, {name: _to_hundredths(rate * fleet) for name, rate in self.meters.items()})


def _meter_rate(days: Sequence[DayUsage], name: str) -> Fraction | None:
    known = [day for day in days if day.fleet_size and name in day.meters]
    fleet = sum(day.fleet_size for day in known)
    return Fraction(sum((day.meters[name] for day in known), Decimal(0))) / fleet if fleet else None


def _to_hundredths(value: Fraction) -> Decimal:
    return Decimal(round(value * 100)) / 100


def _moved(day: DayUsage, to: date) -> DayUsage:
    return DayUsage(to, day.fleet_size, day.online_minutes, day.meters)


def _week(last: date) -> list[date]:
    return [last - timedelta(days=back) for back in range(WEEK)]


def _level(by_day: Mapping[date, DayUsage], last: date) -> Fraction | None:
    """The average fleet of the week that ends on a day, over its known days; None where that is nothing."""
    sizes = [by_day[day].fleet_size for day in _week(last) if day in by_day]
    return Fraction(sum(sizes), len(sizes)) if sizes else None


def _is_whole(by_day: Mapping[date, DayUsage], month: Month) -> bool:
    return all(day in by_day for day in month.dates())


def _anchor(past: Month, month: Month, last: date) -> date:
    """The day of a past month that lies in it as the last known day lies in this one; of an earlier day, the day before the month."""
    if last < month.first:
        return past.first - ONE_DAY
    return past.first + timedelta(days=min(last.day, past.days) - 1)


def _ratios(by_day: Mapping[date, DayUsage], past: Month, anchor: date) -> Sequence[Fraction]:
    """The fleets of the days of a past month over that of the week before its anchor, by day of the month; empty: it had none."""
    level = _level(by_day, anchor)
    return [Fraction(by_day[day].fleet_size) / level for day in past.dates()] if level else []


def _ratio_on(ratios: Sequence[Fraction], day: date) -> Fraction:
    return ratios[min(day.day, len(ratios)) - 1]
