"""Text from outside made safe to print: names, addresses and purposes as clients and banks write them. Pure."""

import re
import unicodedata
from typing import Final

from pipelines.wording.russian import FIXED

UNSEEN: Final = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
"""What copying leaves between the letters of a code, as a regular expression; also what turns the direction of text."""
_BREAK = "\N{ZERO WIDTH SPACE}"
_SPACES = re.compile(" {2,}")


def clean(text: str | None) -> str:
    """Outside text, safe to typeset: one line, no control or invisible steering characters, NFC."""
    if not text:
        return ""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()
    kept = (" " if _is_blank(char) else char for char in text if _is_blank(char) or not _is_steering(char))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", "".join(kept))).strip()


def breakable(text: str, longest: int = 28) -> str:
    """The text with a permission to break anywhere inside an unbroken run longer than ``longest`` characters."""
    words = clean(text).replace("№ ", "№" + FIXED).split(" ")
    return " ".join(word if len(word) <= longest else _BREAK.join(word) for word in words)


def unbroken(text: str) -> str:
    """Plain text without the permissions to break that a page needs."""
    return text.replace(_BREAK, "")


def _is_blank(char: str) -> bool:
    return char in "\t\n\r\v\f\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"


def _is_steering(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}
