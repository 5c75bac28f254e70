"""The folder where banks' files are dropped: each imported for itself, then moved to `done` or `failed` (domain.md §8)."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.errors import BadInput, Refused
from pipelines.inbox import move, printable, settled
from pipelines.receivables.importing import ImportResult, NoSuchStatement, import_payments
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.locks import Lock, lock

log = logging.getLogger("fleetbill.receivables")


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that was not taken, and every problem of it, one per line; `is_moved` False: it stays where it is."""

    name: str
    reason: str
    is_moved: bool = True

    def __str__(self) -> str:
        return f"{self.name}: not read, moved to failed" if self.is_moved else f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class InboxResult:
    """What one look into the folder brought, in the order of the files' names. `growing`: those that are still being written."""

    imported: tuple[ImportResult, ...]
    failed: tuple[FailedFile, ...]
    growing: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """For logs: one line per file and notice."""
        imported = (line for each in self.imported for line in (str(each), *(f"notice: {notice}" for notice in each.notices)))
        return (*imported, *map(str, self.failed), *(f"{name}: is still being written, and waits" for name in self.growing))


def import_inbox(settings: Settings, at: datetime) -> InboxResult:
    """Import every file in `exchange/bank/in`. One that cannot be taken moves to `failed`, its problems beside it in NAME.error.txt,
    whatever is wrong with it; the others go on.

    A file moves only after its import has been committed, so that a killed run is repeated without harm. Refused (the database does
    not answer) is nobody's fault among the files: they stay. One process at a time reads the folder, and the next one waits for it:
    a ladder that follows knows of every payment that lay there. A file that is still being written stays for the next look.
    """
    folder = settings.exchange / "bank"
    with engine.transaction(settings) as turn:
        lock(turn, Lock.BANK_FOLDER)
        whole, growing = settled(folder / "in", at, time.sleep)
        imported, failed = _import_all(settings, folder, whole, at)
    return InboxResult(tuple(imported), tuple(failed), tuple(map(printable, growing)))


def _import_all(settings: Settings, folder: Path, whole: list[Path], at: datetime) -> tuple[list[ImportResult], list[FailedFile]]:
    imported: list[ImportResult] = []
    failed: list[FailedFile] = []
    for path in whole:
        result = _import(settings, path, at)
        if result is None:  # another process has taken it
            continue
        problems = result.reason if isinstance(result, FailedFile) else ""
        if isinstance(result, FailedFile):
            failed.append(result)
        else:
            imported.append(result)
        try:
            move(path, folder / ("failed" if problems else "done"), problems)
        except OSError as error:
            failed.append(FailedFile(printable(path), f"it stays where it is, for it cannot be moved: {error.strerror}", is_moved=False))
    return imported, failed


def _import(settings: Settings, path: Path, at: datetime) -> ImportResult | FailedFile | None:
    from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

    try:
        return import_payments(settings, path, at)
    except BadInput as error:
        return FailedFile(printable(path), str(error))
    except NoSuchStatement as error:
        return FailedFile(printable(path), str(error)) if path.exists() else None
    except Refused:
        raise
    except (DataError, IntegrityError) as error:
        return FailedFile(printable(path), f"the database refuses what is in it: {str(error.orig).splitlines()[0]}")
    except DBAPIError:
        raise
    except Exception as error:
        log.exception("a bank's file could not be read")
        return FailedFile(printable(path), f"it could not be read, which is a fault of the reader ({type(error).__name__}: {error})")
