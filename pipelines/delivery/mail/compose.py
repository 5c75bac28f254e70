"""A letter with its addresses, as the bytes that travel: headers, text, HTML, pictures, attachments. Pure."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from pipelines.delivery.mail.headers import encoded, mailbox
from pipelines.delivery.mail.letters import Letter
from pipelines.delivery.mail.rules import one_line

_SUBTYPES: Final = {"pdf": "pdf", "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter and where it goes. ``meant_for``: the recipients that a test system's redirection put aside."""

    message_id: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    letter: Letter
    dated: datetime
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    meant_for: tuple[str, ...] = ()


class Unsendable(ValueError):  # noqa: N818 - reads as what the address is
    """An address that cannot be written into a mail."""


def ascii_address(address: str) -> str:
    """The address as SMTP takes it: a domain of other letters as punycode. Unsendable for a local part beyond ASCII."""
    local, _, domain = address.rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise Unsendable(f"{address}: the domain cannot be written in ASCII") from None
    if not local.isascii():
        raise Unsendable(f"{address}: the part before @ is not ASCII")
    return f"{local}@{host}"


def compose(outgoing: Outgoing) -> bytes:
    """The whole message with CRLF line ends. The same outgoing gives the same bytes."""
    letter, token = outgoing.letter, cid(outgoing.message_id)
    message = EmailMessage(policy=SMTP)
    message["To"] = [Address(addr_spec=ascii_address(address)) for address in outgoing.recipients]
    message["Date"] = format_datetime(outgoing.dated)
    message["Message-ID"] = outgoing.message_id
    message["Auto-Submitted"] = "auto-generated"
    if outgoing.meant_for:
        message["X-Redirected-From"] = one_line(", ".join(outgoing.meant_for), 900)
    text, page = _marked(letter, outgoing.meant_for)
    message.set_content(text, cte="base64")
    message.add_alternative(page, subtype="html", cte="base64")
    for name, picture in letter.pictures.items():
        body = message.get_body(("html",))
        if isinstance(body, EmailMessage):
            body.add_related(picture, "image", "png", cid=f"<{name}@{token}>", disposition="inline", filename=f"{name}.png")
    for name, content in outgoing.attachments.items():
        subtype = _SUBTYPES[name.rpartition(".")[2]]
        message.add_attachment(content, maintype="application", subtype=subtype, filename=one_line(name))
    for number, part in enumerate(inner for inner in message.walk() if inner.is_multipart()):
        part.set_boundary(f"={number}={token}")
    own = {
        "From": mailbox(one_line(outgoing.sender_name), ascii_address(outgoing.sender)),
        "Subject": encoded(one_line(letter.subject, 900)),
    }
    return "".join(f"{name}: {value}\r\n" for name, value in own.items()).encode("ascii") + message.as_bytes()


def cid(message_id: str) -> str:
    """What follows ``NAME@`` in the Content-IDs of a message."""
    return message_id.strip("<>").partition("@")[0]


def shown_recipients(recipients: Sequence[str]) -> str:
    """Recipients as one line for people."""
    return ", ".join(recipients)


def _marked(letter: Letter, meant_for: Sequence[str]) -> tuple[str, str]:
    """Text and page; on a redirected mail both begin with whom it was meant for."""
    if not meant_for:
        return letter.text, letter.html
    mark = f"Тестовая система: письмо предназначалось {shown_recipients(meant_for)}"
    banner = f'<p style="margin:0;padding:8px 12px;background:#fff3cd;color:#16202c">{html.escape(mark)}</p>'
    return f"{mark}\n\n{letter.text}", letter.html.replace("<body>", f"<body>\n{banner}", 1)
