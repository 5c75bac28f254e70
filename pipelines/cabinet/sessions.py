"""Sessions of browsers: the cookie's value is random and kept as a digest alone; a login always makes a new one."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pipelines.cabinet.reader import Reader
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST = timedelta(days=30)
IDLE = timedelta(days=7)
FRESH = timedelta(minutes=15)  # after a login: what could keep a thief in is asked for then alone
MOST_WRONG_CODES = 5
_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A session that goes on. ``is_confirmed``: nothing but the second factor is asked before that; ``is_fresh``: just begun."""

    digest: bytes
    address: str
    is_confirmed: bool
    wrong_codes: int
    is_to_be_noted: bool
    is_fresh: bool


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return sha256(token.encode(errors="replace")).digest()


def begin(connection: "Connection", address: str, at: datetime, *, is_confirmed: bool) -> str:
    """A new session of an address; the value of its cookie, which is told this once."""
    token = secrets.token_urlsafe(32)
    values = {"address": address, "at": at, "expires_at": at + LONGEST, "is_confirmed": is_confirmed}
    query.run(connection, "cabinet/begin_session", session_digest=digest_of(token), **values)
    return token


def current(connection: "Connection", token: str, at: datetime) -> BrowserSession | None:
    """The session of a cookie; None when there is none, or it has ended or run out."""
    digest = digest_of(token)
    row: Any = query.first(connection, "cabinet/session", session_digest=digest, at=at, idle_since=at - IDLE)
    if row is None:
        return None
    return BrowserSession(
        digest, row.address, row.is_confirmed, row.wrong_codes, at - row.seen_at > _NOTED_EVERY, at - row.begun_at < FRESH
    )


def note(connection: "Connection", session: BrowserSession, at: datetime) -> None:
    """Remember that the session is in use."""
    query.run(connection, "cabinet/note_session", session_digest=session.digest, at=at)


def end(connection: "Connection", session: BrowserSession, at: datetime) -> None:
    """End one session."""
    query.run(connection, "cabinet/end_session", session_digest=session.digest, at=at)


def end_all(connection: "Connection", address: str, at: datetime) -> int:
    """End every session of an address, and what links were mailed to it; how many sessions there were."""
    query.run(connection, "cabinet/use_up_links", address=address, at=at)
    return query.run(connection, "cabinet/end_sessions", address=address, at=at).rowcount


def reader(connection: "Connection", address: str, language: str) -> Reader | None:
    """Whose rows an address may see today; None when no client has it (any more)."""
    rows = query.rows(connection, "cabinet/reader", address=address)
    own = tuple(row.client_code for row in rows if row.is_own)
    if not own:
        return None
    blocked = tuple(query.scalars(connection, "cabinet/blocked", clients=list(own)))
    return Reader(address, own, tuple(row.client_code for row in rows), language, blocked)
