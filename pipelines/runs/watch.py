"""Issue corrective invoices for what a day exceeds of the prepaid limits (domain.md §6)."""

from collections.abc import Sequence
from datetime import date, datetime

from pipelines.billing.model import WATCH, Scope
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.prepayment import Ahead, carry_out
from pipelines.settings import Settings


def watch(
    settings: Settings, on: date, *, approver: Authorship | None, issued_on: date | None, at: datetime, hold: Sequence[str] = ()
) -> Ahead:
    """Issue corrective invoices for the limits exceeded by the end of a day; days may be watched late or out of order."""
    return carry_out(settings, Scope(Month.of(on), WATCH, on), approver, hold, issued_on, at)
