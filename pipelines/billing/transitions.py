"""The life of an invoice: one declared table of moves; anything else is refused by name (domain.md §7)."""

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


class IllegalMove(Refused):
    """An invoice cannot go from where it stands to where it was sent."""


def move(what: str, before: Status, after: Status) -> Status:
    """The status after the move; IllegalMove names the invoice and the moves that are possible."""
    if (before, after) not in MOVES:
        possible = sorted(target for source, target in MOVES if source == before)
        raise IllegalMove(f"{what}: {before} → {after} is not a move; from {before} only {', '.join(possible) or 'nothing'} is possible")
    return after
