"""Send to a base of 1C over HTTP everything that it has not acknowledged, object by object (domain.md §7).

An object is acknowledged by the answer to it: the outbox learns of it before the next one is sent. A process that dies between the
two finds the object in the base when it comes again, for its key is our own UUID.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec import outgoing, reading, unacknowledged
from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.filling import fill
from pipelines.delivery.onec.model import (
    AccessProperty,
    Contract,
    Correction,
    Counterparty,
    Invoice,
    NotForOnec,
    ObjectKind,
    OnecObject,
    PriceList,
    PriceType,
    Removal,
    Sale,
    Service,
)
from pipelines.delivery.onec.odata import access
from pipelines.delivery.onec.odata.access import BaseSecrets
from pipelines.delivery.onec.odata.entities import Entities, RefusedByOnec
from pipelines.delivery.onec.odata.entity_map import OFFERED_KINDS, EntityMap, entity_map
from pipelines.delivery.onec.odata.writing import EntityWriter, KnownEntity
from pipelines.delivery.onec.peers import CORRECTIONS, local_time, take_turn
from pipelines.documents.requisites import Buyer, Seller
from pipelines.errors import BadInput, Refused
from pipelines.platforms.errors import ProtocolBroken, RateLimited, Transient
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_UNANSWERED: Final = 3
"""Objects one after the other without a certain answer, before the rest of the turn is left to the next one."""

_REMOVED: Final = (ObjectKind.INVOICE, ObjectKind.SALE, ObjectKind.PRICES)
_TYPES: Final = {
    "correction": CORRECTIONS[-1],
    "price_type": "Справочник.ТипыЦен",
    "prices": "Документ.УстановкаЦенНоменклатуры",
}

OutboxKey = tuple[str, str]
KeyOf = Callable[[OnecObject], OutboxKey]


@dataclass(slots=True)
class EntitiesSent:
    """What a turn came to. `turn_no`: its number, 0 where nothing waited. `entities`: created and changed in the base, catalogues too.

    `refused`: (object, reason) of what 1C did not take: tried again with every further turn. `problem`: why the turn came to nothing,
    or not to its end; empty where it did.
    """

    place: str = ""
    turn_no: int = 0
    invoices: int = 0
    sales: int = 0
    entities: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    problem: str = ""


def send_entities(settings: Settings, base: DeclaredPeer, at: datetime, key_of: KeyOf, secrets: BaseSecrets | None) -> EntitiesSent:
    """All that the base has not acknowledged, each object in its latest version. `key_of` names an object in the outbox.

    BadInput: its map of entities cannot be read. What the base itself says, or does not say, is in the result.
    """
    with engine.transaction(settings) as connection:
        peer = fill(connection, base, at).peer
        query.run(connection, "delivery/onec/forget_carried", peer=base.code, confirmed_no=peer.confirmed_no)  # by files, before
        query.run(connection, "delivery/onec/going", peer=base.code, confirmed_no=peer.confirmed_no)
        is_waiting = bool(query.rows(connection, "delivery/onec/odata/going_versions"))
    sent = EntitiesSent()
    try:
        reached = access.entities(base, at, secrets)
        sent.place = reached.place
        rules = entity_map(base.configuration, base.code, settings.onec_maps_folder)
    except (Refused, BadInput) as error:
        _close(settings, base, at, sent, str(error), is_heard=False)
        raise
    with closing(reached):
        turn = _OutgoingTurn(settings, base, at, sent, key_of)
        if is_waiting and turn.begin(reached, rules):
            with engine.transaction(settings) as reader:
                lock(reader, Lock.ONEC_PEER, base.code)  # with this base alone until the end: another turn waits
                turn.pass_over(reader, reached, rules)
    _close(settings, base, at, sent, sent.problem, is_heard=turn.is_heard)
    return sent


def _close(settings: Settings, base: DeclaredPeer, at: datetime, sent: EntitiesSent, problem: str, *, is_heard: bool) -> None:
    with engine.transaction(settings) as connection:
        heard_at = at if is_heard else None
        query.run(connection, "delivery/onec/odata/close_turn", peer=base.code, problem=problem or None, heard_at=heard_at)
        if sent.turn_no:
            figures = {"invoices": sent.invoices, "sales": sent.sales, "objects": sent.entities}
            query.run(connection, "delivery/onec/odata/set_sent", peer=base.code, **figures)
        unacknowledged.refresh(settings, connection, at)


class _OutgoingTurn:
    """One pass over what a base has not acknowledged. The reader's transaction holds the turn; what is learned is stored in others."""

    def __init__(self, settings: Settings, base: DeclaredPeer, at: datetime, sent: EntitiesSent, key_of: KeyOf) -> None:
        self._settings, self._base, self._at, self._sent, self._key_of = settings, base, at, sent, key_of
        self._unanswered = self._in_a_row = 0
        self.is_heard = False

    def begin(self, reached: Entities, rules: EntityMap) -> bool:
        """Ask what the base publishes, and queue what it lacks by that; whether objects can go there."""
        try:
            published = reached.published()
            self.is_heard = True
            if missing := rules.written - published:
                raise ProtocolBroken(
                    f"1C base {self._base.code!r} does not publish {', '.join(sorted(missing))}: add them to its standard OData interface"
                )
            types = taken_types(reached, rules, published)
        except Refused as error:
            self._sent.problem = str(error)
            return False
        with engine.transaction(self._settings) as connection:
            known = take_turn(connection, self._base.code).receives or ()
            kept = types | (set(CORRECTIONS) & set(known))  # what was told as a correction once is told so for ever
            if kept != set(known):
                query.run(connection, "delivery/onec/set_receives", peer=self._base.code, receives=sorted(kept))
                fill(connection, self._base, self._at)
        return True

    def pass_over(self, reader: "Connection", reached: Entities, rules: EntityMap) -> None:
        """Every object that is going; then what has come to nothing for 1C is acknowledged too."""
        peer = take_turn(reader, self._base.code)
        query.run(reader, "delivery/onec/going", peer=self._base.code, confirmed_no=peer.confirmed_no)
        query.run(reader, "delivery/onec/going_statistics")
        versions = {(row.object_kind, row.object_key): row.version for row in query.rows(reader, "delivery/onec/odata/going_versions")}
        if not versions:
            return
        try:
            with engine.transaction(self._settings) as connection:
                self._sent.turn_no = query.scalar(connection, "delivery/onec/odata/open_turn", peer=self._base.code)
                kept = {"direction": "out", "message_no": self._sent.turn_no, "other_no": None, "objects": None}
                query.run(connection, "delivery/onec/add_message", peer=self._base.code, **kept, at=self._at)
            writer = EntityWriter(reached, rules, _Register(self._settings, self._base.code, self._at))
            try:
                of = outgoing.scope(reader, self._base.code, local_time(reader, self._at))
                for item in reading.objects(reader, self._base.code, of, outgoing.takes(self._base, peer)):
                    if isinstance(item, Removal) and item.kind not in _REMOVED:
                        continue  # what was a catalogue's is not deleted in a base that people work in
                    if not isinstance(item, AccessProperty):  # a person has made it there
                        self._bring(writer, item, versions)
            finally:
                self._sent.entities = writer.written
            self._accept(versions)
        except Refused as error:  # the base as a whole, not one object
            self._sent.problem = str(error)
        if self._unanswered and not self._sent.problem:
            self._sent.problem = f"{self._unanswered} objects had no certain answer; they go again with the next turn"

    def _bring(self, writer: EntityWriter, item: OnecObject, versions: dict[OutboxKey, int]) -> None:
        kind, outbox_key = kind_of(item), self._key_of(item)
        try:
            writer.bring(kind, item.buyer if isinstance(item, Counterparty) else item)
            if isinstance(item, Counterparty) and item.access is not None:
                writer.tell_access(item.buyer.code, item.access)
        except (NotForOnec, RefusedByOnec) as error:
            self._refuse(outbox_key, str(error), versions)
        except (Transient, RateLimited):
            versions.pop(outbox_key, None)  # not acknowledged and not refused: it goes again
            self._unanswered += 1
            self._in_a_row += 1
            if self._in_a_row == MOST_UNANSWERED:
                raise
            return
        else:
            if outbox_key in versions:
                self._accept({outbox_key: versions.pop(outbox_key)})
                self._sent.invoices += kind == "invoice"
                self._sent.sales += kind in ("sale", "correction")
        self._in_a_row = 0

    def _accept(self, versions: dict[OutboxKey, int]) -> None:
        if not versions:
            return
        kinds, keys = zip(*versions, strict=True)
        binds = {"kinds": list(kinds), "keys": list(keys), "versions": list(versions.values())}
        with engine.transaction(self._settings) as connection:
            query.run(connection, "delivery/onec/odata/accept", peer=self._base.code, turn_no=self._sent.turn_no, **binds)

    def _refuse(self, outbox_key: OutboxKey, reason: str, versions: dict[OutboxKey, int]) -> None:
        kind, key = outbox_key
        self._sent.refused.append((f"{kind} {key}", reason))
        if versions.pop(outbox_key, None) is not None:
            with engine.transaction(self._settings) as connection:
                query.run(connection, "delivery/onec/mark_refused", peer=self._base.code, kinds=[kind], keys=[key], reasons=[reason])


class _Register:
    """The keys of our objects in one base, as the warehouse keeps them."""

    def __init__(self, settings: Settings, peer: str, at: datetime) -> None:
        self._settings, self._peer, self._at = settings, peer, at
        self._known: dict[OutboxKey, KnownEntity | None] = {}

    def known(self, kind: str, key: str) -> KnownEntity | None:
        if (kind, key) not in self._known:
            with engine.transaction(self._settings) as connection:
                row = query.first(connection, "delivery/onec/odata/entity", peer=self._peer, kind=kind, key=key)
            self._known[kind, key] = KnownEntity(row.ref_key, row.digest) if row else None
        return self._known[kind, key]

    def keep(self, kind: str, key: str, entity: KnownEntity) -> None:
        if self._known.get((kind, key)) == entity or not entity.ref_key:
            return
        binds = {"kind": kind, "key": key, "ref_key": entity.ref_key, "digest": entity.digest, "at": self._at}
        with engine.transaction(self._settings) as connection:
            query.run(connection, "delivery/onec/odata/set_entity", peer=self._peer, **binds)
        self._known[kind, key] = entity

    def is_anothers(self, kind: str, key: str, ref_key: str) -> bool:
        with engine.transaction(self._settings) as connection:
            owners = query.scalars(connection, "delivery/onec/odata/owners", peer=self._peer, kind=kind, ref_key=ref_key)
        return any(owner != key for owner in owners)


def taken_types(reached: Entities, rules: EntityMap, published: frozenset[str]) -> set[str]:
    """What the base takes beside the common objects, by the names that a header of a message would have for it."""
    types = {_TYPES[kind] for kind in OFFERED_KINDS if kind in rules.objects and rules.objects[kind].entity in published}
    if _TYPES["price_type"] not in types:
        types.discard(_TYPES["prices"])
    if rules.access is not None and rules.access.entity in published:
        lookup = rules.lookups[rules.access.lookup]
        if lookup.entity in published and len(reached.where(lookup.entity, lookup.where)) == 1:
            types.add("Справочник.ДополнительныеРеквизиты")
    return types


def kind_of(item: OnecObject) -> str:
    """The kind of an object, as maps call it."""
    return str(item.kind) if isinstance(item, Removal) else _KINDS.get(type(item), type(item).__name__)


_KINDS: Final = {
    Seller: "organization", Buyer: "counterparty", Counterparty: "counterparty", Contract: "contract", Service: "service",
    PriceType: "price_type", PriceList: "prices", Invoice: "invoice", Sale: "sale", Correction: "correction",
}  # fmt: skip
