"""Findings: what 1C has not acknowledged for too long, objects that it could not take, and a base that is silent (domain.md §10)."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec import declared
from pipelines.delivery.onec.peers import local_time
from pipelines.delivery.onec.status import ExchangeStanding, standings
from pipelines.findings.store import Occurrence, replace
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

KIND: Final = "unacknowledged"
SILENT: Final = "silent_peer"
PATIENCE: Final = timedelta(days=3)
"""1C exchanges by schedule, at least once in a working day; a week-end passes unnoticed."""


def refresh(settings: Settings, connection: "Connection", at: datetime) -> int:
    """Replace today's findings of these kinds (today where the house is), of every base that is not retired; how many they are."""
    today = local_time(connection, at).date()
    peers = [base.code for base in declared.peers(settings, connection) if not base.is_over(today)]
    late = query.rows(connection, "delivery/onec/unacknowledged", peers=peers, before=at - PATIENCE)
    findings = [
        Occurrence(
            KIND,
            f"{row.peer}/{row.message_no}" if row.message_no else f"{row.peer}/outbox",
            today,
            None,
            {
                "peer": row.peer,
                "message_no": row.message_no,
                "invoices": row.invoices,
                "sales": row.sales,
                "others": row.others,
                "since": str(local_time(connection, row.oldest).date()),
            },
        )
        for row in late
    ]
    refused = query.rows(connection, "delivery/onec/refused", peers=peers)
    findings += [
        Occurrence(KIND, f"{row.peer}/{row.object_key}", today, row.contract_no, {"peer": row.peer, "refusal": row.refusal})
        for row in refused
    ]
    findings += [_silence(connection, each, today) for each in standings(settings, connection, today) if _is_silent(each, at - PATIENCE)]
    return replace(connection, [KIND, SILENT], today, today, findings)


def _is_silent(peer: ExchangeStanding, before: datetime) -> bool:
    """Whether something waits for the base, and it has said nothing, since before that moment."""
    waits = peer.oldest_queued_at is not None and peer.oldest_queued_at < before
    return waits and not peer.is_over and (peer.heard_at is None or peer.heard_at < before)


def _silence(connection: "Connection", peer: ExchangeStanding, today: date) -> Occurrence:
    since = peer.heard_at or peer.oldest_queued_at
    day = today if since is None else local_time(connection, since).date()
    parameters = {"peer": peer.peer, "since": day.isoformat(), "days": (today - day).days, "has_spoken": peer.heard_at is not None}
    return Occurrence(SILENT, peer.peer, today, None, parameters)
