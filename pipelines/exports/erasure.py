"""What other systems were given of a client, without what reaches its people: versions keep their numbers and lose those values.

First a consumer that holds them is told, by a new version in which they are gone; then every version before it is written anew, and
what no version names any more is removed. Folders that were handed over hold copies: those with such a row are removed too, a consumer
that asks again gets the same rows without the values.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

from pipelines.documents.store import DocumentStore
from pipelines.exports import sources
from pipelines.exports.datasets import CLIENTS
from pipelines.exports.parquet_files import ExportFile, working_folder
from pipelines.exports.scope import NotEntitled
from pipelines.exports.versions import take
from pipelines.files import sha256_of
from pipelines.logs import verb
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import as_owner, reading
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

_CLIENTS = CLIENTS.name
REACHES = ("email", "phone", "address")
NAMES = ("name", "full_name", "inn")


@dataclass(frozen=True, slots=True)
class ExportsErased:
    """How many files of versions were written anew, and how many folders were removed."""

    files: int = 0
    folders: int = 0


def erase(settings: Settings, client: str, at: datetime, *, with_name: bool, dry_run: bool = False) -> ExportsErased:
    """Erase the client's values from everything that was exported; run again, it finds nothing."""
    columns = REACHES + NAMES if with_name else REACHES
    files = folders = 0
    with verb("exports", "erase", client=client, dry_run=dry_run) as done:
        with reading(settings) as connection:
            holders = sorted({row.consumer for row in query.rows(connection, "exports/versions", consumer=None)})
            declared = {each.code for each in sources.consumers(connection)}
        for code in holders:
            if code in declared and not dry_run:
                with suppress(NotEntitled):
                    take(settings, code, at)
            files += _versions(settings, code, _Erasing(DocumentStore(settings.documents), client, columns, dry_run=dry_run))
            folders += _folders(settings.exchange / "exports" / code, client, columns, dry_run=dry_run)
        done |= {"files": files, "folders": folders}
    return ExportsErased(files, folders)


@dataclass(frozen=True, slots=True)
class _Erasing:
    store: DocumentStore
    client: str
    columns: tuple[str, ...]
    dry_run: bool

    def without(self, file: Mapping[str, Any], folder: Path) -> ExportFile | None:
        """The file written anew under a name of its own content; None where it holds nothing of the client that is to go."""
        import pyarrow.parquet as pq

        with self.store.opened(file["path"]) as handle:
            table = pq.read_table(handle)
        cleared = _cleared(table, self.client, self.columns)
        if cleared is None:
            return None
        if self.dry_run:
            return ExportFile(**file)
        local = folder / "cleared.parquet"
        pq.write_table(cleared, local, compression="zstd")
        digest = sha256_of(local)
        stem = file["path"].removesuffix(".parquet").split("-erased-")[0]
        path = f"{stem}-erased-{digest[:16]}.parquet"
        self.store.put_file(path, local)
        return ExportFile(path, cleared.num_rows, digest)


def _versions(settings: Settings, code: str, erasing: _Erasing) -> int:
    """Write the files of clients of every version of a consumer anew; how many. The lock keeps a taking of a version away."""
    written: dict[str, ExportFile] = {}
    with as_owner(settings) as connection, connection.begin(), working_folder() as folder:
        lock(connection, Lock.EXPORT, code)
        query.run(connection, "ground/erases")
        for row in query.rows(connection, "exports/versions", consumer=code):
            if _CLIENTS not in row.contents:
                continue
            kept = row.contents[_CLIENTS]
            for file in (*(part["file"] for part in kept["parts"]), *filter(None, [kept["delta"]])):
                if file["path"] not in written and (anew := erasing.without(file, folder)):
                    written[file["path"]] = anew
            if not erasing.dry_run:
                _put(connection, row, written)
        named = _named(query.rows(connection, "exports/versions", consumer=code))
    if not erasing.dry_run:
        for path in erasing.store.below(f"exports/{code}"):
            if f"/{_CLIENTS}" in path and path not in named:
                erasing.store.remove(path)
    return len(written)


def _put(connection: "Connection", row: Any, written: Mapping[str, ExportFile]) -> None:
    kept = row.contents[_CLIENTS]

    def anew(file: Mapping[str, Any] | None) -> Any:
        return asdict(written[file["path"]]) if file and file["path"] in written else file

    changed = {**kept, "parts": [{**part, "file": anew(part["file"])} for part in kept["parts"]], "delta": anew(kept["delta"])}
    if changed != kept:
        contents = json.dumps({**row.contents, _CLIENTS: changed}, ensure_ascii=False)
        query.run(connection, "exports/put_contents", consumer=row.consumer, version_no=row.version_no, contents=contents)


def _named(rows: Iterable[Any]) -> set[str]:
    files = [
        file
        for row in rows
        for dataset in row.contents.values()
        for file in (*(part["file"] for part in dataset["parts"]), dataset["delta"])
    ]
    return {file["path"] for file in files if file}


def _cleared(table: "pa.Table", client: str, columns: Iterable[str]) -> "pa.Table | None":
    """The table with the client's values set to nothing; None where it has none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_client = pc.equal(table["client_code"], client)
    held = [name for name in columns if name in table.column_names and pc.any(pc.and_(is_client, pc.is_valid(table[name]))).as_py()]
    for name in held:
        place = table.schema.get_field_index(name)
        blank = pc.if_else(is_client, pa.scalar(None, table.schema.field(name).type), table[name])
        table = table.set_column(place, table.schema.field(name), blank)
    return table if held else None


def _folders(of_consumer: Path, client: str, columns: Iterable[str], *, dry_run: bool) -> int:
    """Remove the folders of handed-over exports whose clients hold such a value."""
    names = (f"{_CLIENTS}.csv", f"{_CLIENTS}.changes.csv")
    held = [folder for folder in sorted(of_consumer.glob("*")) if any(_holds(folder / name, client, columns) for name in names)]
    for folder in held if not dry_run else ():
        rmtree(folder)
    return len(held)


def _holds(file: Path, client: str, columns: Iterable[str]) -> bool:
    if not file.is_file():
        return False
    with file.open(encoding="utf-8", newline="") as opened:
        return any(row.get("client_code") == client and any(row.get(name) for name in columns) for row in csv.DictReader(opened))
