"""Put events into the outbox, in the transaction in which they happen."""

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from pipelines.delivery.mail.events import Event
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TOGETHER: Final = 1000  # events of one statement


def queue(connection: "Connection", events: Iterable[Event], at: datetime) -> int:
    """Queue a letter for each event, in the caller's transaction; the number that was not queued before."""
    waiting, added = iter(events), 0
    while batch := list(islice(waiting, _TOGETHER)):
        listed = json.dumps([_values(event) for event in batch], ensure_ascii=False)
        added += query.run(connection, "delivery/mail/queue_events", events=listed, at=at).rowcount
    return added


def queue_issued(connection: "Connection", at: datetime) -> None:
    """Queue the letters of what is issued in the caller's transaction, which has their ids in the temporary table `numbered`."""
    query.run(connection, "delivery/mail/queue_issued", at=at)


def _values(event: Event) -> dict[str, object]:
    return {
        "kind": event.kind,
        "key": event.key,
        "organization_code": event.organization_code,
        "client_code": event.client_code,
        "facts": dict(event.facts),
    }
