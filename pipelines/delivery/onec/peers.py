"""The peer of the exchange: its numbers, and its turn."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.master import house_clock
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Peer:
    """Where the exchange stands (columns of delivery.onec_peers)."""

    sent_no: int
    received_no: int
    highest_no: int
    confirmed_no: int
    owed_no: int
    acknowledged_no: int
    received_digest: str | None
    received_created: str | None
    versions: tuple[str, ...]
    sent_invoices: int
    sent_sales: int
    sent_objects: int

    @property
    def is_owed(self) -> bool:
        """Whether they wait for the acknowledgement of a message with content."""
        return self.owed_no > self.acknowledged_no

    def has_had(self, message_no: int, created: str) -> bool:
        """Whether a message of theirs was received before.

        A base that was restored from a backup counts on from below numbers that it has used: what it writes under them is new where it
        was written later than everything that was taken.
        """
        if message_no <= self.received_no:
            return True
        return message_no <= self.highest_no and created <= (self.received_created or "")


def take_turn(connection: "Connection", peer: str) -> Peer:
    """The peer's state, alone with it until the transaction ends: another turn waits."""
    lock(connection, Lock.ONEC_PEER, peer)
    query.run(connection, "delivery/onec/add_peer", peer=peer)
    row = query.run(connection, "delivery/onec/peer", peer=peer).one()
    return Peer(**{**row._mapping, "versions": tuple(row.versions)})


def local_time(connection: "Connection", at: datetime) -> datetime:
    """The moment on the wall clock of the house."""
    return at.astimezone(house_clock.zone(connection))
