"""Folders where others drop files for us: what is whole and waits there, and where it goes once it has been read."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


def waiting(folder: Path) -> Iterator[Path]:
    """Whole files in the order of their names; what is being written or hidden waits."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in _UNFINISHED:
            yield path


def move(path: Path, folder: Path, problems: str = "") -> None:
    """Move a file, its problems written beside it first as NAME.error.txt. A different file of that name there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        digest = sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:  # another process has moved it
        return
    target = folder / path.name
    if target.exists() and sha256(target.read_bytes()).hexdigest() != digest:
        target = folder / f"{path.stem}-{digest[:12]}{path.suffix}"
    if problems:
        written = folder / f".{target.name}.error.part"
        written.write_text(f"{problems}\n", encoding="utf-8")
        written.replace(folder / f"{target.name}.error.txt")
    try:
        os.replace(path, target)  # noqa: PTH105 - reads as what it is: atomic on one file system
    except FileNotFoundError:
        return
