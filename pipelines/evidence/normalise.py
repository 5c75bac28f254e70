"""From a platform's snapshot to the table that the lake keeps: typed, keyed, ordered, with its digest."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipelines.evidence import canonical, keys, tree
from pipelines.evidence.columns import IDENTIFIERS, TypedTable, identifiers, typed, whole
from pipelines.evidence.lake import ACTIVE, BLOCKED, DEACTIVATED, Metadata
from pipelines.platforms.interface import METER_PREFIX, OWNERS_COLUMN, Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

OLD_AFTER = timedelta(days=300)
MESSAGE_MAY_BE_AHEAD = timedelta(days=1)  # of the day's end; a later message is set aside, as the gate says
MOST_MINUTES = 1500  # of a day; more, or fewer than 0, are set aside
MARKED_VEHICLES = 64  # of a snapshot: the first in byte order, by which lists of vehicles are told apart
STATES = {"active": ACTIVE, "deactivated": DEACTIVATED, "blocked": BLOCKED}
_OWNER_SEPARATOR = "\x1d"


@dataclass(frozen=True, slots=True)
class IdentifiedSnapshot:
    """A snapshot read and named: `seen` is in the source's order for the gate, `ordered` in the lake's."""

    snapshot: Snapshot
    seen: TypedTable
    digest: str
    tree: tree.AccountTree
    tree_digest: str
    metadata: Metadata
    ordered: "pa.Table"
    device_keys: Any  # Arrow int64, in the lake's order
    vehicle_no: Any  # numpy, int32, in the lake's order
    account_no: Any


def day_bounds(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """First moment of a local day and of the next one, in UTC: 23, 24 or 25 hours apart."""
    zone = ZoneInfo(time_zone)
    first, last = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return first, last


def identify(snapshot: Snapshot) -> IdentifiedSnapshot:
    """Read and order a snapshot, and take its digest. BadInput for columns that cannot be meant."""
    import numpy as np

    seen = typed(snapshot.vehicles, snapshot.source)
    grown = _grow(snapshot, seen.table)
    positions = canonical.order(seen)
    vehicle_no = np.empty(len(positions), dtype="int32")
    vehicle_no[positions] = np.arange(len(positions), dtype="int32")
    account_no, owners = _owner_sets(seen.table)
    order = np.argsort(account_no.astype("int64") * max(1, len(positions)) + vehicle_no, kind="stable")
    ordered, unread = _reordered(seen, order)
    tree_digest = canonical.tree_digest(grown.accounts)
    facts = {**facts_of(seen.table, snapshot), "marks": _marks(seen.table.take(positions[:MARKED_VEHICLES]))}
    return IdentifiedSnapshot(
        snapshot=snapshot,
        seen=seen,
        digest=canonical.digest(snapshot.platform, snapshot.business_date, tree_digest, ordered, unread),
        tree=grown,
        tree_digest=tree_digest,
        metadata=Metadata(snapshot.platform, snapshot.business_date, grown.accounts, owners, snapshot.source, facts),
        ordered=ordered,
        device_keys=keys.device_keys(column_text(ordered, "hw_id")),
        vehicle_no=vehicle_no[order],
        account_no=account_no[order],
    )


def facts_of(table: "pa.Table", snapshot: Snapshot) -> dict[str, Any]:
    """Figures of the whole that the next snapshot is compared with: rows, messages, those older than 300 days, those of the day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    facts: dict[str, Any] = {"rows": table.num_rows, "messages": 0, "old_messages": 0}
    if "last_message_at" in table.column_names:
        first, end = day_bounds(snapshot.business_date, snapshot.time_zone)
        moments = table["last_message_at"]
        of_the_day = pc.and_(pc.greater_equal(moments, pa.scalar(first, moments.type)), pc.less(moments, pa.scalar(end, moments.type)))
        facts["messages_of_the_day"] = pc.sum(of_the_day).as_py() or 0
        facts["messages"] = table.num_rows - moments.null_count
        facts["old_messages"] = pc.sum(pc.less(moments, pa.scalar(first - OLD_AFTER, moments.type))).as_py() or 0
    return facts


def _marks(table: "pa.Table") -> list[str]:
    """What tells vehicles of different lists apart: their ids with everything else that names them; none for a bare number."""
    named = [name for name in ("hw_id", "plate", "vin", "name") if name in table.column_names]
    vehicles = table.select(["vehicle_id", *named]).to_pylist()
    texts = ("\x1f".join(cell or "" for cell in vehicle.values()) for vehicle in vehicles if any(vehicle[name] for name in named))
    return sorted(hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)


def _grow(snapshot: Snapshot, table: "pa.Table") -> tree.AccountTree:
    import pyarrow as pa

    listed: list[tree.ListedAccount] = []
    if snapshot.accounts is not None:
        texts, broken = [], []
        for name in ("account_id", "parent_account_id", "name", "enabled"):
            cells = snapshot.accounts[name] if name in snapshot.accounts.column_names else pa.nulls(snapshot.accounts.num_rows)
            read, unread = identifiers(whole(cells)) if name in IDENTIFIERS else (whole(cells).cast(pa.string()), None)
            texts.append([cell.strip() or None if cell else None for cell in read.to_pylist()])
            broken.append(unread.to_pylist() if unread is not None else [None] * len(read))
        listed = [tree.ListedAccount(*row) for row in zip(*texts, *broken[:2], strict=True)]
    return tree.grow(listed, _pairs(table))


def _pairs(table: "pa.Table") -> list[tuple[str, str | None]]:
    """Distinct (account, parent) of the rows; every owner counts as an account."""
    import pyarrow.compute as pc

    owners: list[tuple[str, str | None]] = []
    if OWNERS_COLUMN in table.column_names:
        owners += [(owner, None) for owner in pc.unique(pc.list_flatten(table[OWNERS_COLUMN])).to_pylist() if owner]
    if "account_id" not in table.column_names:
        return owners
    if "parent_account_id" not in table.column_names or table["parent_account_id"].null_count == table.num_rows:
        return owners + [(account, None) for account in pc.unique(table["account_id"]).to_pylist() if account]
    pairs = table.select(["account_id", "parent_account_id"]).group_by(["account_id", "parent_account_id"]).aggregate([])
    accounts, parents = pairs["account_id"].to_pylist(), pairs["parent_account_id"].to_pylist()
    return owners + [(account, parent) for account, parent in zip(accounts, parents, strict=True) if account]


def _owner_sets(table: "pa.Table") -> tuple[Any, tuple[tuple[str, ...], ...]]:
    """(account_no per row, owners per account_no): owner sets in byte order, the empty one last."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if OWNERS_COLUMN in table.column_names:
        lists = [tuple(sorted({owner for owner in owners or () if owner})) for owners in table[OWNERS_COLUMN].to_pylist()]
        texts = pa.array([_OWNER_SEPARATOR.join(owners) or None for owners in lists], pa.string())
    elif "account_id" in table.column_names:
        texts = table["account_id"].combine_chunks()
    else:
        texts = pa.nulls(table.num_rows, pa.string())
    coded = texts.dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    values = [value or "" for value in coded.dictionary.to_pylist()]
    ranks = sorted(range(len(values)), key=lambda code: values[code].encode())
    number = np.empty(len(values) + 1, dtype="int32")
    number[ranks] = np.arange(len(values), dtype="int32")
    number[len(values)] = len(values)  # nobody
    codes = pc.fill_null(coded.indices, fill_value=len(values)).to_numpy(zero_copy_only=False)
    owners = [tuple(values[code].split(_OWNER_SEPARATOR)) for code in ranks]
    return number[codes], (*owners, ())


def arrange(made: IdentifiedSnapshot) -> "pa.Table":
    """The table that the lake keeps: the source's columns without what is set aside, and what follows from them (`lake`)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    snapshot = made.snapshot
    table = _without_impossible(made.ordered, day_bounds(snapshot.business_date, snapshot.time_zone)[1])
    if OWNERS_COLUMN in table.column_names:
        table = table.drop_columns([OWNERS_COLUMN])
    if "last_message_at" in table.column_names:
        moments = _single(table["last_message_at"])
        first, end = (pa.scalar(moment, moments.type) for moment in day_bounds(snapshot.business_date, snapshot.time_zone))
        has_message = pc.fill_null(pc.and_(pc.greater_equal(moments, first), pc.less(moments, end)), fill_value=False)
        table = _with(table, "last_message_at", moments.cast(pa.timestamp("us")))
    else:
        has_message = pa.nulls(table.num_rows, pa.bool_())
    states = pc.index_in(column_text(table, "state"), pa.array(list(STATES)))
    billable = pc.fill_null(pc.take(pa.array(list(STATES.values()), pa.uint8()), states), fill_value=pa.scalar(DEACTIVATED, pa.uint8()))
    derived = {
        "vehicle_no": pa.array(made.vehicle_no),
        "account_no": pa.array(made.account_no),
        "device_key": made.device_keys,
        "plate_key": keys.look_alike_keys(column_text(table, "plate")),
        "vin_key": keys.look_alike_keys(column_text(table, "vin")),
        "has_message": has_message,
        "billable_state": billable,
    }
    for name, column in derived.items():
        table = table.append_column(name, column)
    return table


def column_text(table: "pa.Table", name: str) -> Any:
    """A column of text as one Arrow array; all NULL where there is no such column."""
    import pyarrow as pa

    return _single(table[name]) if name in table.column_names else pa.nulls(table.num_rows, pa.string())


def _without_impossible(table: "pa.Table", end: datetime) -> "pa.Table":
    """The table with NULL for what cannot be: messages of the future, minutes that no day has, negative meters."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bounds: tuple[Any, Any]
    for name in table.column_names:
        column = table[name]
        if name == "last_message_at":
            bounds = None, pa.scalar(end + MESSAGE_MAY_BE_AHEAD, column.type)
        elif name == "online_minutes" or name.startswith(METER_PREFIX):
            bounds = 0, MOST_MINUTES if name == "online_minutes" else None
        else:
            continue
        extremes = pc.min_max(column)
        least, greatest = bounds
        if least is not None and pc.less(extremes["min"], least).as_py():
            column = pc.if_else(pc.less(column, least), None, column)
        if greatest is not None and pc.greater(extremes["max"], greatest).as_py():
            column = pc.if_else(pc.greater(column, greatest), None, column)
        table = table if column is table[name] else _with(table, name, column)
    return table


def _with(table: "pa.Table", name: str, column: Any) -> "pa.Table":
    return table.set_column(table.column_names.index(name), name, column)


def _single(column: Any) -> Any:
    import pyarrow as pa

    return pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)


def _reordered(seen: TypedTable, order: Any) -> "tuple[pa.Table, dict[str, pa.Array]]":
    """Typed columns and broken cells in another order of rows."""
    import pyarrow as pa

    if (order[1:] > order[:-1]).all():
        return seen.table, seen.unread
    from concurrent.futures import ThreadPoolExecutor

    indices = pa.array(order)
    with ThreadPoolExecutor(2) as pool:
        columns = list(pool.map(lambda column: column.take(indices), seen.table.columns))
    unread = {name: cells.take(indices) for name, cells in seen.unread.items()}
    return pa.table(dict(zip(seen.table.column_names, columns, strict=True))), unread
