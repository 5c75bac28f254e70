"""Which platform-days are covered, and carrying the previous day's usage forward by a person's word (`domain.md §2.5`)."""

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.evidence import register
from pipelines.logs import verb
from pipelines.period import ONE_DAY, Month
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


class CannotBeCarried(Refused):
    """The day has a snapshot of its own, or the day before has nothing to carry."""


class DayStatus(NamedTuple):
    """Whether a platform-day is landed, and whether it is carried from a landed day without a gap."""

    landed: bool
    carried: bool


def coverage(connection: "Connection", month: Month) -> list[dict[str, Any]]:
    """platform, date, status (landed, carried, quarantined, missing), snapshots: every declared platform × day of the month."""
    return query.mappings(connection, "evidence/coverage", first=month.first, last=month.last)


def last_known_day(connection: "Connection", month: Month) -> date | None:
    """The last day of the month that any platform has landed, or a person carries; None when there is none."""
    day: date | None = query.scalar(connection, "evidence/last_known_day", first=month.first, last=month.last)
    return day


def carry(settings: Settings, platform: str, day: date, author: Authorship) -> bool:
    """Allow the usage of the day before to stand for ``day``; False when it was allowed already.

    CannotBeCarried when the day is landed, or when the day before is neither landed nor carried.
    """
    with verb("evidence", "carry", platform=platform, day=day) as done, transaction(settings) as connection:
        register.declared(connection, platform)
        lock(connection, Lock.PLATFORM, platform)
        own = _status(connection, platform, day)
        if own.landed:
            raise CannotBeCarried(f"{platform} has a landed snapshot of {day}; it counts by itself")
        before = _status(connection, platform, day - ONE_DAY)
        if not before.landed and not before.carried:
            raise CannotBeCarried(
                f"{platform} has neither a snapshot nor a carry of {day - ONE_DAY}, so there is nothing to carry to {day}"
            )
        inserted = query.run(
            connection, "evidence/carry", platform=platform, business_date=day, by_name=author.by, reason=author.reason, at=author.at
        )
        done["carried"] = inserted.rowcount
        return bool(inserted.rowcount)


def listing(connection: "Connection", month: Month | None) -> list[dict[str, Any]]:
    """platform, date, taken_at, status, rows, digest of every snapshot, of one month or of all."""
    first, last = (month.first, month.last) if month else (None, None)
    return query.mappings(connection, "evidence/listing", first=first, last=last)


def _status(connection: "Connection", platform: str, day: date) -> DayStatus:
    status = query.first(connection, "evidence/day_status", DayStatus, platform=platform, business_date=day)
    return status or DayStatus(landed=False, carried=False)
