"""Vehicles that are billed because they are connected, and that sent nothing on a day (domain.md §3.3, §10)."""

from collections.abc import Iterator

from pipelines.findings.store import Occurrence
from pipelines.usage.counting import CountedMonth
from pipelines.usage.gaps import lacks_used
from pipelines.usage.lake_sql import Lake

SILENT_BILLED = "silent_billed"


def silent_billed(lake: Lake, counted: CountedMonth) -> Iterator[Occurrence]:
    """A finding for each contract, platform and day with such vehicles; their number is its vehicle-days.

    Only where the source says what was used at all: without that nobody knows who was silent.
    """
    for row in lake.table("connected_silent").to_pylist():
        day = counted.owned_days[row["platform_day_no"]]
        if lacks_used(day.columns):
            continue
        contract_no = counted.sources.contracts[row["contract_index"]].contract_no
        parameters = {"platform": day.platform, "vehicles": row["vehicles"]}
        subject = f"{contract_no}/{day.platform}"
        yield Occurrence(SILENT_BILLED, subject, day.business_date, contract_no, parameters, day.platform, row["vehicles"])
