"""The entities of a base of 1C over its standard OData interface: read, found, created, changed, posted; and its own words of refusal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

import msgspec
from lxml import etree

from pipelines.delivery.onec.parsing import SAFE
from pipelines.errors import Refused
from pipelines.platforms.credentials import WebAccess
from pipelines.platforms.errors import AccessDenied, AuthFailed, ProtocolBroken, Transient
from pipelines.platforms.transport import Limits, Response, Transport

Entity = dict[str, Any]

SERVICE: Final = "/odata/standard.odata"
PAGE: Final = 500
"""Entities of a list that are asked for together."""
TOGETHER: Final = 20
"""Entities that are asked for by their keys together: an address may not be too long."""
_MOST_WORDS: Final = 300  # characters of 1C's words that a message quotes
_DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_JSON: Final = {"Content-Type": "application/json;charset=utf-8"}
_KEY: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class RefusedByOnec(Refused):
    """1C does not take what it was asked, in its own words. `status`: of HTTP; 412: somebody changed the object meanwhile."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Entities:
    """The entities of one base. `close` lets go of its connections.

    Reads are repeated while their failure may pass. A write is made once: whoever gets Transient reads what has become of it.
    Raises AuthFailed, AccessDenied and ProtocolBroken for a base that cannot be worked with at all, RefusedByOnec for what is refused.
    """

    def __init__(self, access: WebAccess, at: datetime) -> None:
        self.place = access.base_url
        self._transport = Transport(access, at, auth=(access.login, access.password), connections=1, reads_failures=True)
        if seconds := access.options.get("timeout"):
            self._transport.limits = Limits(connect=min(10.0, float(seconds)), piece=float(seconds))

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    def published(self) -> frozenset[str]:
        """Names of the entities that the base publishes."""
        answer = self._read("", "the list of entities")
        names = answer.get("value") if answer else None
        if not isinstance(names, list):
            raise ProtocolBroken(self._transport.says("the list of published entities is not there: is standard.odata published?"))
        return frozenset(str(each.get("name") or each.get("url")) for each in names if isinstance(each, dict))

    def get(self, entity: str, key: str) -> Entity | None:
        """An entity by its Ref_Key, or None where the base has none."""
        return self._read(f"/{entity}(guid'{_key(key)}')", entity)

    def where(self, entity: str, conditions: Mapping[str, str], most: int = 2) -> list[Entity]:
        """Entities with these texts, keys and moments in their properties, not marked as deleted; at most so many."""
        return self._list(entity, {"$filter": _unmarked(conditions), "$top": str(most)})

    def key_or_where(self, entity: str, key: str, conditions: Mapping[str, str], most: int = 2) -> list[Entity]:
        """The entity under a Ref_Key, marked or not, and at most so many others that `where` would find: by one request."""
        condition = f"Ref_Key eq guid'{_key(key)}' or ({_unmarked(conditions)})"
        return self._list(entity, {"$filter": condition, "$top": str(most + 1)})

    def versions_since(self, entity: str, moment: datetime) -> Iterator[Entity]:
        """Ref_Key, DataVersion and Date of every entity dated at or after a moment of the base's own clock, page by page."""
        condition = f"Date ge datetime'{moment:%Y-%m-%dT%H:%M:%S}'"
        yield from self._pages(entity, {"$filter": condition, "$orderby": "Date,Ref_Key", "$select": "Ref_Key,DataVersion,Date"})

    def versions(self, entity: str) -> Iterator[Entity]:
        """Ref_Key and DataVersion of every entity, marked as deleted or not, page by page."""
        yield from self._pages(entity, {"$orderby": "Ref_Key", "$select": "Ref_Key,DataVersion"})

    def with_keys(self, entity: str, keys: Sequence[str]) -> Iterator[Entity]:
        """The entities that have these keys; several are asked for together."""
        for start in range(0, len(keys), TOGETHER):
            some = keys[start : start + TOGETHER]
            condition = " or ".join(f"Ref_Key eq guid'{_key(key)}'" for key in some)
            yield from self._list(entity, {"$filter": condition, "$top": str(len(some))})

    def create(self, entity: str, key: str, values: Mapping[str, Any]) -> Entity:
        """A new entity under this Ref_Key, as 1C has stored it."""
        return self._write("POST", f"/{entity}", entity, {"Ref_Key": key, **values})

    def change(self, entity: str, current: Mapping[str, Any], values: Mapping[str, Any]) -> Entity:
        """The entity that was read, with other values; RefusedByOnec with 412 where it has changed since."""
        version = str(current.get("DataVersion") or "")
        headers = {"If-Match": version} if version else {}
        return self._write("PATCH", f"/{entity}(guid'{_key(str(current['Ref_Key']))}')", entity, values, headers)

    def post(self, entity: str, key: str) -> None:
        """Post a document (провести)."""
        self._write("POST", f"/{entity}(guid'{_key(key)}')/Post", entity, None, query={"PostingModeOperational": "false"})

    def unpost(self, entity: str, key: str) -> None:
        """Take a document's posting back."""
        self._write("POST", f"/{entity}(guid'{_key(key)}')/Unpost", entity, None)

    def _pages(self, entity: str, query: Mapping[str, str]) -> Iterator[Entity]:
        skipped = 0
        while True:
            page = self._list(entity, {**query, "$top": str(PAGE), "$skip": str(skipped)})
            yield from page
            if len(page) < PAGE:
                return
            skipped += len(page)

    def _list(self, entity: str, query: Mapping[str, str]) -> list[Entity]:
        answer = self._read(f"/{entity}", entity, query)
        values = answer.get("value") if answer else None
        if not isinstance(values, list):
            raise ProtocolBroken(self._transport.says(f"{entity}: the answer has no list of entities"))
        if not all(isinstance(each, dict) for each in values):
            raise ProtocolBroken(self._transport.says(f"{entity}: the answer lists what is no entity"))
        return values

    def _read(self, path: str, what: str, query: Mapping[str, str] | None = None) -> Entity | None:
        answer = self._transport.retried(lambda: self._asked("GET", path, query or {}))
        if answer.status == 404 and path.endswith(")"):
            if not refusal(answer):
                raise ProtocolBroken(self._transport.says(f"{what}: there is no OData interface at this address (status 404)"))
            return None
        return self._decoded(answer, what)

    def _write(
        self,
        method: str,
        path: str,
        what: str,
        values: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Entity:
        content = None if values is None else _ENCODER.encode(values)
        answer = self._asked(method, path, query or {}, content, {**(_JSON if values is not None else {}), **(headers or {})})
        return self._decoded(answer, what) if bytes(answer.body).strip() or answer.status >= 400 else {}

    def _asked(
        self, method: str, path: str, query: Mapping[str, str], content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """One request, once. A failure that 1C gives no words to is Transient."""
        pairs = "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in {"$format": "json", **query}.items())
        target = quote(path, safe="/()'")
        answer = self._transport.ask(method, f"{target}?{pairs}", content=content, headers=headers)
        if answer.status in (502, 503, 504) or (answer.status >= 500 and not refusal(answer)):
            raise Transient(self._transport.says(f"the server failed (status {answer.status})"))
        return answer

    def _decoded(self, answer: Response, what: str) -> Entity:
        if answer.status == 401:
            raise AuthFailed(self._transport.says("it does not accept the login and password"))
        if answer.status >= 400:
            words = refusal(answer)
            if answer.status == 403 and not words:
                raise AccessDenied(self._transport.says("the user may not use its OData interface (status 403)"))
            raise RefusedByOnec(f"1C says: {words or f'status {answer.status} without a word'}", answer.status)
        try:
            return _DECODER.decode(bytes(answer.body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise ProtocolBroken(self._transport.says(f"{what}: the answer is no JSON, or cut short")) from None


def refusal(answer: Response) -> str:
    """1C's own words of refusal, on one line; empty where the body has none. JSON (``odata.error``) or XML (``m:error``)."""
    body = bytes(answer.body)
    words = _words_of_json(body) if body.lstrip()[:1] == b"{" else _words_of_xml(body)
    line = " ".join(words.split())
    return line if len(line) <= _MOST_WORDS else f"{line[:_MOST_WORDS].rstrip()}…"


def _words_of_json(body: bytes) -> str:
    try:
        error = msgspec.json.decode(body).get("odata.error") or {}
        message = error.get("message") or {}
        words = message.get("value") if isinstance(message, dict) else message
        return str(words or f"code {error.get('code')}") if error else ""
    except (msgspec.DecodeError, UnicodeDecodeError, AttributeError):
        return ""


def _words_of_xml(body: bytes) -> str:
    try:
        root = etree.fromstring(body, etree.XMLParser(**SAFE))
    except (etree.LxmlError, ValueError):
        return ""
    if root.tag.rpartition("}")[2] != "error":
        return ""
    return next((each.text or "" for each in root if str(each.tag).rpartition("}")[2] == "message"), "")


def _unmarked(conditions: Mapping[str, str]) -> str:
    written = [f"{name} eq {_literal(value)}" for name, value in conditions.items()]
    return " and ".join([*written, "DeletionMark eq false"])


def _literal(value: str) -> str:
    """A value as a condition writes it: a key, a moment or a text."""
    if _KEY.fullmatch(value):
        return f"guid'{value}'"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value, re.ASCII):
        return f"datetime'{value}'"
    return "'" + value.replace("'", "''") + "'"


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise ProtocolBroken(f"{text[:40]!r} is no Ref_Key")
    return text
