"""Whether a form that comes in was ours: its token belongs to the browser that sends it, and no other page sent it. Pure."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlsplit

FIELD = "form_token"
TEXT = r"^[^\x00]*$"
"""What a text from outside may hold: anything but the sign that the database takes in none."""
_PURPOSE = b"fleetbill form"


def token(secret: str) -> str:
    """What a form carries, from a secret of the browser's cookie that no other site can read."""
    return hmac.new(secret.encode(), _PURPOSE, sha256).hexdigest()


def is_ours(secret: str | None, given: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the token belongs to the cookie, and the browser does not say that another site sent the form.

    A browser names the sender in `Sec-Fetch-Site` or `Origin`; a program that names none has no cookies of a victim either.
    """
    if not secret or not given or not hmac.compare_digest(token(secret).encode(), given.encode(errors="replace")):
        return False
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
