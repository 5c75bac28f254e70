"""A base's turn to fill its outbox: the one place where anything is queued for 1C, by what the base says that it takes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.delivery.onec import declared, journal, outgoing
from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.outgoing import ExchangeScope
from pipelines.delivery.onec.peers import Peer, local_time, take_turn
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class FilledOutbox:
    """The base that has its turn until the transaction ends, whose data it gets, and the moment on the wall clock of the house."""

    peer: Peer
    scope: ExchangeScope
    now: datetime


def fill(connection: "Connection", base: DeclaredPeer, at: datetime) -> FilledOutbox:
    """Take the base's turn and queue everything that it lacks, in the caller's transaction."""
    now = local_time(connection, at)
    peer = _resumed(connection, base)
    scope = outgoing.scope(connection, base.code, now)
    outgoing.queue(connection, base, peer, scope, now)
    return FilledOutbox(peer, scope, now)


def fill_outboxes(settings: Settings, at: datetime) -> None:
    """Fill the outbox of every base, each in a transaction of its own; nothing is sent, so nobody need be reached."""
    with engine.transaction(settings) as connection:
        bases = declared.peers(settings, connection)
    for base in bases:
        with engine.transaction(settings) as connection:
            fill(connection, base, at)


def _resumed(connection: "Connection", base: DeclaredPeer) -> Peer:
    """The base's state. What it takes is what its folder says: a database that was restored from a backup may have forgotten it, and would
    tell within a sale what the base has as a correction of its own."""
    peer = take_turn(connection, base.code)
    said = journal.reached(base).receives if base.transport == "folder" else None
    if said is None or said == peer.receives:
        return peer
    query.run(connection, "delivery/onec/set_receives", peer=base.code, receives=list(said))
    return replace(peer, receives=said)
