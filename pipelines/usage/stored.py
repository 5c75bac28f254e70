"""Usage kept in the warehouse: days, gaps, and the digest of what they were computed from; replaced a month at a time."""

import io
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.period import Month
from pipelines.usage.gaps import Gap
from pipelines.usage.sources import Sources
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

SCALE = (38, 6)
FLEETS = ("contract_no", "business_date", "fleet_size", "online_minutes")
"""Columns of `MonthUsage.days` that every month has."""


@dataclass(frozen=True, slots=True)
class StoredUsage:
    """What the warehouse holds of a month."""

    days: "pa.Table"
    gaps: dict[str, list[Gap]]


def inputs(connection: "Connection", month: Month) -> str | None:
    """Digest of what the stored usage of a month was computed from, or None."""
    digest = query.scalar(connection, "usage/month_inputs", month=month.first)
    return None if digest is None else str(digest)


def has_evidence(connection: "Connection", month: Month) -> bool:
    """Whether any snapshot of the month counts."""
    return bool(query.scalar(connection, "usage/has_evidence", first=month.first, last=month.last))


def months_with_evidence(connection: "Connection") -> list[Month]:
    """Months that have a snapshot, in order."""
    return [Month.of(day) for day in query.scalars(connection, "usage/months_with_evidence")]


def read(connection: "Connection", sources: Sources) -> StoredUsage | None:
    """The stored usage when it was computed from these very sources, else None."""
    month = sources.month
    if inputs(connection, month) != sources.digest:
        return None
    gaps: dict[str, list[Gap]] = {}
    for contract_no, platform, day, missing in query.rows(connection, "usage/gaps", month=month.first):
        gaps.setdefault(contract_no, []).append(Gap(platform, day, missing))
    return StoredUsage(days(connection, month), gaps)


def take_turn(connection: "Connection", month: Month) -> None:
    """Wait until nobody else is replacing the usage or the findings that this month's are replaced with; to the transaction's end.

    A month is replaced together with those beside it, and findings of a month reach over its borders. Earlier months come
    first, so that two that wait never wait for each other.
    """
    for each in (month.previous, month, month.next, month.next.next):
        lock(connection, Lock.USAGE, each.first)


def replace(connection: "Connection", sources: Sources, days: "pa.Table", gaps: Mapping[str, list[Gap]], at: datetime) -> None:
    """Put the month's days and gaps in place of those that are there."""
    month = sources.month
    query.run(connection, "usage/forget_days", first=month.first, last=month.last)
    query.run(connection, "usage/forget_gaps", month=month.first)
    query.run(connection, "usage/keep_month", month=month.first, inputs=sources.digest, at=at)
    column = days.schema.get_field_index("meters")
    _copy_table(connection, "usage/copy_days", days.set_column(column, "meters", _meters_as_text(days.column("meters"))))
    rows = [
        (month.first, contract_no, gap.platform, gap.date, gap.missing) for contract_no, of_contract in gaps.items() for gap in of_contract
    ]
    if rows:
        query.copy(connection, "usage.gaps", ("month", "contract_no", "platform", "business_date", "missing"), rows)


def _copy_table(connection: "Connection", name: str, table: "pa.Table") -> None:
    """Run a COPY … FROM STDIN with the rows of an Arrow table, written as CSV by Arrow: a month has hundreds of thousands."""
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


def fleets(connection: "Connection", month: Month, contracts: Set[str]) -> dict[str, list[Any]]:
    """Columns of `MonthUsage.days` but the meters, of these contracts; without Arrow, whose start takes longer than the rows."""
    rows = query.rows(connection, "usage/days", first=month.first, last=month.last, contracts=sorted(contracts))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    return {name: list(values) for name, values in zip(FLEETS, columns, strict=False)}


def days(connection: "Connection", month: Month, contracts: Set[str] | None = None) -> "pa.Table":
    """The stored days of a month as `MonthUsage.days` has them, those of these contracts or of all."""
    import pyarrow as pa

    binds = {"contracts": None if contracts is None else sorted(contracts)}
    rows = query.rows(connection, "usage/days", first=month.first, last=month.last, **binds)
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * 5
    meters = sorted({name for of_day in columns[4] for name in of_day or ()})
    kinds = (pa.string(), pa.date32(), pa.int32(), pa.decimal128(*SCALE))
    arrays = {name: pa.array(values, kind) for name, values, kind in zip(FLEETS, columns, kinds, strict=False)}
    struct = pa.struct([(name, pa.decimal128(*SCALE)) for name in meters])
    amounts = [
        {name: Decimal(meters_of_day[name]) if meters_of_day and name in meters_of_day else None for name in meters}
        for meters_of_day in columns[4]
    ]
    return pa.table({**arrays, "meters": pa.array(amounts, struct)})
