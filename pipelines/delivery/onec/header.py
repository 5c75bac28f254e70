"""The header of a message from 1C: read leniently, and without trusting a byte of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from pipelines.delivery.onec.message import FORMAT
from pipelines.errors import BadInput

_TYPES = "AvailableObjectTypes"


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

    Namespaces, order and missing elements are forgiven. BadInput for what is no message, is cut off inside the header,
    or carries a DOCTYPE: no entity is resolved, nothing is fetched.
    """
    place = path.name
    try:
        with path.open("rb") as file:
            return _find(file, place)
    except etree.XMLSyntaxError as error:
        raise BadInput.one(place, f"is not well-formed XML: {error.msg}") from None


def has_content(path: Path) -> bool:
    """Whether the Body of the message at `path` holds any object; BadInput when the file is cut off or not well-formed.

    Read to its end only while nothing is found; memory does not grow with it. Call `read_header` before.
    """
    depth = 0
    try:
        with path.open("rb") as file:
            events = etree.iterparse(file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False)
            body = False
            for event, element in events:
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 3 and body:
                    return True
                if event == "start" and depth == 2:
                    body = _local(element) == "Body"
    except etree.XMLSyntaxError as error:
        raise BadInput.one(path.name, f"is not well-formed XML: {error.msg}") from None
    return False


def _find(file: BinaryIO, place: str) -> Header:
    events = etree.iterparse(
        file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root_seen = False
    for event, element in events:
        tag = _local(element)
        if not root_seen:
            root_seen = True
            if element.getroottree().docinfo.doctype:
                raise BadInput.one(place, "a DOCTYPE is not allowed in a message")
            if tag != "Message":
                raise BadInput.one(place, f"is not a message of 1C: it begins with <{tag}>")
        elif event == "end" and tag == "Header":
            return _header(element, place)
        elif tag == "Body":
            break
    raise BadInput.one(place, "has no header")


def _header(element: etree._Element, place: str) -> Header:
    values: dict[str, str] = {}
    versions: list[str] = []
    types: list[DeclaredType] = []
    for child in element:
        tag = _local(child)
        if tag == "AvailableVersion":
            versions.append(_text(child))
        elif tag == "Confirmation":
            values.update({_local(inner): _text(inner) for inner in child})
        elif tag == _TYPES:
            types.extend(_declared(inner) for inner in child)
        else:
            values[tag] = _text(child)
    name = values.get("Format", "")
    version = name.removeprefix(FORMAT).strip("/") if name.startswith(FORMAT) else None
    return Header(
        format=name,
        version=version or None,
        created=values.get("CreationDate", ""),
        exchange_plan=values.get("ExchangePlan", ""),
        sender=values.get("From", ""),
        receiver=values.get("To", ""),
        message_no=_number(values, "MessageNo", place),
        received_no=_number(values, "ReceivedNo", place),
        available_versions=tuple(version for version in versions if version),
        object_types=tuple(types),
        new_from=values.get("NewFrom", ""),
        prefix=values.get("Prefix", ""),
    )


def _declared(element: etree._Element) -> DeclaredType:
    values = {_local(inner): _text(inner) for inner in element}
    return DeclaredType(values.get("Name", ""), values.get("Sending", ""), values.get("Receiving", ""))


def _number(values: dict[str, str], tag: str, place: str) -> int | None:
    text = values.get(tag, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise BadInput.one(place, f"{tag} is {text[:40]!r}, not a number")
    return int(text)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
