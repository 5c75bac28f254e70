"""Take what 1C has written: acknowledgements, and objects, which are applied in the transaction that takes their message's number."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.delivery.onec import declared, journal, offers, unacknowledged
from pipelines.delivery.onec.body import BodyObject, read_body
from pipelines.delivery.onec.declared import DeclaredPeer
from pipelines.delivery.onec.header import Header, has_content, read_header
from pipelines.delivery.onec.message import NoCommonVersion, common_version, message_name
from pipelines.delivery.onec.peers import Peer, take_turn
from pipelines.delivery.onec.read_ahead import read_ahead
from pipelines.errors import BadInput, Refused
from pipelines.files import GROUP, settle, sha256_of, sync_folder, write_whole
from pipelines.inbox import waiting
from pipelines.logs import verb
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipelines.delivery.onec.odata.access import BaseSecrets

_SETTLED_AFTER = 60.0
"""Seconds: a file that cannot be read and is younger may still be on its way from 1C."""


class NotTaken(Refused):
    """A message that the rules of the exchange forbid to take; the message says why.

    `is_restored`: it was written after the last that was taken, under a number that was used before: its base was restored from a backup.
    """

    def __init__(self, why: str, *, is_restored: bool = False) -> None:
        restored = "; it was written later, so 1C was restored from a backup: our next message tells it where to go on"
        super().__init__(f"{why}{restored if is_restored else ''}")
        self.is_restored = is_restored


class _ChangedMeanwhileError(Exception):
    """1C wrote the file anew while it was read: what was read of it is forgotten."""


class _FileVersion(NamedTuple):
    """By which a file that was written anew is told from the one before."""

    inode: int
    modified_ns: int
    size: int

    @property
    def modified(self) -> float:
        """Seconds since the epoch."""
        return self.modified_ns / 1e9


class AnswerOutcome(StrEnum):
    """What became of a file in ``in``."""

    TAKEN = "taken"  # to done/
    REFUSED = "refused"  # to failed/, the reason beside it
    LEFT = "left"  # stays in in/


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """One file of ``in``, or what a base over HTTP told: its numbers as it says them, what became of it, and why."""

    file: str
    message_no: int | None
    received_no: int | None
    outcome: AnswerOutcome
    detail: str


Applier = Callable[["Connection", str, int, Iterator[BodyObject], datetime], str]
"""Applies the objects of a message (transaction, peer, number of the message, objects, moment); what was done, in words."""


def receive(
    settings: Settings, at: datetime, apply: Applier, codes: tuple[str, ...] = (), secrets: "BaseSecrets | None" = None
) -> list[PeerAnswer]:
    """Every message in the ``in`` of every base, or of those of these codes, in the order of names.

    BadNode: a code of ours that cannot be in a file's name.

    Of a base over HTTP its new payments are read; `secrets`: Airflow connections of such bases, else those of the environment.

    A taken message's number is received, its objects are handed to `apply` in the same transaction, and everything sent up to its
    ReceivedNo is confirmed. A number that has been received before is refused whole.
    """
    with engine.transaction(settings) as connection:
        bases = declared.chosen(settings, connection, codes)
    answers = []
    for base in bases:
        with verb("delivery", "receive_from_onec", peer=base.code) as done:
            of_base = _receive(settings, base, at, apply) if base.transport == "folder" else _read(settings, base, at, apply, secrets)
            done.update(Counter(str(answer.outcome) for answer in of_base))
        answers += of_base
    with engine.transaction(settings) as connection:
        unacknowledged.refresh(settings, connection, at)
        offers.refresh(connection, at)
    return answers


def _read(settings: Settings, base: DeclaredPeer, at: datetime, apply: Applier, secrets: "BaseSecrets | None") -> list[PeerAnswer]:
    """What a base over HTTP has to tell; nothing where nothing is new."""
    from pipelines.delivery.onec.odata.payments import read_payments

    read = read_payments(settings, base, at, apply, secrets)
    if read.is_problem:
        outcome = AnswerOutcome.LEFT if read.may_pass else AnswerOutcome.REFUSED
        return [PeerAnswer(f"{base.code} (HTTP)", None, None, outcome, read.detail)]
    return [PeerAnswer(f"{base.code} (HTTP)", read.turn_no, None, AnswerOutcome.TAKEN, read.detail)] if read.turn_no else []


def _receive(settings: Settings, base: DeclaredPeer, at: datetime, apply: Applier) -> list[PeerAnswer]:
    ours = Path(message_name(base.code, settings.onec_node))
    answers = _take_again(settings, base, at, apply)
    for path in waiting(base.folder("in")):
        if path.stem == ours.stem and path.suffix in (".xml", ".zip"):
            answers += _receive_one(settings, base, path, at, apply)
        elif path.suffix in (".xml", ".zip") and path.name != message_name(settings.onec_node, base.code):
            reason = f"is not a message from {base.code} to {settings.onec_node} ({ours})"
            answers.append(PeerAnswer(path.name, None, None, AnswerOutcome.LEFT, reason))
    return answers


def _receive_one(settings: Settings, base: DeclaredPeer, path: Path, at: datetime, apply: Applier) -> list[PeerAnswer]:
    """What became of the file; nothing where another turn has taken it meanwhile, which says so itself."""
    try:
        return [_judge(settings, base, path, at, apply)]
    except OSError as error:  # what the file system refuses stays where it is and is tried again; the others are not held up
        if isinstance(error, FileNotFoundError) and not path.exists():
            return []
        return [PeerAnswer(path.name, None, None, AnswerOutcome.LEFT, f"cannot be read or moved: {error.strerror or error}")]


def _judge(settings: Settings, base: DeclaredPeer, path: Path, at: datetime, apply: Applier) -> PeerAnswer:
    before, header = _version(path), None
    try:
        header = read_header(path)
        filled = has_content(path)
        with engine.transaction(settings) as connection:
            detail = _take(settings, base, connection, path, header, at, apply if filled else None)
            _require_unchanged(path, before)
            if header.version:
                _put_away(base, path, header)
    except _ChangedMeanwhileError:
        return PeerAnswer(path.name, None, None, AnswerOutcome.LEFT, "was written anew while it was read: tried again")
    except BadInput as error:
        problem = error.problems[0].message
        if at.timestamp() - before.modified < _SETTLED_AFTER:
            return PeerAnswer(path.name, None, None, AnswerOutcome.LEFT, f"{problem}: perhaps not complete yet")
        return _refuse(base, path, header, problem, at)
    except Refused as error:
        with engine.transaction(settings) as connection:
            if isinstance(error, NotTaken) and error.is_restored and header:
                peer = take_turn(connection, base.code)  # first: whoever has the turn writes the note
                journal.note_restored(base, header)  # before the commit, as everything that a restored database must learn of the folder
                _go_back(connection, peer, base.code, header.received_no)
            if isinstance(error, NoCommonVersion) and header:
                take_turn(connection, base.code)
                query.run(connection, "delivery/onec/set_versions", peer=base.code, versions=_versions(header))
        return _refuse(base, path, header, str(error), at)
    if header.version is None and _version(path) == before:  # settings alone
        _move(path, _done(base, path, None))
    return PeerAnswer(path.name, header.message_no, header.received_no, AnswerOutcome.TAKEN, detail)


def _version(path: Path) -> _FileVersion:
    now = path.stat()
    return _FileVersion(now.st_ino, now.st_mtime_ns, now.st_size)


def _require_unchanged(path: Path, before: _FileVersion) -> None:
    if _version(path) != before:
        raise _ChangedMeanwhileError


def _take(
    settings: Settings, base: DeclaredPeer, connection: "Connection", path: Path, header: Header, at: datetime, apply: Applier | None
) -> str:
    """Store what the message says, in the caller's transaction; what was done, in words. NotTaken, NoCommonVersion.

    `apply`: None for a message without objects.
    """
    peer = take_turn(connection, base.code)
    if (header.sender, header.receiver) != (base.code, settings.onec_node):
        raise NotTaken(f"is from {header.sender!r} to {header.receiver!r}, not from {base.code!r} to {settings.onec_node!r}")
    settings_only = header.version is None
    number = header.message_no or 0
    if not settings_only and peer.has_had(number, header.created):
        if number and sha256_of(path) == peer.received_digest and not _is_put_away(base, path, number):
            return "was taken before; put away now"  # killed between the commit and the move
        raise NotTaken(
            f"number {number} has been received already (the last was {peer.received_no})" if number else "carries no number of its own",
            is_restored=bool(number) and header.created > (peer.received_created or ""),
        )
    if header.available_versions:
        common_version(_versions(header))
    if header.object_types:
        receives = sorted({each.name for each in header.object_types if each.receiving})
        if peer.receives is None or receives != sorted(peer.receives):
            query.run(connection, "delivery/onec/set_receives", peer=base.code, receives=receives)
        journal.note_receives(base, receives)  # before the commit: what the folder says is never older than what the database knows
    effect = _apply(base, connection, peer, path, header, at, apply)
    if settings_only:  # whoever sets the exchange up in 1C waits there until we say what we send and take
        query.run(connection, "delivery/onec/owe", peer=base.code)
        effect = f"{effect}; settings of the exchange, answered with the next message"
    return effect


def _apply(
    base: DeclaredPeer, connection: "Connection", peer: Peer, path: Path, header: Header, at: datetime, apply: Applier | None
) -> str:
    """What a message that is taken says: its ReceivedNo, its number and its objects are stored; in words."""
    effect = _confirm(base, connection, peer, header)
    if header.version is None:
        return effect
    number = header.message_no or 0
    binds = {"message_no": number, "digest": sha256_of(path), "created": header.created, "is_owed": apply is not None, "at": at}
    query.run(connection, "delivery/onec/take_message", peer=base.code, **binds)
    kept = {"direction": "in", "message_no": number, "other_no": header.received_no, "objects": None}
    query.run(connection, "delivery/onec/add_message", peer=base.code, **kept, at=at)
    return f"{effect}; {apply(connection, base.code, number, read_ahead(read_body(path)), at)}" if apply else effect


def _go_back(connection: "Connection", peer: Peer, code: str, had: int | None) -> None:
    """A base that was restored: we confirm nothing until its next message is taken, and what it says that it lacks goes again.

    `had`: the last number of ours that it knows.
    """
    if had is not None and had < peer.confirmed_no:
        query.run(connection, "delivery/onec/forget_carried", peer=code, confirmed_no=had)
        query.run(connection, "delivery/onec/confirm", peer=code, confirmed_no=had, versions=[])
    query.run(connection, "delivery/onec/go_back", peer=code)


def _take_again(settings: Settings, base: DeclaredPeer, at: datetime, apply: Applier) -> list[PeerAnswer]:
    """What the folder knows and the database does not: it was restored from a backup, or a process died before its commit.

    Messages of ``done`` are taken in the order in which they were written; and a base that was restored after the last of them has
    other messages now under the numbers that it uses again, so that none of those is confirmed to it.
    """
    noted = journal.reached(base)
    if not noted.received:
        return []
    with engine.transaction(settings) as connection:
        row = query.first(connection, "delivery/onec/peer", peer=base.code)
    known = row.received_created or "" if row else ""
    answers, known = _take_from_done(settings, base, at, apply, known) if noted.received > known else ([], known)
    if noted.is_behind(known):
        with engine.transaction(settings) as connection:
            peer = take_turn(connection, base.code)
            if peer.received_no and noted.is_behind(peer.received_created or ""):  # another may have taken a message meanwhile
                _go_back(connection, peer, base.code, noted.restored_had)
    return answers


def _take_from_done(settings: Settings, base: DeclaredPeer, at: datetime, apply: Applier, known: str) -> tuple[list[PeerAnswer], str]:
    """The messages that were written after `known`; what became of them, and when the last one that is taken now was written."""
    answers = []
    for path, header in journal.taken_after(base, known):
        with engine.transaction(settings) as connection:
            peer = take_turn(connection, base.code)
            if header.created <= (peer.received_created or ""):
                continue  # another has taken it meanwhile
            if (header.message_no or 0) <= peer.received_no:  # their base was restored as well, and counts on from below
                query.run(connection, "delivery/onec/go_back", peer=base.code)
            effect = _apply(base, connection, peer, path, header, at, apply if has_content(path) else None)
            detail = f"{effect}; taken from done, for the database did not know of it: a process died, or a backup was restored"
        answers.append(PeerAnswer(path.name, header.message_no, header.received_no, AnswerOutcome.TAKEN, detail))
        known = header.created
    with engine.transaction(settings) as connection:
        take_turn(connection, base.code)
        journal.note_received(base, max(known, journal.reached(base).received))
    return answers, known


def _confirm(base: DeclaredPeer, connection: "Connection", peer: Peer, header: Header) -> str:
    """Learn what they have had of ours; in words. After a backup was restored, theirs or ours, what they may lack is sent again."""
    names: dict[str, Any] = {"peer": base.code}
    says_nothing = header.version is None or header.received_no is None  # settings alone carry ReceivedNo 0
    had = peer.confirmed_no if says_nothing else header.received_no or 0
    is_ours_restored = had > peer.sent_no
    confirmed = peer.confirmed_no if is_ours_restored else had
    if is_ours_restored or had < peer.confirmed_no:  # what they may lack is carried again, for a later message need not have carried it
        query.run(connection, "delivery/onec/forget_carried", **names, confirmed_no=confirmed)
    if is_ours_restored:
        query.run(connection, "delivery/onec/move_sent", **names, sent_no=had)
    query.run(connection, "delivery/onec/confirm", **names, confirmed_no=confirmed, versions=_versions(header))
    if is_ours_restored:
        return (
            f"has had our message {had}, but the last that we know of is {peer.sent_no}: we were restored; what is unconfirmed goes again"
        )
    if had < peer.confirmed_no:
        return f"has had our messages up to {had} alone, and had {peer.confirmed_no} before: it was restored; what came after goes again"
    return f"confirms our messages up to {had}"


def _versions(header: Header) -> list[str]:
    """The versions of EnterpriseData that they offer."""
    return [version.strip() for version in header.available_versions]


def _refuse(base: DeclaredPeer, path: Path, header: Header | None, why: str, at: datetime) -> PeerAnswer:
    target = _free(base.folder("failed") / f"{path.stem}.{at:%Y%m%dT%H%M%S}{path.suffix}")
    reason = target.with_name(f"{target.name}.error.txt")
    write_whole(reason, f"{path.name}: {why}\n".encode(), mode=GROUP)
    try:
        _move(path, target)
    except FileNotFoundError:  # another turn has refused it meanwhile, perhaps under this very name
        if not target.exists():
            reason.unlink(missing_ok=True)
        raise
    return PeerAnswer(path.name, header.message_no if header else None, header.received_no if header else None, AnswerOutcome.REFUSED, why)


def _done(base: DeclaredPeer, path: Path, number: int | None) -> Path:
    return base.folder("done") / f"{path.stem}.{number or 'settings'}{path.suffix}"


def _put_away(base: DeclaredPeer, path: Path, header: Header) -> None:
    """Bring a message to ``done`` before its number is committed.

    A base writes its next message over one that still lies in ``in``, and a database that is restored from a backup has nothing but
    ``done``. The folder is told first that there is something to be known; who dies after that takes it from there (`_take_again`).
    """
    journal.note_received(base, header.created)
    _move(path, _free(_done(base, path, header.message_no)))


def _is_put_away(base: DeclaredPeer, path: Path, number: int) -> bool:
    """Whether this very message lies in ``done``; a base that was restored may have used its number twice."""
    done = _done(base, path, number)
    return any(sha256_of(each) == sha256_of(path) for each in done.parent.glob(f"{done.stem}*{done.suffix}"))


def _free(target: Path) -> Path:
    """The path, or with a counter one that no file has."""
    free, counter = target, 1
    while free.exists():
        counter += 1
        free = target.with_name(f"{target.stem}-{counter}{target.suffix}")
    return free


def _move(path: Path, target: Path) -> None:
    settle(path, target)
    sync_folder(path.parent)
