"""What a person decides on disconnecting debtors: to stop all of it, to let it go on, to take a client's promise.

Each is the verb of the command line; what another person has said since the page was shown is told, and nothing is done.
"""

from datetime import date, datetime

from pipelines.access import promises, stop
from pipelines.access.stop import Stop
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

NONE_SHOWN = "none"
"""What a page carries that showed no stop."""


class SaidMeanwhile(Refused):
    """Another person has decided since the page was shown; ``what`` in words, ``by``, ``at`` and why."""

    def __init__(self, what: str, by: str, at: datetime, reason: str) -> None:
        self.what, self.by, self.at, self.reason = what, by, at, reason
        super().__init__(f"{by}, {at}: {what} ({reason})")


class GoesOn(Refused):
    """Blocking is not stopped: nothing to lift."""


def shown(halt: Stop | None) -> str:
    """What a page carries of the stop that it shows."""
    return halt.at.isoformat() if halt else NONE_SHOWN


def stop_all(settings: Settings, seen: str, author: Authorship, *, release: bool) -> None:
    """Nobody is disconnected from now on. SaidMeanwhile where somebody else has stopped it, or has let it go on, since."""
    _refuse_unless_shown(settings, seen)
    if not stop.stop(settings, author, release=release):
        _refuse_unless_shown(settings, seen)  # another tab was quicker by less than a page


def go_on(settings: Settings, seen: str, author: Authorship) -> None:
    """The next ladder disconnects again. GoesOn, SaidMeanwhile."""
    _refuse_unless_shown(settings, seen)
    stop.resume(settings, author)


def take_promise(settings: Settings, client_code: str, until: date, since: datetime, author: Authorship) -> tuple[str, ...]:
    """A client's word to pay until a day (inclusive); the organizations that it was given to.

    SaidMeanwhile where somebody has taken another promise of the client after the moment ``since``. BadInput: no such client.
    """
    with engine.reading(settings) as connection:
        newer = query.first(connection, "desk/newest_promise", client_code=client_code, since=since)
    if newer is not None:
        raise SaidMeanwhile(f"записано обещание этого клиента до {newer.until:%d.%m.%Y}", newer.by_name, newer.at, newer.reason)
    return promises.promise(settings, client_code, until, author)


def _refuse_unless_shown(settings: Settings, seen: str) -> None:
    with engine.reading(settings) as connection:
        halt = stop.stopped(connection)
    if shown(halt) == seen:
        return
    if halt is None:
        raise GoesOn("blocking is not stopped any more")
    raise SaidMeanwhile("отключения остановлены", halt.by_name, halt.at, halt.reason)
