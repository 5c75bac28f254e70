"""Delivery reports of several servers, and what is none."""

import base64
import quopri
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.mail import dsn
from pipelines.delivery.mail.dsn import NoReport, read_reports
from pipelines.delivery.mail.rules import Bounced, after_bounce
from tests.delivery_reports import forwarded, recipient, report

EXIM = b"""X-Failed-Recipients: gone@client.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.house.example>
To: buh@vega.example
References: <letter-1@vega.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=1769961600-eximdsn-120
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vm-0001-Mj@mx.house.example>

--1769961600-eximdsn-120
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1769961600-eximdsn-120
Content-type: message/delivery-status

Reporting-MTA: dns; mx.house.example

Action: failed
Final-Recipient: rfc822;gone@client.example
Status: 5.0.0
Remote-MTA: dns; mx.client.example
Diagnostic-Code: smtp; 550 mailbox unavailable

--1769961600-eximdsn-120
Content-type: text/rfc822-headers

Subject: =?utf-8?b?0KHRh9GR0YI=?=
From: buh@vega.example

--1769961600-eximdsn-120--
"""


def letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Message-ID"] = "buh@vega.example", "gone@client.example", "<letter-1@vega.example>"
    letter.set_content("Счёт")
    return letter


def test_a_report_with_the_letter_in_it():
    (found,) = read_reports(report(letter(), recipient("gone@client.example", original="Bill@client.example"), name="r-1@mx"))
    assert (found.report_id, found.letters) == ("<r-1@mx>", ("<letter-1@vega.example>",))
    (one,) = found.recipients
    assert (one.action, one.addresses) == ("failed", ("Bill@client.example", "gone@client.example"))
    assert one.explanation == "5.1.1 550 5.1.1 <gone@client.example>: Recipient address rejected: User unknown"


def test_headers_that_came_back_without_an_id_and_a_report_that_refers_to_it():
    (found,) = read_reports(EXIM)
    assert (found.letters, found.recipients[0].explanation) == (("<letter-1@vega.example>",), "5.0.0 550 mailbox unavailable")


def test_line_ends_do_not_matter_and_neither_does_a_missing_id_of_the_report():
    bare = EXIM.replace(b"Message-Id: <E1vm-0001-Mj@mx.house.example>\n", b"")
    (found,), (again,) = read_reports(bare), read_reports(bare.replace(b"\n", b"\r\n"))
    assert found == again
    assert found.report_id.startswith("sha256:")


def test_every_recipient_has_its_own_fate():
    made = report(letter(), recipient("a@x.example"), recipient("b@x.example", action="delayed", status="4.4.1"))
    (found,) = read_reports(made)
    assert [(one.action, one.addresses[0]) for one in found.recipients] == [("failed", "a@x.example"), ("delayed", "b@x.example")]


def test_two_reports_that_somebody_forwards_keep_their_own_letters():
    first = report(letter(), recipient("a@x.example"), name="r-1@mx")
    second = report(message_from_bytes(b"Message-ID: <letter-2@vega.example>\n\nx"), recipient("b@x.example"), name="r-2@mx")
    both = forwarded(first).replace(b"\n--f--\n", b"\n--f\nContent-Type: message/rfc822\n\n" + second + b"\n--f--\n")
    assert [(one.report_id, one.letters, one.recipients[0].addresses) for one in read_reports(both)] == [
        ("<r-1@mx>", ("<letter-1@vega.example>",), ("a@x.example",)),
        ("<r-2@mx>", ("<letter-2@vega.example>",), ("b@x.example",)),
    ]


def test_an_international_report():
    body = "Reporting-MTA: dns; mx\n\nFinal-Recipient: utf-8; гость@почта.example\nAction: failed\nStatus: 5.1.1\n"
    made = b"Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: 8bit\nReferences: <l@v>\n\n" + body.encode()
    (found,) = read_reports(made)
    assert (found.letters, found.recipients[0].addresses) == (("<l@v>",), ("гость@почта.example",))


QMAIL = b"""Return-Path: <>
From: MAILER-DAEMON@mx.house.example
Subject: failure notice
Message-ID: <q-1@mx.house.example>

Hi. This is the qmail-send program at mx.house.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<gone@client.example>:
192.0.2.1 does not like recipient.
Remote host said: 550 no such user (#5.1.1)
Giving up on 192.0.2.1.

<full@client.example>:
Mailbox is over its quota.

--- Below this line is a copy of the message.

Return-Path: <buh@vega.example>
Message-ID: <letter-1@vega.example>
Subject: x

<nobody@x.example>:
the letter's own text
"""


def test_qmail_tells_in_plain_text():
    (found,) = read_reports(QMAIL)
    assert (found.report_id, found.letters) == ("<q-1@mx.house.example>", ("<letter-1@vega.example>",))
    assert [(one.action, one.addresses, one.status) for one in found.recipients] == [
        ("failed", ("gone@client.example",), "5.1.1"),
        ("failed", ("full@client.example",), "5.0.0"),
    ]
    assert found.recipients[0].explanation.startswith("5.1.1 192.0.2.1 does not like recipient. Remote host said: 550")
    assert read_reports(forwarded(QMAIL))[0] == found


@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
@pytest.mark.parametrize(("encoding", "encode"), [("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring)])
def test_a_gateway_that_encodes_the_status_is_understood(kind, encoding, encode):
    status = b"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a=b@client.example\nAction: failed\nStatus: 5.1.1\n"
    head = f"X-Microsoft-Original-Message-ID: <l@v>\nContent-Type: multipart/report; boundary=B\n\n--B\nContent-Type: {kind}\n"
    made = head.encode() + f"Content-Transfer-Encoding: {encoding}\n\n".encode() + encode(status) + b"\n--B--\n"
    (found,) = read_reports(made)
    assert (found.letters, [one.addresses for one in found.recipients]) == (("<l@v>",), [("a=b@client.example",)])


HEAD = b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEAD + b"\n" * 500_000, "lines"),
        (HEAD + b"Action: failed\n\n" * 20_000, "paragraphs"),
        (HEAD + b"\r" * 300_000, "paragraphs"),
        (b"Content-Type: multipart/mixed; boundary=B\n\n" + b"--B\nX: y\n" * 10_000, "dividing lines"),
        (HEAD + b"Content-Type: multipart/report; boundary=C\n" * 200, "multiparts"),
        (HEAD + b"\nAction: failed\n" * 2_000, "parts"),
    ],
    ids=["lines", "groups", "carriage returns", "parts", "nested", "blocks"],
)
def test_what_the_parser_would_take_minutes_for_is_refused_before_it(content, told):
    with pytest.raises(NoReport, match=told):
        read_reports(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"Subject: hello\n\nhello", b"Content-Type: multipart/report; boundary=x\n\n--x--\n", b"x" * (dsn.LONGEST + 1)],
    ids=["nothing", "a letter", "no status", "too long"],
)
def test_what_is_no_report_says_so(content):
    with pytest.raises(NoReport):
        read_reports(content)


ADDRESSES = st.lists(st.sampled_from("abcd"), unique=True)


@given(st.sampled_from(["queued", "sent", "failed", "suppressed", "unknown"]), ADDRESSES, ADDRESSES, ADDRESSES.filter(bool), ADDRESSES)
def test_who_has_a_letter_never_has_it_back(state, accepted, bounced, lost, waiting):
    stands = after_bounce(state, accepted, bounced, lost, waiting)
    assert not set(stands.accepted) & set(stands.bounced)
    assert set(lost) <= set(stands.bounced)
    assert (stands.state == "sent") <= bool(stands.accepted)
    if state in {"queued", "failed", "suppressed"}:
        assert stands.state == state
    assert after_bounce(stands.state, stands.accepted, stands.bounced, lost, waiting) == stands


def test_of_an_unknown_outcome_the_rest_stays_unknown():
    assert after_bounce("unknown", (), (), ("a",), ("a", "b")) == Bounced("unknown", (), ("a",))
    assert after_bounce("unknown", (), ("a",), ("b",), ("a", "b")) == Bounced("failed", (), ("a", "b"))
