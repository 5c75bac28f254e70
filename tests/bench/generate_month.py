"""A month of a large platform for the benchmarks: day files as the `files` connector reads them, and the master rows to match.

    python tests/bench/generate_month.py OUT [--month 2026-01] [--vehicles 1000000] [--contracts 20000] [--days N] [--format parquet]
        [--hostile duplicates|orphans|chain|columns]

Fleets are sized as real ones: nine in ten under 90 vehicles, the largest tenth hold 65 %. Of the vehicles 0.2 % are orphans,
1 % deactivated, 2 % come or go inside the month, and 0.1 % share a tracker with another (half of them as a clone). Writes
OUT/master/*.csv, OUT/snapshots/big/DAY.parquet (or .csv) and accounts.csv, and OUT/truth.parquet: contract_no, date, fleet_size,
counted here with numpy alone. The same call gives the same rows.

--hostile makes a month that no fleet is like, and no truth for it: `duplicates`: ten vehicles share each tracker; `orphans`: no account
is mapped to a contract; `chain`: every account lies below the one before it, CHAIN of them, and the first alone is mapped; `columns`:
the files have UNKNOWN columns of text that nobody knows.
"""

import argparse
import csv
import sys
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sample"))

from company.identity import account, inn_legal
from company.master import BANK, BIC, COLUMNS, CORR_ACCOUNT

PLATFORM = "big"
ORPHANS, DEACTIVATED, PASSING, DUPLICATES = 0.002, 0.01, 0.02, 0.001
HOSTILE = ("duplicates", "orphans", "chain", "columns")
SHARERS, CHAIN, UNKNOWN = 10, 100_000, 100
TARIFFS = {"UNIT": "unit", "VOLUME": "volume", "PACK": "package"}
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Vehicles by index: what does not change. ``owner`` −1: an orphan; ``rival``: the vehicle with the same tracker, or −1."""

    owner: Array
    deactivated: Array
    first: Array
    last: Array
    rival: Array
    clone: Array
    fixed: dict[str, pa.Array]


def fleet_sizes(vehicles: int, contracts: int, random: np.random.Generator) -> Array:
    """Sizes that sum to ``vehicles``: the largest tenth of the contracts holds 65 % of them, the others stay under 90 (mean 50)."""
    large = max(contracts // 10, 1)
    small = contracts - large
    ranks = (np.arange(small) + 0.5) / max(small, 1)
    shape = np.minimum(np.exp(1.0 * _normal_quantile(ranks)), 4.5)
    below = np.maximum(shape / max(shape.mean(), 1e-9) * (0.35 * vehicles / max(small, 1)), 1)
    above = (1 - (np.arange(large) + 0.5) / large) ** (-1 / 1.4)
    sizes = np.concatenate([below, above / above.sum() * 0.65 * vehicles]).astype(np.int64)
    sizes[-1] += vehicles - sizes.sum()
    if sizes[-1] < 1:
        raise ValueError(f"{vehicles} vehicles are too few for {contracts} contracts")
    return random.permutation(sizes)


def write_month(
    out: Path, month: str, vehicles: int, contracts: int, days: int | None = None, form: str = "parquet", hostile: str | None = None
) -> list[float]:
    """Write everything under ``out``; returns the seconds per day file. ``hostile``: one of HOSTILE, without truth."""
    random = np.random.default_rng(20260101)
    first_day = date.fromisoformat(f"{month}-01")
    days = min(days or 31, monthrange(first_day.year, first_day.month)[1])
    fleet = _fleet(vehicles, contracts, days, random)
    accounts = [(_account(one), "", f"Fleet {one}", "1") for one in range(contracts)]
    mapped = [(one, one) for one in range(contracts)]
    if hostile:
        accounts, mapped = _make_hostile(fleet, hostile, accounts, mapped)
    write_master(out / "master", contracts, mapped)
    folder = out / "snapshots" / PLATFORM
    folder.mkdir(parents=True, exist_ok=True)
    _write_rows(folder / "accounts.csv", "account_id parent_account_id name enabled", accounts)
    moments: list[str] = []
    spoke = np.full(vehicles, -1, dtype=np.int32)
    truth, seconds = [], []
    for index in range(days):
        started = perf_counter()
        day = first_day + timedelta(days=index)
        listed = (fleet.first <= index) & (index <= fleet.last)
        drives = listed & (random.random(vehicles, dtype=np.float32) < (0.85 if day.weekday() < 5 else 0.5))
        spoke = np.where(drives, len(moments) + random.integers(0, 1020, vehicles, dtype=np.int32), spoke).astype(np.int32)
        moments.extend(f"{day}T{6 + minute // 60:02}:{minute % 60:02}:00+03:00" for minute in range(1020))
        minutes = np.where(drives, random.integers(10, 700, vehicles, dtype=np.int32), 0).astype(np.int32)
        _write_day(folder / f"{day}.{form}", fleet, listed, (spoke, moments), minutes)
        if not hostile:
            truth.append(_truth(day, fleet, listed & drives, listed, spoke, contracts))
        seconds.append(perf_counter() - started)
    if truth:
        pa.parquet.write_table(pa.concat_tables(truth), out / "truth.parquet")
    return seconds


def _make_hostile(fleet: Fleet, kind: str, accounts: list[Any], mapped: list[Any]) -> tuple[list[Any], list[Any]]:
    """Change the columns of a fleet in place; its accounts, and which of them belong to which contract."""
    vehicles = len(fleet.owner)
    if kind == "duplicates":
        fleet.fixed["hw_id"] = _imei(np.arange(vehicles) // SHARERS)
    elif kind == "orphans":
        mapped = []
    elif kind == "chain":
        accounts = [(_account(one), _account(one - 1) if one else "", f"Link {one}", "1") for one in range(CHAIN)]
        places = pa.array((np.arange(vehicles) % CHAIN).astype(np.int32))
        fleet.fixed["account_id"] = pa.DictionaryArray.from_arrays(places, pa.array([_account(one) for one in range(CHAIN)]))
        mapped = [(0, 0)]
    elif kind == "columns":
        words = pa.array([f"word {one}" for one in range(16)])
        for number in range(UNKNOWN):
            places = pa.array((np.arange(vehicles) * (2 * number + 1) // 7 % 16).astype(np.int8))
            fleet.fixed[f"unknown_{number}"] = pa.DictionaryArray.from_arrays(places, words)
    return accounts, mapped


def _fleet(vehicles: int, contracts: int, days: int, random: np.random.Generator) -> Fleet:
    owner = np.repeat(np.arange(contracts, dtype=np.int32), fleet_sizes(vehicles, contracts, random))
    orphan = random.random(vehicles) < ORPHANS
    deactivated = random.random(vehicles) < DEACTIVATED
    passing = random.random(vehicles) < PASSING
    comes, goes = random.integers(0, days, vehicles), random.integers(0, days, vehicles)
    first, last = np.where(passing & (comes <= goes), comes, 0), np.where(passing & (comes <= goes), goes, days - 1)
    device, rival, clone = np.arange(vehicles), np.full(vehicles, -1), np.zeros(vehicles, dtype=np.int8)
    pairs = random.permutation(vehicles)[: 2 * int(vehicles * DUPLICATES)].reshape(2, -1)
    original, other = pairs[0], pairs[1]
    device[other], rival[other], rival[original] = device[original], original, other
    clone[other[: len(other) // 2]] = 1
    for twin in pairs:  # whole month, active and owned, so that the winner is plain
        orphan[twin], deactivated[twin], first[twin], last[twin] = False, False, 0, days - 1
    owner[orphan] = -1
    fixed = {
        "vehicle_id": _texts("v", np.arange(vehicles), 8),
        "account_id": pa.DictionaryArray.from_arrays(pa.array(owner + 1), pa.array(["", *map(_account, range(contracts))])),
        "plate": _plates(vehicles),
        "hw_id": _imei(device),
        "state": pa.DictionaryArray.from_arrays(pa.array(deactivated.astype(np.int8)), pa.array(["active", "deactivated"])),
        "is_clone": pa.array(clone),
    }
    return Fleet(owner, deactivated, first, last, rival, clone, fixed)


def _write_day(path: Path, fleet: Fleet, listed: Array, messages: tuple[Array, list[str]], minutes: Array) -> None:
    spoke, moments = messages
    indices = pa.array(np.maximum(spoke, 0), mask=spoke < 0)
    fixed = fleet.fixed
    table = pa.table(
        {
            **{name: fixed[name] for name in ("vehicle_id", "account_id", "plate", "hw_id", "state")},
            "last_message_at": pa.DictionaryArray.from_arrays(indices, pa.array(moments)),
            "online_minutes": pa.array(minutes),
            "is_clone": fixed["is_clone"],
            **{name: column for name, column in fixed.items() if name.startswith("unknown_")},
        }
    ).filter(pa.array(listed))
    if path.suffix == ".parquet":
        pa.parquet.write_table(table, path, compression="snappy", use_dictionary=["account_id", "state", "last_message_at"])
        return
    plain = pa.schema([field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.schema])
    pa.csv.write_csv(table.cast(plain), path, pa.csv.WriteOptions(quoting_style="none"))


def _truth(day: date, fleet: Fleet, drove: Array, listed: Array, spoke: Array, contracts: int) -> pa.Table:
    """Fleet sizes of the day: who drove, is active and owned, and does not lose its tracker to a rival listed that day."""
    twins = np.flatnonzero((fleet.rival >= 0) & listed)
    rivals = fleet.rival[twins]
    behind = np.where(
        fleet.clone[twins] != fleet.clone[rivals],
        fleet.clone[twins] > fleet.clone[rivals],
        (spoke[twins] < spoke[rivals]) | ((spoke[twins] == spoke[rivals]) & (twins > rivals)),
    )
    counts = drove & ~fleet.deactivated & (fleet.owner >= 0)
    counts[twins[behind & listed[rivals]]] = False
    sizes = np.bincount(fleet.owner[counts], minlength=contracts)
    names = pa.array([f"B-{one:06}" for one in range(contracts)])
    return pa.table({"contract_no": names, "date": pa.array([day] * contracts), "fleet_size": pa.array(sizes)})


def write_master(folder: Path, contracts: int, mapped: list[tuple[int, int]]) -> None:
    """One organization, a client and a contract per fleet, three tariffs, half by average; ``mapped``: account and contract numbers."""
    since, codes = "2025-01-01", list(TARIFFS)
    inn = inn_legal("77", 10004)
    seller = ("BIG", "ООО «Большой Парк»", "", inn, f"{inn[:4]}01001", "", account("40702810?00000040026", BIC), BANK, BIC, CORR_ACCOUNT)
    inns = [inn_legal(f"{10 + one // 90_000:02}", one % 90_000) for one in range(contracts)]
    empty = [""] * 4
    sheets: dict[str, Any] = {
        "organizations": [(*seller, "", "", "general", "2020-01-01", "БП", "", "Europe/Moscow", "")],
        "clients": [
            (f"K{one:06}", f"Парк {one}", "", inns[one], f"{inns[one][:4]}01001", "legal", "", *empty, "no") for one in range(contracts)
        ],
        "contracts": [(f"B-{one:06}", f"K{one:06}", "BIG", since, since, "") for one in range(contracts)],
        "terms": [
            (f"B-{one:06}", since, codes[one % 3], "used", "peak" if one % 2 else "average", "", "", "", "10") for one in range(contracts)
        ],
        "tariffs": [(code, since, code, "RUB", "no") for code in codes],
        "components": [
            ("UNIT", since, "1", "Мониторинг", "vehicles", "", "unit", "300.00", ""),
            ("VOLUME", since, "1", "Мониторинг", "vehicles", "", "volume", "", ""),
            ("VOLUME", since, "2", "Абонентская плата", "fixed", "", "unit", "500.00", ""),
            ("PACK", since, "1", "Пакеты", "vehicles", "", "package", "2500.00", "10"),
        ],
        "tiers": [("VOLUME", since, "1", up_to, price) for up_to, price in (("20", "350.00"), ("100", "300.00"), ("", "250.00"))],
        "platforms": [(PLATFORM, "files", f"snapshots/{PLATFORM}", "", "Europe/Moscow")],
        "accounts": [(PLATFORM, _account(one), f"B-{contract:06}", since, "") for one, contract in mapped],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for sheet, rows in sheets.items():
        width = max(place for row in rows for place, value in enumerate(row, 1) if value)
        columns = " ".join(COLUMNS[sheet].split()[:width])  # what is empty in every row, other revisions may not know
        _write_rows(folder / f"{sheet}.csv", columns, [row[:width] for row in rows])


def _write_rows(path: Path, columns: str, rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows(rows)


def _account(one: int) -> str:
    return f"a{one:06}"


def _texts(prefix: str, numbers: Array, width: int) -> pa.Array:
    return pa.array([f"{prefix}{number:0{width}}" for number in numbers.tolist()])


def _plates(vehicles: int) -> pa.Array:
    """A123ВС77 and on: unique, so that nothing is suspected of being a duplicate."""
    letters = np.array(list("АВЕКМНОРСТУХ"))
    number, digits = np.divmod(np.arange(vehicles), 999)
    number, third = np.divmod(number, 12)
    number, second = np.divmod(number, 12)
    region, first = np.divmod(number, 12)
    parts = zip(
        letters[first].tolist(),
        (digits + 1).tolist(),
        letters[second].tolist(),
        letters[third].tolist(),
        (77 + region).tolist(),
        strict=True,
    )
    return pa.array([f"{one}{digit:03}{two}{three}{where}" for one, digit, two, three, where in parts])


def _imei(numbers: Array) -> pa.Array:
    body = 35_990_000_000_000 + numbers.astype(np.int64)
    total = np.zeros(len(numbers), dtype=np.int64)
    for place in range(14):
        digit = body // 10 ** (13 - place) % 10 * (1 + place % 2)
        total += digit // 10 + digit % 10
    return pa.array(body * 10 + -total % 10).cast(pa.string())


def _normal_quantile(shares: Array) -> Array:
    """Quantiles of the normal distribution, near enough for sizes of fleets."""
    quantiles: Array = np.log(shares / (1 - shares)) / 1.702
    return quantiles


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--month", default="2026-01")
    parser.add_argument("--vehicles", type=int, default=1_000_000)
    parser.add_argument("--contracts", type=int, default=20_000)
    parser.add_argument("--days", type=int)
    parser.add_argument("--format", dest="form", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--hostile", choices=HOSTILE)
    given = parser.parse_args(arguments)
    started = perf_counter()
    seconds = write_month(given.out, given.month, given.vehicles, given.contracts, given.days, given.form, given.hostile)
    print(f"{len(seconds)} days × {given.vehicles} vehicles in {perf_counter() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
