"""Which day files wait to be landed: those that came, or changed, after the platform was last read (domain.md §2)."""

from dataclasses import dataclass
from datetime import date, datetime

from pipelines.errors import BadInput, Refused
from pipelines.evidence import register
from pipelines.platforms import files
from pipelines.platforms.files import DayFile
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction


@dataclass(frozen=True, order=True, slots=True)
class PendingDay:
    """A platform-day whose file was never read in its present state. ``is_changed``: an earlier state of the day was."""

    platform: str
    day: date
    is_changed: bool


def pending_days(settings: Settings, first: date, last: date) -> list[PendingDay]:
    """Platform-days from ``first`` to ``last`` (inclusive) whose file exists or changed and was not landed since.

    All platforms of kind `files` with a declared source are looked at; a source that cannot be listed has no pending days
    (landing its day says why). Landing such a day (`land_day`, `land_folder`) takes it off the list, whatever the gate says;
    a file that cannot be read stays on it until it is mended.
    """
    with transaction(settings) as connection:
        platforms = query.scalars(connection, "evidence/files_platforms")
    return sorted(each for platform in platforms for each in _of_platform(settings, platform, first, last))


def note_read(settings: Settings, platform: str, file: DayFile, at: datetime) -> None:
    """Remember that this state of a day's file was read and landed or quarantined."""
    with transaction(settings) as connection:
        query.run(
            connection,
            "evidence/insert_file_read",
            platform=platform,
            business_date=file.business_date,
            file_name=file.name,
            stamp=file.stamp,
            at=at,
        )


def _of_platform(settings: Settings, platform: str, first: date, last: date) -> list[PendingDay]:
    with transaction(settings) as connection:
        source = register.declared(connection, platform).source
        read = query.rows(connection, "evidence/files_read", platform=platform, first=first, last=last)
    if not source:
        return []
    try:
        listed = files.listed(platform, source)
    except (BadInput, Refused):
        return []
    states = {(each.business_date, each.file_name, each.stamp) for each in read}
    dates = {each.business_date for each in read}
    unstamped = {each.business_date for each in read if not each.file_name}
    waiting = {
        file.business_date
        for file in listed
        if first <= file.business_date <= last
        and file.business_date not in unstamped
        and (file.business_date, file.name, file.stamp) not in states
    }
    return [PendingDay(platform, day, day in dates) for day in sorted(waiting)]
