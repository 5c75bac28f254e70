"""A person's word on a run: approved or rejected, stored with the digest of exactly what was seen (domain.md §7).

A month becomes issued on this way: `drafting` makes the run, a person sees it, `approve` (here) records the word, `issue` issues it.
Whoever computed the run in this very process is believed while the state of its inputs is what it was; otherwise, and for every run
that was drafted by another process, the run is computed anew and must come to the same digest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import garbage_collection
from pipelines.billing.drafting import StoredRun, compute, drafted, store, stored_run
from pipelines.billing.hold import held_now, not_held_yet, put, refuse_unknown
from pipelines.billing.inputs_state import inputs_state
from pipelines.billing.model import Purpose, Scope
from pipelines.billing.rules import prepared
from pipelines.billing.run import DraftedRun
from pipelines.billing.transitions import UNATTENDED, Status, move, same_person, status_of
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Work, turn

if TYPE_CHECKING:
    from sqlalchemy import Connection


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


def approve(settings: Settings, run: DraftedRun, hold: Sequence[str], author: Authorship) -> tuple[Approval, DraftedRun]:
    """Approve a run that this process has computed, without the contracts of ``hold``; the run as it was approved.

    The caller holds the month's turn. Holding, drafting anew and the approval are one transaction: a killed run leaves
    none or all of it. RunChanged when anything but the held contracts differs from what was seen.
    """
    a_person(author)
    with garbage_collection.paused(), engine.transaction(settings) as connection:
        stored = required_run(connection, run.month, run.purpose)
        run = unchanged(settings, connection, stored, run, author.at)
        return _approve(settings, connection, run, hold, author)


def approve_shown(
    settings: Settings, month: Month, purpose: Purpose, seen: str, hold: Sequence[str], author: Authorship
) -> tuple[Approval, DraftedRun]:
    """The same for a run that another process drafted and a person saw as the digest ``seen``: it is computed anew first."""
    a_person(author)
    with garbage_collection.paused(), engine.transaction(settings) as connection:
        stored = required_run(connection, month, purpose)
        is_narrowed = bool(hold) and not not_held_yet(connection, month, hold)
        if is_narrowed and stored.digest != seen and same_person(author.by) in map(same_person, stored.approved_by):
            seen = stored.digest  # this person's approval without these contracts stands already: the run was interrupted after it
        if seen != stored.digest:
            raise RunChanged(f"the run of {month} has changed since it was shown: look at the new draft and approve that")
        run = recomputed(settings, connection, Scope(month, purpose, stored.watched_on, stored.only_contract), stored, author.at)
        return _approve(settings, connection, run, hold, author)


def approve_unattended(settings: Settings, run: DraftedRun, reason: str, at: datetime) -> tuple[Approval, DraftedRun]:
    """Approve a run that is within the declared bounds (domain.md §6): nobody is asked, and that is recorded."""
    with engine.transaction(settings) as connection:
        stored = required_run(connection, run.month, run.purpose)
        run = unchanged(settings, connection, stored, run, at)
        return _put_word(settings, connection, run, stored, Authorship(UNATTENDED, reason, at)), run


def reject(settings: Settings, month: Month, seen: str, author: Authorship, purpose: Purpose = Purpose.CLOSE) -> None:
    """Record that a person refused this run, and why; whatever was approved of it before no longer counts."""
    a_person(author)
    with turn(settings, Work.BILLING, month, author.by, author.at), engine.transaction(settings) as connection:
        stored = required_run(connection, month, purpose)
        if stored.digest != seen:
            raise RunChanged(f"the run of {month} has changed since it was shown: look at the new one")
        if stored.decision != "rejected" or same_person(stored.by_name or "") != same_person(author.by):
            _record(connection, month, purpose, "rejected", stored.digest, author)


def required_run(connection: "Connection", month: Month, purpose: Purpose) -> StoredRun:
    """The run that is drafted; NothingDrafted without one."""
    stored = stored_run(connection, month, purpose)
    if stored is None:
        raise NothingDrafted(f"{month} has no drafted {purpose} run")
    return stored


def unchanged(settings: Settings, connection: "Connection", stored: StoredRun, run: DraftedRun, at: datetime) -> DraftedRun:
    """The run that this process has computed, if it is what is drafted and what would be drafted now; else RunChanged.

    Where the state of its inputs is another one, it is computed anew: only what changes the run itself refuses it.
    """
    if run.digest != stored.digest:
        raise RunChanged(f"the run of {run.month} has changed since it was shown: look at the new draft and approve that")
    if run.facts.state is not None and inputs_state(connection, run.month) == run.facts.state:
        return run
    return recomputed(settings, connection, run.scope, stored, at)


def recomputed(settings: Settings, connection: "Connection", scope: Scope, stored: StoredRun, at: datetime) -> DraftedRun:
    """The drafted run computed anew from what is stored and landed now; RunChanged unless it is the same."""
    fresh = compute(settings, connection, scope, keep=False, at=at)
    if fresh.digest != stored.digest:
        raise RunChanged(
            f"the facts of {scope.month} have changed since the draft (usage, terms, tariffs, mappings or requisites): draft it again"
        )
    return fresh


def issuable(settings: Settings, month: Month, stored: StoredRun) -> None:
    """SecondPersonNeeded or IllegalMove unless the run is approved by as many people as it takes."""
    status = status_of(stored.approved_by, four_eyes=settings.four_eyes)
    if status is Status.DRAFT and stored.approved_by:
        raise SecondPersonNeeded(
            f"the run of {month} is approved by {stored.approved_by[0]} alone, and FLEETBILL_FOUR_EYES asks for a second person"
        )
    move(f"the run of {month}", status, Status.ISSUED)


def a_person(author: Authorship) -> None:
    """NotAPerson when somebody approves in the name of the runs that need nobody."""
    if same_person(author.by) == same_person(UNATTENDED):
        raise NotAPerson(f"{author.by!r} is no person's name: runs within the declared bounds are approved in it")


def _approve(
    settings: Settings, connection: "Connection", run: DraftedRun, hold: Sequence[str], author: Authorship
) -> tuple[Approval, DraftedRun]:
    """Approve a run that was found `unchanged`, in the caller's transaction, narrowed by what is to be held back."""
    further = not_held_yet(connection, run.month, hold)
    if further:
        run = _narrow(connection, run, further, author)
    stored = required_run(connection, run.month, run.purpose)
    return _put_word(settings, connection, run, stored, author), run


def _narrow(connection: "Connection", run: DraftedRun, hold: Sequence[str], author: Authorship) -> DraftedRun:
    """Draft the run again from the same facts, without some of its contracts; everything else must be what it was."""
    drafted_before = drafted(connection, run)
    refuse_unknown(connection, hold)
    put(connection, run.month, hold, author, is_held=True)
    state = run.facts.state and run.facts.state._replace(held=inputs_state(connection, run.month).held)
    narrowed = prepared(run.facts.holding(held_now(connection, run.month), state))
    store(connection, narrowed, author.at)
    if narrowed.is_empty:
        raise NothingLeft(f"every contract of the run of {run.month} would be held back: nothing is left to approve")
    if drafted(connection, narrowed) != {draft for draft in drafted_before if draft[0] not in hold}:
        raise RunChanged(f"the run of {run.month} has changed since it was shown: look at the new draft and approve that")
    return narrowed


def _put_word(settings: Settings, connection: "Connection", run: DraftedRun, stored: StoredRun, author: Authorship) -> Approval:
    """Record an approval; nothing where the run is approved already. With ``four_eyes`` two different people complete it."""
    status = status_of(stored.approved_by, four_eyes=settings.four_eyes)
    if status is Status.DRAFT and same_person(author.by) not in map(same_person, stored.approved_by):
        approved_by = (*stored.approved_by, author.by)
        status = status_of(approved_by, four_eyes=settings.four_eyes)
        if status is Status.APPROVED:
            move(f"the run of {run.month}", Status.DRAFT, status)
        _record(connection, run.month, run.purpose, "approved", stored.digest, author)
        return Approval(stored.digest, approved_by, status is Status.APPROVED)
    return Approval(stored.digest, tuple(stored.approved_by), status is Status.APPROVED)


def _record(connection: "Connection", month: Month, purpose: Purpose, decision: str, digest: str, author: Authorship) -> None:
    word = {"decision": decision, "digest": digest, "by": author.by, "reason": author.reason, "at": author.at}
    query.run(connection, "billing/insert_approval", month=month.first, purpose=purpose, **word)
