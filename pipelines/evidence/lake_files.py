"""Whether the files of the lake are what was written: removed, shortened, damaged and exchanged ones by name (domain.md §2.5)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.evidence import lake
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

REMOVED, SHORTENED, DAMAGED, EXCHANGED, FOREIGN = "removed", "shortened", "damaged", "exchanged", "foreign"
_AT_ONCE = 4  # files that are read beside each other
_MADE_ANEW = ("derived/", "counters/")  # folders of the lake that hold no evidence


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A file that the lake must have, with the sha256 of the bytes that it may have; none: written by an earlier version."""

    path: str
    platform: str
    business_date: date
    is_snapshot: bool
    row_count: int
    digests: Sequence[str]
    size: int | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file: `removed`, `shortened`, `damaged`, `exchanged` or `foreign`, and why that is known."""

    path: str
    fault: str
    detail: str

    def __str__(self) -> str:
        return f"{self.path} is {self.fault}: {self.detail}"


def record(connection: "Connection", path: str, written: lake.Written) -> None:
    """Keep the digest of a file that was written."""
    query.run(connection, "evidence/insert_lake_file", path=path, file_digest=written.digest, size=written.size)


def registered(connection: "Connection", paths: Iterable[str] | None = None) -> list[LakeFile]:
    """The registered files of snapshots and of lists of sensors, those of these paths or all, in byte order of their paths."""
    wanted = None if paths is None else list(paths)
    return query.rows(connection, "evidence/lake_files", LakeFile, paths=wanted)


def faults(settings: Settings, files: Iterable[LakeFile], *, is_whole: bool) -> dict[str, Fault]:
    """The faults of these files by path. ``is_whole``: every byte is read; else only that they are there with their size.

    EvidenceLost when a file cannot be read at all: storage that does not answer says nothing of the evidence.
    """
    judge = _fault if is_whole else _fault_seen_from_outside
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        judged = readers.map(lambda file: judge(settings, file), files)
        return {fault.path: fault for fault in judged if fault}


def walk(settings: Settings, files: Sequence[LakeFile], frozen: Mapping[str, str]) -> Iterator[Fault]:
    """Every fault of the lake in byte order of the paths: of its registered files, of ``frozen`` (path → sha256), and foreign files."""
    judged = faults(settings, files, is_whole=True)
    for path, digest in frozen.items():
        fault = _fault(settings, LakeFile(path, "", date.min, is_snapshot=False, row_count=0, digests=[digest], size=None))
        judged |= {path: fault} if fault else {}
    known = {file.path for file in files} | set(frozen)
    for path in _listed(settings):
        if path not in known and not path.startswith(_MADE_ANEW):
            left = path.endswith(".part")
            judged[path] = Fault(path, FOREIGN, "a writer that was killed left it" if left else "no snapshot of the register lies there")
    return iter(sorted(judged.values(), key=lambda fault: fault.path.encode()))


def _fault_seen_from_outside(settings: Settings, file: LakeFile) -> Fault | None:
    size = lake.size(settings, file.path)
    if size is None:
        return Fault(file.path, REMOVED, "the lake has no such file")
    return None if file.size in (None, size) else _fault(settings, file)


def _fault(settings: Settings, file: LakeFile) -> Fault | None:
    """What is wrong with a file, by every byte of it."""
    size = lake.size(settings, file.path)
    if size is None:
        return Fault(file.path, REMOVED, "the lake has no such file")
    if file.digests:
        digest = lake.file_digest(settings, file.path)
        return None if digest in file.digests else _named(settings, file, f"its sha256 is {digest}", size)
    return _fault_without_digest(settings, file, size)


def _fault_without_digest(settings: Settings, file: LakeFile, size: int) -> Fault | None:
    """Of a file of an earlier version only this is known: how many rows it has, and of which platform and day it is."""
    lake.file_digest(settings, file.path)  # storage that does not answer is no fault of the file
    try:
        rows = lake.read(settings, file.path).num_rows
    except lake.EvidenceLost as error:
        return _named(settings, file, str(error), size)
    if rows != file.row_count:
        return _named(settings, file, f"it has {rows} rows, registered are {file.row_count}", size)
    exchanged = _other_day(settings, file)
    return Fault(file.path, EXCHANGED, exchanged) if exchanged else None


def _named(settings: Settings, file: LakeFile, why: str, size: int) -> Fault:
    exchanged = _other_day(settings, file)
    if exchanged:
        return Fault(file.path, EXCHANGED, exchanged)
    if file.size is not None and size < file.size:
        return Fault(file.path, SHORTENED, f"it has {size} of {file.size} bytes")
    return Fault(file.path, DAMAGED, why)


def _other_day(settings: Settings, file: LakeFile) -> str | None:
    """In words, whose a readable file is when it is another platform's or day's."""
    if not file.is_snapshot:
        return None
    try:
        metadata = lake.read_metadata(settings, file.path)
    except lake.EvidenceLost:
        return None
    if (metadata.platform, metadata.business_date) == (file.platform, file.business_date):
        return None
    return f"it is the file of {metadata.platform} {metadata.business_date}"


def _listed(settings: Settings) -> Iterator[str]:
    """Every file of the lake, by its path in it."""
    filesystem, root = lake.resolve(settings, "")
    for target in filesystem.find(root):
        yield str(Path(target).relative_to(root.rstrip("/")))
