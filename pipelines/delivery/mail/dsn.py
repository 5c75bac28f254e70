"""Read delivery reports: what a mail server sends back when it could not deliver after all (RFC 3464, QSBMF). Pure; trusts nothing."""

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from hashlib import sha256
from itertools import islice

from pipelines.delivery.mail import qsbmf
from pipelines.delivery.mail.rules import one_line

LONGEST = 20_000_000
"""Bytes; a report that returns the whole letter is a few megabytes."""

MOST_LINES, MOST_GROUPS, MOST_NESTED, MOST_PARTS = 400_000, 5_000, 100, 1_000
"""Lines, paragraphs and dividing lines, multiparts, and parts of a message that is read at all: the library's parser takes 50 µs for
each paragraph and the third power of nested multiparts. A report has three parts, a letter that forwards several a few dozen."""
MOST_RECIPIENTS = 1_000
"""Recipients of a report that are looked at: a letter of ours goes to a handful."""

_STATUS = "message/delivery-status"
_STATUS_PARTS = {_STATUS, "message/global-delivery-status"}
_LETTER_PARTS = {"message/rfc822", "message/global", "message/global-headers"}
_ID = re.compile(r"<[^<>\s]{1,250}>")
_MULTIPART = re.compile(rb"multipart/", re.IGNORECASE)
_ENCODED = {"base64", "quoted-printable"}
_NAMING = ("X-Original-Message-ID", "Original-Message-ID", "X-Microsoft-Original-Message-ID", "In-Reply-To", "References")
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
    def explanation(self) -> str:
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
    _check_bounds(content)
    try:
        reports = tuple(_reports(message_from_bytes(content)))
    except NoReport:
        raise
    except Exception as error:  # noqa: BLE001 - the library fails on garbage in ways of its own; the file is refused as what it is
        raise NoReport(f"cannot be read as a message: {type(error).__name__}") from None
    if not reports:
        raise NoReport(f"no delivery report ({_STATUS})")
    return reports


def _check_bounds(content: bytes) -> None:
    if len(content) > LONGEST:
        raise NoReport(f"too long for a delivery report: more than {LONGEST} bytes")
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for what, count, most in (
        ("lines", lines.count(b"\n"), MOST_LINES),
        ("paragraphs", lines.count(b"\n\n"), MOST_GROUPS),
        ("dividing lines", lines.count(b"\n--"), MOST_GROUPS),
        ("multiparts", len(_MULTIPART.findall(lines)), MOST_NESTED),
    ):
        if count > most:
            raise NoReport(f"no delivery report: more than {most} {what}")


def _reports(message: Message) -> Iterator[Report]:
    parts = list(islice(message.walk(), MOST_PARTS + 1))
    if len(parts) > MOST_PARTS:
        raise NoReport(f"more than {MOST_PARTS} parts")
    whole = [part for part in parts if part.get_content_type() == "multipart/report"]
    for container in whole or [message]:
        recipients = tuple(islice(_recipients(container), MOST_RECIPIENTS))
        if recipients:
            yield _report(container, [*_returned(container), *_named(container)], recipients)
            continue
        for part in container.walk():
            recipients = tuple(islice(_qmail_recipients(part), MOST_RECIPIENTS))
            if recipients:
                copied = message_from_string(qsbmf.copied(part))
                yield _report(part, _ids([_field(copied, "Message-ID")]), recipients)


def _report(container: Message, letters: Iterable[str], recipients: tuple[Recipient, ...]) -> Report:
    named = tuple(dict.fromkeys(letters))
    content = repr((named, recipients)).encode("utf-8", "replace")
    own = _ID.search(_field(container, "Message-ID"))
    return Report(own.group() if own else f"sha256:{sha256(content).hexdigest()}", named, recipients)


def _qmail_recipients(part: Message) -> Iterator[Recipient]:
    for address, status, reason in qsbmf.bounced(part):
        yield Recipient("failed", (address,), status, reason)


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
    if held and _encoding(part) in _ENCODED:
        return _split(_decoded(part, held))
    if part.get_content_type() == _STATUS or not held:
        return held
    # of an international report the parser takes the first group for headers of a letter, the rest for its text
    return _split(_text(held[0]))


def _split(text: str) -> list[Message]:
    return [message_from_string(block) for block in re.split(r"\n\s*\n", text)]


def _encoding(part: Message) -> str:
    return _field(part, "Content-Transfer-Encoding").strip().lower()


def _decoded(part: Message, held: list[Message]) -> str:
    """A status part that a gateway encoded, though RFC 3464 forbids it: the parser has taken the code for groups of fields."""
    raw = "\n".join("\n".join([*(f"{name}: {value}" for name, value in block.items()), str(block.get_payload())]) for block in held)
    decode = binascii.a2b_base64 if _encoding(part) == "base64" else binascii.a2b_qp
    return decode(raw.encode("ascii", "replace")).decode("utf-8", "replace").replace("\r\n", "\n")


def _returned(container: Message) -> Iterator[str]:
    """Message-IDs of the letter that came back, whole or its headers alone."""
    for part in _parts(container, _LETTER_PARTS):
        yield from _ids(_field(returned, "Message-ID") for returned in _held(part))
    for part in _parts(container, {"text/rfc822-headers"}):
        yield from _ids([_field(message_from_string(_text(part)), "Message-ID")])


def _named(container: Message) -> Iterator[str]:
    """Message-IDs that the report's own headers refer to."""
    yield from _ids(_field(container, name) for name in _NAMING)


def _held(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


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
