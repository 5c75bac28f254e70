"""Where documents are kept: a local folder or object storage by URL, through fsspec."""

from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import IO, Any

from pipelines.errors import Refused
from pipelines.files import write_whole


class OutsideStore(Refused):
    """A path would leave the store's folder."""


class DocumentStore:
    """Files by relative path under one URL (``/var/documents``, ``file:///…``, ``s3://bucket/prefix``)."""

    def __init__(self, url: str) -> None:
        import fsspec  # a quick command does not pay for it
        from fsspec.implementations.local import LocalFileSystem

        # a bare path is no URL: fsspec would take a «#» or «::» in it for a chain
        fs, root = fsspec.url_to_fs(url) if "://" in url else (LocalFileSystem(), str(Path(url).absolute()))
        self._fs: Any = fs
        self._root = str(root).rstrip("/")
        self._is_local = isinstance(fs, LocalFileSystem)

    def put(self, path: str, content: bytes) -> bool:
        """Store a file whole or not at all; False when it lay there already with the same bytes."""
        full = self._full(path)
        if self._fs.exists(full) and self._fs.size(full) == len(content) and self._fs.cat_file(full) == content:
            return False
        if self._is_local:
            write_whole(full, content)
        else:
            self._fs.makedirs(full.rsplit("/", 1)[0], exist_ok=True)
            self._fs.pipe_file(full, content)
        return True

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
        return bool(self._fs.isfile(self._full(path)))

    def url(self, path: str) -> str:
        """The full address of a file, to show to people."""
        return str(self._fs.unstrip_protocol(self._full(path))) if not self._is_local else self._full(path)

    def _full(self, path: str) -> str:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path:
            raise OutsideStore(f"{path!r} is not a path inside the store of documents")
        return "/".join((self._root, *parts))
