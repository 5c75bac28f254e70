"""Issue an approved run: numbers without gaps, lines and evidence, all in one transaction (domain.md §7)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.billing.approval import issuable, required_run, unchanged
from pipelines.billing.frozen_json import snapshots_json
from pipelines.billing.identity import canonical
from pipelines.billing.run import DraftedRun, used_tariffs
from pipelines.billing.unlikely_dates import refuse_unmeant
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


_SEALED = ("billing/numbered_drafts", "billing/issue_lines")
"""What comes before the invoice rows: an invoice is sealed by its own row, so its lines are there first."""

_CLOSED = ("billing/chain_invoices", "billing/keep_numbers", "billing/close_contracts", "billing/discard_overtaken")
_DONE = ("billing/add_prepaid_limit", "billing/drop_issued_drafts", "billing/drop_run")

Consequences = Callable[["Connection", datetime], None]
"""What is true from the moment of issue on in rooms further down the flow; called in the issuing transaction, which has the temporary table
`numbered` (invoice_id of what is issued), with the moment."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What one run issued: number of invoices, and of contracts closed without one."""

    invoices: int
    without_invoice: int


def issue(
    settings: Settings,
    run: DraftedRun,
    issued_on: date | None,
    at: datetime,
    meant: Collection[str] = (),
    *,
    consequences: Consequences,
) -> Issued:
    """Turn the approved drafts of a run that this process has computed into issued invoices. The caller holds the month's turn.

    ``issued_on`` None: each organization's local date of ``at``. IllegalMove when the run is not approved,
    SecondPersonNeeded when one person alone has approved it and two are asked for, RunChanged when its facts have
    changed since, NotMeant when a date cannot be meant that ``meant`` does not name. Either the whole run is issued or
    nothing of it. What lands or is imported in the meantime waits for the next run: imports stand behind this transaction,
    and everything that is frozen was read before the state was compared.
    """
    with engine.transaction(settings) as connection:
        lock(connection, Lock.MASTER)
        stored = required_run(connection, run.month, run.purpose)
        issuable(settings, run.month, stored)
        snapshots = _snapshots(connection, run)
        run = unchanged(settings, connection, stored, run, at)
        binds = {
            "month": run.month.first,
            "purpose": run.purpose,
            "at": at,
            "issued_on": issued_on,
            "approval_no": stored.approval_no,
        }
        _freeze(settings, connection, run, snapshots, binds)
        query.run(connection, "billing/lock_numbers")
        refuse_unmeant(connection, run.scope, issued_on, at, meant)
        _run_all(connection, _SEALED, binds)
        count = query.run(connection, "billing/issue_invoices", **binds).rowcount
        _run_all(connection, _CLOSED, binds)
        consequences(connection, at)
        _run_all(connection, _DONE, binds)
    return Issued(count, len(run.nothing))


def _run_all(connection: "Connection", names: Iterable[str], binds: Mapping[str, Any]) -> None:
    for name in names:
        query.run(connection, name, **binds)


def _snapshots(connection: "Connection", run: DraftedRun) -> str:
    """Canonical JSON of the month's snapshots in force and carried days, as evidence keeps it."""
    rows = query.rows(connection, "billing/snapshots_of_month", first=run.month.first, last=run.month.last)
    return canonical(snapshots_json(rows))


def _freeze(settings: Settings, connection: "Connection", run: DraftedRun, snapshots: str, binds: Mapping[str, Any]) -> None:
    """Keep what the lines rest on: tariffs, snapshots in force, and the vehicles of every day, as the run was computed from them."""
    from pipelines.usage.freeze import freeze

    contracts = query.scalars(connection, "billing/contracts_to_issue", **binds)
    frozen = freeze(settings, connection, run.month, contracts, run.facts.usage.sources)
    kept = {"vehicles_path": frozen.path, "vehicles_digest": frozen.digest}
    query.run(connection, "billing/keep_evidence", **binds, tariffs=used_tariffs(run.facts.inputs), snapshots=snapshots, **kept)
