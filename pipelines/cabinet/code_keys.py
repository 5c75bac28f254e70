"""The keys under which secrets of second factors lie in the database: whoever has a dump alone has no codes.

They come from the connection `fleetbill_cabinet` (AIRFLOW_CONN_FLEETBILL_CABINET), whose password is one Fernet key (AES-128-CBC with
HMAC-SHA-256) or several by commas. The first one seals, each opens: so a key is changed without anybody's phone noticing.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines import connections
from pipelines.errors import BadInput, Refused
from pipelines.settings import connection as configured

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

CONNECTION = "fleetbill_cabinet"
PLACE = f"AIRFLOW_CONN_{CONNECTION.upper()}"
_HOW = "its password is one key of `fleetbill cabinet new-key`, or several by commas"


class SealBroken(Refused):
    """None of the keys opens a secret, or it was sealed for another address."""


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """Keys in the order in which they were given; none of them shows anywhere."""

    ring: "MultiFernet" = field(repr=False)
    first: "MultiFernet" = field(repr=False)

    def sealed(self, address: str, secret: str) -> str:
        """A secret as it is kept, for this address alone."""
        return self.first.encrypt(f"{address}\n{secret}".encode()).decode()

    def opened(self, address: str, sealed: str) -> str:
        """The secret of an address. SealBroken, also where it was taken from the row of another address."""
        return _opened(self.ring, address, sealed)

    def is_current(self, address: str, sealed: str) -> bool:
        """Whether the first key opens it."""
        try:
            _opened(self.first, address, sealed)
        except SealBroken:
            return False
        return True


def code_keys(text: str | None = None) -> CodeKeys | None:
    """The keys of a connection's URI or JSON, or of the environment's; None where there are none. BadInput for what is no key."""
    written = text or configured(CONNECTION)
    if not written:
        return None
    try:
        password = connections.parse(written).password
    except ValueError as error:
        raise BadInput.one(PLACE, str(error)) from None
    return read_keys(password)


def read_keys(password: str) -> CodeKeys:
    """Keys by commas. BadInput that quotes none of them."""
    from cryptography.fernet import Fernet, MultiFernet

    try:
        ring = [Fernet(key.strip()) for key in password.split(",")]
    except ValueError:
        raise BadInput.one(PLACE, _HOW) from None
    return CodeKeys(MultiFernet(ring), MultiFernet(ring[:1]))


def new_key() -> str:
    """A key that nobody has."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def _opened(ring: "MultiFernet", address: str, sealed: str) -> str:
    from cryptography.fernet import InvalidToken

    try:
        whose, _, secret = ring.decrypt(sealed.encode()).decode().partition("\n")
    except InvalidToken:
        raise SealBroken("no key opens the secret of a second factor") from None
    if whose != address:
        raise SealBroken("the secret of a second factor was sealed for another address")
    return secret
