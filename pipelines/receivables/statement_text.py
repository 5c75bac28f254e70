"""The text of a bank's file: its bounds, its encoding as the bytes have it, its lines, and where each statement in it begins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from pipelines.errors import BadInput, Problem

TITLE: Final = "1CClientBankExchange"
"""The first line of a statement; another one after КонецФайла begins another statement in the same file."""

_BOM = b"\xef\xbb\xbf"
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"1\x00C\x00": "utf-16-le", b"\x001\x00C": "utf-16-be"}
_ENCODINGS = ("cp1251", "utf-8", "cp866")
_WORDS = ("Кодировка=", "ВерсияФормата=", "СекцияДокумент=", "КонецДокумента", "КонецФайла")
_LANDMARKS = {encoding: tuple(word.encode(encoding) for word in _WORDS) for encoding in _ENCODINGS}
_TITLE = TITLE.encode()
_BEGINNING = re.compile(rb"1CClientBankExchange[ \t]*(?=[\r\n]|\Z)")
_MARKS = b" \t\xef\xbb\xbf"
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class StatementLimits:
    """How much of a file is read: more is refused before anything of it is taken."""

    megabytes: int = 256
    documents: int = 500_000


@dataclass(slots=True)
class Remarks:
    """What is to be said about a file: problems (nothing of it is taken) and notices, each with its line."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def problem(self, line: int, message: str) -> None:
        """Something for which the file cannot be taken."""
        self.problems.append(Problem(f"{self.name}:{line}", message))

    def notice(self, line: int, message: str) -> None:
        """Something that a person should know; the file is taken."""
        self.notices.append(f"{self.name}:{line}: {message}")

    def add(self, others: "Remarks") -> None:
        """What was remarked elsewhere of the same file."""
        self.problems += others.problems
        self.notices += others.notices

    def raise_problems(self) -> None:
        """BadInput with every problem in the order of the lines, if there are any."""
        if self.problems:
            raise BadInput(sorted(self.problems, key=lambda problem: int(problem.place.rpartition(":")[2])))


@dataclass(frozen=True, slots=True)
class StatementText:
    """The text of one statement, its lines parted by ``\\n``; `first`: the number of its first line in the file (from 1)."""

    text: str
    first: int

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + self.text.count("\n")


def read_text(data: bytes, name: str, limits: StatementLimits) -> Iterator[StatementText]:
    """The statements of a file in their order. BadInput for a file that is too large, is no statement, or has NUL bytes inside.

    Each statement of a file is decoded for itself (cp1251, UTF-8, cp866; UTF-16 as a whole), by the format's own words in its
    bytes; neither its Кодировка nor a byte order mark is believed.
    """
    refuse_large(data, name, limits)
    first, before = 1, None
    for piece in _pieces(_as_utf_8(data)):
        first = before.last + 1 if before else 1
        text = _decoded(_with_plain_ends(piece), name).rstrip("\x00\x1a")
        if first == 1:
            _check_title(text, name)
        statement = StatementText(text.replace("\ufeff", "").removesuffix("\n"), first)
        if "\x00" in text:
            _refuse_nul(statement, name)
        yield statement
        before = statement


def refuse_large(data: bytes, name: str, limits: StatementLimits) -> None:
    """BadInput for a file that is larger than one may be."""
    if len(data) > limits.megabytes * _MEGABYTE:
        raise BadInput.one(f"{name}:1", f"is larger than {limits.megabytes} MB (FLEETBILL_BANK_MAX_MEGABYTES): not read")


def _with_plain_ends(data: bytes) -> bytes:
    r"""The lines parted by ``\n`` alone, whatever parted them: ``\r\n`` nearly always, ``\r\r\n``, ``\r``."""
    if data.count(b"\r") == data.count(b"\r\n"):
        return data.translate(None, b"\r")
    return data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _as_utf_8(data: bytes) -> bytes:
    """UTF-16 is turned into UTF-8, so that lines can be found in the bytes."""
    encoding = _UTF_16.get(data[:2]) or _UTF_16.get(data[:4])
    return data.decode(encoding, errors="replace").encode() if encoding else data


def _pieces(data: bytes) -> Iterator[bytes]:
    """The statements of a file: each from its title on; a title without a word of the format after it begins none."""
    titles = [start for at in _beginnings(data) if (start := _line_start(data, at)) is not None][1:]
    begun = 0
    for start, stop in pairwise([*titles, len(data)]):
        if any(_hits(data[start:stop]).values()):
            yield data[begun:start]
            begun = start
    yield data[begun:]


def _beginnings(data: bytes) -> Iterator[int]:
    """The places of the title; looked for as plain bytes first, which is several times as quick on a large file."""
    at = data.find(_TITLE)
    while at >= 0:
        if _BEGINNING.match(data, at):
            yield at
        at = data.find(_TITLE, at + len(_TITLE))


def _line_start(data: bytes, at: int) -> int | None:
    """Where the line begins in which a title stands at `at`; None when something else stands before it."""
    start = max(data.rfind(b"\n", max(0, at - 64), at), data.rfind(b"\r", max(0, at - 64), at)) + 1
    return start if not data[start:at].strip(_MARKS) and (start or at < 64) else None


def _decoded(data: bytes, name: str) -> str:
    plain = data.removeprefix(_BOM)
    hits = _hits(plain[:_MEGABYTE])
    if sum(map(bool, hits.values())) != 1:  # what its beginning leaves open, all of it decides
        hits = _hits(plain)
    best = max(_ENCODINGS, key=lambda encoding: hits[encoding])
    if not hits[best]:
        raise BadInput.one(f"{name}:1", f"is not a statement for 1C in {', '.join(_ENCODINGS)}: none of the format's words is in it")
    return plain.decode(best, errors="replace")


def _hits(data: bytes) -> dict[str, int]:
    """How often the format's words stand in the bytes, by encoding."""
    return {encoding: sum(map(data.count, words)) for encoding, words in _LANDMARKS.items()}


def _check_title(text: str, name: str) -> None:
    begun = next((line.strip() for line in text.replace("\ufeff", "").split("\n", 100) if line.strip()), "")
    if begun != TITLE:
        raise BadInput.one(f"{name}:1", f"is not a statement for 1C: it begins with {begun[:40]!r} and not with {TITLE}")


def _refuse_nul(statement: StatementText, name: str) -> None:
    lines = enumerate(statement.text.split("\n"), statement.first)
    raise BadInput(Problem(f"{name}:{at}", "the line has NUL bytes: the file is damaged") for at, line in lines if "\x00" in line)
