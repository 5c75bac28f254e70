"""Read delivery reports: what a mail server sends back when it could not deliver after all (RFC 3464). Pure; trusts nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.message import Message
from hashlib import sha256

from pipelines.delivery.mail.rules import one_line

LONGEST = 20_000_000
"""Bytes; a report that returns the whole letter is a few megabytes."""

_STATUS = "message/delivery-status"
_STATUS_PARTS = {_STATUS, "message/global-delivery-status"}
_LETTER_PARTS = {"message/rfc822", "message/global", "message/global-headers"}
_ID = re.compile(r"<[^<>\s]{1,250}>")
_ACTION = re.compile(r"(failed|delayed|delivered|relayed|expanded)\b")


class NoReport(ValueError):  # noqa: N818 - reads as what the message is
    """The message is no delivery report, or cannot be read; the message says which."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of one recipient. ``action``: failed, delayed, delivered, relayed or expanded; ``addresses``: the
    one we wrote to first where the server names it, then the one it tried at last."""

    action: str
    addresses: tuple[str, ...]
    status: str
    diagnostic: str

    @property
    def said(self) -> str:
        """One line for people: ``5.1.1 550 no such user``."""
        return f"{self.status} {self.diagnostic}".strip()


@dataclass(frozen=True, slots=True)
class Report:
    """One delivery report. ``report_id``: its own Message-ID, or a digest of what it says; ``letters``: Message-IDs it may be about."""

    report_id: str
    letters: tuple[str, ...]
    recipients: tuple[Recipient, ...]


def read_reports(content: bytes) -> tuple[Report, ...]:
    """The reports of one message: its own, or those of messages that somebody forwarded inside it; at least one, or NoReport."""
    if len(content) > LONGEST:
        raise NoReport(f"too long for a delivery report: {len(content)} bytes")
    try:
        found = tuple(_reports(message_from_bytes(content)))
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:  # of garbage
        raise NoReport(f"cannot be read: {type(error).__name__}") from None
    if not found:
        raise NoReport(f"no delivery report ({_STATUS})")
    return found


def _reports(message: Message) -> Iterator[Report]:
    whole = [part for part in message.walk() if part.get_content_type() == "multipart/report"]
    for container in whole or [message]:
        recipients = tuple(_recipients(container))
        if recipients:
            letters = tuple(dict.fromkeys([*_returned(container), *_named(container)]))
            told = repr((letters, recipients)).encode("utf-8", "replace")
            own = _ID.search(_field(container, "Message-ID"))
            yield Report(own.group() if own else f"sha256:{sha256(told).hexdigest()}", letters, recipients)


def _recipients(container: Message) -> Iterator[Recipient]:
    for part in _parts(container, _STATUS_PARTS):
        for block in _blocks(part):
            action = _ACTION.match(_field(block, "Action").lower())
            if action:
                addresses = [_address(_field(block, name)) for name in ("Original-Recipient", "Final-Recipient")]
                diagnostic = _field(block, "Diagnostic-Code").partition(";")[2].strip()
                status = _field(block, "Status").split(" ")[0]
                yield Recipient(action.group(), tuple(dict.fromkeys(filter(None, addresses))), status[:20], diagnostic)


def _blocks(part: Message) -> list[Message]:
    """The groups of fields of a status part: of the whole message first, then of every recipient."""
    held = _held(part)
    if part.get_content_type() == _STATUS or not held:
        return held
    # of an international report the parser takes the first group for headers of a letter, the rest for its text
    return [message_from_string(block) for block in re.split(r"\n\s*\n", _text(held[0]))]


def _returned(container: Message) -> Iterator[str]:
    """Message-IDs of the letter that came back, whole or its headers alone."""
    for part in _parts(container, _LETTER_PARTS):
        yield from _ids(_field(one, "Message-ID") for one in _held(part))
    for part in _parts(container, {"text/rfc822-headers"}):
        yield from _ids([_field(message_from_string(_text(part)), "Message-ID")])


def _named(container: Message) -> Iterator[str]:
    """Message-IDs that the report's own headers refer to."""
    yield from _ids(_field(container, name) for name in ("X-Original-Message-ID", "Original-Message-ID", "In-Reply-To", "References"))


def _held(part: Message) -> list[Message]:
    found = part.get_payload()
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def _parts(container: Message, kinds: Iterable[str]) -> Iterator[Message]:
    return (part for part in container.walk() if part.get_content_type() in kinds)


def _ids(fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        yield from _ID.findall(field)


def _field(message: Message, name: str) -> str:
    """A header as one printable line, whatever bytes it was made of."""
    return one_line(str(message.get(name, "")).encode("utf-8", "replace").decode("utf-8"), 1000)


def _address(field: str) -> str:
    """``rfc822; <a@b>`` → ``a@b``"""
    kind, separator, address = field.partition(";")
    return (address if separator else kind).strip(" <>")[:320]


def _text(part: Message) -> str:
    held = part.get_payload(decode=True)
    return held.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(held, bytes) else ""
