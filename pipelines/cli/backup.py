"""`fleetbill backup` and `fleetbill restore`: the whole house in one folder, and back."""

from pathlib import Path

import click

from pipelines.cli.output import say, settings
from pipelines.clock import now
from pipelines.wording.english import first_few

_NAMED = 5


@click.command(short_help="Write the database and every file into a folder.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def backup(folder: Path) -> int:
    """Write the database and every file that belongs to it into DIR, which must not exist or be empty.

    They fit together whatever runs meanwhile. The backup holds personal data and is not encrypted; exit code 1 means that it is
    whole, and that files of the lake itself are lost or damaged.
    """
    from pipelines.runs import backup as backups

    made = backups.backup(settings(), folder, now())
    rows = sum(each.rows for each in made.tables.values())
    say(f"{folder}: {len(made.tables)} tables, {rows} rows, {made.files} files, {made.size} bytes")
    return _say_missing(made.missing)


@click.command(short_help="Put a backup into an empty house.")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--into", "home", metavar="HOME", type=click.Path(path_type=Path), help="A house of its own there, whatever is set.")
def restore(folder: Path, home: Path | None) -> int:
    """Put the backup DIR into an empty house, and compare every row and every file with what was written.

    A damaged backup, and a house that is not empty, are refused before anything is written. Killed: run it again.
    """
    from pipelines.runs import restore as restores

    configured = settings()
    done = restores.restore(restores.own_house(configured, home) if home else configured, folder)
    say(f"restored as of {done.taken_at:%Y-%m-%d %H:%M:%S} UTC and compared: {done.tables} tables, {done.rows} rows, {done.files} files")
    if done.revision != done.newest:
        say(f"the schema is at {done.revision}: `fleetbill db upgrade` brings it to {done.newest}")
    say("before the next exchange with 1C read docs/operations.md, «our database was restored»")
    return _say_missing(done.missing)


def _say_missing(paths: tuple[str, ...]) -> int:
    if paths:
        say(f"files of the lake that the database names are not there, or not as they were written: {first_few(paths, _NAMED)}")
    return 1 if paths else 0
