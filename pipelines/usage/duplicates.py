"""Duplicates by device: which devices a day lists twice, and which vehicle loses (domain.md §3.2)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.evidence.keys import DEVICE_RULE, PLACEHOLDER_VEHICLES, device_texts
from pipelines.usage.lake_sql import Lake
from pipelines.usage.platform_days import OwnedDay

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

ROWS_AT_ONCE = 2_000_000
"""Vehicle-days with a repeated device that are ranked in one statement, and a date at least."""
DERIVED = f"derived/repeated-devices-{DEVICE_RULE}"


def find_duplicates(lake: Lake, days: Sequence[OwnedDay], *, narrow: bool = False) -> None:
    """The table `duplicates`: every vehicle-day that lost its device to another vehicle.

    Also `placeholder_texts`, what names no device because too many vehicles share it, and `placeholder_vehicles`, who bears it. A day
    that rests on one snapshot alone takes the rows with repeated devices from a small file beside the lake's snapshots, made when a
    snapshot is first counted: a snapshot never changes, so neither do they. Dates are looked at together as long as these rows are few.
    ``narrow``: only devices of the owner sets in the table `counted_sets`.
    """
    for name in ("new_same_device", "new_duplicates"):
        lake.run(name, shape=lake.shape)
    for name in ("new_placeholder_texts", "new_placeholder_vehicles"):
        lake.run(name)
    derived: dict[int, str] = {}
    rows = 0
    for of_date in by_date(days).values():
        [first, *others] = of_date
        if not others and len(first.platform_day.snapshots) == 1:
            path = _derived(lake, first)
            derived[first.number] = lake.location(path)
            rows += lake.row_count(path)
        else:
            rows += _compare(lake, of_date)
        if rows > ROWS_AT_ONCE:
            _decide(lake, derived, narrow=narrow)
            derived, rows = {}, 0
    _decide(lake, derived, narrow=narrow)


def _decide(lake: Lake, derived: dict[int, str], *, narrow: bool) -> None:
    """Who wins each device of the dates in `same_device` and in these files, by number of the platform-day; `same_device` is empty then."""
    import pyarrow as pa

    if derived:
        files = {"filename": pa.array(derived.values(), pa.string()), "platform_day_no": pa.array(derived, pa.int32())}
        lake.put("repeated_files", pa.table(files))
        lake.run("load_same_device", paths=sorted(set(derived.values())))
    if narrow:
        lake.run("narrow_same_device")
    lake.run("placeholder_texts", vehicles=PLACEHOLDER_VEHICLES)
    lake.run("placeholder_vehicles")
    lake.run("duplicates")
    lake.run("new_same_device", shape=lake.shape)


def by_date(days: Sequence[OwnedDay]) -> dict[date, list[OwnedDay]]:
    """The platform-days of each date, in their order."""
    days_of_date: dict[date, list[OwnedDay]] = defaultdict(list)
    for day in days:
        days_of_date[day.business_date].append(day)
    return days_of_date


def repeated(numbers: "NDArray[Any]") -> "NDArray[Any]":
    """The numbers that occur at least twice, each once, ascending."""
    import numpy as np

    ordered = np.sort(numbers)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    is_first = np.ones(len(again), bool)
    is_first[1:] = again[1:] != again[:-1]
    firsts: NDArray[Any] = again[is_first]
    return firsts


def device_keys_of(lake: Lake, day: OwnedDay) -> Any:
    """Device key of every row of a platform-day's file, in its order (Arrow int64; NULL: unknown)."""
    return lake.column(day.path, "device_key")


def _compare(lake: Lake, days: Sequence[OwnedDay]) -> int:
    """Add the date's vehicles whose device is listed more than once on any of its platforms; their number."""
    import numpy as np

    keys = [device_keys_of(lake, day) for day in days]
    shared = repeated(np.concatenate([column.drop_null().to_numpy() for column in keys]))
    if not len(shared):
        return 0
    number = 0
    for day, own in zip(days, keys, strict=True):
        rows = _repeated_rows(lake, day, own, shared)
        if rows is not None:
            lake.put("rows_of_day", rows)
            lake.run("add_same_device", platform_day_no=day.number)
            number += rows.num_rows
    return number


def _repeated_rows(lake: Lake, day: OwnedDay, keys: Any, shared: "NDArray[np.int64]") -> "pa.Table | None":
    """The day's vehicles with one of the shared devices, or None."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pa.array(np.flatnonzero(pc.is_in(keys, pa.array(shared)).to_numpy(zero_copy_only=False)))
    if not len(places):
        return None
    own = keys.take(places)
    texts = pa.array([""] * len(places))
    if pc.min(own).as_py() < 0:
        written = lake.column(day.path, "hw_id").take(places).combine_chunks()
        texts = pc.if_else(pc.less(own.combine_chunks(), 0), device_texts(written), "")
    numbers = lake.column(day.path, "vehicle_no").take(places)
    lake.put("repeated_vehicles", pa.table({"vehicle_no": numbers, "device_key": own, "device_text": texts}))
    return lake.table("repeated_rows", path=lake.location(day.path), shape=lake.shape)


def _derived(lake: Lake, day: OwnedDay) -> str:
    """Path of the rows with repeated devices of the day's only snapshot; written now when they are not there yet."""
    import pyarrow.parquet as pq

    path = f"{DERIVED}/{day.platform_day.snapshots[0].digest}.parquet"
    if not lake.has_derived(path):
        keys = device_keys_of(lake, day)
        rows = _repeated_rows(lake, day, keys, repeated(keys.drop_null().to_numpy()))
        local = lake.folder / "repeated.parquet"
        pq.write_table(_no_rows(lake) if rows is None else rows, local, write_page_checksum=True)
        lake.keep(local, path)
    return path


def _no_rows(lake: Lake) -> "pa.Table":
    return lake.table("no_repeated_rows")
