"""A run of prepayment, with a person's word or within the declared bounds: drafted, approved, issued, printed (domain.md §6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.billing.approval import Approval, RunChanged, approve_unattended, approve_without
from pipelines.billing.bounds import Beyond
from pipelines.billing.drafting import draft
from pipelines.billing.issue import Issued, issue
from pipelines.billing.model import Prepared, Scope
from pipelines.billing.unattended import needs_a_person
from pipelines.clock import Authorship
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import turn


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a run did. ``waiting``: why it needs a person; then nothing was issued and a person is asked.

    ``approval``: the word of one person, where a second one is needed; then nothing was issued either.
    """

    prepared: Prepared
    issued: Issued | None
    waiting: Sequence[Beyond] = ()
    approval: Approval | None = None


def carry_out(
    settings: Settings, scope: Scope, approver: Authorship | None, hold: Sequence[str], issued_on: date | None, at: datetime
) -> Ahead:
    """Issue the run of ``scope``; without an approver only where it is within the bounds."""
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


def _seen(settings: Settings, scope: Scope) -> str | None:
    """Digest of the run of the same scope that was drafted before, and may have been looked at."""
    with engine.transaction(settings) as connection:
        run = query.first(connection, "billing/run", month=scope.month.first, purpose=scope.purpose)
    return run.digest if run is not None and run.watched_on == scope.on else None
