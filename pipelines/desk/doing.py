"""What an action of the desk is: its address, what it does in the name of who is signed in, and what is said afterwards or instead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipelines.clock import Authorship
from pipelines.desk.visit import DeskVisit, Unreadable
from pipelines.errors import Refused


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, and the address of the page that shows it."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class DeskAction:
    """An action: its address below the desk, the page on which it stands, and what it does."""

    path: str
    page: str
    act: Callable[[DeskVisit], Done]


class SaidMeanwhile(Refused):
    """Another person has decided since the page was shown; ``what`` in words, ``by``, ``at`` and why."""

    def __init__(self, what: str, by: str, at: datetime, reason: str) -> None:
        self.what, self.by, self.at, self.reason = what, by, at, reason
        super().__init__(f"{by}, {at}: {what} ({reason})")


def author_of(visit: DeskVisit, name: str, otherwise: str) -> Authorship:
    """Who acts, with the reason that a field gives; Unreadable in these words without one."""
    reason = visit.text(name)
    if not reason:
        raise Unreadable(otherwise)
    return Authorship(visit.person.name, reason, visit.at)
