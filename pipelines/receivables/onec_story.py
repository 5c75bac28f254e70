"""What went to 1C and came from it of one object, by its reference (UUID)."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pipelines.delivery.onec.model import ObjectKind, reference
from pipelines.errors import BadInput
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

ONEC_STORY_COLUMNS: Final = ("direction", "peer", "message_no", "again_in", "at", "what", "state", "acknowledged_at")
_SHEETS: Final = {"counterparty": "clients", "contract": "contracts"}
_KINDS: Final = frozenset(map(str, ObjectKind))


def onec_story(settings: Settings, written: str) -> tuple[str, list[dict[str, Any]]]:
    """What the object is, and every version of it that a message carried or that waits, then what came of it (`ONEC_STORY_COLUMNS`).

    No rows: it goes along with the documents that name it. BadInput for what is no UUID, or none that was ever sent or received.
    """
    try:
        wanted = UUID(written.strip())
    except ValueError:
        raise BadInput.one("UUID", f"{written!r} is no reference of 1C (such as 0c1d2e3f-7777-4a4a-8b8b-000000000317)") from None
    with engine.transaction(settings) as connection:
        named = _named(connection, wanted)
        names = {"sheet": _SHEETS.get(named.kind), "code": named.outbox_key} if named else {"sheet": None, "code": None}
        received = query.mappings(connection, "receivables/onec_received", reference=str(wanted), **names)
        if named is None:
            if not received:
                raise BadInput.one("UUID", f"{wanted} was neither sent to 1C nor received from it")
            return f"document of 1C {wanted}", received
        sent = query.mappings(connection, "receivables/onec_sent", kind=named.kind, key=named.outbox_key)
        return f"{named.kind} {named.name}", sent + received


def _named(connection: "Connection", wanted: UUID) -> Any:
    """The object of ours that has this reference, or None."""
    rows = query.stream(connection, "receivables/onec_names")
    return next((row for row in rows if row.kind in _KINDS and reference(ObjectKind(row.kind), row.key) == wanted), None)
