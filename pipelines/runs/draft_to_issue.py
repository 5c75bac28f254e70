"""A run from its drafts to what leaves the house: the one way of all four kinds (domain.md §6, §7).

Drafted, looked at, approved, issued; what follows then is in `following`. The command line and the DAGs enter here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.billing import listing
from pipelines.billing.approval import Approval, RunChanged, approve, approve_unattended
from pipelines.billing.bounds import ReasonToAsk
from pipelines.billing.drafting import draft, stored_run
from pipelines.billing.issue import Issued
from pipelines.billing.model import Purpose, Scope
from pipelines.billing.rules import KINDS
from pipelines.billing.run import DraftedRun, ToldRun
from pipelines.billing.unattended import needs_a_person
from pipelines.billing.unlikely_dates import confirming, how_to_confirm, refuse_unmeant, unconfirmed
from pipelines.clock import Authorship
from pipelines.documents.approved_page import keep_page
from pipelines.errors import Refused
from pipelines.runs.following import Progress, follow
from pipelines.runs.issuing import issue
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.locks import Work, turn

if TYPE_CHECKING:
    from sqlalchemy import Connection


def silent(_: str) -> None:
    """Tells nobody how far a run is."""


class NothingBillable(Refused):
    """Not one contract of the month can be billed."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """What is said of a run. ``approver`` None: nobody has, so it stops at the drafts, or is issued within the declared bounds.

    ``issued_on``: date of the invoices, None for each organization's local date of the moment; ``hold``: contracts left out;
    ``meant``: months and dates that look like a slip, and are confirmed.
    """

    approver: Authorship | None = None
    issued_on: date | None = None
    hold: Sequence[str] = ()
    meant: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run did.

    ``issued`` None: it stopped at the drafts; because (``waiting``) it is beyond the declared bounds, or (``approval``) one
    person has approved it and two are needed. ``is_over``: everything of the month was closed before, and nothing is left.
    """

    prepared: ToldRun
    issued: Issued | None = None
    waiting: Sequence[ReasonToAsk] = ()
    approval: Approval | None = None
    documents: int = 0
    message: str | None = None
    workbook: str | None = None
    is_over: bool = False


def draft_to_issue(settings: Settings, scope: Scope, instruction: Instruction, at: datetime, progress: Progress = silent) -> RunOutcome:
    """Draft a run and carry it as far as the word that is said of it goes; all of it happens at one moment.

    A run that was drafted before and has changed since is refused (RunChanged) after the new draft is stored: the person
    looks again. What was interrupted is completed by running it again. AlreadyRunning when another run of the month is at work.
    """
    kind, approver = KINDS[scope.purpose], instruction.approver
    with turn(settings, Work.BILLING, scope.month, approver.by if approver else kind.drafts_in_name_of, at):
        outcome = _as_far_as_told(settings, scope, instruction, at, progress)
        if outcome.issued is None:
            return outcome
        return _follow_up(settings, outcome, approver.at if approver else at, progress)


def _as_far_as_told(settings: Settings, scope: Scope, instruction: Instruction, at: datetime, progress: Progress) -> RunOutcome:
    """The run drafted and, where the word reaches so far, issued. What it was computed from is held no longer than this."""
    kind, approver = KINDS[scope.purpose], instruction.approver
    shown = _shown_digest(settings, scope) if approver else None
    progress("computing usage and drafts")
    run = draft(settings, scope, at)
    if approver is None and not kind.may_be_unattended:
        return RunOutcome(run.told)
    if shown not in (None, run.digest):
        raise RunChanged(_changed(scope))
    if run.is_empty:
        if kind.refuses_all_parked:
            _require_something_billed(settings, run)
        return RunOutcome(run.told, Issued(0, 0))
    progress("issuing")
    approved, run = _approved(settings, run, instruction, at)
    if approved.waiting or approved.approval is None or not approved.approval.is_complete:
        return approved
    moment = approver.at if approver else at
    return RunOutcome(run.told, issue(settings, run, instruction.issued_on, moment, instruction.meant))


def _require_something_billed(settings: Settings, run: DraftedRun) -> None:
    if run.parked and not listing.invoices(settings, run.month, None):
        first = run.parked[0]
        raise NothingBillable(
            f"nothing of {run.month} can be billed: all {len(run.parked)} contracts are parked, such as {first.contract_no}: {first.detail}"
        )


def _approved(settings: Settings, run: DraftedRun, instruction: Instruction, at: datetime) -> tuple[RunOutcome, DraftedRun]:
    """Who has approved the run, or why it waits for a person; with the run as it is approved."""
    if instruction.approver is not None:
        with engine.transaction(settings) as connection:
            needed = refuse_unmeant(connection, run.scope, instruction.issued_on, instruction.approver.at, instruction.meant)
        approval, run = approve(settings, run, instruction.hold, confirming(instruction.approver, needed))
        keep_page(settings, run.month, run.purpose)
        return RunOutcome(run.told, approval=approval), run
    with engine.transaction(settings) as connection:
        waiting = [*needs_a_person(settings, connection, run.month, run.purpose), *_doubts(connection, run, instruction, at)]
    if waiting:
        return RunOutcome(run.told, waiting=waiting), run
    approval, run = approve_unattended(settings, run, "лимиты одного запуска не превышены", at)
    return RunOutcome(run.told, approval=approval), run


def _doubts(connection: "Connection", run: DraftedRun, instruction: Instruction, at: datetime) -> list[ReasonToAsk]:
    """Dates and months that cannot be meant, as reasons to ask a person."""
    left, _ = unconfirmed(connection, run.scope, instruction.issued_on, at, ())
    return [ReasonToAsk(f"{doubt.english}; {how_to_confirm([doubt])}", f"{doubt.russian}; подтвердить: {doubt.word}") for doubt in left]


def _follow_up(settings: Settings, outcome: RunOutcome, at: datetime, progress: Progress) -> RunOutcome:
    """What follows from an issued run, and what a killed one has left undone."""
    done = follow(settings, outcome.prepared.month, outcome.prepared.purpose, at, progress)
    return replace(outcome, documents=done.documents, message=done.message, workbook=done.workbook)


def _shown_digest(settings: Settings, scope: Scope) -> str | None:
    """Digest of the run of the same scope that was drafted before, and may have been looked at."""
    with engine.transaction(settings) as connection:
        stored = stored_run(connection, scope.month, scope.purpose)
    return stored.digest if stored is not None and stored.watched_on == scope.on else None


def _changed(scope: Scope) -> str:
    match scope.purpose:
        case Purpose.CLOSE:
            return f"the run of {scope.month} has changed since it was drafted; the new draft is stored: look at it and approve that"
        case Purpose.CORRECT:
            return f"the correction of {scope.month} has changed since it was drafted; the new draft is stored: look at it and approve that"
        case _:
            return f"the {scope.purpose} run of {scope.month} has changed since it was drafted; the new draft is stored: approve that"
