"""A backup as a folder: a dump of the database, the files, a manifest, and the digest of each in `SHA256SUMS`.

`sha256sum --check SHA256SUMS` reads it too. Whoever writes a backup and whoever restores it find the same names here.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from pipelines.errors import Refused
from pipelines.files import GROUP, sha256_of
from pipelines.runs.file_trees import FileTree
from pipelines.settings import Settings
from pipelines.warehouse.dump import TableDigest
from pipelines.wording.english import first_few

DATABASE = "database.dump"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
FORMAT = 1
_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"))  # the backslash first
_NAMED = 5


class DamagedBackup(Refused):
    """A folder is no whole backup: something is missing, changed, or of a later version."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the moment that it shows, the schema's revision, every table's rows, and how many files."""

    taken_at: datetime
    revision: str
    tables: dict[str, TableDigest]
    files: int
    size: int  # of the files, in bytes
    missing: tuple[str, ...]  # files of the lake that rows name and that were not there, or not as written

    def written(self) -> bytes:
        """As JSON."""
        return json.dumps(
            {"format": FORMAT, **asdict(self), "taken_at": self.taken_at.isoformat()}, ensure_ascii=False, indent=1, sort_keys=True
        ).encode()


def trees(settings: Settings) -> dict[str, FileTree]:
    """Folder of a backup → the files of a house that go there."""
    return {
        "lake": FileTree(settings.lake),
        "documents": FileTree(settings.documents),
        "exchange": FileTree(str(settings.exchange.absolute()), mode=GROUP),
    }


def sums(digests: Iterable[tuple[str, str]]) -> bytes:
    """`SHA256SUMS` of (path, digest), as coreutils write it: a name with a line break is escaped, and its line begins with a backslash."""
    return "".join(map(_line, digests)).encode("utf-8", "surrogateescape")


def verified(folder: Path) -> tuple[Manifest, dict[str, str]]:
    """The manifest of a backup and path → SHA-256, after every file was read and compared. DamagedBackup names what is wrong."""
    digests = _sums_of(folder)
    wrong = [path for path, sha256 in digests.items() if not _is_whole(folder / path, sha256)]
    if wrong:
        raise DamagedBackup(f"{folder}: missing or not as they were written: {first_few(wrong, _NAMED)}")
    manifest = _manifest_of(folder)
    if DATABASE not in digests or MANIFEST not in digests or len(digests) != manifest.files + 2:
        raise DamagedBackup(f"{folder}/{SUMS} does not name every file of the backup")
    return manifest, digests


def _manifest_of(folder: Path) -> Manifest:
    try:
        written: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if written["format"] != FORMAT:
            raise DamagedBackup(f"{folder} is a backup of another format ({written['format']}; this version reads {FORMAT})")
        return Manifest(
            taken_at=datetime.fromisoformat(written["taken_at"]),
            revision=written["revision"],
            tables={name: TableDigest(**each) for name, each in written["tables"].items()},
            files=written["files"],
            size=written["size"],
            missing=tuple(written["missing"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise DamagedBackup(f"{folder}/{MANIFEST} cannot be read") from None


def _sums_of(folder: Path) -> dict[str, str]:
    try:
        text = (folder / SUMS).read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        raise DamagedBackup(f"{folder} is no backup: it has no {SUMS}, which is written last") from None
    lines = text.split("\n")
    if lines.pop():
        raise DamagedBackup(f"{folder}/{SUMS} is cut off")
    digests = dict(_parsed(line) for line in lines)
    if any(PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts for path in digests):
        raise DamagedBackup(f"{folder}/{SUMS} names files outside of the backup")
    return digests


def _line(entry: tuple[str, str]) -> str:
    path, sha256 = entry
    escaped = path
    for sign, escape in _ESCAPES:
        escaped = escaped.replace(sign, escape)
    return f"{'' if escaped == path else chr(92)}{sha256}  {escaped}\n"


def _parsed(line: str) -> tuple[str, str]:
    sha256, _, path = line.removeprefix("\\").partition("  ")
    if line.startswith("\\"):
        path = path.replace("\\\\", "\0").replace("\\n", "\n").replace("\\r", "\r").replace("\0", "\\")
    return path, sha256


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False
