"""Vehicles that came and went between two snapshots: no day's count but their own has seen them (domain.md §10)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake_sql import BATCH, Lake

if TYPE_CHECKING:
    import pyarrow as pa

CAME_AND_WENT = "came_and_went"


def came_and_went(lake: Lake, counted: CountedMonth) -> "Iterator[pa.RecordBatch]":
    """Batches of `FindingRun`: each vehicle that an earlier snapshot of a day lists, and neither its last one nor the covered day before.

    They are counted on that day like all others: a day takes each vehicle from the latest snapshot that lists it. On two days running
    nobody can be one. Needs the table `contract_names` of the pass.
    """
    first, before = counted.sources.month.first, dict[str, str]()
    for day in counted.owned_days:
        snapshots = day.platform_day.snapshots
        if len(snapshots) > 1 and not day.platform_day.is_carried:
            paths = {"path": lake.location(day.path), "last": lake.location(snapshots[-1].path), "shape": lake.shape}
            binds = {"platform_day_no": day.number, "first": first, "snapshots": len(snapshots)}
            rows = lake.query("came_and_went", **paths, **binds, before=before.get(day.platform, lake.shape))
            yield from rows.to_arrow_reader(BATCH)
        before[day.platform] = lake.location(day.path)
