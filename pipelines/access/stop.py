"""One word of a person ends all blocking at once, and only another one lets it go on (domain.md §9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines import logs
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Stop:
    """Who has stopped blocking, why and when. `is_released`: what we block is given back as well."""

    is_released: bool
    by_name: str
    reason: str
    at: datetime

    def in_words(self, zone: ZoneInfo) -> str:
        """Who, when by the clock of the zone, and why."""
        return f"{self.by_name}, {self.at.astimezone(zone):%d.%m.%Y %H:%M}: {self.reason}"


class NotStopped(Refused):
    """Blocking goes on: there is nothing to resume."""


def stop(settings: Settings, author: Authorship, *, release: bool = False) -> bool:
    """Nothing is blocked from now on, in a person's name; whether that was not so already.

    It waits for no run: a ladder that is blocking asks before each write. `release`: what we block is given back as well, by the
    next `restore`.
    """
    with logs.verb("access", "stop", release=release) as done:
        done["new"] = is_new = _say(settings, author, is_stopped=True, is_released=release)
    return is_new


def resume(settings: Settings, author: Authorship) -> None:
    """The ladder blocks again from its next run on. NotStopped when nothing is stopped."""
    with logs.verb("access", "resume"):
        if not _say(settings, author, is_stopped=False, is_released=False):
            raise NotStopped("blocking is not stopped")


def stopped(connection: "Connection") -> Stop | None:
    """The stop that holds, or None."""
    return query.first(connection, "access/stop", Stop)


def _say(settings: Settings, author: Authorship, *, is_stopped: bool, is_released: bool) -> bool:
    with engine.transaction(settings) as connection:
        word = {"by_name": author.by, "reason": author.reason, "at": author.at}
        return bool(query.rows(connection, "access/add_stop", is_stopped=is_stopped, is_released=is_released, **word))
