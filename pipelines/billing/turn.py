"""One at a time: a second close of a month is refused, and told who holds the first (domain.md §7)."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.errors import Refused
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection


_PATIENCE = "1500ms"
_LOCK_NOT_AVAILABLE = "55P03"


class AlreadyRunning(Refused):
    """The same work is being done by another process; the message names it."""


@contextmanager
def turn(settings: Settings, work: str, by: str, at: datetime) -> Iterator[None]:
    """Hold ``work`` (such as ``billing of 2026-01``) for the length of the block; AlreadyRunning when another process does.

    The lock dies with its process, so a killed run never stands in the way of the next one.
    """
    from sqlalchemy import text

    holder = f"{by} (process {os.getpid()} on {socket.gethostname()})"
    with engine.engine(settings).connect() as connection:
        if not _locked(connection, work):
            other = connection.execute(text(statement("warehouse/billing/turn_holder")), {"work": work}).one_or_none()
            named = f"by {other.holder} since {other.since:%Y-%m-%d %H:%M:%S} UTC" if other else "by another process"
            raise AlreadyRunning(f"{work} is already running, {named}")
        try:
            connection.execute(text(statement("warehouse/billing/take_turn")), {"work": work, "holder": holder, "at": at})
            connection.commit()
            yield
        finally:
            connection.rollback()
            connection.execute(text(statement("warehouse/billing/end_turn")), {"work": work})
            connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:work, 0))"), {"work": work})
            connection.commit()


def _locked(connection: "Connection", work: str) -> bool:
    """Take the lock; a moment is allowed for the server to notice that its last holder was killed."""
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    try:
        connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": _PATIENCE})
        connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:work, 0))"), {"work": work})
        connection.commit()
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None) != _LOCK_NOT_AVAILABLE:
            raise
        connection.rollback()
        return False
    return True
