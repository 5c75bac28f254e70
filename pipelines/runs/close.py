"""Close a month: draft it; with a person's word also approve, issue, print, send and report it (domain.md §7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.billing import listing
from pipelines.billing.approval import Approval, RunChanged, approve_without
from pipelines.billing.drafting import draft as draft_month
from pipelines.billing.drafting import drafted_digest
from pipelines.billing.issue import Issued, issue
from pipelines.billing.model import Prepared, Scope
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.locks import turn
from pipelines.warehouse.statements import statement

Progress = Callable[[str], None]


class NothingBillable(Refused):
    """Not one contract of the month can be billed."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a close did. ``issued`` None: it stopped at the drafts, or (``approval``) one person has approved and two are needed.

    ``is_over``: everything of the month was closed before, and nothing is left to bill.
    """

    prepared: Prepared
    issued: Issued | None
    documents: int = 0
    message: str | None = None
    workbook: str | None = None
    approval: Approval | None = None
    is_over: bool = False


def close(
    settings: Settings,
    month: Month,
    *,
    approver: Authorship | None,
    issued_on: date | None,
    at: datetime,
    hold: Sequence[str] = (),
    progress: Progress = lambda _: None,
) -> Closed:
    """Draft the month and, with an approver, carry it through to the workbook; contracts of ``hold`` are left out of it.

    With an approver, a run that was drafted before and has changed since is refused (RunChanged) after the new draft
    is stored: the person looks again. What was interrupted is completed by running it again; a closed month gains
    only contracts that were parked before. AlreadyRunning when another close of the month is at work.
    """
    with turn(settings, f"billing of {month}", approver.by if approver else "a draft run", at):
        seen = drafted_digest(settings, month)
        progress("computing usage and drafts")
        prepared = draft_month(settings, Scope(month), at)
        if approver is None:
            return Closed(prepared, None, is_over=_is_over(settings, prepared))
        if seen not in (None, prepared.digest):
            raise RunChanged(f"the run of {month} has changed since it was drafted; the new draft is stored: look at it and approve that")
        return _carry_through(settings, prepared, approver, hold, issued_on, progress)


def _is_over(settings: Settings, prepared: Prepared) -> bool:
    from sqlalchemy import text

    if prepared.drafts or prepared.nothing or prepared.parked:
        return False
    with engine.transaction(settings) as connection:
        closed = connection.execute(text(statement("warehouse/billing/closed_contracts")), {"month": prepared.month.first})
        return closed.first() is not None


def _carry_through(
    settings: Settings, prepared: Prepared, approver: Authorship, hold: Sequence[str], issued_on: date | None, progress: Progress
) -> Closed:
    from pipelines.delivery.onec.sending import send
    from pipelines.documents.publish import NotPrinted, publish
    from pipelines.documents.report import write_report

    month = prepared.month
    issued = Issued(0, 0)
    if prepared.drafts or prepared.nothing:
        progress("issuing")
        approval, prepared = approve_without(settings, prepared, hold, approver)
        if not approval.is_complete:
            return Closed(prepared, None, approval=approval)
        issued = issue(settings, month, issued_on, approver.at)
    elif prepared.parked and not listing.invoices(settings, month, None):
        first = prepared.parked[0]
        raise NothingBillable(
            f"nothing of {month} can be billed: all {len(prepared.parked)} contracts are parked, such as "
            f"{first.contract_no}: {first.detail}"
        )
    progress("writing documents")
    documents, unprinted = 0, None
    try:
        documents = publish(settings, month)
    except NotPrinted as error:  # 1C and the workbook do not wait for a paper that cannot be printed
        unprinted = error
    progress("writing the 1C message")
    message = send(settings, approver.at)
    progress("writing the workbook")
    workbook = write_report(settings, month, approver.at)
    if unprinted is not None:
        raise unprinted
    return Closed(prepared, issued, documents, str(message.path) if message else None, workbook)
