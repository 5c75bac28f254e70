"""The envelope of a message: the header as text, and what the header of the other side says."""

from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.stand_in_1c.configuration import Configuration

FORMAT = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData"
HEADER = "http://www.1c.ru/SSL/Exchange/Message"
PLAN = "СинхронизацияДанныхЧерезУниверсальныйФормат"
_MSG = f"{{{HEADER}}}"


@dataclass(frozen=True)
class Numbers:
    """MessageNo and ReceivedNo; both 0 in a message of settings alone."""

    message_no: int = 0
    received_no: int = 0


@dataclass(frozen=True)
class Received:
    """A message of the other side: its numbers, version, versions that it offers, and the objects of its Body."""

    numbers: Numbers
    version: str
    offered: tuple[str, ...]
    objects: tuple[ET.Element, ...]


def text(
    configuration: Configuration,
    sender: str,
    receiver: str,
    numbers: Numbers,
    created: datetime,
    version: str,
    objects: list[str],
    *,
    settings_only: bool = False,
) -> str:
    """A whole message. `settings_only`: a Format without version, and no Body."""
    types = "".join(
        f"<msg:ObjectType><msg:Name>{name}</msg:Name>{'<msg:Sending>*</msg:Sending>' if sends else ''}"
        f"{'<msg:Receiving>*</msg:Receiving>' if takes else ''}</msg:ObjectType>"
        for name, sends, takes in configuration.declared()
    )
    versions = "".join(f"<msg:AvailableVersion>{each}</msg:AvailableVersion>" for each in configuration.versions)
    body = "" if settings_only else f'<Body xmlns="{FORMAT}/{version}">{"".join(objects)}</Body>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Message xmlns:msg="{HEADER}"><msg:Header>'
        f"<msg:Format>{FORMAT if settings_only else f'{FORMAT}/{version}'}</msg:Format>"
        f"<msg:CreationDate>{created:%Y-%m-%dT%H:%M:%S}</msg:CreationDate><msg:Confirmation><msg:ExchangePlan>{PLAN}</msg:ExchangePlan>"
        f"<msg:To>{escape(receiver)}</msg:To><msg:From>{escape(sender)}</msg:From><msg:MessageNo>{numbers.message_no}</msg:MessageNo>"
        f"<msg:ReceivedNo>{numbers.received_no}</msg:ReceivedNo></msg:Confirmation>{versions}"
        f"<msg:AvailableObjectTypes>{types}</msg:AvailableObjectTypes><msg:Prefix>{configuration.prefix}</msg:Prefix></msg:Header>"
        f"{body}</Message>"
    )


def parse(content: str) -> Received | None:
    """The message; None where it is cut off, or none of EnterpriseData."""
    try:
        root = ET.fromstring(content)  # noqa: S314 - written by the system under test, on this machine
    except ET.ParseError:
        return None
    header, body = root.find(f"{_MSG}Header"), root.find("{*}Body")
    confirmation = header.find(f"{_MSG}Confirmation") if header is not None else None
    if header is None or confirmation is None:
        return None
    return Received(
        Numbers(*(int(confirmation.findtext(f"{_MSG}{tag}") or 0) for tag in ("MessageNo", "ReceivedNo"))),
        (header.findtext(f"{_MSG}Format") or "").removeprefix(FORMAT).strip("/"),
        tuple((each.text or "").strip() for each in header.findall(f"{_MSG}AvailableVersion")),
        tuple(body) if body is not None else (),
    )
