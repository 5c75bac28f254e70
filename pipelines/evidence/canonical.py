"""The digest of a snapshot: the same for the same content, whatever the order of rows and columns or the container."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.evidence.columns import TypedTable
from pipelines.evidence.lake import Account
from pipelines.platforms.interface import METER_PREFIX, OWNERS_COLUMN, VEHICLE_COLUMNS
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa

OFFLINE: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
"""How DuckDB is opened everywhere: it fetches nothing."""

SHORT = 20_000  # rows up to which Arrow sorts a snapshot by itself
_BETWEEN, _NULL, _INSIDE = "\x1f", "\x1e", "\x1d"


def canonical_columns(names: Sequence[str]) -> list[str]:
    """The known columns in their declared order, then the meters by name, then the owners."""
    present = set(names)
    ordered = [name for name in VEHICLE_COLUMNS if name in present]
    ordered += sorted(name for name in present if name.startswith(METER_PREFIX))
    return [*ordered, OWNERS_COLUMN] if OWNERS_COLUMN in present else ordered


def order(seen: TypedTable) -> Any:
    """Positions of the rows in byte order of their vehicle ids (numpy, int32); equal ids are told apart by the other cells."""
    import pyarrow.compute as pc

    ids = seen.table["vehicle_id"].combine_chunks()
    if not ids.null_count:
        positions = _sorted(ids)
        ordered = ids.take(positions)
        if not pc.any(pc.equal(ordered[1:], ordered[:-1])).as_py():
            return positions.to_numpy()
    return _sorted(_whole_rows(seen)).to_numpy()


def tree_digest(accounts: Sequence[Account]) -> str:
    """Digest of an account tree given in byte order of the ids: equal trees have equal digests."""
    return hashlib.sha256(json.dumps(accounts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def digest(platform: str, business_date: date, tree: str, table: "pa.Table", unread: "Mapping[str, pa.Array]") -> str:
    """sha256 (hex) of platform, date, tree and rows (`domain.md §2.4`).

    ``table`` holds the typed columns, and ``unread`` the broken cells, both in an order of rows that follows from the
    content alone. What is hashed of a column: which cells are there, then their values as Arrow lays them out.
    """
    names = canonical_columns(table.column_names)
    head = [platform, business_date.isoformat(), tree, table.num_rows, names, sorted(unread)]
    made = hashlib.sha256(json.dumps(head, ensure_ascii=False).encode())
    for column in [*(table[name] for name in names), *(unread[name] for name in sorted(unread))]:
        _add(made, column)
    return made.hexdigest()


def sensors_digest(platform: str, business_date: date, table: "pa.Table") -> str:
    """sha256 (hex) of platform, date and the rows of sensors, which stand in an order that follows from the content alone."""
    head = ["sensors", platform, business_date.isoformat(), table.num_rows, table.column_names]
    made = hashlib.sha256(json.dumps(head, ensure_ascii=False).encode())
    for column in table.columns:
        _add(made, column)
    return made.hexdigest()


def _sorted(texts: Any) -> Any:
    """Positions of texts in byte order, equal ones in the order in which they stand, empty ones last.

    DuckDB sorts a long list in half of Arrow's time, but starting it takes longer than a short list does.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(texts) <= SHORT:
        return pc.sort_indices(texts.cast(pa.binary())).cast(pa.int32())
    return _sorted_by_duckdb(texts)


def _sorted_by_duckdb(texts: Any) -> Any:
    import duckdb
    import numpy as np
    import pyarrow as pa

    canonical = pa.table({"content": texts, "position": pa.array(np.arange(len(texts), dtype="int32"))})
    with duckdb.connect(config=OFFLINE) as engine:
        engine.register("canonical", canonical)
        return pa.array(engine.execute(statement("lake/evidence/order_of_rows")).fetchnumpy()["position"])


def _whole_rows(seen: TypedTable) -> Any:
    """One text per row: its cells in the canonical order of columns, broken cells as they were written."""
    import pyarrow.compute as pc

    cells = []
    for name in canonical_columns(seen.table.column_names):
        text = _as_text(seen.table[name].combine_chunks())
        if name in seen.unread:
            text = pc.coalesce(text, pc.binary_join_element_wise("?", seen.unread[name], ""))
        cells.append(text)
    return pc.binary_join_element_wise(*cells, _BETWEEN, null_handling="replace", null_replacement=_NULL)


def _as_text(array: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return pc.binary_join(array, _INSIDE)
    return array if pa.types.is_string(array.type) else array.cast(pa.string())


def _add(made: Any, column: Any) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) and column.num_chunks != 1 else column
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        array = _as_text(array)
    if array.null_count:
        made.update(b"some")
        made.update(np.packbits(pc.is_valid(array).to_numpy(zero_copy_only=False)).data)
        array = pc.fill_null(array, _ZERO[pa.types.is_string(array.type)]) if not pa.types.is_timestamp(array.type) else array
    if pa.types.is_timestamp(array.type):
        array = pc.fill_null(array.cast(pa.int64()), fill_value=0)
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    array = pa.concat_arrays([array]) if not array.offset else pa.concat_arrays([array, array[:0]])
    for content in _contents(array):
        made.update(content)


_ZERO = {True: "", False: 0}


def _contents(array: Any) -> list[memoryview]:
    """The bytes of an array without nulls and without an offset: offsets and text, or fixed-width values."""
    import pyarrow as pa

    _, second, *third = array.buffers()
    if second is None or not len(array):
        return []
    if not pa.types.is_string(array.type):
        return [memoryview(second)[: len(array) * array.type.bit_width // 8]]
    offsets = memoryview(second)[: (len(array) + 1) * 4]
    text = memoryview(third[0])[: offsets.cast("i")[len(array)]] if third[0] is not None else memoryview(b"")
    return [offsets, text]
