"""Findings: messages that 1C has not acknowledged for too long, and objects that it could not take (domain.md §10)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec.peers import local_time
from pipelines.findings.store import Occurrence, replace
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

KIND: Final = "unacknowledged"
PATIENCE: Final = timedelta(days=3)
"""1C exchanges by schedule, at least once in a working day; a week-end passes unnoticed."""


def refresh(connection: "Connection", peer: str, at: datetime) -> int:
    """Replace today's findings of this kind (today on the wall clock of the house); how many there are."""
    today = local_time(connection, at).date()
    late = query.rows(connection, "delivery/onec/unacknowledged", peer=peer, before=at - PATIENCE)
    findings = [
        Occurrence(
            KIND,
            f"{peer}/{row.message_no}" if row.message_no else f"{peer}/outbox",
            today,
            None,
            {
                "peer": peer,
                "message_no": row.message_no,
                "invoices": row.invoices,
                "sales": row.sales,
                "since": str(local_time(connection, row.oldest).date()),
            },
        )
        for row in late
    ]
    refused = query.rows(connection, "delivery/onec/refused", peer=peer)
    findings += [
        Occurrence(KIND, f"{peer}/{row.object_key}", today, row.contract_no, {"peer": peer, "refusal": row.refusal}) for row in refused
    ]
    return replace(connection, [KIND], today, today, findings)
