"""Prepayment: advance invoices of a month, corrective invoices of a watched day (domain.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.billing.approve import Approval, RunChanged, approve_unattended
from pipelines.billing.bounds import Beyond, Size, bounds_of, exceeded
from pipelines.billing.draft import draft
from pipelines.billing.drafts import PREPAY, WATCH, Prepared, Scope
from pipelines.billing.hold import approve_without
from pipelines.billing.issue import Issued, issue
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.locks import turn
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a run did. ``waiting``: why it needs a person; then nothing was issued and a person is asked.

    ``approval``: the word of one person, where a second one is needed; then nothing was issued either.
    """

    prepared: Prepared
    issued: Issued | None
    waiting: Sequence[Beyond] = ()
    approval: Approval | None = None


def prepay(
    settings: Settings, month: Month, *, approver: Authorship | None, issued_on: date | None, at: datetime, hold: Sequence[str] = ()
) -> Ahead:
    """Issue the advance invoices of a month, those of ``hold`` left out. Again: only for contracts that have none yet.

    ``issued_on`` None: each organization's local date of ``at``.
    """
    return _run(settings, Scope(month, PREPAY), approver, hold, issued_on, at)


def watch(
    settings: Settings, on: date, *, approver: Authorship | None, issued_on: date | None, at: datetime, hold: Sequence[str] = ()
) -> Ahead:
    """Issue corrective invoices for the limits exceeded by the end of a day; days may be watched late or out of order."""
    return _run(settings, Scope(Month.of(on), WATCH, on), approver, hold, issued_on, at)


def _run(settings: Settings, scope: Scope, approver: Authorship | None, hold: Sequence[str], issued_on: date | None, at: datetime) -> Ahead:
    from pipelines.documents.publish import publish

    month = scope.month
    with turn(settings, f"billing of {month}", approver.by if approver else "an unattended run", at):
        seen = _seen(settings, scope) if approver else None
        prepared = draft(settings, scope, at)
        if not prepared.drafts:
            publish(settings, month)  # what a killed run left unprinted
            return Ahead(prepared, Issued(0, 0))
        if approver is None:
            with engine.transaction(settings) as connection:
                waiting = needs_a_person(settings, connection, month, scope.purpose)
            if waiting:
                return Ahead(prepared, None, waiting)
            approval = approve_unattended(settings, month, prepared.digest, "лимиты одного запуска не превышены", at, scope.purpose)
        elif seen not in (None, prepared.digest):
            raise RunChanged(f"the {scope.purpose} run of {month} has changed since it was drafted; the new draft is stored: approve that")
        else:
            approval, prepared = approve_without(settings, prepared, hold, approver)
        if not approval.is_complete:
            return Ahead(prepared, None, approval=approval)
        issued = issue(settings, month, issued_on, at, scope.purpose)
        publish(settings, month)
        return Ahead(prepared, issued)


def needs_a_person(settings: Settings, connection: "Connection", month: Month, purpose: str) -> Sequence[Beyond]:
    """Why the run that is drafted now may not be issued unattended: a person refused exactly it, or it is beyond a bound."""
    from sqlalchemy import text

    key = {"month": month.first, "purpose": purpose, "first": month.first, "last": month.last}
    run = connection.execute(text(statement("warehouse/billing/run")), key).one_or_none()
    if run is not None and run.decision == "rejected":
        return (Beyond(f"refused by {run.by_name}", f"отклонил {run.by_name}"),)
    return exceeded(bounds_of(settings), Size(*connection.execute(text(statement("warehouse/billing/drafted_size")), key).one()))


def _seen(settings: Settings, scope: Scope) -> str | None:
    """Digest of the run of the same scope that was drafted before, and may have been looked at."""
    from sqlalchemy import text

    with engine.transaction(settings) as connection:
        key = {"month": scope.month.first, "purpose": scope.purpose}
        run = connection.execute(text(statement("warehouse/billing/run")), key).one_or_none()
    return run.digest if run is not None and run.watched_on == scope.on else None
