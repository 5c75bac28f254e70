"""Logo, facsimile and stamp of organizations: files beside the source become contents known by their digest.

What is stored of a picture is the digest, ``sha256:…``. It is frozen with every invoice, and the content never goes away, so a
paper that is printed again shows what it showed.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.master.lines import Line, Table
from pipelines.master.source import is_database
from pipelines.pictures import NotAPicture, look
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("logo", "facsimile", "stamp")
_DIGEST = "sha256:"
_READ = 1_000_001  # one byte more than is printed: enough to say that a file is too large

Contents = dict[str, bytes]


def read_pictures(connection: "Connection", tables: Mapping[str, Table], source: str) -> Contents:
    """Digest → content of every picture that the organizations name; each cell then holds the digest.

    A cell names a file by its path from the folder of the source, or a picture that is known by its digest (as an export
    writes it). Whatever is no picture is a flaw of its cell.
    """
    table = tables.get("organizations")
    if table is None:
        return {}
    named = [(line, column, str(value)) for line in table.lines for column in COLUMNS if (value := line.values.get(column))]
    known = _known(connection, [value for _, _, value in named if value.startswith(_DIGEST)])
    folder = None if is_database(source) else _folder(Path(source))
    contents: Contents = {}
    for line, column, value in named:
        if value.startswith(_DIGEST):
            if value not in known:
                table.flaw(line, column, "is a picture that was never imported here: name its file")
        else:
            _bring(table, line, column, folder, contents)
    return contents


def keep(connection: "Connection", contents: Contents) -> None:
    """Store the contents that are not there yet."""
    if contents:
        encoded = [base64.b64encode(content).decode() for content in contents.values()]
        query.run(connection, "master/add_pictures", digests=list(contents), contents=encoded)


def _bring(table: Table, line: Line, column: str, folder: Path | None, contents: Contents) -> None:
    try:
        content = _read(folder, str(line.values[column]))
        look(content)
    except NotAPicture as error:
        table.flaw(line, column, f"{line.values[column]!r} {error}")
        return
    digest = _DIGEST + hashlib.sha256(content).hexdigest()
    contents[digest] = content
    line.values[column] = digest


def _read(folder: Path | None, name: str) -> bytes:
    if folder is None:
        raise NotAPicture("is a file, and a database has none beside it: import pictures from a workbook or a folder")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise NotAPicture(f"lies outside the folder of the source, {folder}")
    try:
        with path.open("rb") as opened:
            return opened.read(_READ)
    except OSError as error:
        raise NotAPicture(f"cannot be read beside the source: {error.strerror or 'no such file'}") from None
    except ValueError:
        raise NotAPicture("is no name of a file") from None


def _folder(source: Path) -> Path:
    return (source if source.is_dir() else source.parent).resolve()


def _known(connection: "Connection", digests: list[str]) -> set[str]:
    return set(query.scalars(connection, "master/known_pictures", digests=digests)) if digests else set()
