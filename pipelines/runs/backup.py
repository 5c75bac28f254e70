"""A backup of the whole house: the database at one moment, and every file that it names.

A file is written before the row that names it, and is never changed. So the database's moment is taken first, and the files
after it: what a backup holds of them is at least what its rows name, whatever is going on meanwhile.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pipelines.errors import Refused
from pipelines.files import private_folder, sha256_of, sync_folder, write_whole
from pipelines.logs import verb
from pipelines.runs.backup_archive import DATABASE, MANIFEST, SUMS, Manifest, sums, trees
from pipelines.runs.file_trees import CopiedFile, FileTree, copied
from pipelines.settings import Settings
from pipelines.warehouse import dump, migrate, query
from pipelines.warehouse.engine import transaction

_DERIVED = "derived/"  # of the lake: made again on need
_LOOKS = 5  # how often the exchange is looked through: its files move from folder to folder


class NoPlace(Refused):
    """A backup is not written where something lies already, or into what it would copy."""


def backup(settings: Settings, target: Path, at: datetime) -> Manifest:
    """Write a backup into a folder that does not exist or is empty; the folder appears when it is whole. At most one at a time.

    Readable for its owner alone. A killed one leaves a hidden folder beside, which the next one to the same place removes.
    """
    target = target.absolute()
    _refuse(settings, target)
    with verb("runs", "backup") as done, _unfinished(target) as folder:
        with dump.moment(settings) as connection:
            tables = dump.digests(connection)
            named = query.rows(connection, "ground/lake_files")
            dump.write(settings, connection, folder / DATABASE)
        files = _copies(settings, folder)
        manifest = Manifest(
            taken_at=at,
            revision=migrate.current(settings)[0] or "",
            tables=tables,
            files=len(files),
            size=sum(each.size for each in files.values()),
            missing=tuple(row.path for row in named if not _is_as_written(files.get(f"lake/{row.path}"), row.digests)),
        )
        _seal(folder, manifest, files)
        folder.replace(target)
        sync_folder(target.parent)
        done |= {"tables": len(tables), "files": manifest.files, "bytes": manifest.size, "missing": len(manifest.missing)}
    with transaction(settings) as connection:
        query.run(connection, "runs/add_backup", taken_at=at, files=manifest.files, bytes=manifest.size, missing=len(manifest.missing))
    return manifest


def _refuse(settings: Settings, target: Path) -> None:
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise NoPlace(f"{target} is there already; a backup is written into a folder of its own")
    for name, tree in trees(settings).items():
        if tree.folder and target.resolve().is_relative_to(tree.folder.resolve()):
            raise NoPlace(f"{target} lies inside the {name}, which is copied into it")


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """An empty hidden folder beside the target, for this process alone; gone if the block fails."""
    private_folder(target.parent)
    folder = target.with_name(f".{target.name}.part")
    folder.mkdir(mode=0o700, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoPlace(f"a backup to {target} is being written already") from None
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield folder
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    finally:
        os.close(held)


def _is_as_written(copy: CopiedFile | None, digests: Sequence[str]) -> bool:
    return copy is not None and (not digests or copy.sha256 in digests)


def _copies(settings: Settings, folder: Path) -> dict[str, CopiedFile]:
    """Path in the backup → the copy, of every file of the house."""
    made: dict[str, CopiedFile] = {}
    for name, tree in trees(settings).items():
        for _ in range(_LOOKS if name == "exchange" else 1):
            paths = [path for path in tree.paths() if f"{name}/{path}" not in made and not (name == "lake" and path.startswith(_DERIVED))]
            if not paths:
                break
            for path in paths:
                if copy := _copy(tree, path, folder / name / path):
                    made[f"{name}/{path}"] = copy
    return made


def _copy(tree: FileTree, path: str, target: Path) -> CopiedFile | None:
    """None when the file has gone since it was listed: it was moved, and is met in its new place."""
    try:
        with tree.opened(path) as source:
            return copied(source, target)
    except FileNotFoundError:
        return None


def _seal(folder: Path, manifest: Manifest, files: dict[str, CopiedFile]) -> None:
    """Write the manifest and then the digests: a folder without them is no backup."""
    write_whole(folder / MANIFEST, manifest.written())
    digests = {path: each.sha256 for path, each in files.items()}
    for name in (DATABASE, MANIFEST):
        digests[name] = sha256_of(folder / name)
    write_whole(folder / SUMS, sums(sorted(digests.items())))
