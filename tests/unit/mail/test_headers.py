"""Subjects and names survive the way: what is read is what was written, for every length."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.mail.headers import encoded, mailbox

WORDS = "Счёт № ВМ26-000001 от 1 февраля 2026 г.: 3 660,00 ₽, оплатить до 11 февраля "


def _read(header: str):
    return message_from_bytes(f"{header}\r\n\r\n".encode("ascii"), policy=policy.default)


@pytest.mark.parametrize("words", [WORDS, "plain ASCII words ", "а", "1 2 ", "x" * 7 + " 🚚 "], ids=range(5))
def test_every_length_from_1_to_300_comes_back(words):
    for length in range(1, 301):
        text = (words * 300)[:length].strip()
        value = encoded(text)
        assert all(len(line) <= 76 for line in f"Subject: {value}".split("\r\n")), length
        assert _read(f"Subject: {value}")["Subject"] == text, length
        value = mailbox(text, "a@b.example")
        assert all(len(line) <= 76 for line in f"From: {value}".split("\r\n")), length
        # the library's newer reader puts a blank between two encoded words of a name; the older one reads them as RFC 2047 §6.2 says
        name, _, address = str(make_header(decode_header(value))).rpartition("<")
        assert (name.removesuffix(" "), address) == (text, "a@b.example>"), length


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=300))
def test_any_text_comes_back(text):
    text = " ".join(text.split())
    assert str(_read(f"Subject: {encoded(text)}")["Subject"]) == text
