"""Suspected duplicates: the same plate or VIN, or nearly the same device number; billed, and a finding (domain.md §3.2)."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pipelines.evidence.keys import IMEI_DIGITS, imei_of_serial, look_alike_serials
from pipelines.usage.counting import CountedMonth
from pipelines.usage.duplicates import by_date, device_keys_of, repeated
from pipelines.usage.lake_sql import Lake
from pipelines.usage.platform_days import OwnedDay

if TYPE_CHECKING:
    import pyarrow as pa


def find_suspected(lake: Lake, counted: CountedMonth) -> None:
    """The table `suspected`: vehicle-days that share a plate or a VIN and are no duplicates by device.

    Likewise a serial of fifteen digits that differs from another vehicle's IMEI in its last digit alone. The day's texts
    are compared by hash first, so that only what repeats is read as text.
    """
    lake.run("new_look_alikes")
    placeholders = _placeholders(lake)
    for date, days in by_date(counted.owned_days).items():
        _add_look_alikes(lake, days, placeholders[date.day])
    lake.run("suspected")


def _placeholders(lake: Lake) -> dict[int, list[int]]:
    """Day of the month → devices that are placeholders on it."""
    rows = lake.table("placeholder_keys").to_pydict()
    keys: dict[int, list[int]] = defaultdict(list)
    for day_no, key in zip(rows["day_no"], rows["device_key"], strict=True):
        keys[day_no].append(key)
    return keys


def _add_look_alikes(lake: Lake, days: list[OwnedDay], placeholders: list[int]) -> None:
    """Add the date's vehicles that may share something with another; the files are read again only where anything repeats."""
    import numpy as np
    import pyarrow as pa

    hashes: list[dict[str, Any]] = [lake.query("plate_hashes", path=lake.location(day.path)).fetchnumpy() for day in days]
    shared = {"near_devices": _near_devices(lake, days, placeholders)}
    for what in ("plate", "vin"):
        known = np.concatenate([np.asarray(each[what])[np.asarray(each[f"has_{what}"])] for each in hashes])
        shared[f"repeated_{what}s"] = pa.table({"hash": repeated(known)})
    if not any(table.num_rows for table in shared.values()):
        return
    for name, table in shared.items():
        lake.put(name, table)
    for day in days:
        lake.run("add_look_alikes", platform_day_no=day.number, path=lake.location(day.path))


def _near_devices(lake: Lake, days: list[OwnedDay], placeholders: list[int]) -> "pa.Table":
    """Device keys of the date that share fourteen digits, an IMEI and serials, with these digits."""
    import numpy as np
    import pyarrow as pa

    keys = np.concatenate([device_keys_of(lake, day).drop_null().to_numpy() for day in days])
    serials = np.setdiff1d(look_alike_serials(keys), np.array(placeholders, np.int64))
    imeis = imei_of_serial(serials)
    pairs = np.concatenate([serials, np.unique(imeis)])
    digits = [f"{imei:0{IMEI_DIGITS}}" for imei in [*imeis.tolist(), *np.unique(imeis).tolist()]]
    return pa.table({"device_key": pa.array(pairs, pa.int64()), "device_digits": pa.array(digits, pa.string())})
