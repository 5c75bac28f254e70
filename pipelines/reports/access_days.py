"""Who was blocked on a day and why, and who got access back (domain.md §9)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.period import Span
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class BlockedAccount:
    """An account that we block. `since`: the ladder's day; `days` of it; `overdue`: what its client owes past due; `reason` in words."""

    organization: str
    organization_code: str
    client_code: str
    client: str
    manager: str | None
    platform: str
    account_id: str
    since: date
    days: int
    overdue: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class RestoredAccount:
    """An account that was given back. `restored_at`: local time of the order; `state`: what was read back (None: not yet)."""

    organization: str
    organization_code: str
    client_code: str
    client: str
    manager: str | None
    platform: str
    account_id: str
    since: date | None
    restored_at: datetime
    days: int | None
    reason: str
    state: str | None


def blocked_on(connection: "Connection", on: date) -> list[BlockedAccount]:
    """What we blocked at the end of a day, the oldest block first."""
    return query.rows(connection, "reports/blocked_on", BlockedAccount, on=on)


def restored_between(connection: "Connection", days: Span) -> list[RestoredAccount]:
    """What we gave back on some days, in its order."""
    return query.rows(connection, "reports/restored_between", RestoredAccount, first=days.first, last=days.last)
