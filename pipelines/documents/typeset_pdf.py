"""A PDF file as Typst writes it, taken apart and put together again: its objects, and the runs of signs on its pages. Pure.

Typst (krilla) writes every object by itself, a table of their places at the end, and every run of signs of one style in the same
way. What is written otherwise is UnreadPdf.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import md5, sha256

from pipelines.errors import Refused

_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_REFERENCE = re.compile(rb"\d+ 0 R")
_FONT_FILE = re.compile(rb"/(?:FontFile2|ToUnicode) (\d+) 0 R")
_TRAILER = re.compile(rb"trailer\n<</Size (\d+)/Root (\d+) 0 R/Info (\d+) 0 R")
_KIDS = re.compile(rb"<</Type/Pages/Count \d+/Kids\[([^\]]*)\]>>")
_METADATA = re.compile(rb"/Metadata (\d+) 0 R")
_RUN = re.compile(rb"q 1 0 0 -1 (\S+) (\S+) cm(/c[^\n]* scn)\nBT([^\n]*?/f(\d+) (\S+) Tf.*?)\nET\nQ(?:\n|\Z)", re.DOTALL)
_PLAIN = rb"[^\\()]|\\."
_INNER = rb"(?:%b|\((?:%b|\((?:%b)*\))*\))*" % (_PLAIN, _PLAIN, _PLAIN)  # pairs of parentheses stand as they are
_TEXT = rb"\(%b\)|<[0-9A-F]*>" % _INNER
_SHOW = re.compile(rb"\[((?:%b|[-\d. ])*)\]TJ|(%b)Tj" % (_TEXT, _TEXT), re.DOTALL)
_SHOWN = re.compile(rb"\((%b)\)|<([0-9A-F]*)>|(-?[\d.]+)" % _INNER, re.DOTALL)
_FONT = re.compile(rb"/f(\d+) ")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_LEVEL = 5
_END = b"\nendobj\n\n"
_LARGE = 4000
_BY_ITSELF, _TOGETHER = 1, 2  # how the table of places tells where an object is
_FREE = b"\0\0\0\0\0\xff\xff"
_FONT_FILES: dict[bytes, bytes] = {}  # of all frames: kept once


class UnreadPdf(Refused):
    """A file is not as Typst wrote files when this was written."""


@dataclass(frozen=True, slots=True)
class Run:
    """Signs of one style on one line: where it begins, its style as the file says it, and what is shown.

    ``shown``: numbers of glyphs as four hex digits; between them what is no glyph, each with a blank before it: the moves of kerning,
    and words of the page, first of all those that choose the font (a sign with another one's drawing tells what it stands for).
    """

    x: bytes
    y: bytes
    style: bytes
    font: int
    shown: tuple[bytes, ...]

    @property
    def colour(self) -> bytes:
        """The part of the style that comes before the font."""
        return self.style.partition(b"|")[0]


@dataclass(frozen=True)
class TypesetPdf:
    """Objects by number, each without its frame; the numbers of the pages' contents in their order, of title and of metadata."""

    objects: Mapping[int, bytes]
    root: int
    info: int
    metadata: int
    contents: tuple[int, ...]

    def page(self, place: int) -> bytes:
        """What is drawn on a page."""
        return _unpacked(self.objects[self.contents[place]])

    @cached_property
    def fonts(self) -> str:
        """Digest of all fonts: the same where numbers of glyphs mean the same."""
        digest = sha256()
        for content in self.objects.values():
            if content.startswith((b"<</Type/Font/", b"<</Type/FontDescriptor/")):
                digest.update(_REFERENCE.sub(b"R", content))
                for number in _FONT_FILE.findall(content):
                    digest.update(self.objects[int(number)])
        return digest.hexdigest()


def read(content: bytes) -> TypesetPdf:
    """A file of Typst's by its table of places, or UnreadPdf."""
    try:
        table = int(content[content.rindex(b"startxref\n") + 10 :].split(b"\n", 1)[0])
        lines = content[table:].split(b"\n", 2)
        count = int(lines[1].split()[1])
        places = [int(lines[2][20 * number : 20 * number + 10]) for number in range(1, count)]
        ends = dict(zip(sorted(places), [*sorted(places)[1:], table], strict=True))
        objects = {number: _bare(content[start : ends[start]], number) for number, start in enumerate(places, 1)}
        trailer = _TRAILER.search(content, table)
        kids = next(matched for each in objects.values() if (matched := _KIDS.fullmatch(each)))
        if trailer is None:
            raise UnreadPdf("no trailer")
        root, info = int(trailer[2]), int(trailer[3])
        pages = [objects[int(number)] for number in kids[1].split()[::3]]
        contents = tuple(int(_found(_CONTENTS, page)) for page in pages)
        return TypesetPdf(objects, root, info, int(_found(_METADATA, objects[root])), contents)
    except (ValueError, IndexError, KeyError, StopIteration) as error:
        raise UnreadPdf(f"{type(error).__name__}: {error}") from error


class Frame:
    """What stays the same in files that differ in a few objects: written once, in front of what changes.

    Everything small stands packed in one stream of objects, and the table of places is a stream too (ISO 32000-1, 7.5.7 and 7.5.8).
    """

    def __init__(self, pdf: TypesetPdf, changing: frozenset[int]) -> None:
        staying = {number: content for number, content in pdf.objects.items() if number not in changing}
        self._together, self._table = len(pdf.objects) + 1, len(pdf.objects) + 2
        self._places = [_FREE] * (self._table + 1)
        small = {number: content for number, content in staying.items() if not content.endswith(b"endstream")}
        for place, number in enumerate(small):
            self._places[number] = _entry(_TOGETHER, self._together, place)
        streams = {number: content for number, content in staying.items() if number not in small}
        self._beginning, at = [b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"], 16
        for number, content in {**streams, self._together: _object_stream(small)}.items():
            framed = (b"%d 0 obj\n" % number, _FONT_FILES.setdefault(content, content) if len(content) > _LARGE else content, _END)
            self._beginning += framed
            self._places[number] = _entry(_BY_ITSELF, at)
            at += sum(map(len, framed))
        self._length = at
        self._trailer = b"/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[<%%b><%%b>]" % (self._table + 1, pdf.root, pdf.info)

    def file(self, changing: Mapping[int, bytes], identity: bytes) -> bytes:
        """The whole file with these objects; ``identity``: its name, as hex."""
        parts, places, at = self._beginning.copy(), self._places.copy(), self._length
        for number, content in changing.items():
            parts.append(_framed(number, content))
            places[number] = _entry(_BY_ITSELF, at)
            at += len(parts[-1])
        places[self._table] = _entry(_BY_ITSELF, at)
        table = _packed_stream(self._trailer % (identity, identity), b"".join(places))
        return b"".join((*parts, _framed(self._table, table), b"startxref\n%d\n%%%%EOF" % at))


def identity_of(*contents: bytes) -> bytes:
    """The name of a file by what it shows, as hex."""
    return md5(b"\0".join(contents), usedforsecurity=False).hexdigest().encode()


def packed(drawn: bytes) -> bytes:
    """A stream of what is drawn, as an object."""
    return _packed_stream(b"", drawn)


def runs(drawn: bytes) -> list[bytes | Run]:
    """What is drawn on a page, in order: runs of signs, and everything between them as it is."""
    parts: list[bytes | Run] = []
    at = 0
    for run in _RUN.finditer(drawn):
        parts.append(drawn[at : run.start()])
        style = b"%b|f%b %b" % (run[3], run[5], run[6])
        parts.append(Run(run[1], run[2], style, int(run[5]), _shown(run[4], run[5])))
        at = run.end()
    parts.append(drawn[at:])
    return parts


def shown(signs: tuple[bytes, ...]) -> bytes:
    """Signs as a page shows them, with the words that choose the font."""
    return b"%b[<%b>]TJ" % (signs[0][1:], b"".join(map(as_shown, signs[1:])))


def as_shown(sign: bytes) -> bytes:
    """A sign within those that a page shows."""
    if not sign.startswith(b" "):
        return sign
    return b">]TJ%b[<" % sign[1:] if sign[-1:].isalpha() else b">%b<" % sign[1:]


def _shown(written: bytes, font: bytes) -> tuple[bytes, ...]:
    if any(other != font for other in _FONT.findall(written)):
        raise UnreadPdf("another font in one run")
    signs: list[bytes] = []
    at = 0
    for show in _SHOW.finditer(written):
        if show.start() > at:
            signs.append(b" " + written[at : show.start()])
        at = show.end()
        for text, digits, move in _SHOWN.findall(show[1] or show[2]):
            if move:
                signs.append(b" " + move)
                continue
            numbers = digits.decode() if digits else _ESCAPED.sub(_plain, text).hex().upper()
            signs.extend(numbers[place : place + 4].encode() for place in range(0, len(numbers), 4))
    if written[at:]:
        signs.append(b" " + written[at:])
    return tuple(signs)


def _plain(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    return bytes([int(escaped, 8)]) if escaped.isdigit() else _LETTERS.get(escaped, escaped)


def _framed(number: int, content: bytes) -> bytes:
    return b"%d 0 obj\n%b%b" % (number, content, _END)


def _packed_stream(described: bytes, content: bytes) -> bytes:
    """A packed stream as an object; ``described``: what else its dictionary says."""
    shorter = zlib.compress(content, _LEVEL)
    return b"<<%b/Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (described, len(shorter), shorter)


def _object_stream(objects: Mapping[int, bytes]) -> bytes:
    """A stream of objects: the number and the place of each, then the objects."""
    starts, at = [], 0
    for number, content in objects.items():
        starts.append(b"%d %d " % (number, at))
        at += len(content) + 1
    head = b"".join(starts)
    return _packed_stream(b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head)), head + b"\n".join(objects.values()))


def _entry(kind: int, place: int, number: int = 0) -> bytes:
    """A line of the table of places: a plain object's place, or the stream of objects and the place in it."""
    return bytes((kind,)) + place.to_bytes(4, "big") + number.to_bytes(2, "big")


def _bare(framed: bytes, number: int) -> bytes:
    head, tail = b"%d 0 obj\n" % number, b"\nendobj"
    if not framed.startswith(head):
        raise UnreadPdf(f"object {number} begins otherwise")
    return framed[len(head) : framed.rindex(tail)]


def _unpacked(content: bytes) -> bytes:
    head, _, rest = content.partition(b"stream\n")
    body = rest[: rest.rindex(b"\nendstream")]
    return zlib.decompress(body) if b"/FlateDecode" in head else body


def _found(pattern: re.Pattern[bytes], content: bytes) -> bytes:
    matched = pattern.search(content)
    if matched is None:
        raise UnreadPdf(f"nothing like {pattern.pattern!r}")
    return matched[1]
