"""Read the bounces of qmail and its kin: plain text with a fixed opening, then a copy of the letter (QSBMF). Pure."""

import re
from email.message import Message

from pipelines.delivery.mail.rules import one_line

_OPENING = "Hi. This is the "
_RECIPIENT = re.compile(r"<([^<>\s]{1,320})>:[ \t]*(?:\n|$)")
_STATUS = re.compile(r"#([245]\.\d{1,3}\.\d{1,3})\b")


def bounced(message: Message) -> list[tuple[str, str, str]]:
    """(address, status, what was said) of every recipient; empty where the message is no such bounce."""
    return [_recipient(paragraph) for paragraph in _paragraphs(_body(message)) if _RECIPIENT.match(paragraph)]


def copied(message: Message) -> str:
    """The copy of the letter below the dividing paragraph, headers first; empty where none is there."""
    body = _body(message)
    _, divider, copy = body.partition("\n\n-") if body.startswith(_OPENING) else ("", "", "")
    return copy.partition("\n\n")[2].lstrip("\n") if divider else ""


def _body(message: Message) -> str:
    if message.is_multipart() or message.get_content_type() != "text/plain":
        return ""
    content = message.get_payload(decode=True)
    return content.decode("utf-8", "replace").replace("\r\n", "\n").lstrip("\n") if isinstance(content, bytes) else ""


def _paragraphs(body: str) -> list[str]:
    """Those between the opening and the dividing paragraph, which begins with a hyphen."""
    if not body.startswith(_OPENING):
        return []
    return body.partition("\n\n-")[0].split("\n\n")[1:]


def _recipient(paragraph: str) -> tuple[str, str, str]:
    address, _, reason = paragraph.partition(">:")
    status = _STATUS.search(reason)
    return one_line(address[1:], 320), status.group(1) if status else "5.0.0", one_line(reason)
