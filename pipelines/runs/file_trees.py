"""Folders of files, local or by URL, for a backup: what lies in them, and copies of single files with their digest."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from pipelines.files import OWN, write_whole
from pipelines.storage import is_local, place

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A copy: its size in bytes and the SHA-256 of what was written."""

    size: int
    sha256: str


class FileTree:
    """Every file under one folder or URL, by its path relative to it; hidden files of killed writers (`.part`) are not among them."""

    def __init__(self, url: str, *, mode: int = OWN) -> None:
        self._fs, root = place(url)
        self._root = root.rstrip("/")
        self._mode = mode
        self.folder = Path(self._root) if is_local(self._fs) else None

    def paths(self) -> list[str]:
        """Relative paths of all files, sorted; none where the folder does not exist. Folders that are links are followed once."""
        listed = _below(self.folder, set()) if self.folder else (self._relative(each) for each in self._fs.find(self._root))
        return sorted(each for each in listed if not _is_partial(each))

    def opened(self, path: str) -> IO[bytes]:
        """A file, open to be read; FileNotFoundError when it is gone."""
        handle: IO[bytes] = self._fs.open(f"{self._root}/{path}", "rb")
        return handle

    def put(self, path: str, source: IO[bytes]) -> CopiedFile:
        """Store a file whole, in pieces: memory does not grow with it."""
        if self.folder:
            return copied(source, self.folder / path, self._mode)
        target = f"{self._root}/{path}"
        self._fs.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        with TemporaryDirectory() as folder:  # an open object would be closed, and so kept, by whatever breaks the copy off
            whole = copied(source, Path(folder) / "part")
            self._fs.put_file(str(Path(folder) / "part"), target)
        return whole

    def holds(self, path: str, sha256: str) -> bool:
        """Whether the file is there with this content."""
        try:
            with self.opened(path) as handle:
                return _digest(handle) == sha256
        except FileNotFoundError:
            return False

    def _relative(self, full: str) -> str:
        return full.removeprefix(self._root).lstrip("/")


def copied(source: IO[bytes], target: Path, mode: int = OWN) -> CopiedFile:
    """Copy an open file to a path whole or not at all; readable for its owner alone unless ``mode`` says otherwise."""
    done: list[CopiedFile] = []
    write_whole(target, lambda handle: done.append(_poured(source, handle)), mode=mode)
    return done[0]


def _digest(handle: IO[bytes]) -> str:
    """SHA-256 (hex) of what is left to be read of an open file."""
    digest = hashlib.sha256()
    while piece := handle.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _poured(source: IO[bytes], target: IO[bytes]) -> CopiedFile:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        target.write(piece)
        digest.update(piece)
        size += len(piece)
    return CopiedFile(size, digest.hexdigest())


def _below(folder: Path, above: set[str], prefix: str = "") -> Iterator[str]:
    real = os.path.realpath(folder)
    if real in above or not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir():
                yield from _below(Path(entry.path), above | {real}, f"{prefix}{entry.name}/")
            elif entry.is_file():
                yield prefix + entry.name


def _is_partial(path: str) -> bool:
    name = PurePosixPath(path).name
    return name.startswith(".") and name.endswith(".part")
