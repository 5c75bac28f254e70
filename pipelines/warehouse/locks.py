"""The advisory locks of the warehouse: who waits for whom. Each dies with its transaction or its process."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PATIENCE = "1500ms"
_LOCK_NOT_AVAILABLE = "55P03"


class Lock(Enum):
    """What one transaction at a time may change; the next one waits until it ends."""

    MIGRATIONS = "migrations"
    MASTER = "master"
    PLATFORM = "platform"
    GATE_FINDINGS = "gate_findings"
    USAGE = "usage"
    RECEIVABLES = "receivables"
    WORKBOOK = "workbook"
    BANK_FOLDER = "bank_folder"
    ACCESS = "access"
    PLATFORM_WRITES = "platform_writes"
    ONEC_PEER = "onec_peer"
    EXPORT = "export"
    LINK_ADDRESS = "link_address"
    LINK_ORIGIN = "link_origin"


class Work(Enum):
    """What one process at a time may do for a month; a second one is refused."""

    BILLING = "billing"


class AlreadyRunning(Refused):
    """The same work is being done by another process; the message names it."""


def lock(connection: "Connection", what: Lock, key: object = "") -> None:
    """Take a lock to the end of the transaction, waiting for whoever has it. Taken again, it returns at once.

    ``key`` narrows it: a platform, a month, a day, a peer.
    """
    query.run(connection, "locks/lock", name=f"{what.value}/{key}")


@contextmanager
def turn(settings: Settings, work: Work, month: Month, by: str, at: datetime) -> Iterator[None]:
    """Hold a work of a month for the length of the block; AlreadyRunning when another process does.

    The lock dies with its process, so a killed run never stands in the way of the next one (domain.md §7).
    """
    key, holder = f"{work.value}/{month}", f"{by} (process {os.getpid()} on {socket.gethostname()})"
    with engine.connected(settings) as connection:
        if not _try_turn(connection, key):
            other = query.first(connection, "locks/turn_holder", work=key)
            named = f"by {other.holder} since {other.since:%Y-%m-%d %H:%M:%S} UTC" if other else "by another process"
            raise AlreadyRunning(f"{work.value} of {month} is already running, {named}")
        try:
            query.run(connection, "locks/record_turn", work=key, holder=holder, at=at)
            connection.commit()
            yield
        finally:
            _end_turn(connection, key)


def _end_turn(connection: "Connection", key: str) -> None:
    """Give the turn back: the lock also where the server stores nothing any more, for the connection outlives its use here.

    Where the server is gone, so is the lock, and nobody is asked for another connection to say so.
    """
    connection.rollback()
    try:
        if not connection.invalidated:
            query.run(connection, "locks/end_turn", work=key)
            connection.commit()
    finally:
        connection.rollback()
        if not connection.invalidated:
            query.run(connection, "locks/unlock_work", work=key)
            connection.commit()


def _try_turn(connection: "Connection", key: str) -> bool:
    """Take the lock of a work; a moment is allowed for the server to notice that its last holder was killed."""
    from sqlalchemy.exc import OperationalError

    try:
        query.run(connection, "locks/lock_patience", patience=_PATIENCE)
        query.run(connection, "locks/lock_work", work=key)
        connection.commit()
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None) != _LOCK_NOT_AVAILABLE:
            raise
        connection.rollback()
        return False
    return True
