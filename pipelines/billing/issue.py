"""Issue an approved run: numbers without gaps, lines, evidence and outbox, all in one transaction (domain.md §7)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.billing import inputs
from pipelines.billing.approval import issuable, stored_run, unchanged
from pipelines.billing.identity import canonical
from pipelines.billing.model import CLOSE, used_tariffs
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection


# an invoice is sealed by its own row, so its lines come first
_BEFORE = ("billing/lock_numbers", "billing/numbered_drafts", "billing/issue_lines")
_AFTER = (
    "billing/keep_numbers",
    "billing/close_contracts",
    "billing/discard_overtaken",
    "receivables/lock",
    "receivables/add_credits",
    "receivables/allocate_open",
    "billing/queue_invoices",
    "billing/queue_sales",
    "billing/queue_mail",
    "billing/add_prepaid_limit",
    "billing/drop_issued_drafts",
    "billing/drop_run",
)


@dataclass(frozen=True, slots=True)
class Issued:
    """What one run issued: number of invoices, and of contracts closed without one."""

    invoices: int
    without_invoice: int


def issue(settings: Settings, month: Month, issued_on: date | None, at: datetime, purpose: str = CLOSE) -> Issued:
    """Turn the approved drafts of a run into issued invoices.

    ``issued_on`` None: each organization's local date of ``at``. IllegalMove when the run is not approved,
    SecondPersonNeeded when one person alone has approved it and two are asked for, RunChanged when its facts have
    changed since. Either the whole run is issued or nothing of it.
    """
    from sqlalchemy import text

    key: dict[str, Any] = {"month": month.first, "purpose": purpose, "at": at, "issued_on": issued_on, "peer": settings.onec_peer}
    with engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
        issuable(settings, month, run)
        unchanged(settings, connection, month, purpose, run, run.digest, at)
        key["approval_no"] = run.approval_no
        _freeze(settings, connection, month, key)
        for name in _BEFORE:
            connection.execute(text(statement(f"warehouse/{name}")), key)
        count = connection.execute(text(statement("warehouse/billing/issue_invoices")), key).rowcount
        for name in _AFTER:
            connection.execute(text(statement(f"warehouse/{name}")), key)
    return Issued(count, len(run.nothing))


def _freeze(settings: Settings, connection: "Connection", month: Month, key: dict[str, Any]) -> None:
    """Keep what the lines rest on: tariffs, snapshots in force, and the vehicles of every day, as they are now."""
    from sqlalchemy import text

    from pipelines.usage.freeze import freeze

    contracts = list(connection.execute(text(statement("warehouse/billing/contracts_to_issue")), key).scalars())
    frozen = freeze(settings, connection, month, contracts)
    bounds = {"first": month.first, "last": month.last}
    snapshots = [
        [row.platform, row.business_date, row.snapshot_no, row.digest, row.by_name, row.reason]
        for row in connection.execute(text(statement("warehouse/billing/snapshots_of_month")), bounds)
    ]
    connection.execute(
        text(statement("warehouse/billing/keep_evidence")),
        {
            **key,
            "tariffs": used_tariffs(inputs.read(connection, month)),
            "snapshots": canonical(snapshots),
            "vehicles_path": frozen.path,
            "vehicles_digest": frozen.digest,
        },
    )
