"""Correct a closed month: what it costs by today's facts, less what was issued for it, as adjustments (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.billing.approval import Approval, RunChanged, approve_without
from pipelines.billing.contracts import asked_for
from pipelines.billing.drafting import draft, drafted_digest
from pipelines.billing.issue import Issued, issue
from pipelines.billing.model import CORRECT, Prepared, Scope
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.locks import turn
from pipelines.warehouse.statements import statement


class NotClosed(Refused):
    """There is nothing to correct: the month, or the contract's month, was never closed."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction found; ``issued`` None: it stopped at the drafts, or (``approval``) a second person is needed."""

    prepared: Prepared
    issued: Issued | None
    approval: Approval | None = None


def correct(
    settings: Settings,
    month: Month,
    *,
    contract_no: str | None,
    approver: Authorship | None,
    issued_on: date | None,
    at: datetime,
    hold: Sequence[str] = (),
) -> Corrected:
    """Draft the adjustments of a closed month (of one contract, or all); with an approver, issue them, those of ``hold`` left out.

    Issued invoices stay as they are. Run again: nothing. BadInput for an unknown contract, NotClosed for one that was never
    closed; RunChanged when the facts changed since the draft was shown.
    """
    from pipelines.documents.publish import publish

    _closed(settings, month, contract_no)
    with turn(settings, f"billing of {month}", approver.by if approver else "a draft correction", at):
        seen = drafted_digest(settings, month, CORRECT)
        prepared = draft(settings, Scope(month, CORRECT, only=contract_no), at)
        if approver is None:
            return Corrected(prepared, None)
        if seen not in (None, prepared.digest):
            raise RunChanged(
                f"the correction of {month} has changed since it was drafted; the new draft is stored: look at it and approve that"
            )
        if not prepared.drafts:
            publish(settings, month)  # what a killed run left unprinted
            return Corrected(prepared, Issued(0, 0))
        approval, prepared = approve_without(settings, prepared, hold, approver)
        if not approval.is_complete:
            return Corrected(prepared, None, approval)
        issued = issue(settings, month, issued_on, at, CORRECT)
        publish(settings, month)
        return Corrected(prepared, issued)


def _closed(settings: Settings, month: Month, contract_no: str | None) -> None:
    from sqlalchemy import text

    with engine.transaction(settings) as connection:
        asked_for(connection, contract_no)
        closed = set(connection.execute(text(statement("warehouse/billing/closed_contracts")), {"month": month.first}).scalars())
    if not closed:
        raise NotClosed(f"{month} is not closed; `fleetbill close --month {month}` bills it first")
    if contract_no is not None and contract_no not in closed:
        raise NotClosed(f"{month} of contract {contract_no} is not closed; `fleetbill close --month {month}` bills it first")
