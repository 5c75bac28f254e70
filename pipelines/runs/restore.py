"""A house from a backup: only an empty one, and only from a backup of which every file is as it was written."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.errors import Refused
from pipelines.files import GROUP, private_folder, write_whole
from pipelines.logs import verb
from pipelines.runs.backup_archive import DATABASE, MANIFEST, DamagedBackup, Manifest, trees, verified
from pipelines.runs.file_trees import FileTree
from pipelines.settings import Settings
from pipelines.warehouse import dump, embedded, migrate, roles

_MARK = ".restoring"  # in the home while a backup is being put there: its digest


class NotEmpty(Refused):
    """A backup is put into an empty house only; nothing was written."""


class NotTheSame(Refused):
    """What was restored differs from what the backup says of itself."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back and compared: every row, every file; and the revisions of the schema, the backup's and the newest."""

    taken_at: datetime
    tables: int
    rows: int
    files: int
    missing: tuple[str, ...]
    revision: str
    newest: str


def restore(settings: Settings, folder: Path) -> Restored:
    """Put a backup into the empty house of the settings, and compare every row and file with it.

    The files come first and the database last, in one transaction: before it there is no house that a command would work in.
    A killed one is run again. DamagedBackup, NotEmpty: nothing was written.
    """
    with verb("runs", "restore") as done:
        manifest, digests = verified(folder)
        newest = migrate.newest()
        if manifest.revision not in migrate.revisions():
            raise DamagedBackup(f"the backup is of a later version: its schema is at {manifest.revision}, this one knows up to {newest}")
        mark = settings.home / _MARK
        goes_on = _goes_on(mark, digests[MANIFEST])
        if not goes_on:
            _refuse_a_house(settings)
            private_folder(settings.home, GROUP)
            write_whole(mark, digests[MANIFEST].encode())
        _put_files(settings, folder, digests)
        if dump.is_empty(settings):
            roles.make_missing(settings)
            dump.read(settings, folder / DATABASE)
        _compare(settings, manifest)
        mark.unlink()
        rows = sum(each.rows for each in manifest.tables.values())
        done |= {"tables": len(manifest.tables), "rows": rows, "files": manifest.files}
    return Restored(manifest.taken_at, len(manifest.tables), rows, manifest.files, manifest.missing, manifest.revision, newest)


def own_house(settings: Settings, home: Path) -> Settings:
    """Settings of a house that lies under one folder wholly, its embedded server with it, whatever URLs are set."""
    return replace(settings, home=home, database_url="", database_owner_url="", lake_url="", documents_url="", exchange_dir="")


def _goes_on(mark: Path, digest: str) -> bool:
    """Whether an earlier restore of the same backup was killed here."""
    try:
        return mark.read_text() == digest
    except FileNotFoundError:
        return False


def _refuse_a_house(settings: Settings) -> None:
    if (settings.home / _MARK).exists():
        raise NotEmpty(f"another backup is being put into {settings.home}: finish that one, or empty the folder")
    if (not settings.embedded or embedded.is_there(settings.home)) and not dump.is_empty(settings):
        raise NotEmpty("the database is not empty; a backup is put into an empty house only")
    for name, tree in trees(settings).items():
        if paths := tree.paths():
            raise NotEmpty(f"the {name} is not empty ({paths[0]}); a backup is put into an empty house only")


def _put_files(settings: Settings, folder: Path, digests: dict[str, str]) -> None:
    for name, tree in trees(settings).items():
        for path, sha256 in digests.items():
            if path.startswith(f"{name}/"):
                _put_file(tree, path.removeprefix(f"{name}/"), folder / path, sha256)


def _put_file(tree: FileTree, path: str, source: Path, sha256: str) -> None:
    if tree.holds(path, sha256):
        return
    with source.open("rb") as handle:
        tree.put(path, handle)
    if not tree.holds(path, sha256):
        raise NotTheSame(f"{path} was written and is not what the backup holds")


def _compare(settings: Settings, manifest: Manifest) -> None:
    with dump.moment(settings) as connection:
        tables = dump.digests(connection)
    names = sorted(tables.keys() | manifest.tables.keys())
    differing = [name for name in names if tables.get(name) != manifest.tables.get(name)]
    if differing:
        raise NotTheSame(f"rows differ from those of the backup: {', '.join(differing)}")
