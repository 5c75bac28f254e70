"""Access back at once: whoever has no blocking debt any more is let in again, without a person (domain.md §9)."""

from datetime import datetime
from typing import TYPE_CHECKING

from pipelines import logs
from pipelines.access.apply import apply_orders
from pipelines.access.connectors import Secrets
from pipelines.access.ladder_letters import queue_letters
from pipelines.access.model import LadderFacts
from pipelines.access.orders import DunningResult, plan_lines, settled_ledger, store_orders
from pipelines.access.plan import PlanLine, plan_access
from pipelines.access.reader import Whom, read_facts
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def restore(settings: Settings, at: datetime, *, secrets: Secrets | None = None) -> DunningResult:
    """Give access back to everybody who has no blocking debt on the last day whose ladder was taken; nobody is blocked.

    To be called after every import of payments: access comes back at once, without a person. Completes what a killed run left.
    """
    with logs.verb("access", "restore") as done:
        with settled_ledger(settings, at) as ledger:
            days = {row.last_day for row in query.rows(ledger.connection, "access/organizations") if row.last_day}
            facts = read_facts(settings, ledger.connection, max(days), at, whom=Whom.BLOCKED) if days else None
            lines = _restore(settings, ledger.connection, facts, at) if facts else ()
            ledger.is_kept = True
        refused = apply_orders(settings, at, secrets or {}) if days else {}
        result = DunningResult(max(days, default=at.date()), lines, refused, is_done=True, stopped=facts.stopped if facts else "")
        done |= {"restore": result.count("restore"), "refused": ",".join(sorted(refused))}
    return result


def _restore(settings: Settings, connection: "Connection", facts: LadderFacts, at: datetime) -> tuple[PlanLine, ...]:
    plans = [plan_access(facts, organization, only_restore=True) for organization in facts.organizations]
    store_orders(connection, facts, plans, None, at)
    queue_letters(settings, connection, facts, plans, at)
    return plan_lines(plans)
