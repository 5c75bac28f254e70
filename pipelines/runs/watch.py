"""Issue corrective invoices for what a day exceeds of the prepaid limits (domain.md §6)."""

from collections.abc import Sequence
from datetime import date, datetime

from pipelines.billing.model import Purpose, Scope
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.draft_to_issue import Instruction, RunOutcome, draft_to_issue
from pipelines.settings import Settings


def watch(
    settings: Settings,
    on: date,
    *,
    approver: Authorship | None,
    issued_on: date | None,
    at: datetime,
    hold: Sequence[str] = (),
    meant: Sequence[str] = (),
) -> RunOutcome:
    """Issue corrective invoices for the limits exceeded by the end of a day; days may be watched late or out of order."""
    return draft_to_issue(settings, Scope(Month.of(on), Purpose.WATCH, on), Instruction(approver, issued_on, hold, meant), at)
