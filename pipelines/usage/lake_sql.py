"""DuckDB over the lake: a connection of its own per pass, its temporary folder, and SQL by name."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any

from pipelines.evidence.canonical import OFFLINE
from pipelines.evidence.lake import EvidenceLost, location, read_footer, resolve
from pipelines.files import private_folder, write_whole
from pipelines.settings import Settings
from pipelines.storage import is_local, kind_of
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

BATCH = 100_000
"""Rows of a result that are in memory at a time."""
METER = "meter_"
MINUTES = "online_minutes"
MACROS = ("standing", "vehicle_state", "is_imei", "is_used", "days_as_bits", "begins_run", "run_end", "days_within")


@dataclass(frozen=True, slots=True)
class Lake:
    """An open pass over the lake. ``shape``: an empty Parquet file with every column, so that a column a source lacks reads as NULL.

    Of a lake by URL each file that the pass needs is fetched into its ``folder`` once: read from there by several threads at
    any place, at the speed of a disk.
    """

    settings: Settings
    duckdb: "DuckDBPyConnection"
    folder: Path
    shape: str

    def run(self, name: str, **binds: Any) -> "DuckDBPyConnection":
        """Execute ``sql/lake/usage/NAME.sql``."""
        text = statement(f"lake/usage/{name}")
        return self.duckdb.execute(text, binds) if binds else self.duckdb.execute(text)

    def query(self, name: str, **binds: Any) -> "DuckDBPyRelation":
        """A reading statement, not executed yet."""
        return self.duckdb.sql(statement(f"lake/usage/{name}"), params=binds or None)

    def table(self, name: str, **binds: Any) -> "pa.Table":
        """Result of a statement as an Arrow table."""
        return self.query(name, **binds).to_arrow_table()

    def put(self, name: str, table: "pa.Table") -> None:
        """Make an Arrow table a table of this pass, under that name."""
        self.duckdb.register("incoming", table)
        self.duckdb.execute(f"CREATE OR REPLACE TABLE {name} AS FROM incoming")
        self.duckdb.unregister("incoming")

    def location(self, path: str) -> str:
        """Where a file of the lake, or a merged day of this pass, lies."""
        if path.startswith(str(self.folder)):
            return path
        return str(self._fetched(path)) if self.is_remote else location(self.settings, path)

    @property
    def is_remote(self) -> bool:
        """Whether the lake is a URL."""
        return "://" in self.settings.lake

    def _fetched(self, path: str) -> Path:
        """The pass's own copy of a file. EvidenceLost when it is not there."""
        copy = self.folder / "fetched" / path
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            filesystem, target = resolve(self.settings, path)
            partial = copy.with_name(f".{copy.name}.{get_ident()}")  # threads may want the same one at once
            try:
                filesystem.get_file(target, str(partial))
            except FileNotFoundError:
                raise EvidenceLost(f"the lake has no {path}, which is registered as evidence") from None
            partial.replace(copy)
        return copy

    def metadata(self, path: str) -> bytes:
        """What a file says of itself beside its rows. EvidenceLost when it is not there or cannot be read."""
        return read_footer(self.settings, path)

    def column(self, path: str, name: str) -> Any:
        """One column of a file as an Arrow array."""
        import pyarrow.parquet as pq

        return pq.read_table(self.location(path), columns=[name], use_threads=False).column(0)

    def rows(self, path: str) -> "pa.Table":
        """The whole of a file."""
        import pyarrow.parquet as pq

        return pq.read_table(self.location(path))

    def row_count(self, path: str) -> int:
        """Rows of a file, by its footer."""
        import pyarrow.parquet as pq

        return int(pq.read_metadata(self.location(path)).num_rows)

    def beside(self) -> "Lake":
        """The same pass for another thread."""
        return replace(self, duckdb=self.duckdb.cursor())

    def has_derived(self, path: str) -> bool:
        """Whether the lake holds a derived file that can be read; one that was damaged is taken away, so that it is made anew."""
        import pyarrow.parquet as pq

        filesystem, target = resolve(self.settings, path)
        if kind_of(filesystem, target) is None:
            return False
        try:
            pq.read_table(target, filesystem=filesystem, page_checksum_verification=True)
        except (OSError, ValueError):
            filesystem.rm_file(target)
            return False
        return True

    def keep(self, local: Path, path: str) -> None:
        """Put a finished local file into the lake, whole or not at all; one that lies there already stays."""
        filesystem, target = resolve(self.settings, path)
        if kind_of(filesystem, target) is not None:
            return
        if not is_local(filesystem):
            filesystem.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
            filesystem.put_file(str(local), target)
            return
        with local.open("rb") as source:
            write_whole(target, lambda handle: shutil.copyfileobj(source, handle))


@contextmanager
def opened(settings: Settings, meters: Iterable[str]) -> Iterator[Lake]:
    """A pass over the lake with the ``meter_…`` columns that some file of it has; its temporary files vanish with it."""
    import duckdb

    root = private_folder(settings.home / "tmp")
    folder = Path(tempfile.mkdtemp(prefix="usage-", dir=root.resolve()))
    config = OFFLINE | {
        "memory_limit": settings.duckdb_memory,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": "false",
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        for macro in MACROS:
            connection.execute(statement(f"lake/usage/macros/{macro}"))
        yield Lake(settings, connection, folder, _shape(folder, sorted(set(meters))))
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _shape(folder: Path, meters: list[str]) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = ("vehicle_id", "account_id", "name", "plate", "hw_id", "plate_key", "vin_key")
    fields = [
        *((name, pa.string()) for name in texts),
        ("vehicle_no", pa.int32()),
        ("account_no", pa.int32()),
        ("device_key", pa.int64()),
        ("billable_state", pa.uint8()),
        ("is_clone", pa.bool_()),
        ("has_message", pa.bool_()),
        ("last_message_at", pa.timestamp("us")),
        (MINUTES, pa.decimal128(18, 3)),
        *((name, pa.decimal128(18, 6)) for name in meters),
    ]
    path = folder / "shape.parquet"
    pq.write_table(pa.schema(fields).empty_table(), path)
    return str(path)
