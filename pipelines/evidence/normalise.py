"""From a platform's snapshot to the table that the lake keeps: typed, keyed, ordered, with its digest."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipelines.evidence import canonical, keys, tree
from pipelines.evidence.columns import Typed, typed
from pipelines.evidence.lake import ACTIVE, BLOCKED, DEACTIVATED, Metadata
from pipelines.platforms.interface import OWNERS_COLUMN, Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

OLD_AFTER = timedelta(days=300)
_STATES = {"active": ACTIVE, "deactivated": DEACTIVATED, "blocked": BLOCKED}
_OWNER_SEPARATOR = "\x1d"


@dataclass(frozen=True, slots=True)
class Identified:
    """A snapshot read and named: `seen` is in the source's order for the gate, `ordered` in the lake's."""

    snapshot: Snapshot
    seen: Typed
    digest: str
    tree: tree.Tree
    tree_digest: str
    metadata: Metadata
    ordered: "pa.Table"
    vehicle_no: Any  # numpy, int32, in the lake's order
    account_no: Any


def day_bounds(day: date, time_zone: str) -> tuple[datetime, datetime]:
    """First moment of a local day and of the next one, in UTC: 23, 24 or 25 hours apart."""
    zone = ZoneInfo(time_zone)
    first, last = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return first, last


def identify(snapshot: Snapshot) -> Identified:
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
    return Identified(
        snapshot=snapshot,
        seen=seen,
        digest=canonical.digest(snapshot.platform, snapshot.business_date, tree_digest, ordered, unread),
        tree=grown,
        tree_digest=tree_digest,
        metadata=Metadata(
            snapshot.platform, snapshot.business_date, grown.accounts, owners, snapshot.source, facts_of(seen.table, snapshot)
        ),
        ordered=ordered,
        vehicle_no=vehicle_no[order],
        account_no=account_no[order],
    )


def facts_of(table: "pa.Table", snapshot: Snapshot) -> dict[str, Any]:
    """Figures of the whole that the next snapshot is compared with: rows, messages, messages older than 300 days."""
    import pyarrow as pa
    import pyarrow.compute as pc

    facts: dict[str, Any] = {"rows": table.num_rows, "messages": 0, "old_messages": 0}
    if "last_message_at" in table.column_names:
        first, _ = day_bounds(snapshot.business_date, snapshot.time_zone)
        moments = table["last_message_at"]
        facts["messages"] = table.num_rows - moments.null_count
        facts["old_messages"] = pc.sum(pc.less(moments, pa.scalar(first - OLD_AFTER, moments.type))).as_py() or 0
    return facts


def _grow(snapshot: Snapshot, table: "pa.Table") -> tree.Tree:
    import pyarrow as pa

    listed: list[tree.Listed] = []
    if snapshot.accounts is not None:
        names = ("account_id", "parent_account_id", "name", "enabled")
        texts = []
        for name in names:
            found = snapshot.accounts[name].cast(pa.string()).to_pylist() if name in snapshot.accounts.column_names else []
            texts.append([cell.strip() or None if cell else None for cell in found] or [None] * snapshot.accounts.num_rows)
        listed = [tree.Listed(*row) for row in zip(*texts, strict=True)]
    return tree.grow(listed, _pairs(table))


def _pairs(table: "pa.Table") -> list[tuple[str, str | None]]:
    """Distinct (account, parent) of the rows; every owner counts as an account."""
    import pyarrow.compute as pc

    found: list[tuple[str, str | None]] = []
    if OWNERS_COLUMN in table.column_names:
        found += [(owner, None) for owner in pc.unique(pc.list_flatten(table[OWNERS_COLUMN])).to_pylist() if owner]
    if "account_id" not in table.column_names:
        return found
    if "parent_account_id" not in table.column_names or table["parent_account_id"].null_count == table.num_rows:
        return found + [(account, None) for account in pc.unique(table["account_id"]).to_pylist() if account]
    pairs = table.select(["account_id", "parent_account_id"]).group_by(["account_id", "parent_account_id"]).aggregate([])
    accounts, parents = pairs["account_id"].to_pylist(), pairs["parent_account_id"].to_pylist()
    return found + [(account, parent) for account, parent in zip(accounts, parents, strict=True) if account]


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


def arrange(made: Identified) -> "pa.Table":
    """The table that the lake keeps: the source's columns, and what follows from them (see `pipelines.evidence.lake`)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    snapshot, table = made.snapshot, made.ordered
    if OWNERS_COLUMN in table.column_names:
        table = table.drop_columns([OWNERS_COLUMN])
    known = set(table.column_names)

    def text(name: str) -> Any:
        return _single(table[name]) if name in known else pa.nulls(table.num_rows, pa.string())

    if "last_message_at" in known:
        moments = _single(table["last_message_at"])
        first, end = (pa.scalar(moment, moments.type) for moment in day_bounds(snapshot.business_date, snapshot.time_zone))
        has_message = pc.fill_null(pc.and_(pc.greater_equal(moments, first), pc.less(moments, end)), fill_value=False)
        at = table.column_names.index("last_message_at")
        table = table.set_column(at, "last_message_at", moments.cast(pa.timestamp("us")))
    else:
        has_message = pa.nulls(table.num_rows, pa.bool_())
    states = pc.index_in(text("state"), pa.array(list(_STATES)))
    billable = pc.fill_null(pc.take(pa.array(list(_STATES.values()), pa.uint8()), states), fill_value=pa.scalar(DEACTIVATED, pa.uint8()))
    derived = {
        "vehicle_no": pa.array(made.vehicle_no),
        "account_no": pa.array(made.account_no),
        "device_key": keys.device_keys(text("hw_id")),
        "plate_key": keys.look_alike_keys(text("plate")),
        "vin_key": keys.look_alike_keys(text("vin")),
        "has_message": has_message,
        "billable_state": billable,
    }
    for name, column in derived.items():
        table = table.append_column(name, column)
    return table


def _single(column: Any) -> Any:
    import pyarrow as pa

    return pa.concat_arrays(column.chunks) if column.num_chunks != 1 else column.chunk(0)


def _reordered(seen: Typed, order: Any) -> "tuple[pa.Table, dict[str, pa.Array]]":
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
