"""Local files that are written whole or not at all, and folders that are ours alone. Object storage has stores of its own."""

import io
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# of files; of the folders that are made for them, with the right to pass
OWN = 0o600  # for its owner alone
GROUP = 0o640  # readable for programs of others that run in our group: 1C, a platform's job
_BUFFER = 1 << 17  # messages of many megabytes are written in small pieces
_BEHIND: Final = 1 << 24
"""Bytes after which a file is put on disk while more of it is written, so that the end has little to wait for."""
ABANDONED_AFTER: Final = 3600
"""Seconds after which work that nobody has ended was killed."""
_PARTIALS: Final = ".*.part"
_SETTLED_AT_ONCE: Final = 8  # files: a file system makes few waits of many that come together


def write_whole(path: Path | str, content: bytes | Callable[[IO[bytes]], None], *, mode: int = OWN) -> None:
    """Write a file, or let ``content`` fill it; whoever reads the path meets the file before or the whole new one.

    The guarantee: temporary name in the same folder, fsync, rename, fsync of the folder. An error, or an exception of
    ``content``, leaves the path as it was and no temporary file. Folders that are missing are made with the same rights.
    """
    target = Path(path)
    private_folder(target.parent, mode)
    partial = partial_path(target)
    try:
        with _named(target), _opened(partial, mode) as handle:
            if callable(content):
                content(handle)
            else:
                handle.write(content)
            _put_on_disk(handle)
        with _named(target):
            settle(partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_all(contents: Mapping[Path, bytes], *, mode: int = OWN) -> None:
    """Write several small files together, each whole or not at all, as `write_whole` does; they wait for the disk side by side.

    The guarantee is the same for each: no file has its name before its bytes are on disk, and all names last when this returns. An
    error, or a process that is killed, may leave some of the files written and the others as they were; an error no temporary file.
    """
    partials = {target: partial_path(target, number) for number, target in enumerate(contents)}
    folders = {target.parent for target in contents}
    try:
        with ExitStack() as until_synced:
            handles: dict[Path, io.BufferedWriter] = {}
            for folder in folders:
                private_folder(folder, mode)
            for target, partial in partials.items():
                handles[target] = until_synced.enter_context(_named_while_open(target, partial, mode))
                with _named(target):
                    handles[target].write(contents[target])
            with ThreadPoolExecutor(_SETTLED_AT_ONCE, thread_name_prefix="put-on-disk") as threads:
                list(threads.map(_put_on_disk_by_name, handles.items()))
        for target, partial in partials.items():
            partial.replace(target)
        for folder in folders:
            with _named(folder):
                sync_folder(folder)
    except BaseException:
        for partial in partials.values():
            partial.unlink(missing_ok=True)
        raise


@contextmanager
def _named(target: Path) -> Iterator[None]:
    """An error of the operating system inside names the file: a write that fails for want of room does not say where."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(target)
        raise


@contextmanager
def _named_while_open(target: Path, partial: Path, mode: int) -> Iterator[io.BufferedWriter]:
    with _named(target), _opened(partial, mode) as handle:
        yield handle


def _put_on_disk_by_name(opened: tuple[Path, io.BufferedWriter]) -> None:
    target, handle = opened
    with _named(target):
        _put_on_disk(handle)


def _put_on_disk(handle: io.BufferedWriter) -> None:
    """All that was written to a file of `_opened` is on disk when this returns."""
    handle.flush()
    cast(_PutOnDisk, handle.raw).settle()


def settle(partial: Path, target: Path) -> None:
    """Give a file that is whole and on disk its name, and make the name last: rename, fsync of the folder."""
    partial.replace(target)
    sync_folder(target.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_folder(folder: Path, mode: int = OWN) -> Path:
    """Make a folder, with the parents that are missing, for files of this mode. One that exists keeps the rights it has."""
    missing = [folder, *folder.parents]
    missing = missing[: next((index for index, place in enumerate(missing) if place.is_dir()), len(missing))]
    for place in reversed(missing):
        place.mkdir(mode=mode | (mode & 0o444) >> 2, exist_ok=True)
    return folder


def partial_path(target: Path, number: int = 0) -> Path:
    """The temporary name beside a file, hidden, one for each process and each of the files that it writes together."""
    return target.with_name(f".{target.name[:190]}.{number}.{os.getpid()}.part")


def remove_abandoned(folder: Path, written_at: float) -> None:
    """Remove the temporary files that killed writers left in a folder: those an hour older than ``written_at``, of a file just written.

    By their age: a process of another machine or container cannot be asked for, and no file is written for an hour. Two that sweep at
    once get along.
    """
    for path in folder.glob(_PARTIALS):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < written_at - ABANDONED_AFTER:
                path.unlink()


class _PutOnDisk(io.FileIO):
    """A file that is put on disk behind the back of whoever writes it. A disk that fails is told of by `settle`: once, by the operating
    system's rule, so that nothing may be asked of it unheard."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb")
        self._since = 0
        self._beside: ThreadPoolExecutor | None = None
        self._going: Future[None] | None = None

    def write(self, content: "ReadableBuffer", /) -> int:
        written = super().write(content)
        self._since += written
        if self._since >= _BEHIND and (self._going is None or self._going.done()):
            self._heard()
            self._beside = self._beside or ThreadPoolExecutor(1, thread_name_prefix="put-on-disk")
            self._going, self._since = self._beside.submit(os.fdatasync, self.fileno()), 0
        return written

    def settle(self) -> None:
        """All of it is on disk when this returns."""
        self._heard()
        os.fsync(self.fileno())

    def close(self) -> None:
        if self._beside is not None:
            self._beside.shutdown()
        super().close()

    def _heard(self) -> None:
        if self._going is not None:
            self._going.result()


def _opened(path: Path, mode: int) -> io.BufferedWriter:
    path.unlink(missing_ok=True)
    return io.BufferedWriter(_PutOnDisk(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)), _BUFFER)
