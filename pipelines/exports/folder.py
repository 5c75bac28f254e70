"""An export as a folder: Parquet, CSV and JSON Schema of each dataset, and a manifest that comes last and vouches for them."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipelines.documents.store import DocumentStore
from pipelines.exports.datasets import CHANGE, SCHEMA_VERSION, Dataset, Record, csv_row, json_schema
from pipelines.exports.parquet_files import RowsFile, schema_of, working_folder
from pipelines.exports.scope import Consumer
from pipelines.exports.since import Excerpt, cursor, rows
from pipelines.files import private_folder, sha256_of, sync_folder, write_whole

if TYPE_CHECKING:
    from sqlalchemy import Connection

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file of an export: its name in the folder, its size and sha256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WrittenDataset:
    """The files of a dataset, its rows, and of a delta how many of each change."""

    dataset: str
    rows: int
    changes: dict[str, int] | None
    parquet: WrittenFile
    csv: WrittenFile
    schema: WrittenFile


def default_folder(exchange: Path, whose: Consumer, given: Excerpt) -> Path:
    """Where an export is put unless somebody says otherwise: a folder of its own, the same for the same export."""
    asked = given.since if cursor(given.since) is not None else "".join(sign for sign in given.since if sign.isalnum())
    name = f"{asked}-{given.version.number:06}" if asked else f"{given.version.number:06}"
    return exchange / "exports" / whose.code / name


def write(connection: "Connection", store: DocumentStore, whose: Consumer, given: Excerpt, target: Path) -> list[WrittenDataset]:
    """Write an export into a folder; the same export gives the same bytes. Memory does not grow with the rows.

    Every file is there whole or not at all; while any is missing, there is no manifest.
    """
    private_folder(target)
    (target / MANIFEST).unlink(missing_ok=True)
    sync_folder(target)
    made = [
        _dataset(target, whose.dataset(name), rows(connection, store, whose, given, whose.dataset(name)), given) for name in whose.datasets
    ]
    write_whole(target / MANIFEST, _json(manifest(whose, given, made)))
    return made


def manifest(whose: Consumer, given: Excerpt, made: Iterable[WrittenDataset]) -> dict[str, Any]:
    """What the export is, and what its files hold."""
    return {
        "consumer": whose.code,
        "kind": "delta" if given.is_delta else "state",
        "since": given.since or None,
        "version": given.version.number,
        "cursor": str(given.version.number),
        "at": given.version.at.isoformat(),
        "as_of": given.version.as_of.isoformat(),
        "schema_version": SCHEMA_VERSION,
        "datasets": {each.dataset: asdict(each) for each in made},
    }


def _dataset(target: Path, dataset: Dataset, given_rows: Iterable[Record], given: Excerpt) -> WrittenDataset:
    name = f"{dataset.name}.changes" if given.is_delta else dataset.name
    counts: Counter[str] = Counter()
    with working_folder() as folder:
        parquet = RowsFile(folder / "rows.parquet", schema_of(dataset, of_changes=given.is_delta))
        write_whole(target / f"{name}.csv", lambda handle: _fill(handle, dataset, given_rows, parquet, counts if given.is_delta else None))
        parquet.close()
        with (folder / "rows.parquet").open("rb") as content:
            write_whole(target / f"{name}.parquet", lambda handle: _copy(content, handle))
    write_whole(target / f"{name}.schema.json", _json(json_schema(dataset, of_changes=given.is_delta)))
    files = [_described(target / f"{name}.{end}") for end in ("parquet", "csv", "schema.json")]
    return WrittenDataset(dataset.name, parquet.rows, dict(counts) if given.is_delta else None, *files)


def _fill(handle: IO[bytes], dataset: Dataset, records: Iterable[Record], parquet: RowsFile, counts: Counter[str] | None) -> None:
    """The rows as CSV into ``handle`` and into the Parquet file, in one pass."""
    names = dataset.names if counts is None else (CHANGE, *dataset.names)
    for line in csv_lines(names, _noted(records, parquet, counts)):
        handle.write(line)


def _noted(records: Iterable[Record], parquet: RowsFile, counts: Counter[str] | None) -> Iterator[Record]:
    for record in records:
        parquet.add(record)
        if counts is not None:
            counts[record[0]] += 1
        yield record


def csv_lines(names: Iterable[str], records: Iterable[Record]) -> Iterator[bytes]:
    """Heading and rows as CSV: UTF-8, commas, a line feed after each row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for record in records:
        writer.writerow(csv_row(record))
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _copy(content: IO[bytes], handle: IO[bytes]) -> None:
    while piece := content.read(1 << 20):
        handle.write(piece)


def _described(path: Path) -> WrittenFile:
    return WrittenFile(path.name, path.stat().st_size, sha256_of(path))


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
