"""Issue corrective invoices for what a day exceeds of the prepaid limits (domain.md §6)."""

from collections.abc import Sequence
from datetime import date, datetime

from pipelines.billing.model import Purpose, Scope
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.carry_through import Instruction, RunOutcome, carry_through
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
    return carry_through(settings, Scope(Month.of(on), Purpose.WATCH, on), Instruction(approver, issued_on, hold, meant), at)
