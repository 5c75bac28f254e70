"""How much a snapshot's file may hold: what a small file unpacks to is checked before it fills the memory."""

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput, Problem
from pipelines.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

_MEBIBYTE = 2**20
_BATCH_ROWS = 131_072


@dataclass(frozen=True, slots=True)
class FileBounds:
    """Size, vehicles and columns of a file at most; the settings FLEETBILL_SNAPSHOT_MAX_MEGABYTES, _ROWS and _COLUMNS."""

    megabytes: int = 2048
    rows: int = 10_000_000
    columns: int = 500

    @classmethod
    def of(cls, settings: Settings) -> "FileBounds":
        """Those that are configured."""
        return cls(settings.snapshot_max_megabytes, settings.snapshot_max_rows, settings.snapshot_max_columns)

    def check_size(self, size: int, name: str) -> None:
        """BadInput when a file is larger than it may be."""
        if size > self.megabytes * _MEBIBYTE:
            raise BadInput.one(name, f"has more than {self.megabytes} MiB, which FLEETBILL_SNAPSHOT_MAX_MEGABYTES allows")

    def check_rows(self, rows: int, name: str) -> None:
        """BadInput when a list has more rows than it may have."""
        if rows > self.rows:
            raise BadInput.one(name, f"lists more than {self.rows:,} rows, which FLEETBILL_SNAPSHOT_MAX_ROWS allows")

    def check_columns(self, columns: int, name: str) -> None:
        """BadInput when a list has more columns than it may have."""
        if columns > self.columns:
            raise BadInput.one(name, f"has {columns:,} columns; FLEETBILL_SNAPSHOT_MAX_COLUMNS allows {self.columns}")


DEFAULT = FileBounds()


def unpacked(data: bytes, name: str, bounds: FileBounds) -> bytes:
    """What a gzip file holds, as far as the bounds allow. BadInput when it is damaged or unpacks to more."""
    import gzip

    most = bounds.megabytes * _MEBIBYTE
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            content = packed.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput.one(name, f"cannot be unpacked, it is cut short or damaged: {error}") from None
    bounds.check_size(len(content), name)
    return content


def read_parquet(data: bytes, name: str, wanted: Sequence[str], prefix: str, bounds: FileBounds) -> "tuple[pa.Table, tuple[str, ...]]":
    """(table, ignored columns) of a Parquet file: columns of ``wanted`` or beginning with ``prefix``.

    BadInput for a damaged file, text or names that are no UTF-8, a column that is there twice, and more than the bounds.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        names = file.schema_arrow.names
        bounds.check_columns(len(names), name)
        bounds.check_rows(file.metadata.num_rows, name)
        _check_names(names, name)
        kept = [column for column in names if column in wanted or column.startswith(prefix)]
        types = {column: file.schema_arrow.field(column).type for column in kept}
        _ = [kind.tz for kind in types.values() if pa.types.is_timestamp(kind)]  # the name of a damaged time zone is decoded when asked for
        texts = [column for column, kind in types.items() if pa.types.is_string(kind)]
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
        table = pa.Table.from_batches(_batches(file, kept, name, bounds), pa.schema([file.schema_arrow.field(column) for column in kept]))
    except UnicodeDecodeError:
        raise BadInput.one(name, "has a column whose name or type is not UTF-8") from None
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise BadInput.one(name, f"cannot be read as Parquet, it is cut short or damaged: {said}") from None
    _check_texts(table, name)
    known = set(kept)
    return table, tuple(column for column in names if column not in known)


def _batches(file: Any, columns: Sequence[str], name: str, bounds: FileBounds) -> "Iterator[pa.RecordBatch]":
    """The file batch by batch, as long as what it unpacks to keeps within the bounds."""
    read = size = 0
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=list(columns), use_threads=True):
        read += batch.num_rows
        size += sum(map(_plain_size, batch.columns))
        bounds.check_rows(read, name)
        bounds.check_size(size, name)
        yield batch


def _plain_size(column: Any) -> int:
    """Bytes of a column once each cell stands by itself: a dictionary repeats one long text for nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    return (pc.sum(lengths.cast(pa.int64()).take(column.indices)).as_py() or 0) + int(column.indices.nbytes)


def _check_names(names: Sequence[str], name: str) -> None:
    seen: set[str] = set()
    doubled = {column for column in names if column in seen or seen.add(column)}  # type: ignore[func-returns-value]  # add says None
    if doubled:
        raise BadInput([Problem(f"{name} column {column}", "is there more than once") for column in sorted(doubled)])


def _check_texts(table: "pa.Table", name: str) -> None:
    import pyarrow as pa

    problems = []
    for column in table.column_names:
        try:
            table[column].validate(full=True)
        except pa.ArrowInvalid as error:
            said = "holds text that is not UTF-8" if "UTF8" in str(error).upper() else f"is damaged: {str(error).splitlines()[0]}"
            problems.append(Problem(f"{name} column {column}", said))
    if problems:
        raise BadInput(problems)
