"""Rows of datasets as Parquet files in the store: written and read in batches, so that memory does not grow with them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pipelines.arrow_values import keep_pandas_away
from pipelines.documents.store import DocumentStore
from pipelines.errors import Refused
from pipelines.exports.datasets import CHANGE, ColumnKind, Dataset, Record
from pipelines.files import sha256_of

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 20_000


class ExportLost(Refused):
    """A file of a version is not in the store any more."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A Parquet file in the store: its rows and the sha256 of its bytes."""

    path: str
    rows: int
    sha256: str


class RowsFile:
    """A Parquet file that is being written on this machine, row by row."""

    def __init__(self, path: Path, schema: "pa.Schema") -> None:
        import pyarrow.parquet as pq

        self.rows = 0
        self._path, self._schema = path, schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._waiting: list[Record] = []

    def add(self, record: Record) -> None:
        """One more row."""
        self._waiting.append(record)
        self.rows += 1
        if len(self._waiting) == _BATCH:
            self._flush()

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        self._flush()
        self._writer.close()

    def digest(self) -> str:
        """sha256 of the closed file."""
        return sha256_of(self._path)

    def keep(self, store: DocumentStore, path: str) -> ExportFile:
        """Put the closed file into the store; ``{digest}`` in the path stands for the beginning of its digest."""
        digest = self.digest()
        target = path.format(digest=digest[:16])
        store.put_file(target, self._path)
        return ExportFile(target, self.rows, digest)

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            columns = zip(*self._waiting, strict=True)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, self._schema, strict=True)]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
            self._waiting = []


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for files that are being written; gone at the end, whatever happens."""
    with TemporaryDirectory(prefix="fleetbill-export-") as folder:
        yield Path(folder)


def schema_of(dataset: Dataset, *, of_changes: bool = False) -> "pa.Schema":
    """The columns as Arrow has them; of a delta with `change` before them, and every column beside the key nullable."""
    import pyarrow as pa

    keep_pandas_away()
    fields = [
        pa.field(column.name, _arrow(column.kind), nullable=column.is_nullable or (of_changes and column.name not in dataset.key))
        for column in dataset.columns
    ]
    return pa.schema([pa.field(CHANGE, pa.string(), nullable=False), *fields] if of_changes else fields)


def read(store: DocumentStore, path: str) -> Iterator[Record]:
    """The rows of a file, one after the other. ExportLost when it is gone."""
    for batch in batches(store, path):
        yield from batch


def batches(store: DocumentStore, path: str) -> Iterator[Sequence[Record]]:
    """The rows of a file in batches. ExportLost when it is gone."""
    import pyarrow.parquet as pq

    keep_pandas_away()
    try:
        handle = store.opened(path)
    except FileNotFoundError:
        raise ExportLost(f"{path} is not in the store of documents") from None
    with handle:
        for batch in pq.ParquetFile(handle).iter_batches(batch_size=_BATCH):
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _arrow(kind: ColumnKind) -> Any:
    import pyarrow as pa

    match kind:
        case "text":
            return pa.string()
        case "date":
            return pa.date32()
        case "money":
            return pa.decimal128(14, 2)
        case "amount":
            return pa.decimal128(38, 6)
        case "whole":
            return pa.int64()
        case _:
            return pa.bool_()
