"""A person's word on a run: approved or rejected, stored with the digest of exactly what was seen (domain.md §7)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.billing.draft import compute
from pipelines.billing.drafts import CLOSE, Scope
from pipelines.billing.transitions import Status, move
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


class RunChanged(Refused):
    """The run is no longer what the person saw; it must be drafted and looked at again."""


class NothingDrafted(Refused):
    """There is no draft of the month to approve, reject or issue."""


def approve(settings: Settings, month: Month, seen: str, author: Authorship, purpose: str = CLOSE) -> int:
    """Approve the drafts of a month; ``seen`` is the digest of the run that the person looked at.

    The number of the approval. Approving the same run again is the same approval. RunChanged when one vehicle-day,
    price, term or requisite has changed since the draft: the month is computed anew to know.
    """
    with engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        unchanged(settings, connection, month, purpose, run, seen, author.at)
        if run.decision == "approved":
            return int(run.approval_no)
        move(f"the run of {month}", Status.DRAFT, Status.APPROVED)
        return _say(connection, month, purpose, "approved", run.digest, author)


def reject(settings: Settings, month: Month, seen: str, author: Authorship, purpose: str = CLOSE) -> int:
    """Record that a person refused this run, and why; its drafts stay drafts until they are computed again."""
    with engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        if run.digest != seen:
            raise RunChanged(f"the run of {month} has changed since it was shown: look at the new one")
        return _say(connection, month, purpose, "rejected", run.digest, author)


def stored_run(connection: "Connection", month: Month, purpose: str) -> "Row[Any]":
    """The drafted run with the last word on it; NothingDrafted without one."""
    from sqlalchemy import text

    run = connection.execute(text(statement("warehouse/billing/run")), {"month": month.first, "purpose": purpose}).one_or_none()
    if run is None:
        raise NothingDrafted(f"{month} has no drafted {purpose} run")
    return run


def unchanged(settings: Settings, connection: "Connection", month: Month, purpose: str, run: "Row[Any]", seen: str, at: datetime) -> None:
    """RunChanged unless what was seen is what is drafted, and what would be drafted now."""
    if seen != run.digest:
        raise RunChanged(f"the run of {month} has changed since it was shown: look at the new draft and approve that")
    fresh = compute(settings, connection, Scope(month, purpose, run.watched_on, run.only_contract), keep=False, at=at)
    if fresh.digest != run.digest:
        raise RunChanged(
            f"the facts of {month} have changed since the draft (usage, terms, tariffs, mappings or requisites): draft it again"
        )


def _say(connection: "Connection", month: Month, purpose: str, decision: str, digest: str, author: Authorship) -> int:
    from sqlalchemy import text

    said = connection.execute(
        text(statement("warehouse/billing/insert_approval")),
        {
            "month": month.first,
            "purpose": purpose,
            "decision": decision,
            "digest": digest,
            "by": author.by,
            "reason": author.reason,
            "at": author.at,
        },
    )
    return int(said.scalar_one())
