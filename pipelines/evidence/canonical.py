"""The digest of a snapshot: the same for the same content, whatever the order of rows and columns or the container."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.evidence.lake import Account
from pipelines.platforms.interface import METER_PREFIX, OWNERS_COLUMN, VEHICLE_COLUMNS
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa

_BETWEEN, _NULL, _INSIDE = "\x1f", "\x1e", "\x1d"


def canonical_rows(table: "pa.Table", unread: "dict[str, pa.Array]") -> Any:
    """One text per row: its cells in the canonical order of columns, broken cells as they were written."""
    import pyarrow.compute as pc

    cells = []
    for name in canonical_columns(table.column_names):
        text = _as_text(table[name].combine_chunks())
        if name in unread:
            text = pc.coalesce(text, pc.binary_join_element_wise("?", unread[name], ""))
        cells.append(text)
    return pc.binary_join_element_wise(*cells, _BETWEEN, null_handling="replace", null_replacement=_NULL)


def canonical_columns(names: Sequence[str]) -> list[str]:
    """The known columns in their declared order, then the meters by name, then the owners."""
    present = set(names)
    ordered = [name for name in VEHICLE_COLUMNS if name in present]
    ordered += sorted(name for name in present if name.startswith(METER_PREFIX))
    return [*ordered, OWNERS_COLUMN] if OWNERS_COLUMN in present else ordered


def order(rows: Any) -> Any:
    """Positions of the rows in byte order of their texts: a numpy array of int32, as long as there are rows."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    canonical = pa.table({"content": rows, "position": pa.array(np.arange(len(rows), dtype="int32"))})
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "2"}) as engine:
        engine.register("canonical", canonical)
        return engine.execute(statement("lake/evidence/order_of_rows")).fetchnumpy()["position"]


def tree_digest(accounts: Sequence[Account]) -> str:
    """Digest of an account tree given in byte order of the ids: equal trees have equal digests."""
    return hashlib.sha256(json.dumps(accounts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def digest(platform: str, business_date: date, columns: Sequence[str], tree: str, ordered_rows: Any) -> str:
    """sha256 (hex) of platform, date, columns, tree and rows (`domain.md §2.4`); rows as `canonical_rows` in their order."""
    head = json.dumps([platform, business_date.isoformat(), canonical_columns(columns), tree, len(ordered_rows)], ensure_ascii=False)
    made = hashlib.sha256(head.encode())
    buffers = ordered_rows.buffers()
    if len(ordered_rows) and buffers[2] is not None:
        made.update(memoryview(buffers[1]))
        made.update(memoryview(buffers[2]))
    return made.hexdigest()


def _as_text(array: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return pc.binary_join(array, _INSIDE)
    return array if pa.types.is_string(array.type) else array.cast(pa.string())
