"""The header of a message from 1C: read leniently, and without trusting a byte of it.

The file streams through a parser that builds no tree, so that time is linear and memory bounded whatever it holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from pipelines.delivery.onec.message import FORMAT
from pipelines.delivery.onec.parsing import CHUNK, SAFE, not_well_formed, opened
from pipelines.errors import BadInput

MOST_ELEMENTS, LONGEST_HEADER = 100_000, 4_000_000
"""Elements outside the Body, and characters of the header, of a message that is read at all: 1C writes some hundreds, some kilobytes."""


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """A type of objects that the peer names; `sending` and `receiving` as it wrote them ("*", versions or nothing)."""

    name: str
    sending: str
    receiving: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a message says of itself. Numbers are None where the peer wrote none.

    `version` is None in a message of settings only (a Format without version: no Body).
    """

    format: str
    version: str | None
    created: str
    exchange_plan: str
    sender: str
    receiver: str
    message_no: int | None
    received_no: int | None
    available_versions: tuple[str, ...]
    object_types: tuple[DeclaredType, ...]
    new_from: str
    prefix: str


def read_header(path: Path) -> Header:
    """The header of the message at `path`; the body is not read.

    Namespaces, order and missing elements are forgiven. BadInput for what is no message, is cut off inside the header, holds
    more than a header does, or carries a DOCTYPE: no entity is resolved, nothing is fetched.
    """
    scan = _Scan(path.name)
    _feed(path, scan, lambda: scan.has_header or scan.in_body)
    return scan.header()


def has_content(path: Path) -> bool:
    """Whether the Body of the message at `path` holds any object; BadInput when the file is cut off or not well-formed.

    Read to its end only while nothing is found; memory does not grow with it. Call `read_header` before.
    """
    scan = _Scan(path.name)
    scan.has_header = True  # was read before, and is passed over
    _feed(path, scan, lambda: scan.has_content)
    return scan.has_content


def _feed(path: Path, scan: "_Scan", is_enough: Callable[[], bool]) -> None:
    """Parse the file until enough is known, or to its end."""
    target: Any = scan  # the stubs ask for what lxml itself does not: a `comment`
    parser = etree.XMLParser(target=target, **SAFE)
    try:
        with opened(path) as file:
            while chunk := file.read(CHUNK):
                parser.feed(chunk)
                if is_enough():
                    return
            parser.close()
    except etree.LxmlError as error:
        raise not_well_formed(path, error) from None


class _Scan:
    """What the parser meets, kept as far as a header needs it: lxml's target interface, local names alone."""

    def __init__(self, place: str) -> None:
        self.has_header = self.in_body = self.has_content = False
        self._place = place
        self._path: list[str] = []
        self._elements = self._characters = 0
        self._text: list[str] = []
        self._values: dict[str, str] = {}
        self._versions: list[str] = []
        self._types: list[DeclaredType] = []
        self._type: dict[str, str] = {}

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise BadInput.one(self._place, "a DOCTYPE is not allowed in a message")

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if not self._path and name != "Message":
            raise BadInput.one(self._place, f"is not a message of 1C: it begins with <{name[:40]}>")
        self._path.append(name)
        self._text.clear()
        if self._path[1:2] == ["Body"]:
            self.in_body = True
            self.has_content = self.has_content or len(self._path) > 2
            return
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise BadInput.one(self._place, f"holds more than {MOST_ELEMENTS} elements outside its Body")

    def data(self, text: str) -> None:
        if self.has_header or self._path[1:2] != ["Header"]:
            return
        self._characters += len(text)
        if self._characters > LONGEST_HEADER:
            raise BadInput.one(self._place, f"its header is longer than {LONGEST_HEADER} characters")
        self._text.append(text)

    def end(self, _tag: str) -> None:
        if self._path[1:2] == ["Header"] and not self.has_header:
            self._take(self._path[2:], "".join(self._text).strip())
            self.has_header = len(self._path) == 2
        self._path.pop()
        self._text.clear()

    def close(self) -> None:
        """The end of the file."""

    def header(self) -> Header:
        """The header that was met; BadInput where none was."""
        if not self.has_header:
            raise BadInput.one(self._place, "has no header")
        name = self._values.get("Format", "")
        version = name.removeprefix(FORMAT).strip("/") if name.startswith(FORMAT) else None
        return Header(
            format=name,
            version=version or None,
            created=self._values.get("CreationDate", ""),
            exchange_plan=self._values.get("ExchangePlan", ""),
            sender=self._values.get("From", ""),
            receiver=self._values.get("To", ""),
            message_no=_number(self._values, "MessageNo", self._place),
            received_no=_number(self._values, "ReceivedNo", self._place),
            available_versions=tuple(version for version in self._versions if version),
            object_types=tuple(self._types),
            new_from=self._values.get("NewFrom", ""),
            prefix=self._values.get("Prefix", ""),
        )

    def _take(self, path: list[str], text: str) -> None:
        """An element of the header that has ended, by its path below the header."""
        match path:
            case ["AvailableVersion"]:
                self._versions.append(text)
            case ["AvailableObjectTypes", _]:
                self._types.append(DeclaredType(*(self._type.get(name, "") for name in ("Name", "Sending", "Receiving"))))
                self._type = {}
            case ["AvailableObjectTypes", _, name]:
                self._type[name] = text
            case [name] | ["Confirmation", name] if name not in ("Confirmation", "AvailableObjectTypes"):
                self._values[name] = text


def _number(values: Mapping[str, str], tag: str, place: str) -> int | None:
    text = values.get(tag, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise BadInput.one(place, f"{tag} is {text[:40]!r}, not a number")
    return int(text)
