"""The peer of the exchange: its numbers, and its turn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

from pipelines.master import house_clock
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


CORRECTIONS: Final = ("Документ.КорректировкаРеализацииТоваров", "Документ.КорректировкаРеализации")
"""Names under which a base may list corrections of sales: the format's, and that of 1C's own document."""


@dataclass(frozen=True, slots=True)
class Takes:
    """What a base takes beside catalogues, invoices and sales, by the types of objects that its header says it receives.

    `orders`: it knows an invoice as ЗаказКлиента, for it takes no СчетПокупателю.
    """

    orders: bool = False
    prices: bool = False
    price_types: bool = False
    corrections: bool = False
    payment_statuses: bool = False
    properties: bool = False

    @classmethod
    def of(cls, types: Collection[str]) -> Self:
        """By the names of types; nothing more where a base has given none."""
        orders = "Документ.ЗаказКлиента" in types and "Документ.СчетПокупателю" not in types
        return cls(
            orders=orders,
            prices="Документ.УстановкаЦенНоменклатуры" in types,
            price_types="Справочник.ТипыЦен" in types,
            corrections=any(name in types for name in CORRECTIONS),
            payment_statuses=orders and "Справочник.СостояниеОплатыЗаказа" in types,
            properties="Справочник.ДополнительныеРеквизиты" in types,
        )


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
    receives: tuple[str, ...] | None
    compared_scope: str | None
    compared_marks: str | None
    compared_no: int
    compared_at: datetime | None

    @property
    def takes(self) -> Takes:
        """What its own list of types says; a base that has given none gets what every base takes."""
        return Takes.of(self.receives or ())

    @property
    def is_heard(self) -> bool:
        """Whether it has ever written to us."""
        return bool(self.received_no or self.versions or self.receives)

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
    row = query.first(connection, "delivery/onec/peer", peer=peer)
    if row is None:
        query.run(connection, "delivery/onec/add_peer", peer=peer)
        row = query.run(connection, "delivery/onec/peer", peer=peer).one()
    receives = None if row.receives is None else tuple(row.receives)
    return Peer(**{**row._mapping, "versions": tuple(row.versions), "receives": receives})


def local_time(connection: "Connection", at: datetime) -> datetime:
    """The moment on the wall clock of the house."""
    return at.astimezone(house_clock.zone(connection))
