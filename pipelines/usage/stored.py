"""Usage kept in the warehouse: days, gaps, and the digest of what they were computed from; replaced a month at a time."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.period import Month
from pipelines.usage.gaps import Gap
from pipelines.usage.sources import Sources
from pipelines.warehouse.locks import Lock, lock
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

SCALE = (38, 6)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the warehouse holds of a month."""

    days: "pa.Table"
    gaps: dict[str, list[Gap]]


def inputs(connection: "Connection", month: Month) -> str | None:
    """Digest of what the stored usage of a month was computed from, or None."""
    from sqlalchemy import text

    found = connection.execute(text(statement("warehouse/usage/month_inputs")), {"month": month.first}).scalar()
    return None if found is None else str(found)


def read(connection: "Connection", sources: Sources) -> Kept | None:
    """The stored usage when it was computed from these very sources, else None."""
    from sqlalchemy import text

    month = sources.month
    if inputs(connection, month) != sources.digest:
        return None
    gaps: dict[str, list[Gap]] = {}
    for contract_no, platform, day, missing in connection.execute(text(statement("warehouse/usage/gaps")), {"month": month.first}):
        gaps.setdefault(contract_no, []).append(Gap(platform, day, missing))
    return Kept(_days(connection, month), gaps)


def take_turn(connection: "Connection", month: Month) -> None:
    """Wait until nobody else is replacing the usage of this month or of one beside it; holds until the transaction ends.

    Neighbours wait for each other because findings of a month reach over its borders. Earlier months come first, so that
    two that wait never wait for each other.
    """
    for each in (month.previous, month, month.next):
        lock(connection, Lock.USAGE, each.first)


def replace(connection: "Connection", sources: Sources, days: "pa.Table", gaps: Mapping[str, list[Gap]], at: datetime) -> None:
    """Put the month's days and gaps in place of those that are there."""
    import pyarrow as pa
    from sqlalchemy import text

    month = sources.month
    binds = {"first": month.first, "last": month.last, "month": month.first, "inputs": sources.digest, "at": at}
    for name in ("forget_days", "forget_gaps", "keep_month"):
        connection.execute(text(statement(f"warehouse/usage/{name}")), binds)
    column = days.schema.get_field_index("meters")
    copy(connection, "usage/copy_days", days.set_column(column, "meters", _meters_as_text(days.column("meters"))))
    rows = [(month.first, contract_no, gap.platform, gap.date, gap.missing) for contract_no, found in gaps.items() for gap in found]
    names = ("month", "contract_no", "platform", "business_date", "missing")
    if rows:
        copy(connection, "usage/copy_gaps", pa.table(dict(zip(names, map(pa.array, zip(*rows, strict=True)), strict=True))))


def copy(connection: "Connection", name: str, table: "pa.Table") -> None:
    """Run a COPY … FROM STDIN of ``sql/warehouse/NAME.sql`` with the table's rows."""
    import pyarrow.csv as pc

    buffer = io.BytesIO()
    pc.write_csv(table, buffer, pc.WriteOptions(include_header=False))
    buffer.seek(0)
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor:
        cursor.copy_expert(statement(f"warehouse/{name}"), buffer)


def _meters_as_text(column: "pa.ChunkedArray") -> "pa.Array":
    import pyarrow as pa

    if not column.type.num_fields:
        return pa.repeat("{}", len(column))
    kept = ({name: str(amount) for name, amount in row.items() if amount is not None} for row in column.to_pylist())
    return pa.array([json.dumps(row, ensure_ascii=False, sort_keys=True) for row in kept], pa.string())


def _days(connection: "Connection", month: Month) -> "pa.Table":
    import pyarrow as pa
    from sqlalchemy import text

    rows = connection.execute(text(statement("warehouse/usage/days")), {"first": month.first, "last": month.last}).all()
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * 5
    meters = sorted({name for found in columns[4] for name in found})
    kinds = (pa.string(), pa.date32(), pa.int32(), pa.decimal128(*SCALE))
    names = ("contract_no", "business_date", "fleet_size", "online_minutes")
    arrays = {name: pa.array(values, kind) for name, values, kind in zip(names, columns, kinds, strict=False)}
    struct = pa.struct([(name, pa.decimal128(*SCALE)) for name in meters])
    amounts = [{name: Decimal(found[name]) if name in found else None for name in meters} for found in columns[4]]
    return pa.table({**arrays, "meters": pa.array(amounts, struct)})
