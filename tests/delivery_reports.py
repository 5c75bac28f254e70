"""Delivery reports as mail servers write them (RFC 3464), about a letter that a server of ours had taken."""

from email.message import Message

POSTFIX = """Return-Path: <>
From: MAILER-DAEMON@mx.house.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: buh@vega.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B095B5ADSN=_01D/mx.house.example"
Message-Id: <{report}>

This is a MIME-encapsulated message.

--9B095B5ADSN=_01D/mx.house.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

This is the mail system at host mx.house.example.

I'm sorry to have to inform you that your message could not be delivered to one or more recipients.

--9B095B5ADSN=_01D/mx.house.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.house.example
X-Postfix-Queue-ID: 9B095B5A
X-Postfix-Sender: rfc822; buh@vega.example
Arrival-Date: Sun,  1 Feb 2026 09:00:00 +0300 (MSK)

{recipients}
--9B095B5ADSN=_01D/mx.house.example
{returned}
--9B095B5ADSN=_01D/mx.house.example--
"""
WHOLE = "Content-Description: Undelivered Message\nContent-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\n{letter}"
HEADERS = "Content-Description: Undelivered Message Headers\nContent-Type: text/rfc822-headers\n\n{headers}\n"
GONE = "smtp; 550 5.1.1 <{address}>: Recipient address rejected: User unknown"


def recipient(address: str, action: str = "failed", status: str = "5.1.1", original: str | None = None) -> str:
    """The fields of one recipient."""
    first = f"Original-Recipient: rfc822;{original}\n" if original else ""
    diagnostic = f"Diagnostic-Code: {GONE.format(address=address)}\n"
    return f"Final-Recipient: rfc822; {address}\n{first}Action: {action}\nStatus: {status}\nRemote-MTA: dns; mx.client\n{diagnostic}"


def report(letter: Message, *recipients: str, name: str = "20260201060500.9B095B5A@mx.house.example", headers_only: bool = False) -> bytes:
    """A report about a letter; the letter comes back whole, or its headers alone."""
    if headers_only:
        returned = HEADERS.format(headers="\n".join(f"{key}: {value}" for key, value in letter.items()))
    else:
        returned = WHOLE.format(letter=letter.as_string())
    return POSTFIX.format(report=name, recipients="\n".join(recipients), returned=returned).encode("utf-8", "replace")


def forwarded(content: bytes) -> bytes:
    """The report as an attachment of a person's letter."""
    head = b'From: anna@vega.example\nSubject: Fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="f"\n\n'
    return head + b"--f\nContent-Type: text/plain\n\nsee below\n--f\nContent-Type: message/rfc822\n\n" + content + b"\n--f--\n"
