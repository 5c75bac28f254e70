"""What the gate looks at: for each suite the columns that its expectations name, made from a snapshot."""

from typing import TYPE_CHECKING, Any

from pipelines.clock import local_date
from pipelines.evidence import keys
from pipelines.evidence.lake import Metadata
from pipelines.evidence.normalise import MESSAGE_MAY_BE_AHEAD, IdentifiedSnapshot, column_text, day_bounds
from pipelines.platforms.interface import METER_PREFIX

if TYPE_CHECKING:
    import pyarrow as pa

Columns = dict[str, "pa.Array"]

_DAY = 86_400_000_000  # microseconds
_MANY_MESSAGES = 20  # of a day's own: fewer may well be none the next day
_FEWEST_LOSERS = 2  # one duplicate is a duplicate, however short the list


def vehicles(made: IdentifiedSnapshot) -> Columns:
    """One row per listed vehicle, in the source's order; absent columns of the source are absent here.

    ``message_age_days``: days from the last message to the end of the business date in the platform's time zone;
    ``kept_message_age_days``: the same of messages that are not set aside. ``COLUMN_unread``: the cell as written where it could
    not be read as what the column holds; only where there are such.
    """
    table = made.seen.table
    columns: Columns = {name: table[name].combine_chunks() for name in ("vehicle_id", "state")}
    if "last_message_at" in table.column_names:
        columns |= _ages(made)
    for name in table.column_names:
        if name == "online_minutes" or name.startswith(METER_PREFIX):
            columns[name] = table[name].combine_chunks()
    return columns | {f"{name}_unread": cells for name, cells in made.seen.unread.items()}


def facts(made: IdentifiedSnapshot) -> Columns:
    """One row: the snapshot as a whole, against what the platform announced and the day on which it was taken."""
    rows, snapshot = made.seen.table.num_rows, made.snapshot
    taken_on = local_date(snapshot.taken_at, snapshot.time_zone)
    return _row(
        missing_rows=max(0, (snapshot.announced or 0) - rows),
        future_days=max(0, (snapshot.business_date - taken_on).days),
        duplicate_share=_duplicate_share(made),
        ignored_columns=len(snapshot.ignored),
    )


def accounts(made: IdentifiedSnapshot) -> Columns:
    """One row per account of the list and of the rows."""
    import pyarrow as pa

    looked = made.tree.looked
    columns = {
        "account_id": pa.array([each.account_id for each in looked], pa.string()),
        "parents": pa.array([each.parents for each in looked], pa.int64()),
        "parent_known": pa.array([each.parent_known for each in looked], pa.int64()),
        "in_cycle": pa.array([each.in_cycle for each in looked], pa.int64()),
    }
    for name in ("enabled_unread", "account_id_unread", "parent_account_id_unread"):
        columns[name] = pa.array([getattr(each, name) for each in looked], pa.string())
    return columns


def neighbours(mine: Metadata, before: Metadata | None, *, near_in_time: bool, foreign_share: float, renamed_share: float = 0.0) -> Columns:
    """One row: the snapshot against the platform's latest landed day before, and against the lists of other platforms.

    Shares of vehicles and messages are compared only with a day that is ``near_in_time``; a tree with any.
    """
    rows = mine.facts["rows"]
    compared = before if near_in_time else None
    earlier = compared.facts["rows"] if compared else 0
    return _row(
        is_emptied=int(earlier > 0 and rows == 0),
        drop_share=max(0, earlier - rows) / earlier if earlier and rows else 0.0,
        growth_share=max(0, rows - earlier) / earlier if earlier else 0.0,
        old_share_gained=_old_share(mine) - (_old_share(compared) if compared else 0.0),
        tree_lost=int(is_tree_lost(mine, before)),
        foreign_share=foreign_share,
        renamed_share=renamed_share,
        is_stale=int(compared is not None and _is_stale(mine, compared)),
    )


def branches(mine: Metadata, before: Metadata | None) -> Columns:
    """One row per account that holds vehicles, itself or below it, and had a parent the day before: the parent, if it is lost."""
    import pyarrow as pa

    parents = {account[0]: account[1] for account in mine.accounts}
    rows: list[tuple[str, str | None]] = []
    if before is not None and not is_tree_lost(mine, before):
        was = {account[0]: account[1] for account in before.accounts}
        held = sorted(account for account in _holding(mine, parents) if was.get(account))
        rows = [(account, None if parents.get(account) else was[account]) for account in held]
    return {
        "account_id": pa.array([account for account, _ in rows], pa.string()),
        "parent_lost": pa.array([lost for _, lost in rows], pa.string()),
    }


def is_tree_lost(mine: Metadata, before: Metadata | None) -> bool:
    """Whether no account has a parent, though some had one the day before, and there are vehicles in accounts."""
    if before is None or any(account[1] for account in mine.accounts) or not any(mine.owners):
        return False
    return any(account[1] for account in before.accounts)


def _ages(made: IdentifiedSnapshot) -> Columns:
    import pyarrow as pa
    import pyarrow.compute as pc

    _, end = day_bounds(made.snapshot.business_date, made.snapshot.time_zone)
    moments = made.seen.table["last_message_at"].combine_chunks().cast(pa.int64())
    ages = pc.divide(pc.subtract(int(end.timestamp() * 1_000_000), moments).cast(pa.float64(), safe=False), float(_DAY))
    earliest = -MESSAGE_MAY_BE_AHEAD.total_seconds() * 1_000_000 / _DAY
    youngest = pc.min(ages).as_py()
    kept = ages if youngest is None or youngest >= earliest else pc.if_else(pc.less(ages, earliest), None, ages)
    return {"message_age_days": ages, "kept_message_age_days": kept}


def _duplicate_share(made: IdentifiedSnapshot) -> float:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = made.ordered
    if not table.num_rows or "hw_id" not in table.column_names:
        return 0.0
    is_clone = table["is_clone"].combine_chunks() if "is_clone" in table.column_names else pa.nulls(table.num_rows, pa.bool_())
    losers = keys.duplicate_losers(made.device_keys, pc.equal(column_text(table, "state"), "active"), is_clone)
    return losers / table.num_rows if losers >= _FEWEST_LOSERS else 0.0


def _holding(mine: Metadata, parents: dict[str, str | None]) -> set[str]:
    """The accounts that hold vehicles, and all accounts above them."""
    holding: set[str] = set()
    for owners in mine.owners:
        for owner in owners:
            account: str | None = owner
            while account and account not in holding:
                holding.add(account)
                account = parents.get(account)
    return holding


def _old_share(of: Metadata) -> float:
    return float(of.facts["old_messages"] / max(1, of.facts["messages"]))


def _is_stale(mine: Metadata, before: Metadata) -> bool:
    """Whether no message is of the day, though the day before had many of its own: an answer that was kept from yesterday?"""
    name = "messages_of_the_day"
    return mine.facts.get(name) == 0 and before.facts.get(name, 0) >= _MANY_MESSAGES


def _row(**values: Any) -> Columns:
    import pyarrow as pa

    return {name: pa.array([value]) for name, value in values.items()}
