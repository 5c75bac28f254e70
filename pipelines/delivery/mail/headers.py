"""Headers of a mail with words beyond ASCII, folded so that reading them gives back every character (RFC 2047). Pure.

The folding of Python's `email` library loses blanks that stand where it parts two encoded words, so these lines are written here.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Final

_SHORT: Final = 60
# bytes of one encoded word: with the header's name before it a line stays within 76 characters
_SUBJECT: Final = 39
_NAME: Final = 42


def encoded(text: str) -> str:
    """One line of text as the value of a header, folded with CRLF; decoded it is the same text, whatever its blanks.

    Short plain ASCII stays readable; anything else becomes encoded words, of which none parts a character.
    """
    if text.isascii() and text.isprintable() and _is_short(text) and "=?" not in text:
        return text
    return _words(text, _SUBJECT)


def mailbox(name: str, address: str) -> str:
    """A name with its address; a name of letters and digits stands plain, any other is encoded."""
    if not name:
        return address
    is_plain = name.isascii() and name.replace(" ", "").isalnum() and _is_short(name) and len(name) <= _NAME
    return f"{name} <{address}>" if is_plain else f"{_words(name, _NAME)}\r\n <{address}>"


def _is_short(text: str) -> bool:
    return len(text) <= _SHORT and text == " ".join(text.split())


def _words(text: str, room: int) -> str:
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(text, room))


def _pieces(text: str, room: int) -> Iterator[bytes]:
    """UTF-8 in pieces of at most `room` bytes, parted between characters."""
    piece = b""
    for char in text:
        more = char.encode("utf-8", "replace")
        if len(piece) + len(more) > room:
            yield piece
            piece = b""
        piece += more
    if piece:
        yield piece
