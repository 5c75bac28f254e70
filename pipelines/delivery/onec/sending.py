"""Send to 1C everything that it has not confirmed, as the next message (facts of 1C's exchange; domain.md §7).

A message's number is used for one content only, whenever the process dies: the complete file lies under a temporary
name that carries the number, then the number is committed, then the file gets the name that 1C looks for. A file whose
number was committed is published by the next turn; one whose number was not has been seen by nobody and is thrown away.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from pipelines.delivery.onec import declared, journal, outgoing, reading, unacknowledged
from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.filling import fill
from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.message import (
    VERSIONS,
    Envelope,
    NoCommonVersion,
    PreparedMessage,
    common_version,
    message_name,
    prepare_message,
    prepared_messages,
    publish,
    remnants,
    too_new_rate,
)
from pipelines.delivery.onec.model import (
    Contract,
    Correction,
    Counterparty,
    Invoice,
    NotForOnec,
    ObjectKind,
    OnecObject,
    PaymentStatus,
    PriceList,
    Removal,
    Sale,
    Service,
)
from pipelines.delivery.onec.outgoing import ExchangeScope
from pipelines.delivery.onec.peers import Peer, local_time
from pipelines.documents.requisites import Buyer, Seller
from pipelines.errors import BadInput, Refused
from pipelines.logs import verb
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

_MANY: Final = 200
"""Objects in a message from which on the planner must be told how many they are."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from pipelines.delivery.onec.odata.access import BaseSecrets
    from pipelines.delivery.onec.odata.exchange import EntitiesSent


@dataclass(frozen=True, slots=True)
class MessageSent:
    """The message that lies in ``out`` for 1C, or the turn in which a base over HTTP took its objects; `path`: where.

    ``is_new``: written now; else it waits unchanged since an earlier turn.

    ``refused``: (object, reason) of what 1C could not take as it is: left out, tried again with every message.
    """

    path: Path | str
    message_no: int
    invoices: int
    sales: int
    objects: int
    is_new: bool = True
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Tally:
    """What passes into a message, and what is left out of it."""

    invoices: int = 0
    sales: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)  # kind, key, reason

    def watch(self, objects: "Iterator[OnecObject]") -> "Iterator[OnecObject]":
        for item in objects:
            self._count(item, 1)
            yield item

    def leave_out(self, item: OnecObject, error: NotForOnec) -> None:
        self._count(item, -1)
        kind, key = _outbox_key(item)
        self.refused.append((kind, key, str(error)))

    def _count(self, item: OnecObject, by: int) -> None:
        if isinstance(item, Invoice):
            self.invoices += by
        elif isinstance(item, Sale | Correction) or (isinstance(item, Removal) and item.kind is ObjectKind.SALE):
            self.sales += by


@dataclass(frozen=True, slots=True)
class PeerTurn:
    """What one base was written: the message, None where it needs none; `problem`: why none could be written."""

    peer: str
    message: MessageSent | None = None
    problem: str = ""


class MessageNotSent(Refused):
    """Bases that no message could be written to, and why."""

    @classmethod
    def of(cls, turns: "Iterable[PeerTurn]") -> Self | None:
        """What to raise once all bases had their turn; None where each got what it needs."""
        problems = [f"{turn.peer}: {turn.problem}" for turn in turns if turn.problem]
        return cls("; ".join(problems)) if problems else None


def require_sent(turns: "Iterable[PeerTurn]") -> list[MessageSent]:
    """The messages that were written, or lie there still; MessageNotSent once all bases had their turn, where one got none."""
    had = list(turns)
    if unsent := MessageNotSent.of(had):
        raise unsent
    return [turn.message for turn in had if turn.message]


def send_to_all(settings: Settings, at: datetime, codes: tuple[str, ...] = (), secrets: "BaseSecrets | None" = None) -> list[PeerTurn]:
    """The next message to every base, or to those of these codes; one that cannot be written holds up no other. BadInput: unknown code.

    `secrets`: Airflow connections of bases over HTTP; one that is not there is taken from the environment.
    """
    with engine.transaction(settings) as connection:
        bases = declared.chosen(settings, connection, codes)
    turns = []
    for base in bases:
        try:
            turns.append(_turn(settings, at, base, secrets))
        except (Refused, BadInput) as error:
            turns.append(PeerTurn(base.code, problem=str(error)))
    return turns


def _turn(settings: Settings, at: datetime, base: DeclaredPeer, secrets: "BaseSecrets | None") -> PeerTurn:
    if base.transport == "folder":
        return PeerTurn(base.code, send(settings, at, base))
    with verb("delivery", "send_to_onec", peer=base.code) as done:
        sent = _over_http(settings, base, at, secrets)
        if sent is None:
            return PeerTurn(base.code)
        done |= {"message_no": sent.turn_no, "invoices": sent.invoices, "sales": sent.sales, "left_out": len(sent.refused)}
    figures = (sent.place, sent.turn_no, sent.invoices, sent.sales, sent.entities)
    return PeerTurn(base.code, MessageSent(*figures, refused=tuple(sent.refused)) if sent.turn_no else None, sent.problem)


def _over_http(settings: Settings, base: DeclaredPeer, at: datetime, secrets: "BaseSecrets | None") -> "EntitiesSent | None":
    from pipelines.delivery.onec.odata.exchange import send_entities

    with engine.transaction(settings) as connection:
        if base.is_over(local_time(connection, at).date()):
            fill(connection, base, at)
            unacknowledged.refresh(settings, connection, at)
            return None
    return send_entities(settings, base, at, _outbox_key, secrets)


def send(settings: Settings, at: datetime, base: DeclaredPeer | None = None) -> MessageSent | None:
    """Write the next message to a base of files into its ``out``: all that it has not confirmed, each sale in its latest version.

    `base`: None for that of the settings. A base that was retired gets nothing.

    None when nothing is unconfirmed and no acknowledgement is due. When nothing has changed since the last message and
    it still lies in ``out``, it stays as it is. When 1C took it and has not confirmed, the next number carries all again.
    """
    if base is None:
        with engine.transaction(settings) as connection:
            [base] = declared.chosen(settings, connection, (settings.onec_peer,))
    with verb("delivery", "send_to_onec", peer=base.code) as done:
        sent = _send(settings, base, at)
        if sent:
            done |= {"message_no": sent.message_no, "invoices": sent.invoices, "sales": sent.sales, "left_out": len(sent.refused)}
    return sent


def _send(settings: Settings, base: DeclaredPeer, at: datetime) -> MessageSent | None:
    path = base.folder("out") / message_name(settings.onec_node, base.code)
    base.folder("in")  # 1C answers there, and may write no folder of its own
    result, prepared = None, None
    with engine.transaction(settings) as connection:
        outbox = fill(connection, base, at)
        peer, of, now = outbox.peer, outbox.scope, outbox.now
        if base.is_over(now.date()):
            unacknowledged.refresh(settings, connection, at)
            return None
        _finish_interrupted(base, path, peer)
        of_peer = {"peer": base.code, "confirmed_no": peer.confirmed_no}
        if peer.is_owed or query.scalar(connection, "delivery/onec/has_unconfirmed", **of_peer):
            query.run(connection, "delivery/onec/going", **of_peer)
            result, prepared = _next(settings, connection, base, peer, of, path, now)
        unacknowledged.refresh(settings, connection, at)
    if result is not None:
        journal.note_sent(base, result.message_no)  # before it is seen: a restored database must not use its number again
    if prepared is not None:
        _publish(prepared)
    return result


def _next(
    settings: Settings, connection: "Connection", base: DeclaredPeer, peer: Peer, of: ExchangeScope, path: Path, now: datetime
) -> tuple[MessageSent | None, PreparedMessage | None]:
    """The message that lies under this path, where it says all that goes; else the next one, under its temporary name."""
    counts = query.run(connection, "delivery/onec/counts").one()
    if not (counts.new or counts.carried or peer.is_owed):
        return None, None
    if counts.objects > _MANY:
        query.run(connection, "delivery/onec/going_statistics")
    waiting = _number_in(path)
    if waiting == peer.sent_no and not counts.new and not peer.is_owed:
        return MessageSent(path, peer.sent_no, peer.sent_invoices, peer.sent_sales, peer.sent_objects, is_new=False), None
    number = max(peer.sent_no, waiting, journal.reached(base).sent_no) + 1
    return _write(settings, connection, base, peer, of, number, now)


def _write(
    settings: Settings, connection: "Connection", base: DeclaredPeer, peer: Peer, of: ExchangeScope, number: int, now: datetime
) -> tuple[MessageSent | None, PreparedMessage | None]:
    """The message under its temporary name, and everything that the warehouse must know of it."""
    envelope = Envelope(
        sender=settings.onec_node,
        receiver=base.code,
        message_no=number,
        received_no=peer.received_no,
        created=now,
        version=_version(settings, connection, base, peer, of),
    )
    tally = _Tally()
    objects = reading.objects(connection, base.code, of, outgoing.takes(base, peer))
    prepared = prepare_message(base.folder("out"), envelope, tally.watch(objects), tally.leave_out)
    try:
        kinds, keys, reasons = ([left_out[place] for left_out in tally.refused] for place in range(3))
        names = {"peer": base.code, "kinds": kinds, "keys": keys}
        query.run(connection, "delivery/onec/mark_refused", **names, reasons=reasons)
        refused = tuple((f"{kind} {key}", reason) for kind, key, reason in tally.refused)
        if tally.refused and not peer.is_owed and not query.scalar(connection, "delivery/onec/left_going", kinds=kinds, keys=keys):
            prepared.temporary.unlink()
            return None, None
        query.run(connection, "delivery/onec/mark_carried", **names, message_no=number)
        figures = {"invoices": tally.invoices, "sales": tally.sales, "objects": prepared.objects}
        query.run(connection, "delivery/onec/set_sent", peer=base.code, message_no=number, **figures)
        kept = {"direction": "out", "message_no": number, "other_no": peer.received_no, "objects": prepared.objects}
        query.run(connection, "delivery/onec/add_message", peer=base.code, **kept, at=now)
    except BaseException:
        prepared.temporary.unlink(missing_ok=True)
        raise
    return MessageSent(prepared.path, number, tally.invoices, tally.sales, prepared.objects, refused=refused), prepared


def _version(settings: Settings, connection: "Connection", base: DeclaredPeer, peer: Peer, of: ExchangeScope) -> str:
    """The version that the message is written in; NoCommonVersion names the first document that an older one could not hold."""
    if not peer.versions:
        return base.version or settings.onec_version
    try:
        return common_version(peer.versions, _written(base))
    except NoCommonVersion as error:
        named = too_new_rate(reading.objects(connection, base.code, of, outgoing.takes(base, peer)))
        raise NoCommonVersion(f"{error}; {named}" if named else str(error)) from None


def _written(base: DeclaredPeer) -> tuple[str, ...]:
    """Versions of EnterpriseData that this base is written."""
    return VERSIONS if base.version is None else VERSIONS[: VERSIONS.index(base.version) + 1]


def _finish_interrupted(base: DeclaredPeer, path: Path, peer: Peer) -> None:
    """Publish the message whose number was committed and whose process died before it could; throw away the others."""
    prepared = prepared_messages(path.parent, path.name)
    committed = [temporary for temporary, number in prepared.items() if number == peer.sent_no]
    if len(committed) == 1 and _number_in(path) < peer.sent_no:
        journal.note_sent(base, peer.sent_no)
        _publish(PreparedMessage(committed[0], path, peer.sent_objects))
    for left in remnants(path.parent, path.name):
        left.unlink(missing_ok=True)


def _publish(prepared: PreparedMessage) -> None:
    with suppress(FileNotFoundError):  # another turn was quicker: it found the committed message and published it
        publish(prepared)


def _number_in(path: Path) -> int:
    """Number of the message that lies under this name; 0 when none does, or it cannot be read."""
    try:
        return read_header(path).message_no or 0
    except (FileNotFoundError, BadInput):
        return 0


def _outbox_key(item: OnecObject) -> tuple[str, str]:
    """(kind, key) as the outbox has it; what is never in it alone has a kind that the outbox does not know."""
    if isinstance(item, Removal):
        return str(item.kind), item.key
    kind, attribute = _OUTBOX.get(type(item), ("setting", ""))
    return kind, attrgetter(attribute)(item) if attribute else ""


_OUTBOX = {
    Seller: ("organization", "code"),
    Buyer: ("counterparty", "code"),
    Counterparty: ("counterparty", "buyer.code"),
    Contract: ("contract", "number"),
    Service: ("service", "key"),
    PriceList: ("prices", "key"),
    Invoice: ("invoice", "number"),
    Sale: ("sale", "key"),
    Correction: ("correction", "key"),
    PaymentStatus: ("payment_status", "order.number"),
}
