"""Proofs that were made for readers, kept on disk: the same invoice is the same bundle, so it is counted once and handed out again.

A bundle is found by the invoice, by its link in the chain and by the program that makes it: an invoice under another link, or a changed
line anywhere in the program, is another bundle. Whatever is here can be made again; the ones that nobody took for longest go first.
"""

import os
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import IO, Final

import pipelines
from pipelines.audit.proof import WORK, NotProvable, part_of_name, prove
from pipelines.errors import Refused
from pipelines.files import ABANDONED_AFTER, private_folder, remove_abandoned, sha256_of
from pipelines.settings import Settings, resource
from pipelines.warehouse import engine, query

MOST_BYTES: Final = 512 * 1024 * 1024
_BUNDLES: Final = "*.zip"
_PROGRAM: Final = (Path(pipelines.__file__).parent, resource("sql"), resource("templates") / "proof")
_SOURCES: Final = {".py", ".sql", ".txt"}


def place_of(settings: Settings, number: str) -> Path:
    """Where the bundle of an issued invoice is kept, made or not. NotProvable for one that is in no chain."""
    with engine.reading(settings) as connection:
        digest = query.scalar(connection, "audit/chain_digest", number=number)
    if digest is None:
        raise NotProvable(f"{number} is in no chain: see `fleetbill ledger verify`")
    return _folder(settings) / f"{part_of_name(number)}-{digest[:32]}-{_program()}.zip"


def opened(place: Path) -> IO[bytes] | None:
    """The kept bundle, to be read to its end also where it goes meanwhile; None where it is to be made."""
    try:
        handle = place.open("rb")
    except FileNotFoundError:
        return None
    with suppress(FileNotFoundError):
        os.utime(place)  # taken just now
    return handle


def make(settings: Settings, number: str, place: Path) -> IO[bytes]:
    """The bundle, made and kept, or found where another process was quicker. Everything that ``prove`` refuses."""
    kept = opened(place)
    if kept is not None:
        return kept
    try:
        handle = _proved(settings, number, place)
    except FileNotFoundError:  # somebody has removed the folder meanwhile, which may be done at any time
        handle = _proved(settings, number, place)
    _make_room(place.parent)
    _sweep(settings, os.fstat(handle.fileno()).st_mtime)
    return handle


def _proved(settings: Settings, number: str, place: Path) -> IO[bytes]:
    prove(settings, number, place)
    return place.open("rb")


def drop(settings: Settings) -> int:
    """Remove everything that is kept here; how many bundles went. Refused with every file that cannot be removed; the others are gone."""
    folder = settings.home / "tmp" / "proofs"
    removed, stay = 0, []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            stay.append(f"{path}: {error.strerror}")
        else:
            removed += path.match(_BUNDLES)
    if stay:
        raise Refused(f"copies of proofs cannot be removed: {'; '.join(stay)}")
    return removed


def _folder(settings: Settings) -> Path:
    return private_folder(settings.home / "tmp" / "proofs")


def _make_room(folder: Path) -> None:
    """Remove the bundles that nobody took for longest, until the rest is small enough; the newest stays, whatever its size."""
    bundles = []
    for path in folder.glob(_BUNDLES):
        with suppress(FileNotFoundError):
            known = path.stat()
            bundles.append((known.st_mtime_ns, known.st_size, path))
    left = sum(size for _, size, _ in bundles)
    for _, size, path in sorted(bundles)[:-1]:
        if left <= MOST_BYTES:
            return
        path.unlink(missing_ok=True)
        left -= size


def _sweep(settings: Settings, made_at: float) -> None:
    """Remove what processes left that were killed while they made a bundle, here or at the command line; ``made_at``: of the bundle that
    was made just now, in seconds."""
    remove_abandoned(_folder(settings), made_at)
    for folder in (settings.home / "tmp").glob(f"{WORK}*"):
        with suppress(FileNotFoundError):
            if made_at - folder.stat().st_mtime > ABANDONED_AFTER:
                rmtree(folder, ignore_errors=True)


@lru_cache(maxsize=1)
def _program() -> str:
    """Which program makes the bundles: a digest of its modules, its statements and what it ships."""
    digest = sha256()
    for folder in _PROGRAM:
        for path in sorted(each for each in folder.rglob("*") if each.suffix in _SOURCES and each.is_file()):
            digest.update(f"{path.relative_to(folder)} {sha256_of(path)}\n".encode())
    return digest.hexdigest()[:16]
