"""The wall clock of the house: the time zone of the organization that sorts first, for days that belong to no organization."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.clock import local_date
from pipelines.master.sheets import DEFAULT_ZONE
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def zone(connection: "Connection") -> ZoneInfo:
    """The time zone of the house; Moscow's where there is no organization yet."""
    return ZoneInfo(query.scalar(connection, "master/time_zone") or DEFAULT_ZONE)


def today(connection: "Connection", at: datetime) -> date:
    """The day of an aware moment there."""
    return local_date(at, zone(connection).key)
