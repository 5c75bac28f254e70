"""Suspected duplicates: the same plate or VIN under different devices; billed, and a finding (domain.md §3.2)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from pipelines.findings.store import Occurrence
from pipelines.usage.counting import Counted
from pipelines.usage.lake import Lake
from pipelines.usage.parts import Part
from pipelines.usage.repeated import repeated

WORDS = {"plate": "тот же номер", "vin": "тот же VIN"}


def suspected_duplicates(lake: Lake, found: Counted) -> Iterator[Occurrence]:
    """A finding for each of the vehicles that share a plate or a VIN on a day and are not duplicates by device.

    The day's texts are compared by hash first, so that only what repeats is read as text.
    """
    by_day: dict[date, list[Part]] = defaultdict(list)
    for part in found.parts:
        by_day[part.day.business_date].append(part)
    lake.run("new_look_alikes")
    for parts in by_day.values():
        _look(lake, parts)
    rows: dict[tuple[int, str], list[str]] = defaultdict(list)
    owners: dict[tuple[int, str], str | None] = {}
    for row in lake.table("suspected").to_pylist():
        key = (row["day_no"], row["subject"])
        others = ", ".join(name for name in row["subjects"] if name != row["subject"])
        rows[key].append(f"{WORDS[row['what']]} {row['text']} у {others}")
        owners[key] = found.parts[row["part_no"]].owners[row["account_no"]].contract_no
    month = found.resolver.sources.month
    for (day, subject), words in rows.items():
        yield Occurrence("suspected_duplicate", subject, month.first.replace(day=day), owners[day, subject], "; ".join(words))


def _look(lake: Lake, parts: list[Part]) -> None:
    import numpy as np
    import pyarrow as pa

    read: list[dict[str, Any]] = [lake.query("plate_hashes", path=lake.location(part.path)).fetchnumpy() for part in parts]
    for what in ("plate", "vin"):
        hashes = np.concatenate([np.asarray(each[what])[np.asarray(each[f"has_{what}"])] for each in read])
        lake.put(f"repeated_{what}s", pa.table({"hash": repeated(hashes)}))
    for part in parts:
        lake.run("add_look_alikes", part_no=part.number, path=lake.location(part.path))
