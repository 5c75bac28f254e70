"""Vehicles that came and went between two snapshots: no day's count but their own has seen them (domain.md §10)."""

from collections.abc import Iterator

from pipelines.findings.store import Occurrence
from pipelines.usage.counting import CountedMonth
from pipelines.usage.lake_sql import Lake

CAME_AND_WENT = "came_and_went"


def came_and_went(lake: Lake, counted: CountedMonth) -> Iterator[Occurrence]:
    """A finding for each vehicle that an earlier snapshot of a day lists, and neither its last one nor the covered day before.

    They are counted on that day like all others: a day takes each vehicle from the latest snapshot that lists it.
    """
    before: dict[str, str] = {}
    for day in counted.owned_days:
        snapshots = day.platform_day.snapshots
        if len(snapshots) > 1 and not day.platform_day.is_carried:
            paths = {"path": lake.location(day.path), "last": lake.location(snapshots[-1].path)}
            rows = lake.table("came_and_went", **paths, before=before.get(day.platform, lake.shape)).to_pylist()
            for row in rows:
                parameters = {"plate": row["plate"], "snapshots": len(snapshots)}
                subject, contract_no = f"{day.platform}/{row['vehicle_id']}", day.owners[row["account_no"]].contract_no
                yield Occurrence(CAME_AND_WENT, subject, day.business_date, contract_no, parameters, day.platform)
        before[day.platform] = lake.location(day.path)
