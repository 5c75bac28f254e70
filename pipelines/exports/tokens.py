"""Who asks: the consumer whose bearer token a request carries, compared in constant time; tokens show in no text."""

import hmac
import logging
from collections.abc import Callable, Iterable
from hashlib import sha256

from pipelines import connections
from pipelines.errors import Refused
from pipelines.exports.scope import Consumer

Secret = Callable[[str], str | None]  # name of an Airflow connection → its URI or JSON

SHORTEST = 16
_LOG = logging.getLogger("fleetbill.exports")


class NotRecognised(Refused):
    """The request carries no token of a consumer."""


def token(whose: Consumer, secret: Secret) -> str | None:
    """The consumer's token: the password of its Airflow connection, or the option `token`; None where it has none that serves."""
    text = secret(whose.connection) if whose.connection else None
    if not text:
        return None
    try:
        written = connections.parse(text)
    except ValueError:
        return None
    given = written.password or str(written.extra.get("token") or "")
    return given if len(given) >= SHORTEST else None


def recognised(consumers: Iterable[Consumer], authorization: str, secret: Secret) -> Consumer:
    """The consumer of an Authorization header. NotRecognised when it is nobody's, or two consumers have one token.

    Every token is compared, whichever is right, so that the time of the answer tells nothing.
    """
    scheme, _, given = authorization.partition(" ")
    wanted = sha256(given.strip().encode(errors="replace")).digest()
    owners = []
    for each in consumers:
        own = token(each, secret)
        if hmac.compare_digest(sha256((own or "").encode()).digest(), wanted) and own:
            owners.append(each)
    if len(owners) > 1:
        _LOG.warning("consumers %s have one token: neither is served", ", ".join(each.code for each in owners))
    if scheme.lower() != "bearer" or len(owners) != 1:
        raise NotRecognised("give the token of a consumer: Authorization: Bearer TOKEN")
    return owners[0]
