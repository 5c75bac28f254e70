"""A person's word on a run: approved or rejected, stored with the digest of exactly what was seen (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines import collection
from pipelines.billing.drafting import compute, store
from pipelines.billing.hold import not_held_yet, put, refuse_unknown
from pipelines.billing.model import CLOSE, Prepared, Scope
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


class NothingLeft(Refused):
    """Every contract of the run would be held back: then there is nothing to approve."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who has approved the run of a digest so far; ``is_complete``: it may be issued."""

    digest: str
    by: Sequence[str]
    is_complete: bool


def approve_without(settings: Settings, prepared: Prepared, hold: Sequence[str], author: Authorship) -> tuple[Approval, Prepared]:
    """Approve the run just drafted, without the contracts of ``hold``; the approval, and the run as it was approved.

    The caller holds the month's turn. Holding, drafting anew and the approval are one transaction: a killed run leaves
    none or all of it. RunChanged when anything but the held contracts differs from what was seen.
    """
    return approve(settings, prepared.month, prepared.digest, hold, author, prepared.purpose, prepared)


def approve(
    settings: Settings, month: Month, seen: str, hold: Sequence[str], author: Authorship, purpose: str, drafted: Prepared | None
) -> tuple[Approval, Any]:
    """Approve what was shown as the digest ``seen``, without those of ``hold``, in the caller's turn; the run as approved."""
    a_person(author)
    with collection.paused(), engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        further = not_held_yet(connection, month, hold)
        if hold and not further and run.digest != seen and same_person(author.by) in map(same_person, run.approved_by):
            seen = run.digest  # this person's approval without these contracts stands already: the run was interrupted after it
        unchanged(settings, connection, month, purpose, run, seen, author.at)
        if further:
            drafted = _narrow(settings, connection, month, purpose, run, further, author)
            run = stored_run(connection, month, purpose)
        return put_word(settings, connection, month, purpose, run, author), drafted


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


def _narrow(
    settings: Settings, connection: "Connection", month: Month, purpose: str, run: "Row[Any]", hold: Sequence[str], author: Authorship
) -> Prepared:
    """Draft the run again without some of its contracts; everything else must be what it was."""
    before = _drafted(connection, month, purpose)
    refuse_unknown(connection, hold)
    put(connection, month, hold, author, is_held=True)
    prepared = compute(settings, connection, Scope(month, purpose, run.watched_on, run.only_contract), keep=True, at=author.at)
    store(connection, prepared, author.at)
    if not prepared.drafts and not prepared.nothing:
        raise NothingLeft(f"every contract of the run of {month} would be held back: nothing is left to approve")
    if _drafted(connection, month, purpose) != {one for one in before if one[0] not in hold}:
        raise RunChanged(f"the run of {month} has changed since it was shown: look at the new draft and approve that")
    return prepared


def _drafted(connection: "Connection", month: Month, purpose: str) -> set[tuple[Any, ...]]:
    from sqlalchemy import text

    found = connection.execute(text(statement("warehouse/billing/drafted")), {"month": month.first, "purpose": purpose})
    return {tuple(row) for row in found}
