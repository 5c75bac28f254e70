"""Everything of which `fleetbill status` and `health` may say that it waits, is late or stuck; docs/operations.md says what to do."""

from dataclasses import dataclass
from enum import StrEnum

ENGINEER, FINANCE = "engineer", "finance"


class Matter(StrEnum):
    """What waits. Each has a row of docs/operations.md with what to do, which a test holds against this list."""

    MISSING_DAYS = "missing days"
    QUARANTINED = "quarantined"
    NOT_DRAFTED = "not drafted"
    DRAFTS = "drafts"
    PARKED = "parked"
    CHANGED = "changed"
    LETTERS = "letters"
    LATE_LETTERS = "late letters"
    ONEC = "1C"
    LATE_ONEC = "late 1C"
    UNMATCHED = "unmatched"
    NOT_COUNTED = "not counted"
    STOPPED = "stopped"
    ORDERS = "orders"
    LIFTED_BLOCK = "lifted block"
    DEBTS = "debts"
    BACKUP = "backup"
    SCHEMA = "schema"
    DISK = "disk"
    FAILING = "failing"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: what it is, for whom, of which month, platform or peer, how much of it, and what to do next."""

    what: Matter
    whom: str
    subject: str
    detail: str
    next: str
