"""Close a month: draft it; with a person's word also approve, issue, print, send and report it (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from pipelines.billing.model import Purpose, Scope
from pipelines.billing.run import ToldRun
from pipelines.clock import Authorship
from pipelines.period import Month
from pipelines.runs.draft_to_issue import Instruction, RunOutcome, draft_to_issue, silent
from pipelines.runs.following import Progress
from pipelines.settings import Settings
from pipelines.warehouse import engine, query


def close(  # noqa: PLR0913 - a person's word has several parts
    settings: Settings,
    month: Month,
    *,
    approver: Authorship | None,
    issued_on: date | None,
    at: datetime,
    hold: Sequence[str] = (),
    meant: Sequence[str] = (),
    progress: Progress = silent,
) -> RunOutcome:
    """Draft the month and, with an approver, carry it through to the workbook; contracts of ``hold`` are left out of it.

    A closed month gains only contracts that were parked before. NothingBillable when every contract is parked and the month
    has no invoice. Refused and interrupted as in `draft_to_issue`.
    """
    outcome = draft_to_issue(settings, Scope(month, Purpose.CLOSE), Instruction(approver, issued_on, hold, meant), at, progress)
    return outcome if approver else replace(outcome, is_over=_is_over(settings, outcome.prepared))


def _is_over(settings: Settings, run: ToldRun) -> bool:
    if not run.is_empty or run.parked:
        return False
    with engine.transaction(settings) as connection:
        return bool(query.scalars(connection, "billing/closed_contracts", month=run.month.first))
