"""One EnterpriseData message, streamed to disk: envelope, header, body; visible under its name only when complete."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Final

from pipelines.delivery.onec import fields
from pipelines.delivery.onec.body import RECEIVED
from pipelines.delivery.onec.model import Invoice, NotForOnec, OnecObject
from pipelines.delivery.onec.objects import xml
from pipelines.errors import Refused
from pipelines.files import GROUP, settle, write_whole

FORMAT: Final = "http://v8.1c.ru/edi/edi_stnd/EnterpriseData"
HEADER: Final = "http://www.1c.ru/SSL/Exchange/Message"
EXCHANGE_PLAN: Final = "СинхронизацияДанныхЧерезУниверсальныйФормат"
VERSIONS: Final = ("1.17", "1.19", "1.21")
DEFAULT_VERSION: Final = "1.19"
NEW_RATES: Final = frozenset({Decimal(22), Decimal(7), Decimal(5)})
"""Rates of VAT, in percent, that EnterpriseData has from 1.17 on."""
_AT_ONCE: Final = 32
"""Objects that are handed to the file together: some kilobytes each, so a call for each would cost as much as writing it."""
_NODE = re.compile(r"[\w-]{1,36}")


class UnknownVersion(Refused):
    """A version of EnterpriseData that is not written; below 1.17 there is no VAT of 22 %, 5 % and 7 %."""


class NoCommonVersion(Refused):
    """We and the peer share no version of EnterpriseData."""


class BadNode(Refused):
    """A node's code that cannot stand in a file's name."""


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type of objects and whether we send and receive it."""

    name: str
    sending: bool = False
    receiving: bool = False


_SENT: Final = (
    "Справочник.Организации",
    "Справочник.Контрагенты",
    "Справочник.Договоры",
    "Справочник.Номенклатура",
    "Справочник.ТипыЦен",
    "Справочник.ДополнительныеРеквизиты",
    "Справочник.СостояниеОплатыЗаказа",
    "Документ.УстановкаЦенНоменклатуры",
    "Документ.СчетПокупателю",
    "Документ.ЗаказКлиента",
    "Документ.РеализацияТоваровУслуг",
    "Документ.КорректировкаРеализацииТоваров",
)
EXCHANGED: Final = tuple(ObjectType(name, sending=name in _SENT, receiving=name in RECEIVED) for name in dict.fromkeys((*_SENT, *RECEIVED)))


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the header says. `message_no`: last sent + 1; `received_no`: last number received from the peer.

    `created` is written as local wall time. `object_types` may be empty: then none are declared.
    """

    sender: str
    receiver: str
    message_no: int
    received_no: int
    created: datetime
    version: str = DEFAULT_VERSION
    available_versions: tuple[str, ...] = VERSIONS
    object_types: tuple[ObjectType, ...] = EXCHANGED
    prefix: str = ""

    @property
    def file_name(self) -> str:
        """`Message_<from>_<to>.xml`; BadNode where a code would leave its folder."""
        return message_name(self.sender, self.receiver)


@dataclass(frozen=True, slots=True)
class PreparedMessage:
    """A complete message under its temporary name: `publish` makes it visible as `path`."""

    temporary: Path
    path: Path
    objects: int


def message_name(sender: str, receiver: str) -> str:
    """The file name that 1C looks for; BadNode for a code that is not letters, digits, `_` and `-`."""
    for code in (sender, receiver):
        if not _NODE.fullmatch(code):
            raise BadNode(f"{code!r} cannot be the code of an exchange node: letters, digits, - and _, at most 36")
    return f"Message_{sender}_{receiver}.xml"


def common_version(theirs: Iterable[str], ours: Iterable[str] = VERSIONS) -> str:
    """The highest version that both sides know; NoCommonVersion when there is none."""
    common = tuple(theirs)
    shared = sorted(set(ours) & {version.strip() for version in common}, key=_order)
    if not shared:
        raise NoCommonVersion(
            f"no common version of EnterpriseData: 1C offers {', '.join(common) or 'none'}; VAT of 22 %, 5 % and 7 % needs 1.17"
        )
    return shared[-1]


def too_new_rate(objects: Iterable[OnecObject]) -> str:
    """The first document with a rate of VAT that versions before 1.17 do not have, in words; empty where there is none."""
    for item in objects:
        for row in getattr(item, "rows", ()):
            if row.vat_rate in NEW_RATES:
                kind = "invoice" if isinstance(item, Invoice) else "sale"
                return f"{kind} {getattr(item, 'number', '')} has VAT of {row.vat_rate.normalize():f} %"
    return ""


def prepare_message(
    folder: Path, envelope: Envelope, objects: Iterable[OnecObject] = (), left_out: Callable[[OnecObject, NotForOnec], None] | None = None
) -> PreparedMessage:
    """Write the whole message under a temporary name that carries its number; it is on disk when this returns.

    `objects` is consumed once, one at a time; memory does not grow with it. No objects: a pure acknowledgement.
    With `left_out`, an object that 1C could not take is handed to it and left out; without, NotForOnec ends the message.
    """
    path = folder / envelope.file_name
    if envelope.version not in VERSIONS:
        refused = too_new_rate(objects) or "VAT of 22 %, 5 % and 7 %"
        raise UnknownVersion(
            f"EnterpriseData {envelope.version} is not written, only {', '.join(VERSIONS)}: {refused}, which needs 1.17 or later"
        )
    head = _head(envelope)
    temporary = folder / f".{path.name}.{envelope.message_no}.{os.getpid()}.tmp"
    count = 0

    def fill(file: IO[bytes]) -> None:
        nonlocal count
        file.write(b"\xef\xbb\xbf" + head.encode())
        waiting: list[bytes] = []
        for item in objects:
            try:
                element = xml(item, envelope.version)
            except NotForOnec as error:
                if left_out is None:
                    raise
                left_out(item, error)
                continue
            waiting.append(element)
            count += 1
            if len(waiting) == _AT_ONCE:
                file.write(b"\n".join([*waiting, b""]))
                waiting.clear()
        file.write(b"\n".join([*waiting, b"</Body>", b"</Message>", b""]))

    write_whole(temporary, fill, mode=GROUP)
    return PreparedMessage(temporary, path, count)


def publish(prepared: PreparedMessage) -> None:
    """Give a prepared message the name that 1C looks for, in place of an earlier one."""
    settle(prepared.temporary, prepared.path)


def prepared_messages(folder: Path, name: str) -> dict[Path, int]:
    """Messages in `folder` that were prepared whole and never published under `name`, with their numbers."""
    parts = {path: path.name.removeprefix(f".{name}.").split(".") for path in folder.glob(f".{name}.*.tmp")}
    return {path: int(number) for path, (number, *_) in parts.items() if number.isdigit()}


def remnants(folder: Path, name: str) -> list[Path]:
    """All that dead processes left beside the message `name`: prepared messages, and what they had begun to write."""
    return [path for path in folder.glob(f".*{name}.*") if path.suffix in (".tmp", ".part")]


def _head(envelope: Envelope) -> str:
    created = envelope.created.replace(tzinfo=None, microsecond=0).isoformat()
    versions = "".join(f"<msg:AvailableVersion>{fields.text(version)}</msg:AvailableVersion>" for version in envelope.available_versions)
    prefix = f"<msg:Prefix>{fields.text(envelope.prefix)}</msg:Prefix>" if envelope.prefix else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Message xmlns:msg="{HEADER}" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"<msg:Header><msg:Format>{FORMAT}/{envelope.version}</msg:Format><msg:CreationDate>{created}</msg:CreationDate>"
        f"<msg:Confirmation><msg:ExchangePlan>{EXCHANGE_PLAN}</msg:ExchangePlan><msg:To>{envelope.receiver}</msg:To>"
        f"<msg:From>{envelope.sender}</msg:From><msg:MessageNo>{envelope.message_no}</msg:MessageNo>"
        f"<msg:ReceivedNo>{envelope.received_no}</msg:ReceivedNo></msg:Confirmation>{versions}"
        f"{''.join(_declared(envelope.object_types))}{prefix}</msg:Header>\n"
        f'<Body xmlns="{FORMAT}/{envelope.version}">\n'
    )


def _declared(types: tuple[ObjectType, ...]) -> Iterator[str]:
    if not types:
        return
    yield "<msg:AvailableObjectTypes>"
    for declared in types:
        sending, receiving = ("*" if flag else "" for flag in (declared.sending, declared.receiving))
        yield (
            f"<msg:ObjectType><msg:Name>{fields.text(declared.name)}</msg:Name><msg:Sending>{sending}</msg:Sending>"
            f"<msg:Receiving>{receiving}</msg:Receiving></msg:ObjectType>"
        )
    yield "</msg:AvailableObjectTypes>"


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
