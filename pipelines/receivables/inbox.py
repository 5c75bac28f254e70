"""The folder where banks' statements are dropped: each imported, then moved to `done` or `failed` (domain.md §8)."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.errors import BadInput
from pipelines.inbox import move, waiting
from pipelines.receivables.importing import Imported, NoSuchStatement, import_payments
from pipelines.settings import Settings


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
    for path in waiting(folder / "in"):
        try:
            imported.append(import_payments(settings, path, at))
        except BadInput as error:
            failed.append(Failed(path.name, str(error)))
            move(path, folder / "failed", str(error))
        except NoSuchStatement:
            if path.exists():
                raise
        else:
            move(path, folder / "done")
    return Inbox(tuple(imported), tuple(failed))
