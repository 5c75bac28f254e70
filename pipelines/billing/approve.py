"""A person's word on a run: approved or rejected, stored with the digest of exactly what was seen (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.billing.draft import compute
from pipelines.billing.drafts import CLOSE, Scope
from pipelines.billing.transitions import UNATTENDED, Status, move, same_person, status_of
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.locks import turn
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


class RunChanged(Refused):
    """The run is no longer what the person saw; it must be drafted and looked at again."""


class NothingDrafted(Refused):
    """There is no draft of the month to approve, reject or issue."""


class SecondPersonNeeded(Refused):
    """One person has approved the run, and the settings ask for two."""


class NotAPerson(Refused):
    """The name is the one that runs within the bounds are approved in."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who has approved the run of a digest so far; ``is_complete``: it may be issued."""

    digest: str
    by: Sequence[str]
    is_complete: bool


def approve_unattended(settings: Settings, month: Month, seen: str, reason: str, at: datetime, purpose: str) -> Approval:
    """Approve a run that is within the declared bounds (domain.md §6): nobody is asked, and that is recorded."""
    with engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        unchanged(settings, connection, month, purpose, run, seen, at)
        return put_word(settings, connection, month, purpose, run, Authorship(UNATTENDED, reason, at))


def reject(settings: Settings, month: Month, seen: str, author: Authorship, purpose: str = CLOSE) -> None:
    """Record that a person refused this run, and why; whatever was approved of it before no longer counts."""
    a_person(author)
    with turn(settings, f"billing of {month}", author.by, author.at), engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        if run.digest != seen:
            raise RunChanged(f"the run of {month} has changed since it was shown: look at the new one")
        if run.decision != "rejected" or same_person(run.by_name) != same_person(author.by):
            _say(connection, month, purpose, "rejected", run.digest, author)


def put_word(settings: Settings, connection: "Connection", month: Month, purpose: str, run: "Row[Any]", author: Authorship) -> Approval:
    """Approve a run that was found `unchanged`, in the caller's transaction; nothing where it is approved already.

    With ``four_eyes`` two different people complete it.
    """
    status = status_of(run.approved_by, four_eyes=settings.four_eyes)
    if status is Status.DRAFT and same_person(author.by) not in map(same_person, run.approved_by):
        approved_by = (*run.approved_by, author.by)
        status = status_of(approved_by, four_eyes=settings.four_eyes)
        if status is Status.APPROVED:
            move(f"the run of {month}", Status.DRAFT, status)
        _say(connection, month, purpose, "approved", run.digest, author)
        return Approval(run.digest, approved_by, status is Status.APPROVED)
    return Approval(run.digest, tuple(run.approved_by), status is Status.APPROVED)


def issuable(settings: Settings, month: Month, run: "Row[Any]") -> None:
    """SecondPersonNeeded or IllegalMove unless the run is approved by as many people as it takes."""
    status = status_of(run.approved_by, four_eyes=settings.four_eyes)
    if status is Status.DRAFT and run.approved_by:
        raise SecondPersonNeeded(
            f"the run of {month} is approved by {run.approved_by[0]} alone, and FLEETBILL_FOUR_EYES asks for a second person"
        )
    move(f"the run of {month}", status, Status.ISSUED)


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


def a_person(author: Authorship) -> None:
    """NotAPerson when somebody approves in the name of the runs that need nobody."""
    if same_person(author.by) == same_person(UNATTENDED):
        raise NotAPerson(f"{author.by!r} is no person's name: runs within the declared bounds are approved in it")


def _say(connection: "Connection", month: Month, purpose: str, decision: str, digest: str, author: Authorship) -> None:
    from sqlalchemy import text

    connection.execute(
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
