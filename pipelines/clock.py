"""The only clock. Read by `dags/` and `cli` alone; everything below takes its moment as a parameter."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who did something, why, and when (an aware moment)."""

    by: str
    reason: str
    at: datetime


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, time_zone: str) -> date:
    """The calendar day of an aware moment in a time zone: 31 January 23:30 UTC is 1 February in Moscow."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
