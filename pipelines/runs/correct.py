"""Correct a closed month: what it costs by today's facts, less what was issued for it, as adjustments (domain.md §7)."""

from collections.abc import Sequence
from datetime import date, datetime

from pipelines.billing.contracts import asked_for
from pipelines.billing.model import Purpose, Scope
from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.runs.draft_to_issue import Instruction, RunOutcome, draft_to_issue
from pipelines.settings import Settings
from pipelines.warehouse import engine, query


class NotClosed(Refused):
    """There is nothing to correct: the month, or the contract's month, was never closed."""


def correct(  # noqa: PLR0913 - a person's word has several parts
    settings: Settings,
    month: Month,
    *,
    contract_no: str | None,
    approver: Authorship | None,
    issued_on: date | None,
    at: datetime,
    hold: Sequence[str] = (),
    meant: Sequence[str] = (),
) -> RunOutcome:
    """Draft the adjustments of a closed month (of one contract, or all); with an approver, issue them, those of ``hold`` left out.

    Issued invoices stay as they are. Run again: nothing. BadInput for an unknown contract, NotClosed for one that was never
    closed; RunChanged when the facts changed since the draft was shown.
    """
    _require_closed(settings, month, contract_no)
    return draft_to_issue(settings, Scope(month, Purpose.CORRECT, only=contract_no), Instruction(approver, issued_on, hold, meant), at)


def _require_closed(settings: Settings, month: Month, contract_no: str | None) -> None:
    with engine.transaction(settings) as connection:
        asked_for(connection, contract_no)
        closed = set(query.scalars(connection, "billing/closed_contracts", month=month.first))
    if not closed:
        raise NotClosed(f"{month} is not closed; `fleetbill close --month {month}` bills it first")
    if contract_no is not None and contract_no not in closed:
        raise NotClosed(f"{month} of contract {contract_no} is not closed; `fleetbill close --month {month}` bills it first")
