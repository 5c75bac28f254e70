"""The second factor that a reader may turn on: codes of an authenticator (TOTP, RFC 6238), each good once; secrets lie sealed."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.cabinet import sessions
from pipelines.cabinet.code_keys import PLACE, CodeKeys, SealBroken
from pipelines.cabinet.sessions import BrowserSession
from pipelines.errors import Refused
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

ISSUER = "fleetbill"
_STEP_SECONDS = 30
_AROUND = (0, -1, 1)  # steps that a clock may be off
_PLAIN = re.compile(r"[A-Z2-7]{32}")  # as secrets were kept before they were sealed
_LOG = logging.getLogger("fleetbill.cabinet")


class WrongCode(Refused):
    """The code is not the one of this moment, or was used."""


class NoKey(Refused):
    """Secrets lie in the database, and there is no key to open them with."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """What was done at a start: ``anew``: secrets sealed with the first key; ``shut``: addresses whose secret no key opens."""

    anew: int
    shut: tuple[str, ...]


def is_on(connection: "Connection", address: str) -> bool:
    """Whether a code is asked of the address at login."""
    row = query.first(connection, "cabinet/second_factor", address=address)
    return row is not None and row.confirmed_at is not None


def offer(connection: "Connection", keys: CodeKeys, address: str, at: datetime) -> str:
    """A new secret for an address without a second factor, to be shown once and confirmed by a code. Refused where it is on."""
    import pyotp

    if is_on(connection, address):
        raise Refused("the second factor is on already")
    secret = pyotp.random_base32()
    query.run(connection, "cabinet/offer_second_factor", address=address, secret=keys.sealed(address, secret), at=at)
    return secret


def offered(connection: "Connection", keys: CodeKeys, address: str) -> str | None:
    """The secret that waits for its first code; None where none does."""
    row = query.first(connection, "cabinet/second_factor", address=address)
    return None if row is None or row.confirmed_at is not None else keys.opened(address, row.secret)


def address_for_apps(secret: str, address: str) -> str:
    """The `otpauth:` address that an authenticator reads as a QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=address, issuer_name=ISSUER)


def confirm(connection: "Connection", keys: CodeKeys, address: str, code: str, at: datetime) -> None:
    """Turn the offered second factor on by its first code. WrongCode."""
    _take(connection, keys, address, code, at)
    query.run(connection, "cabinet/confirm_second_factor", address=address, at=at)


def check(connection: "Connection", keys: CodeKeys | None, session: BrowserSession, code: str, at: datetime) -> bool:
    """Let a session in by a code; False when the code is wrong, and the session ends with too many wrong ones.

    No error is raised for a wrong code: the count must be stored.
    """
    try:
        _take(connection, keys, session.address, code, at)
    except WrongCode:
        query.run(connection, "cabinet/count_wrong_code", session_digest=session.digest, most=sessions.MOST_WRONG_CODES, at=at)
        return False
    query.run(connection, "cabinet/confirm_session", session_digest=session.digest)
    return True


def turn_off(connection: "Connection", address: str) -> bool:
    """Ask for no codes any more; whether any were asked for."""
    return query.run(connection, "cabinet/drop_second_factor", address=address).rowcount > 0


def seal_all(connection: "Connection", keys: CodeKeys | None) -> Sealing:
    """Seal every secret with the first key: those of another key, and those kept before there was one. NoKey where there is none."""
    kept = query.rows(connection, "cabinet/second_factors")
    if keys is None:
        if kept:
            raise NoKey(f"{len(kept)} readers give codes, and {PLACE} holds no key to open their secrets with (docs/cabinet.md)")
        return Sealing(0, ())
    anew, shut = 0, []
    for row in kept:
        if keys.is_current(row.address, row.secret):
            continue
        try:
            secret = row.secret if _PLAIN.fullmatch(row.secret) else keys.opened(row.address, row.secret)
        except SealBroken:
            shut.append(row.address)
            continue
        query.run(connection, "cabinet/seal_second_factor", address=row.address, secret=keys.sealed(row.address, secret), was=row.secret)
        anew += 1
    return Sealing(anew, tuple(shut))


def _take(connection: "Connection", keys: CodeKeys | None, address: str, code: str, at: datetime) -> None:
    """Use a code up. WrongCode unless it is one of the steps around this moment and later than the last one used."""
    import pyotp

    row = query.first(connection, "cabinet/second_factor", address=address)
    if row is None:
        raise WrongCode("no second factor")
    secret = _secret(keys, address, row.secret)
    given, now_step = "".join(code.split()), int(at.timestamp()) // _STEP_SECONDS
    codes = pyotp.TOTP(secret)
    steps = [now_step + off for off in _AROUND if pyotp.utils.strings_equal(codes.at(at, counter_offset=off), given)]
    step = max(steps, default=0)
    if not query.run(connection, "cabinet/use_code", address=address, step=step).rowcount:
        raise WrongCode("not the code of this moment")


def _secret(keys: CodeKeys | None, address: str, sealed: str) -> str:
    if keys is None:
        _LOG.error("a code cannot be checked: %s holds no key", PLACE)
        raise WrongCode("the secret cannot be read")
    try:
        return keys.opened(address, sealed)
    except SealBroken as error:
        _LOG.error("a code cannot be checked: %s", error)
        raise WrongCode("the secret cannot be read") from None
