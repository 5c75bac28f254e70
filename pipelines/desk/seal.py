"""What a page carries and the server believes when it comes back: sealed for one person and one use. Pure.

A form's token keeps other sites from acting in the name of who is signed in; a sealed note cannot be made by whoever writes a link.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.web import forms

FORM_LIVES = timedelta(hours=24)
"""How long a form is taken at least; of the day before yesterday none is: the page is loaded anew."""

_DIGEST = "sha256"


class Seal:
    """Seals with one secret, for one person (``login``)."""

    def __init__(self, key: bytes, login: str) -> None:
        self._key = hmac.digest(key, f"fleetbill desk {len(login)} {login}".encode(), _DIGEST)

    def token(self, at: datetime) -> str:
        """What every form of a page shown at this moment carries."""
        return forms.token(self._form_secret(at.date()))

    def is_ours(self, token: str, at: datetime, headers: Mapping[str, str]) -> bool:
        """Whether a form that came in was shown to this person lately, and was sent by no other site."""
        return any(forms.is_ours(self._form_secret(day), token, headers) for day in (at.date(), (at - FORM_LIVES).date()))

    def note(self, use: str, content: Any) -> str:
        """Content (as JSON has it) that can be put into a link or a form for one use."""
        body = base64.urlsafe_b64encode(json.dumps(content, ensure_ascii=False).encode()).decode().rstrip("=")
        return f"{body}.{self._mark(use, body)}"

    def opened(self, use: str, note: str) -> Any:
        """The content of a note; None for one that was not sealed here, for this person and this use."""
        body, _, mark = note.rpartition(".")
        if not body or not hmac.compare_digest(mark.encode(errors="replace"), self._mark(use, body).encode()):
            return None
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    def _form_secret(self, day: date) -> str:
        return self._mark("form", day.isoformat())

    def _mark(self, use: str, text: str) -> str:
        written = f"{use}\0{text}".encode(errors="replace")
        return base64.urlsafe_b64encode(hmac.digest(self._key, written, _DIGEST)[:18]).decode()
