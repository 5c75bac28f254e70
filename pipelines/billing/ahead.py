"""Prepayment: advance invoices of a month, corrective invoices of a watched day (domain.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.billing import inputs
from pipelines.billing.approve import Approval, approve_unattended
from pipelines.billing.bounds import bounds_of, exceeded
from pipelines.billing.draft import draft
from pipelines.billing.drafts import PREPAY, WATCH, Prepared, Scope
from pipelines.billing.hold import approve_without
from pipelines.billing.issue import Issued, issue
from pipelines.billing.turn import turn
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a run did. ``waiting``: the bounds that it is beyond; then nothing was issued and a person is asked.

    ``approval``: the word of one person, where a second one is needed; then nothing was issued either.
    """

    prepared: Prepared
    issued: Issued | None
    waiting: Sequence[str] = ()
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
        prepared = draft(settings, scope, at)
        if not prepared.drafts:
            publish(settings, month)  # what a killed run left unprinted
            return Ahead(prepared, Issued(0, 0))
        if approver is None:
            with engine.transaction(settings) as connection:
                clients = len({party.contract.client_code for party in inputs.read(connection, month).parties})
            waiting = exceeded(bounds_of(settings), prepared, clients)
            if waiting:
                return Ahead(prepared, None, waiting)
            approval = approve_unattended(settings, month, prepared.digest, "лимиты одного запуска не превышены", at, scope.purpose)
        else:
            approval, prepared = approve_without(settings, prepared, hold, approver)
        if not approval.is_complete:
            return Ahead(prepared, None, approval=approval)
        issued = issue(settings, month, issued_on, at, scope.purpose)
        publish(settings, month)
        return Ahead(prepared, issued)
