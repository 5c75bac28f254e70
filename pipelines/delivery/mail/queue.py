"""Put events into the outbox, in the transaction in which they happen."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.delivery.mail.events import Event
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def queue(connection: "Connection", events: Iterable[Event], at: datetime) -> int:
    """Queue a letter for each event, in the caller's transaction; the number that was not queued before.

    The letters of issued invoices are queued by sql/warehouse/billing/queue_mail.sql in the issuing transaction.
    """
    added = 0
    for event in events:
        values = {
            "kind": event.kind,
            "key": event.key,
            "organization_code": event.organization_code,
            "client_code": event.client_code,
            "facts": json.dumps(event.facts, ensure_ascii=False),
            "at": at,
        }
        added += query.run(connection, "delivery/mail/queue_event", **values).rowcount
    return added
