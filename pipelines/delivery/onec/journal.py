"""What the exchange folder of a base knows and a database that was restored from a backup does not: how far the exchange had come."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec.header import Header, read_header
from pipelines.errors import BadInput
from pipelines.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.delivery.onec.declared import DeclaredPeer

_NAME: Final = ".reached.json"


@dataclass(frozen=True, slots=True)
class Reached:
    """`sent_no`: of our last message, visible or at once so; `received`: CreationDate of their last that is taken, as they wrote it.

    `receives`: types of objects that they have said they take; None: they have not said it yet. `restored`: CreationDate of the last
    message by which it was seen that their base had been restored, `restored_had` the last number of ours that it knew then, and
    `restored_after` what `received` was: a message that is taken since is of the restored base, whatever its clock says.
    Written only by whoever has the base's turn.
    """

    sent_no: int = 0
    received: str = ""
    receives: tuple[str, ...] | None = None
    restored: str = ""
    restored_had: int | None = None
    restored_after: str = ""

    def is_behind(self, known: str) -> bool:
        """Whether a database whose last message of theirs is of that CreationDate has not seen that their base was restored."""
        return known <= self.restored_after and known < self.restored


def reached(base: "DeclaredPeer") -> Reached:
    """How far the exchange with the base has come, as its folder says; nothing where it says nothing."""
    try:
        noted = json.loads(_path(base).read_text(encoding="utf-8"))
        receives, had = noted.get("receives"), noted.get("restored_had")
        types = None if receives is None else tuple(map(str, receives))
        restored, knew = str(noted.get("restored", "")), None if had is None else int(had)
        return Reached(int(noted["sent_no"]), str(noted["received"]), types, restored, knew, str(noted.get("restored_after", "")))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Reached()


def note_sent(base: "DeclaredPeer", number: int) -> None:
    """Our message of that number is visible at once."""
    _note(base, replace(reached(base), sent_no=number))


def note_received(base: "DeclaredPeer", created: str) -> None:
    """Their message of that CreationDate is taken, and lies in ``done`` at once."""
    _note(base, replace(reached(base), received=created))


def note_restored(base: "DeclaredPeer", header: Header) -> None:
    """Their base was restored before it wrote this message, which is refused; until a later one is taken, we confirm nothing of theirs."""
    now = reached(base)
    _note(base, replace(now, restored=header.created, restored_had=header.received_no, restored_after=now.received))


def note_receives(base: "DeclaredPeer", types: "Iterable[str]") -> None:
    """They have said that they take these types of objects."""
    _note(base, replace(reached(base), receives=tuple(types)))


def taken_after(base: "DeclaredPeer", created: str) -> "list[tuple[Path, Header]]":
    """Messages of ``done`` that they wrote after that moment, from the oldest: a database that does not know of them was restored."""
    later = []
    for path, header in _newest_first(base.folder("done")):
        if header.created <= created:
            break
        later.append((path, header))
    return sorted(later, key=lambda each: each[1].created)


def _newest_first(folder: Path) -> "Iterator[tuple[Path, Header]]":
    for path in sorted(folder.glob("Message_*"), key=lambda path: path.stat().st_mtime_ns, reverse=True):
        try:
            header = read_header(path)
        except (BadInput, OSError):
            continue
        if header.version is not None and header.message_no:  # settings alone hold nothing to be taken again
            yield path, header


def _note(base: "DeclaredPeer", now: Reached) -> None:
    if now != reached(base):
        write_whole(_path(base), json.dumps(asdict(now)).encode())


def _path(base: "DeclaredPeer") -> Path:
    return base.root / _NAME
