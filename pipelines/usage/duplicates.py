"""Duplicates by device: which devices a day lists twice, and which vehicle loses (domain.md §3.2)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.usage.lake import Lake
from pipelines.usage.parts import Part
from pipelines.usage.repeated import repeated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DERIVED = "derived/repeated-devices"


def find_duplicates(lake: Lake, parts: Sequence[Part]) -> None:
    """The table `duplicates`: every vehicle-day that lost its device to another vehicle.

    A day that rests on one snapshot alone takes the rows with repeated devices from a small file beside the lake's
    snapshots, made when a snapshot is first counted: a snapshot never changes, so neither do they. Other days are compared anew.
    """
    import pyarrow as pa

    by_day: dict[date, list[Part]] = defaultdict(list)
    for part in parts:
        by_day[part.day.business_date].append(part)
    lake.run("new_same_device", shape=lake.shape)
    alone: dict[int, str] = {}
    for of_day in by_day.values():
        [first, *others] = of_day
        if not others and len(first.day.snapshots) == 1:
            alone[first.number] = lake.location(_derived(lake, first))
        else:
            _compare(lake, of_day)
    if alone:
        files = {"filename": pa.array(alone.values(), pa.string()), "part_no": pa.array(alone, pa.int32())}
        lake.put("repeated_files", pa.table(files))
        lake.run("load_same_device", paths=sorted(set(alone.values())))
    lake.run("duplicates")


def _compare(lake: Lake, parts: Sequence[Part]) -> None:
    """Add the day's vehicles whose device is listed more than once on any of its platforms."""
    import numpy as np
    import pyarrow as pa

    keys = [_keys(lake, part) for part in parts]
    twice = repeated(np.concatenate(keys))
    lake.put("repeated", pa.table({"device_key": twice}))
    for part, own in zip(parts, keys, strict=True):
        if len(twice) and (len(parts) == 1 or np.isin(own, twice).any()):
            lake.run("add_same_device", part_no=part.number, path=lake.location(part.path), shape=lake.shape)


def _keys(lake: Lake, part: Part) -> "NDArray[np.int64]":
    column: Any = lake.column(part.path, "device_key")
    found: NDArray[np.int64] = column.drop_null().to_numpy()
    return found


def _derived(lake: Lake, part: Part) -> str:
    """Path of the rows with repeated devices of the part's only snapshot; written now when they are not there yet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = f"{DERIVED}/{part.day.snapshots[0].digest}.parquet"
    if not lake.exists(path):
        lake.put("repeated", pa.table({"device_key": repeated(_keys(lake, part))}))
        local = lake.folder / "repeated.parquet"
        pq.write_table(lake.table("repeated_rows", path=lake.location(part.path), shape=lake.shape), local)
        lake.keep(local, path)
    return path
