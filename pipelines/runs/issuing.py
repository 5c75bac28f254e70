"""Issue an approved run, with what becomes true in the same moment: credits and advances that pay, and letters (domain.md §7, §8)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.billing import issue as billing
from pipelines.billing.issue import Issued
from pipelines.billing.run import DraftedRun
from pipelines.delivery.mail.queue import queue_issued
from pipelines.receivables.ledger import settle
from pipelines.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection


def issue(settings: Settings, run: DraftedRun, issued_on: date | None, at: datetime, meant: Collection[str] = ()) -> Issued:
    """The run as `billing.issue` issues it, whole or not at all; what follows afterwards, and may fail by itself, is in `following`."""
    return billing.issue(settings, run, issued_on, at, meant, consequences=_consequences)


def _consequences(connection: "Connection", at: datetime) -> None:
    """A счёт shows what credits and advances have paid of it, and a letter is never lost: neither can wait for a later turn."""
    settle(connection, at)
    queue_issued(connection, at)
