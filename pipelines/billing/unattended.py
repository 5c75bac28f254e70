"""Whether the run that is drafted may be issued without a person (domain.md §6)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.billing.bounds import ReasonToAsk, RunSize, bounds_of, exceeded
from pipelines.billing.drafting import stored_run
from pipelines.billing.model import Purpose
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def needs_a_person(settings: Settings, connection: "Connection", month: Month, purpose: Purpose) -> Sequence[ReasonToAsk]:
    """Why the run that is drafted now may not be issued unattended: a person refused exactly it, or it is beyond a bound."""
    run = stored_run(connection, month, purpose)
    if run is not None and run.decision == "rejected":
        return (ReasonToAsk(f"refused by {run.by_name}", f"отклонил {run.by_name}"),)
    [size] = query.rows(connection, "billing/drafted_size", RunSize, month=month.first, purpose=purpose, first=month.first, last=month.last)
    return exceeded(bounds_of(settings), size)
