"""The folder where banks' statements are dropped: each imported, then moved to `done` or `failed` (domain.md §8)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from pipelines.errors import BadInput
from pipelines.receivables.importing import Imported, NoSuchStatement, import_payments
from pipelines.settings import Settings

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be read, and every problem of it, one per line."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """What one look into the folder brought, in the order of the files' names."""

    imported: tuple[Imported, ...]
    failed: tuple[Failed, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """One line per file, for logs."""
        return (*map(str, self.imported), *(f"{one.name}: not read, moved to failed" for one in self.failed))


def import_inbox(settings: Settings, at: datetime) -> Inbox:
    """Import every statement in `exchange/bank/in`. A file that cannot be read moves to `failed`, its problems beside it in
    NAME.error.txt; the others go on.

    A file moves only after its import has been committed, so that a killed run is repeated without harm.
    """
    folder = settings.exchange / "bank"
    imported: list[Imported] = []
    failed: list[Failed] = []
    for path in _waiting(folder / "in"):
        try:
            imported.append(import_payments(settings, path, at))
        except BadInput as error:
            failed.append(Failed(path.name, str(error)))
            _move(path, folder / "failed", str(error))
        except NoSuchStatement:
            if path.exists():
                raise
        else:
            _move(path, folder / "done")
    return Inbox(tuple(imported), tuple(failed))


def _waiting(folder: Path) -> Iterator[Path]:
    """Whole files in the order of their names; what is being written or hidden waits."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in _UNFINISHED:
            yield path


def _move(path: Path, folder: Path, problems: str = "") -> None:
    """Move a file, and write its problems beside it first. Banks give every file one name: a different one there stays."""
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
