"""One-time links: asked for as often as the limits allow, kept as digests, good for a while and for one login."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from pipelines.cabinet import second_factor, sessions
from pipelines.errors import Refused
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_OF_ADDRESS = 3
MOST_OF_ORIGIN = 20
MOST_OF_ADDRESS_IN_A_DAY = 12
WINDOW = timedelta(minutes=15)
_KEPT = timedelta(days=7)


class LinkSpent(Refused):
    """The link is none of ours, or was used, or has run out."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A login by link: the value of the new session's cookie, and whether a code of the second factor is still to come."""

    token: str
    address: str
    needs_code: bool


def ask(connection: "Connection", address: str, origin: str, at: datetime) -> bool:
    """Note that somebody asks for a link; whether the limits allow one. The same work for every address, registered or not."""
    lock(connection, Lock.LINK_ADDRESS, plain(address))  # many at once are counted one after the other
    lock(connection, Lock.LINK_ORIGIN, origin)
    whose = {"address_digest": _digest(plain(address)), "origin_digest": _digest(origin)}
    counted = query.run(connection, "cabinet/recent_requests", **whose, since=at - WINDOW, day_ago=at - timedelta(days=1)).one()
    query.run(connection, "cabinet/add_request", **whose, at=at)
    return bool(
        counted.of_address < MOST_OF_ADDRESS
        and counted.of_origin < MOST_OF_ORIGIN
        and counted.of_address_in_a_day < MOST_OF_ADDRESS_IN_A_DAY
    )


def make(connection: "Connection", address: str, at: datetime, good_for: timedelta, made_by: str | None = None) -> str | None:
    """A link's token for a registered address, told this once; None where no client has it. ``made_by``: a person at the command line."""
    if not query.rows(connection, "cabinet/reader", address=plain(address)):
        return None
    token = secrets.token_urlsafe(32)
    values = {"address": plain(address), "at": at, "expires_at": at + good_for, "made_by": made_by}
    query.run(connection, "cabinet/add_link", link_digest=sessions.digest_of(token), **values)
    return token


def address_of(connection: "Connection", token: str, at: datetime) -> str:
    """Whom a link lets in, without using it up: a mail scanner may look. LinkSpent when it lets in nobody."""
    address = query.scalar(connection, "cabinet/link", link_digest=sessions.digest_of(token), at=at)
    if address is None:
        raise LinkSpent("the link lets in nobody")
    return str(address)


def enter(connection: "Connection", token: str, at: datetime) -> Entered:
    """Use the link up and begin a session. LinkSpent for the second one who tries. Other links of the address are used up with it."""
    address = query.scalar(connection, "cabinet/use_link", link_digest=sessions.digest_of(token), at=at)
    if address is None:
        raise LinkSpent("the link lets in nobody")
    query.run(connection, "cabinet/use_up_links", address=address, at=at)
    needs_code = second_factor.is_on(connection, address)
    return Entered(sessions.begin(connection, address, at, is_confirmed=not needs_code), address, needs_code)


def forget_old(connection: "Connection", at: datetime) -> None:
    """Remove what is too old to count: requests of more than a day, links and sessions that ran out a week ago."""
    query.run(connection, "cabinet/forget_requests", before=at - timedelta(days=1))
    query.run(connection, "cabinet/forget_links", before=at - _KEPT)
    query.run(connection, "cabinet/forget_sessions", before=at - _KEPT)


def plain(address: str) -> str:
    """An address as it is compared: small letters, no blanks around."""
    return address.strip().lower()


def _digest(text: str) -> bytes:
    return sha256(text.encode(errors="replace")).digest()
