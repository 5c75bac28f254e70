"""Folders where others drop files for us: what is whole and waits there, and where it goes once it has been read."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pipelines.files import GROUP, private_folder, sha256_of, write_whole

SETTLED_AFTER = 3.0
"""Seconds for which a file must have stood unchanged: one that is still being written changes its size or its time."""

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


class FileVersion(NamedTuple):
    """By which a file that was written anew, or goes on being written, is told from the one before."""

    inode: int
    modified_ns: int
    size: int

    @classmethod
    def of(cls, path: Path) -> "FileVersion | None":
        """The version that lies there now, or None when nothing does or it cannot be looked at."""
        try:
            now = path.stat()
        except OSError:
            return None
        return cls(now.st_ino, now.st_mtime_ns, now.st_size)


def waiting(folder: Path) -> Iterator[Path]:
    """Whole files in the order of their names; what is being written or hidden waits."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in _UNFINISHED:
            yield path


def settled(folder: Path, at: datetime, sleep: Callable[[float], None]) -> tuple[list[Path], list[Path]]:
    """Files that wait in the order of their names: those that are whole, and those that somebody is still writing.

    `at`: now. A file whose time is less than `SETTLED_AFTER` ago is looked at twice, once for all of them after that many seconds.
    """
    versions = {path: FileVersion.of(path) for path in waiting(folder)}
    ages = {path: at.timestamp() - version.modified_ns / 1e9 for path, version in versions.items() if version}
    young = {path for path, age in ages.items() if 0 <= age < SETTLED_AFTER}
    if young:
        sleep(SETTLED_AFTER)
    growing = {path for path in young if FileVersion.of(path) not in (versions[path], None)}
    return [path for path in versions if path not in growing], [path for path in versions if path in growing]


def printable(path: Path) -> str:
    """A file's name as text: bytes that are no UTF-8 become question marks."""
    return os.fsencode(path.name).decode(errors="replace")


def move(path: Path, folder: Path, problems: str = "") -> None:
    """Move a file, its problems written beside it first as NAME.error.txt. A different file of that name there stays."""
    private_folder(folder, GROUP)
    try:
        digest = sha256_of(path)
    except FileNotFoundError:  # another process has moved it
        return
    target = folder / path.name
    if target.exists() and sha256_of(target) != digest:
        target = folder / f"{path.stem}-{digest[:12]}{path.suffix}"
    if problems:
        write_whole(folder / f"{target.name}.error.txt", f"{problems}\n".encode(errors="replace"), mode=GROUP)
    try:
        path.replace(target)
    except FileNotFoundError:
        return
