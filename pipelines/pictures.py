"""Pictures of an organization's papers (logo, facsimile of the signature, stamp): what is taken for one, and its size. Pure."""

import struct
import zlib
from typing import NamedTuple

from pipelines.errors import Refused

LARGEST_FILE = 1_000_000
LARGEST_SIDE = 4000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_START_OF_FRAME = frozenset({0xC0, 0xC1, 0xC2})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


class Picture(NamedTuple):
    """``kind`` as MIME names it after ``image/``; sides in pixels."""

    kind: str
    width: int
    height: int


class NotAPicture(Refused):
    """What stands against printing a file, in words for whoever brought it."""


def look(content: bytes) -> Picture:
    """Kind and size of a PNG or JPEG file of at most 1 MB and 4,000 pixels a side; NotAPicture for anything else.

    SVG is refused: what it draws, and how much, depends on what it refers to.
    """
    if len(content) > LARGEST_FILE:
        raise NotAPicture(f"has {len(content):,} bytes, at most {LARGEST_FILE:,} are printed")
    if content.startswith(_PNG):
        picture = _png(content)
    elif content.startswith(_JPEG):
        picture = _jpeg(content)
    else:
        kind = "an SVG" if b"<svg" in content[:4096].lower() else "no picture"
        raise NotAPicture(f"is {kind}; a PNG or JPEG is needed")
    if not (0 < picture.width <= LARGEST_SIDE and 0 < picture.height <= LARGEST_SIDE):
        raise NotAPicture(f"measures {picture.width} × {picture.height} pixels, at most {LARGEST_SIDE} × {LARGEST_SIDE} are printed")
    return picture


def _png(content: bytes) -> Picture:
    """Every chunk whole and with its checksum, from the header to the end."""
    place, picture, kinds = len(_PNG), None, []
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        body = content[place + 8 : place + 8 + length]
        if place + 12 + length > len(content) or struct.unpack_from(">I", content, place + 8 + length)[0] != zlib.crc32(kind + body):
            raise NotAPicture("is a damaged PNG")
        if kind == b"IHDR" and length >= 8 and picture is None:
            picture = Picture("png", *struct.unpack_from(">II", body))
        kinds.append(kind)
        place += 12 + length
    if picture is None or b"IDAT" not in kinds or kinds[-1] != b"IEND":
        raise NotAPicture("is a damaged PNG")
    return picture


def _jpeg(content: bytes) -> Picture:
    """The size from the first frame; the file must end as a JPEG does."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _START_OF_FRAME and b"\xff\xd9" in content[-64:]:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return Picture("jpeg", width, height)
        place += 2 if marker in _WITHOUT_LENGTH else 2 + struct.unpack_from(">H", content, place + 2)[0]
    raise NotAPicture("is a damaged JPEG")
