"""A close whose database's own disk is full: the data folder of an embedded server on a disk of its own, in a mount namespace of its own.

    unshare -m python -m tests.full_database tables|wal '[[preparing commands], …]' '[close]'

`tables`: hardly anything is left, so that a table cannot grow. `wal`: as much is left as tables want, and the next piece of the write-ahead
log, 16 MB, finds no room, whereupon PostgreSQL ends itself. Each may be met at several places of the close. Prints what the close said and
which tables it had changed each time, what the same command said once there was room, and what there is at the end.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg2

from pipelines import settings as configuration
from pipelines.cli.main import run
from pipelines.warehouse import embedded, engine
from tests.database import contents, difference

DISK = 256 * 2**20
SEGMENT = 16 * 2**20
LEFT = {"tables": (0, 208 * 2**10), "wal": (384 * 2**10,)}
"""Bytes that are left of the disk, or of the present piece of the write-ahead log; a close takes more."""
ROOM_FOR_TABLES = 8 * 2**20  # less than a further segment


def main(what: str, prepare: Sequence[Sequence[str]], close: Sequence[str]) -> None:
    """Prepare the house, fill the disk, close, make room, close again."""
    settings = configuration.load()
    data = settings.home / "postgres"
    data.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", data], check=True)
    try:
        for command in prepare:
            code, said = _said(command)
            assert code == 0, (command, said)
        before = contents(_by_url(settings))
        told = {"full": []}
        for left in LEFT[what]:
            if what == "wal":
                _go_to_the_end_of_a_segment(settings, left)
            with _filled(data, left if what == "tables" else ROOM_FOR_TABLES):
                said = [_said(close) for _ in range(1 + (what == "wal"))]  # who runs it again at once meets the same full disk
            assert _said(["db", "status"])[0] == 0  # brings a server that ended itself up again
            told["full"].append([said, sorted(difference(before, contents(_by_url(settings))))])
        told["after"] = _said(close)
        told["contents"] = contents(_by_url(settings))
        told["papers"] = sorted((path.name, path.stat().st_size) for path in (settings.home / "documents").rglob("*.pdf"))
        print(json.dumps(told))
    finally:
        engine._engine.cache_clear()
        embedded.stop(settings.home)
        subprocess.run(["umount", "--lazy", data], check=True)


@contextmanager
def _filled(folder: Path, left: int) -> Iterator[None]:
    """The disk filled by a file but for some bytes; it is gone at the end."""
    ballast = folder / "ballast"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with ballast.open("wb") as handle:
        os.posix_fallocate(handle.fileno(), 0, free - left)
    try:
        yield
    finally:
        ballast.unlink()


def _go_to_the_end_of_a_segment(settings: configuration.Settings, leave: int) -> None:
    """Remove the segments that were made in advance, and write the present one nearly full."""
    connection = psycopg2.connect(host=embedded.address(settings.home).split("host=")[1], user=embedded.SUPERUSER, dbname=embedded.DATABASE)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
        current = cursor.fetchone()[0]
        for ahead in (settings.home / "postgres" / "data" / "pg_wal").glob("0*"):
            if ahead.name > current:
                ahead.unlink()
        cursor.execute("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn) %% %s", (SEGMENT,))
        left = SEGMENT - int(cursor.fetchone()[0]) - leave
        cursor.execute("SELECT pg_logical_emit_message(false, 'ballast', repeat('x', %s), true)", (max(left, 0),))
    connection.close()


def _by_url(settings: configuration.Settings) -> configuration.Settings:
    return replace(settings, database_owner_url=embedded.address(settings.home, embedded.OWNER))


def _said(command: Sequence[str]) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = run(list(command))
    engine._engine.cache_clear()
    return code, said.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]))
