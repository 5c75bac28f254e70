"""One day of every `files` platform: each on its own, so that one that fails holds up neither the others nor the day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.errors import BadInput, Refused
from pipelines.evidence import registry
from pipelines.evidence.folder import land_folder
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one platform on the day. ``problem`` is empty when the day counts; it says why otherwise."""

    platform: str
    done: str
    problem: str


def land_day(settings: Settings, day: date, at: datetime, *, progress: Callable[[str], None] = lambda _: None) -> list[Outcome]:
    """Land the day's file of every platform of kind `files`, from the source that the master data declare (domain.md §2).

    A missing, unreadable or quarantined day is an outcome with a problem, not an error: missing is not zero, and the
    contracts that need it are parked. Other failures (disk, database) are raised after every platform has had its turn.
    """
    with transaction(settings) as connection:
        platforms = query.scalars(connection, "evidence/files_platforms")
    outcomes: list[Outcome] = []
    faults: list[Exception] = []
    for platform in platforms:
        try:
            outcomes.append(_land(settings, platform, day, at))
        except Exception as error:  # noqa: BLE001 - the other platforms are landed first, then all of it is raised
            faults.append(error)
            continue
        progress(f"{platform}: {outcomes[-1].done or outcomes[-1].problem}")
    if faults:
        raise ExceptionGroup(f"{len(faults)} of {len(platforms)} platforms failed on {day}", faults)
    return outcomes


def _land(settings: Settings, platform: str, day: date, at: datetime) -> Outcome:
    try:
        delivered = land_folder(settings, platform, None, at, day=day)
    except BadInput as error:
        return Outcome(platform, "", _some([str(problem) for problem in error.problems]))
    except Refused as error:
        return Outcome(platform, "", str(error))
    done = [f"{file.name}: {landed.state}, {landed.rows} vehicles" for file, landed in delivered.landed]
    problems = [str(problem) for problem in delivered.problems]
    for file, landed in delivered.landed:
        if landed.state == registry.QUARANTINED:
            critical = [str(failure) for failure in landed.failures if failure.severity == "critical"]
            problems.append(f"{file.name} is quarantined, digest {landed.digest[:12]}: {_some(critical)}")
    return Outcome(platform, "; ".join(done), "; ".join(problems))


def _some(texts: list[str]) -> str:
    more = len(texts) - _NAMED
    return "; ".join(texts[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
