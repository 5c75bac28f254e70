"""Days on which banks in Russia work: weekends, the holidays of the labour code, and the days that the government moved. Pure.

The yearly decrees on moved days are data below; a year without one follows the law alone (Labour Code, article 112).
"""

from datetime import date, timedelta
from functools import cache
from itertools import chain

_WEEKEND = 5
_NEW_YEAR = tuple((1, day) for day in range(1, 9))
_HOLIDAYS = ((2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))

# year → holidays and weekends moved by the decree of the year: further days off, and days of work among those off
_MOVED: dict[int, tuple[str, str]] = {
    2020: ("05-04 05-05", ""),
    2021: ("02-22 11-05 12-31", "02-20"),
    2022: ("03-07 05-03 05-10", "03-05"),
    2023: ("02-24 05-08", ""),
    2024: ("04-29 04-30 05-10 12-30 12-31", "04-27 11-02 12-28"),
    2025: ("05-02 05-08 06-13 11-03 12-31", "02-24 03-10 11-01"),
    2026: ("01-09 12-31", ""),
    2027: ("02-22 11-05 12-31", "02-20"),
}


def is_bank_day(day: date) -> bool:
    """Whether banks work on the day."""
    off, worked = _year(day.year)
    return day in worked or (day.weekday() < _WEEKEND and day not in off)


def bank_days(one: date, other: date) -> int:
    """Bank days from the earlier to the later: Friday to Monday is one, and so is the last one of a year to the first of the next."""
    first, last = sorted((one, other))
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sum(map(is_bank_day, days))


@cache
def _year(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off besides weekends, and days of work among weekends and holidays."""
    holidays = {date(year, month, day) for month, day in chain(_NEW_YEAR, _HOLIDAYS)}
    for month, day in _HOLIDAYS:  # one that falls on a weekend is given back on the next day of work
        given_back = holiday = date(year, month, day)
        while holiday.weekday() >= _WEEKEND and (given_back.weekday() >= _WEEKEND or given_back in holidays):
            given_back += timedelta(days=1)
        holidays.add(given_back)
    off, worked = ({date.fromisoformat(f"{year}-{day}") for day in days.split()} for days in _MOVED.get(year, ("", "")))
    return frozenset(holidays - worked | off), frozenset(worked)
