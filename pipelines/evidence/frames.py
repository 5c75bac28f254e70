"""What the gate looks at: three frames made from a snapshot, narrow because Great Expectations reads every cell of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.evidence.normalise import Identified, day_bounds
from pipelines.platforms.interface import METER_PREFIX

if TYPE_CHECKING:
    import pandas as pd

_MICROSECONDS_OF_A_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Before:
    """The latest landed day before a snapshot's day: its vehicles, messages, and messages older than 300 days."""

    rows: int
    messages: int
    old_messages: int


def vehicles(made: Identified) -> "pd.DataFrame":
    """One row per listed vehicle, in the source's order; absent columns of the source are absent here.

    ``message_age_days``: days from the last message to the end of the business date in the platform's time zone.
    ``COLUMN_unread``: the cell as written where it could not be read as what the column holds; only where there are such.
    """
    import pandas as pd
    import pyarrow as pa

    table, unread = made.seen.table, made.seen.unread
    columns: dict[str, Any] = {"vehicle_id": table["vehicle_id"].to_pandas()}
    columns["state"] = table["state"].combine_chunks().dictionary_encode().to_pandas()
    for name in table.column_names:
        if name == "last_message_at":
            _, end = day_bounds(made.snapshot.business_date, made.snapshot.time_zone)
            moments = table[name].cast(pa.int64()).to_numpy()
            columns["message_age_days"] = (int(end.timestamp() * 1_000_000) - moments) / _MICROSECONDS_OF_A_DAY
        elif name == "online_minutes" or name.startswith(METER_PREFIX):
            columns[name] = table[name].cast(pa.float64()).to_numpy()
    columns |= {f"{name}_unread": cells.to_pandas() for name, cells in unread.items()}
    return pd.DataFrame(columns, copy=False)


def facts(made: Identified, before: Before | None) -> "pd.DataFrame":
    """One row: the snapshot as a whole against what the platform announced and against the landed day before."""
    import pandas as pd

    rows, snapshot = made.seen.table.num_rows, made.snapshot
    earlier = before.rows if before else 0
    return pd.DataFrame(
        {
            "missing_rows": [max(0, (snapshot.announced or 0) - rows)],
            "is_emptied": [int(earlier > 0 and rows == 0)],
            "drop_share": [max(0, earlier - rows) / earlier if earlier and rows else 0.0],
            "growth_share": [max(0, rows - earlier) / earlier if earlier else 0.0],
            "old_share_gained": [_old_share(made.metadata.facts) - (before.old_messages / max(1, before.messages) if before else 0.0)],
            "ignored_columns": [len(snapshot.ignored)],
        }
    )


def accounts(made: Identified) -> "pd.DataFrame":
    """One row per account of the list and of the rows."""
    import pandas as pd

    looked = made.tree.looked
    columns = {
        "account_id": pd.Series([each.account_id for each in looked], dtype="object"),
        "parents": pd.Series([each.parents for each in looked], dtype="int64"),
        "parent_known": pd.Series([each.parent_known for each in looked], dtype="int64"),
        "in_cycle": pd.Series([each.in_cycle for each in looked], dtype="int64"),
    }
    if any(each.enabled_unread is not None for each in looked):
        columns["enabled_unread"] = pd.Series([each.enabled_unread for each in looked], dtype="object")
    return pd.DataFrame(columns)


def _old_share(facts: dict[str, Any]) -> float:
    return float(facts["old_messages"] / max(1, facts["messages"]))
