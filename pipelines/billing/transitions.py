"""The life of an invoice: one declared table of moves; anything else is refused by name (domain.md §7)."""

from collections.abc import Iterable
from enum import StrEnum

from pipelines.errors import Refused


class Status(StrEnum):
    """Where an invoice stands. Paid and overdue are read from the ledger, never written here."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    DISCARDED = "discarded"


MOVES: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.DRAFT, Status.APPROVED),
        (Status.APPROVED, Status.ISSUED),
        (Status.DRAFT, Status.DISCARDED),
    }
)


UNATTENDED = "в пределах лимитов"
"""In whose name a run within the declared bounds is approved (domain.md §6)."""


class IllegalMove(Refused):
    """An invoice cannot go from where it stands to where it was sent."""


def move(what: str, before: Status, after: Status) -> Status:
    """The status after the move; IllegalMove names the invoice and the moves that are possible."""
    if (before, after) not in MOVES:
        possible = sorted(target for source, target in MOVES if source == before)
        raise IllegalMove(f"{what}: {before} → {after} is not a move; from {before} only {', '.join(possible) or 'nothing'} is possible")
    return after


def status_of(approved_by: Iterable[str], *, four_eyes: bool) -> Status:
    """Approved by as many different people as it takes (two with ``four_eyes``), else a draft.

    A name is the same person however it is spaced or capitalized. A run within the bounds needs nobody.
    """
    people = {same_person(name) for name in approved_by}
    needed = 2 if four_eyes and same_person(UNATTENDED) not in people else 1
    return Status.APPROVED if len(people) >= needed else Status.DRAFT


def same_person(name: str) -> str:
    """What two spellings of one name have in common."""
    return " ".join(name.split()).casefold()
