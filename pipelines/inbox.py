"""Folders where others drop files for us: what is whole and waits there, and where it goes once it has been read."""

import os
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from pipelines.files import private_folder, write_whole

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


def waiting(folder: Path) -> Iterator[Path]:
    """Whole files in the order of their names; what is being written or hidden waits."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in _UNFINISHED:
            yield path


def printable(path: Path) -> str:
    """A file's name as text: bytes that are no UTF-8 become question marks."""
    return os.fsencode(path.name).decode(errors="replace")


def move(path: Path, folder: Path, problems: str = "") -> None:
    """Move a file, its problems written beside it first as NAME.error.txt. A different file of that name there stays."""
    private_folder(folder)
    try:
        digest = _digest(path)
    except FileNotFoundError:  # another process has moved it
        return
    target = folder / path.name
    if target.exists() and _digest(target) != digest:
        target = folder / f"{path.stem}-{digest[:12]}{path.suffix}"
    if problems:
        write_whole(folder / f"{target.name}.error.txt", f"{problems}\n".encode(errors="replace"))
    try:
        path.replace(target)
    except FileNotFoundError:
        return


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()
