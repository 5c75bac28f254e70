"""Which platform-days are covered, and carrying the previous day's usage forward by a person's word (`domain.md §2.5`)."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.evidence import registry
from pipelines.period import ONE_DAY, Month
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


class CannotBeCarried(Refused):
    """The day has a snapshot of its own, or the day before has nothing to carry."""


def coverage(connection: "Connection", month: Month) -> list[Mapping[str, Any]]:
    """platform, date, status (landed, carried, quarantined, missing), snapshots: every declared platform × day of the month."""
    return [dict(row._mapping) for row in registry.run(connection, "coverage", first=month.first, last=month.last)]


def last_known_day(connection: "Connection", month: Month) -> date | None:
    """The last day of the month that any platform has landed, or a person carries; None when there is none."""
    day: date | None = registry.run(connection, "last_known_day", first=month.first, last=month.last).scalar_one()
    return day


def carry(settings: Settings, platform: str, day: date, author: Authorship) -> bool:
    """Allow the usage of the day before to stand for ``day``; False when it was allowed already.

    CannotBeCarried when the day is landed, or when the day before is neither landed nor carried.
    """
    with transaction(settings) as connection:
        registry.declared(connection, platform)
        lock(connection, Lock.PLATFORM, platform)
        own = registry.run(connection, "day_status", platform=platform, business_date=day).one()
        if own.landed:
            raise CannotBeCarried(f"{platform} has a landed snapshot of {day}; it counts by itself")
        before = registry.run(connection, "day_status", platform=platform, business_date=day - ONE_DAY).one()
        if not before.landed and not before.carried:
            raise CannotBeCarried(
                f"{platform} has neither a snapshot nor a carry of {day - ONE_DAY}, so there is nothing to carry to {day}"
            )
        inserted = registry.run(
            connection, "carry", platform=platform, business_date=day, by_name=author.by, reason=author.reason, at=author.at
        )
        return bool(inserted.rowcount)


def listing(connection: "Connection", month: Month | None) -> list[Mapping[str, Any]]:
    """platform, date, taken_at, status, rows, digest of every snapshot, of one month or of all."""
    first, last = (month.first, month.last) if month else (None, None)
    return [dict(row._mapping) for row in registry.run(connection, "listing", first=first, last=last)]
