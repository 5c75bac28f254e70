"""Issue the advance invoices of a month (domain.md §6)."""

from collections.abc import Sequence
from datetime import date, datetime

from pipelines.billing.model import Purpose, Scope
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.draft_to_issue import Instruction, RunOutcome, draft_to_issue
from pipelines.settings import Settings


def prepay(
    settings: Settings,
    month: Month,
    *,
    approver: Authorship | None,
    issued_on: date | None,
    at: datetime,
    hold: Sequence[str] = (),
    meant: Sequence[str] = (),
) -> RunOutcome:
    """Issue the advance invoices of a month, those of ``hold`` left out. Again: only for contracts that have none yet.

    ``issued_on`` None: each organization's local date of ``at``.
    """
    return draft_to_issue(settings, Scope(month, Purpose.PREPAY), Instruction(approver, issued_on, hold, meant), at)
