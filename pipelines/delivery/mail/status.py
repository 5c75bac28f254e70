"""Look at the outbox, show what would be sent, and decide about letters whose outcome nobody knows."""

from datetime import UTC, datetime
from typing import Any, Literal

from pipelines.clock import Authorship
from pipelines.delivery.mail.client_now import decided
from pipelines.delivery.mail.compose import compose
from pipelines.delivery.mail.sending import client_kinds, read_message
from pipelines.delivery.mail.writing import addressed, write
from pipelines.errors import BadInput, Refused
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

STATES = ("queued", "sent", "failed", "suppressed", "unknown")
COLUMNS = ("kind", "key", "state", "client_code", "attempts", "next_attempt", "accepted", "bounced", "sent_at", "detail")
COUNT_COLUMNS = ("state", "letters", "oldest")
DRY_COLUMNS = ("kind", "key", "sender", "recipients", "meant_for", "subject", "attachments", "bytes")
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class NotToResolve(Refused):
    """The outcome of the letter is known, or it is still to be sent."""


def counts(settings: Settings) -> list[dict[str, Any]]:
    """Letters by state, with the oldest of each: COUNT_COLUMNS."""
    with engine.transaction(settings) as connection:
        return query.mappings(connection, "delivery/mail/counts")


def listing(settings: Settings, states: list[str], most: int) -> list[dict[str, Any]]:
    """Letters in these states, the newest first: COLUMNS."""
    with engine.transaction(settings) as connection:
        return query.mappings(connection, "delivery/mail/listing", states=states, most=most)


def dry_run(settings: Settings, at: datetime, limit: int | None = None, *, at_once: bool = False) -> list[dict[str, Any]]:
    """What `send` would hand over now, written out in full and not sent; nothing is stored: DRY_COLUMNS."""
    due = {"due": _EVER if at_once else at, "most": settings.mail_batch if limit is None else limit, "client_kinds": client_kinds()}
    with engine.transaction(settings) as connection:
        letters = query.rows(connection, "delivery/mail/due", **due)
    shown = []
    for letter in letters:
        with engine.transaction(settings) as connection:
            row = read_message(connection, letter.event_kind, letter.event_key)
            whom = addressed(settings, row).recipients
            about = {"kind": row.event_kind, "key": row.event_key, "recipients": list(whom)}
            try:
                decision = decided(settings, connection, row, at)
                if decision.dropped:
                    shown.append({**about, "subject": f"not sent: {decision.dropped}"})
                    continue
                outgoing = write(settings, connection, row, whom, at, decision)
            except Refused as error:
                shown.append({**about, "subject": f"cannot be written: {error}"})
                continue
        shown.append(
            {
                **about,
                "sender": outgoing.sender,
                "recipients": list(outgoing.recipients),
                "meant_for": list(outgoing.meant_for),
                "subject": outgoing.letter.subject,
                "attachments": list(outgoing.attachments),
                "bytes": len(compose(outgoing)),
            }
        )
    return shown


def resolve(settings: Settings, kind: str, key: str, verdict: Literal["sent", "again"], author: Authorship) -> None:
    """A person's word on an unknown, failed or suppressed letter: it arrived, or it is to be sent again. NotToResolve otherwise.

    BadInput when there is no such letter.
    """
    with engine.transaction(settings) as connection:
        values = {"kind": kind, "key": key, "state": "sent" if verdict == "sent" else "queued", "at": author.at}
        resolved = query.first(connection, "delivery/mail/resolve", **values)
        if resolved is None:
            if query.first(connection, "delivery/mail/message", kind=kind, key=key, invoice_kinds=[]) is None:
                raise BadInput.one("KIND KEY", f"there is no letter {kind!r} {key!r}")
            raise NotToResolve(f"the letter {kind} {key} is neither unknown nor failed nor suppressed: there is nothing to decide")
        word = {
            "kind": kind,
            "key": key,
            "attempt_no": resolved.attempts,
            "step": "resolved",
            "outcome": verdict,
            "code": None,
            "detail": f"{author.by}: {author.reason}",
            "recipients": [],
            "message_id": resolved.message_id,
            "at": author.at,
        }
        query.run(connection, "delivery/mail/add_attempt", **word)
