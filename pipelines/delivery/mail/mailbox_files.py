"""Messages of a path, whatever keeps them: one file, a folder of files, a Maildir, an mbox."""

import mailbox
from collections.abc import Iterator
from pathlib import Path

from pipelines.delivery.mail.dsn import LONGEST
from pipelines.delivery.mail.rules import one_line
from pipelines.inbox import waiting

Kept = tuple[str, bytes]


def messages(path: Path) -> Iterator[Kept]:
    """(where it lies, its bytes) of every message under a path, in the order of names. OSError as the file system says it."""
    if not path.is_dir():
        yield from _file(path)
        return
    if _is_maildir(path):
        for folder in ("cur", "new"):
            for file in waiting(path / folder):
                yield f"{folder}/{_shown(file)}", _read(file)
        return
    for file in waiting(path):
        yield from _file(file)


def dropped(folder: Path) -> Iterator[Path]:
    """Files that wait in a drop folder, also when a mail program keeps it as a Maildir."""
    for place in (folder, folder / "cur", folder / "new"):
        yield from waiting(place)


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _file(path: Path) -> Iterator[Kept]:
    with path.open("rb") as opened:
        many = opened.read(5) == b"From "
    if not many:
        yield _shown(path), _read(path)
        return
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), 1):
            yield f"{_shown(path)}#{number}", box.get_file(key).read(LONGEST + 1)
    finally:
        box.close()


def _read(path: Path) -> bytes:
    """The file's bytes, of one that is too long to be a report only so many that the reader says so."""
    with path.open("rb") as opened:
        return opened.read(LONGEST + 1)


def _shown(path: Path) -> str:
    """A file's name as it can be printed: file systems take names that are no text."""
    return one_line(path.name.encode("utf-8", "replace").decode("utf-8"))
