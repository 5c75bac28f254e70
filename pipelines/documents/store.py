"""Where documents are kept: a local folder or object storage by URL, through fsspec."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import IO

from pipelines.errors import Refused
from pipelines.files import remove_abandoned, write_all, write_whole
from pipelines.storage import is_local, kind_of, place

_AT_ONCE = 8  # uploads that wait beside each other
_TOGETHER = 64  # files that a disk is waited for together


class OutsideStore(Refused):
    """A path would leave the store's folder."""


class DocumentStore:
    """Files by relative path under one URL (``/var/documents``, ``file:///…``, ``s3://bucket/prefix``)."""

    def __init__(self, url: str) -> None:
        self._fs, root = place(url)
        self._root = root.rstrip("/")
        self._is_local = is_local(self._fs)

    def put(self, path: str, content: bytes) -> bool:
        """Store a file whole or not at all; False when it lay there already with the same bytes."""
        full = self._full(path)
        if self._holds(full, content):
            return False
        if self._is_local:
            write_whole(full, content)
        else:
            self._fs.makedirs(full.rsplit("/", 1)[0], exist_ok=True)
            self._fs.pipe_file(full, content)
        return True

    def put_each(self, files: Iterable[tuple[str, bytes]]) -> Iterator[bool]:
        """What `put` says of each (path, content), in order; several at a time, so that few waits for a disk or network are left.

        What is said of a file is true: it lasts through a power cut by then. Paths differ. What killed writers left
        beside them is removed.
        """
        if self._is_local:
            stream, swept = iter(files), set[Path]()
            while some := [(self._full(path), content) for path, content in islice(stream, _TOGETHER)]:
                new = {full: content for full, content in some if not self._holds(full, content)}
                write_all({Path(full): content for full, content in new.items()})
                for written in map(Path, new):
                    if written.parent not in swept:
                        swept.add(written.parent)
                        remove_abandoned(written.parent, written.stat().st_mtime)
                yield from (full in new for full, _ in some)
            return
        with ThreadPoolExecutor(_AT_ONCE) as writers:
            waiting: deque[Future[bool]] = deque()
            for path, content in files:
                waiting.append(writers.submit(self.put, path, content))
                if len(waiting) > _AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def put_file(self, path: str, source: Path) -> None:
        """Store a local file whole or not at all, in pieces: memory does not grow with it."""
        full = self._full(path)
        if self._is_local:
            with source.open("rb") as content:
                write_whole(full, lambda handle: copyfileobj(content, handle))
        else:
            self._fs.makedirs(full.rsplit("/", 1)[0], exist_ok=True)
            self._fs.put_file(str(source), full)

    def opened(self, path: str) -> IO[bytes]:
        """The file, open to be read from any place in it; FileNotFoundError when there is none."""
        handle: IO[bytes] = self._fs.open(self._full(path), "rb")
        return handle

    def get(self, path: str) -> bytes:
        """The file's bytes; FileNotFoundError when there is none."""
        return bytes(self._fs.cat_file(self._full(path)))

    def exists(self, path: str) -> bool:
        """Whether the file is there."""
        return kind_of(self._fs, self._full(path)) == "file"

    def names(self, folder: str) -> set[str]:
        """Paths of all files below a folder of the store: one request for a thousand of them, where `exists` asks for each."""
        return {self._relative(str(each)) for each in self._fs.find(self._full(folder))}

    def below(self, folder: str) -> list[str]:
        """Paths of all files under a folder; none where there is no such folder."""
        prefix = f"{self._root}/"
        return sorted(str(each).removeprefix(prefix) for each in self._fs.find(self._full(folder)))

    def remove(self, path: str) -> None:
        """Remove a file; FileNotFoundError when there is none."""
        self._fs.rm_file(self._full(path))

    def url(self, path: str) -> str:
        """The full address of a file, to show to people."""
        return str(self._fs.unstrip_protocol(self._full(path))) if not self._is_local else self._full(path)

    def _holds(self, full: str, content: bytes) -> bool:
        try:
            if self._is_local and self._fs.size(full) != len(content):
                return False
            return bool(self._fs.cat_file(full) == content)
        except FileNotFoundError:
            return False

    def _relative(self, full: str) -> str:
        return full.removeprefix(self._root).lstrip("/")

    def _full(self, path: str) -> str:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path:
            raise OutsideStore(f"{path!r} is not a path inside the store of documents")
        return "/".join((self._root, *parts))
