"""The second factor that a reader may turn on: codes of an authenticator (TOTP, RFC 6238), each good once."""

from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.cabinet import sessions
from pipelines.cabinet.sessions import BrowserSession
from pipelines.errors import Refused
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

ISSUER = "fleetbill"
_STEP_SECONDS = 30
_AROUND = (0, -1, 1)  # steps that a clock may be off


class WrongCode(Refused):
    """The code is not the one of this moment, or was used."""


def is_on(connection: "Connection", address: str) -> bool:
    """Whether a code is asked of the address at login."""
    row = query.first(connection, "cabinet/second_factor", address=address)
    return row is not None and row.confirmed_at is not None


def offer(connection: "Connection", address: str, at: datetime) -> str:
    """A new secret for an address without a second factor, to be shown once and confirmed by a code. Refused where it is on."""
    import pyotp

    if is_on(connection, address):
        raise Refused("the second factor is on already")
    secret = pyotp.random_base32()
    query.run(connection, "cabinet/offer_second_factor", address=address, secret=secret, at=at)
    return secret


def address_for_apps(secret: str, address: str) -> str:
    """The `otpauth:` address that an authenticator reads as a QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=address, issuer_name=ISSUER)


def confirm(connection: "Connection", address: str, code: str, at: datetime) -> None:
    """Turn the offered second factor on by its first code. WrongCode."""
    _take(connection, address, code, at)
    query.run(connection, "cabinet/confirm_second_factor", address=address, at=at)


def check(connection: "Connection", session: BrowserSession, code: str, at: datetime) -> bool:
    """Let a session in by a code; False when the code is wrong, and the session ends with too many wrong ones.

    No error is raised for a wrong code: the count must be stored.
    """
    try:
        _take(connection, session.address, code, at)
    except WrongCode:
        query.run(connection, "cabinet/count_wrong_code", session_digest=session.digest, most=sessions.MOST_WRONG_CODES, at=at)
        return False
    query.run(connection, "cabinet/confirm_session", session_digest=session.digest)
    return True


def turn_off(connection: "Connection", address: str) -> bool:
    """Ask for no codes any more; whether any were asked for."""
    return query.run(connection, "cabinet/drop_second_factor", address=address).rowcount > 0


def _take(connection: "Connection", address: str, code: str, at: datetime) -> None:
    """Use a code up. WrongCode unless it is one of the steps around this moment and later than the last one used."""
    import pyotp

    row = query.first(connection, "cabinet/second_factor", address=address)
    if row is None:
        raise WrongCode("no second factor")
    given, now_step = "".join(code.split()), int(at.timestamp()) // _STEP_SECONDS
    codes = pyotp.TOTP(row.secret)
    steps = [now_step + off for off in _AROUND if pyotp.utils.strings_equal(codes.at(at, counter_offset=off), given)]
    step = max(steps, default=0)
    if not query.run(connection, "cabinet/use_code", address=address, step=step).rowcount:
        raise WrongCode("not the code of this moment")
