"""The page of a run as a person approved it: kept with the approval, shown for ever (domain.md §7)."""

from collections.abc import Sequence
from typing import Any

from pipelines.billing.drafting import stored_run
from pipelines.billing.model import Purpose
from pipelines.documents.approval_page import ApprovalPage, page_of_run
from pipelines.documents.page_cells import cell
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.templates import laid_out
from pipelines.warehouse import engine, query
from pipelines.wording.russian import amount, counted, month_name, short_date


class NeverApproved(Refused):
    """No run of the month and purpose was issued on a person's approval, or none with that number."""


def keep_page(settings: Settings, month: Month, purpose: Purpose) -> None:
    """Keep the page of the run that a person has just approved; it is drafted still. Kept once: again changes nothing.

    Called between the approval and the issue: a run that was killed after its approval keeps it when it is run again.
    """
    with engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        if run is None or run.approval_no is None or run.decision != "approved":
            return
        key = {"month": month.first, "purpose": purpose, "approval_no": run.approval_no}
        if query.scalar(connection, "documents/has_approved_page", **key):
            return
        page = page_of_run(settings, connection, month, run.digest, purpose, is_approved=True)
        query.run(connection, "documents/add_approved_page", **key, subject=page.subject, facts=page.facts)


def approved_page(settings: Settings, month: Month, purpose: Purpose, approval_no: int | None = None) -> ApprovalPage:
    """What was approved and issued: the last time, or on the approval of that number. NeverApproved without one."""
    with engine.transaction(settings) as connection:
        approvals = query.rows(connection, "documents/approved_pages", month=month.first, purpose=purpose)
    chosen = [row for row in approvals if approval_no in (None, row.approval_no)]
    if not chosen:
        if approval_no is None:
            raise NeverApproved(f"{month} has no drafted {purpose} run, and none was issued on a person's approval")
        numbers = ", ".join(str(row.approval_no) for row in reversed(approvals)) or "none"
        raise NeverApproved(f"{month} has no issued run of approval {approval_no} for {purpose}; issued ones: {numbers}")
    return _page(month, purpose, chosen[0], approvals)


def _page(month: Month, purpose: Purpose, row: Any, approvals: Sequence[Any]) -> ApprovalPage:
    issued = f"{counted(row.invoices, 'счёт', 'счёта', 'счетов')} на {amount(row.total)} ₽"
    view = {
        "by": cell(row.by_name),
        "at": f"{row.at:%d.%m.%Y %H:%M} UTC",
        "reason": cell(row.reason),
        "issued": issued,
        "issued_on": short_date(row.issued_on),
        "numbers": cell(row.numbers),
        "has_page": row.facts is not None,
        "others": [str(each.approval_no) for each in approvals if each.approval_no != row.approval_no],
        "month": str(month),
        "purpose": purpose,
    }
    header = laid_out("approved.md.j2", view)
    return ApprovalPage(row.subject or f"{month_name(month)}: {issued}", header + "\n" + (row.facts or ""), "")
