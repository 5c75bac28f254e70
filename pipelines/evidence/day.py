"""One day of one `files` platform, and the days that are read again because their file came later."""

from dataclasses import dataclass
from datetime import date, datetime

from pipelines.clock import local_date
from pipelines.errors import BadInput, Refused
from pipelines.evidence import register
from pipelines.evidence.landing_folder import land_folder
from pipelines.evidence.pending import pending_days
from pipelines.evidence.waiting import days_before
from pipelines.period import ONE_DAY, Month
from pipelines.platforms.files import NoSuchFiles
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction

_NAMED = 5


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """What became of one platform on the day. ``problem`` is empty when the day counts; it says why otherwise."""

    platform: str
    done: str
    problem: str
    is_news: bool = True  # False: the same content was landed before
    russian: str = ""  # the problem for finance and the technical team; empty: as ``problem`` says it

    @property
    def is_landed(self) -> bool:
        """Whether the day counts now."""
        return bool(self.done) and not self.problem

    @property
    def told(self) -> str:
        """The problem in words for people; problems of a file keep their places as they are."""
        return self.russian or self.problem


def files_platforms(settings: Settings) -> list[str]:
    """Every platform of kind `files`, in the order of its name."""
    with transaction(settings) as connection:
        return query.scalars(connection, "evidence/files_platforms")


def land_day(settings: Settings, platform: str, day: date, at: datetime) -> DayOutcome:
    """Land the day's file of one platform from the source that the master data declare (domain.md §2).

    A missing, unreadable or quarantined day is an outcome with a problem, not an error: missing is not zero, and the
    contracts that need it are parked. So is a day that is not over where the platform is: it is read by a later look.
    Other failures (disk, database) are raised.
    """
    with transaction(settings) as connection:
        zone = register.declared(connection, platform).time_zone
    if local_date(at, zone) <= day:
        return DayOutcome(
            platform,
            "",
            f"its day is not over in {zone}: watch_days reads it later; FLEETBILL_LAST_TIME_ZONE={zone} lets fleet_daily wait for it",
            russian=f"день ещё не кончился в {zone}: его прочтёт watch_days; с FLEETBILL_LAST_TIME_ZONE={zone} fleet_daily его дождётся",
        )
    return _land(settings, platform, day, at)


def read_again(settings: Settings, before: date, at: datetime) -> list[tuple[date, DayOutcome]]:
    """Land the days before ``before`` that a month waits for, or whose file came or changed since it was read; those that count now.

    Looked at are the month of ``before`` and the one before it. Content that was landed already is no news.
    """
    platforms = set(files_platforms(settings))
    days = {(each.day, each.platform) for each in days_before(settings, before) if each.platform in platforms}
    first = Month.of(before).previous.first
    days |= {(each.day, each.platform) for each in pending_days(settings, first, before - ONE_DAY)}
    again = [(day, land_day(settings, platform, day, at)) for day, platform in sorted(days)]
    return [(day, outcome) for day, outcome in again if outcome.is_landed and outcome.is_news]


def _land(settings: Settings, platform: str, day: date, at: datetime) -> DayOutcome:
    try:
        delivered = land_folder(settings, platform, None, at, day=day)
    except BadInput as error:
        return DayOutcome(platform, "", _some([str(problem) for problem in error.problems]))
    except NoSuchFiles as error:
        return DayOutcome(platform, "", str(error), russian="файла за этот день нет")
    except Refused as error:
        return DayOutcome(platform, "", str(error))
    done = [f"{file.name}: {landed.state}, {landed.rows} vehicles" for file, landed in delivered.landed]
    done += [f"{file.name}: {landed.note_on_days_after}" for file, landed in delivered.landed if landed.quarantined_after]
    problems = [str(problem) for problem in delivered.problems]
    russian = list(problems)
    for file, landed in delivered.landed:
        if landed.state == register.QUARANTINED:
            critical = [str(failure) for failure in landed.failures if failure.severity == "critical"]
            problems.append(f"{file.name} is quarantined, digest {landed.digest[:12]}: {_some(critical)}")
            notes = dict.fromkeys(failure.note for failure in landed.failures if failure.severity == "critical")
            russian.append(f"{file.name} в карантине, отпечаток {landed.digest[:12]}. Не выполнено: {' '.join(notes)}".rstrip("."))
    is_news = any(not landed.already for _, landed in delivered.landed)
    return DayOutcome(platform, "; ".join(done), "; ".join(problems), is_news, "; ".join(russian))


def _some(texts: list[str]) -> str:
    more = len(texts) - _NAMED
    return "; ".join(texts[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
