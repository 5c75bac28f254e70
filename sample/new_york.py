"""Real fleets: a month of New York's dispatch bases as master data and daily snapshots.

    python sample/new_york.py CSV OUTDIR [--month 2023-06] [--source-root PREFIX]

CSV is NYC Open Data 2v9c-2k7f, "FHV Base Aggregate Report": per base and month the trips and the unique vehicles dispatched.
What is published stays: each base is a client with one contract and one account, and the distinct vehicles that its days
show are the published number. What is not published is made, the same on every run: ИНН, devices, plates, and on which days each
vehicle drove (at least once, and never so often that a day of driving would have less than one published trip).

Writes master/*.csv, snapshots/tlc/DAY.csv.gz and accounts.csv, and published.csv: the published figures beside what was made
(vehicle-days, peak and its first day, net at one price per peak vehicle). Nothing but the standard library is needed.
"""

import argparse
import csv
import gzip
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from company.files import write_csv
from company.identity import account, imei, inn_legal, mix
from company.master import BANK, BIC, COLUMNS, CORR_ACCOUNT

PLATFORM, ZONE = "tlc", "America/New_York"
PRICE = Decimal("450.00")
TRIPS_A_DAY = 5
_STRIDES = (1, 11, 13, 17, 19, 23, 29)
_APPS = {"UBER": 1, "LYFT": 2, "VIA": 3, "JUNO": 4}


@dataclass(frozen=True, slots=True)
class Base:
    """A published row: vehicles are the distinct ones dispatched in the month."""

    code: str
    name: str
    trade_name: str
    trips: int
    vehicles: int


def read_bases(path: Path, month: str) -> list[Base]:
    """The bases of a month by licence number. A row given twice alike is taken once.

    ValueError names every row that cannot be taken: no licence or number, or two different rows of one base.
    """
    found: dict[str, Base] = {}
    problems = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            if row["Year"].strip() != month[:4] or row["Month"].strip().zfill(2) != month[5:]:
                continue
            code = row["Base License Number"].strip().upper()
            try:
                trips, vehicles = (_whole(row[column]) for column in ("Total Dispatched Trips", "Unique Dispatched Vehicles"))
                base = Base(code, row["Base Name"].strip() or code, row["DBA"].strip(), trips, vehicles)
                if not re.fullmatch(r"B\d{5}", code) and code not in _APPS:
                    problems.append(f"line {reader.line_num}: {code!r} is no licence number")
                elif found.setdefault(code, base) != base:
                    problems.append(f"line {reader.line_num}: {code} is there twice, with other figures")
            except ValueError:
                problems.append(f"line {reader.line_num}: trips or vehicles are no number")
    if problems or not found:
        raise ValueError("; ".join(problems) or f"no base in {month}")
    return [found[code] for code in sorted(found)]


def write_month(source: Path, out: Path, month: str, source_root: str = "snapshots/") -> tuple[int, int]:
    """Write the folder; returns the numbers of bases and of vehicles."""
    bases = read_bases(source, month)
    first = date.fromisoformat(f"{month}-01")
    days = [first + timedelta(days=number) for number in range(31) if (first + timedelta(days=number)).month == first.month]
    _write_master(out / "master", bases, first, source_root)
    tree = [(base.code, "", base.name, "1") for base in bases]
    write_csv(out / "snapshots" / PLATFORM / "accounts.csv", ("account_id", "parent_account_id", "name", "enabled"), tree)
    fleets = [_driving_days(base, number, len(days)) for number, base in enumerate(bases)]
    _write_days(out / "snapshots" / PLATFORM, bases, fleets, days)
    columns = "contract_no client_code base_name vehicles trips made_vehicle_days made_peak made_peak_date made_net".split()  # noqa: SIM905 - a heading
    write_csv(out / "published.csv", columns, (_published(base, fleet, days) for base, fleet in zip(bases, fleets, strict=True)))
    return len(bases), sum(base.vehicles for base in bases)


def _whole(text: str) -> int:
    return int(text.replace(",", "").strip())


def _driving_days(base: Base, number: int, days: int) -> list[int]:
    """Per vehicle a bit for each day on which it drove: at least one."""
    wanted = max(base.trips // TRIPS_A_DAY, base.vehicles)
    spare = max(wanted - base.vehicles, 0)
    strides = [stride for stride in _STRIDES if days % stride]
    masks = []
    for one in range(base.vehicles):
        noise = mix(number, one)
        more = 2 * spare * (noise % 1024) // (1024 * base.vehicles)
        start, stride = noise // 1024 % days, strides[noise // 65536 % len(strides)]
        masks.append(sum(1 << (start + step * stride) % days for step in range(min(days, 1 + more))))
    return masks


def _write_days(folder: Path, bases: list[Base], fleets: list[list[int]], days: list[date]) -> None:
    vehicles = [
        (f"{base.code}-{one + 1:05},{base.code},", mask)
        for base, fleet in zip(bases, fleets, strict=True)
        for one, mask in enumerate(fleet)
    ]
    heads = [f"{head}T{serial + 100000}C,{imei(serial)},active," for serial, (head, _) in enumerate(vehicles)]
    masks = [mask for _, mask in vehicles]
    last = [""] * len(heads)
    folder.mkdir(parents=True, exist_ok=True)
    for index, day in enumerate(days):
        clocks = [_clock(day, minute) for minute in range(17 * 60)]
        text = io.StringIO()
        text.write("vehicle_id,account_id,plate,hw_id,state,last_message_at,online_minutes\n")
        for serial, head in enumerate(heads):
            if masks[serial] >> index & 1:
                noise = (serial * 7919 + index * 104_729) % 1_000_003
                last[serial] = clocks[noise % 1020]
                text.write(f"{head}{last[serial]},{30 + noise // 1020 % 600}\n")
            else:
                text.write(f"{head}{last[serial]},0\n")
        (folder / f"{day}.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=1, mtime=0))


def _clock(day: date, minute: int) -> str:
    """Between six in the morning and eleven in the evening, New York time with its offset of that day."""
    return datetime.combine(day, time(6 + minute // 60, minute % 60), ZoneInfo(ZONE)).isoformat()


def _published(base: Base, fleet: list[int], days: list[date]) -> list[str]:
    sizes = [sum(mask >> index & 1 for mask in fleet) for index in range(len(days))]
    peak = max(sizes)
    figures = [str(sum(sizes)), str(peak), str(days[sizes.index(peak)]) if peak else "", f"{peak * PRICE:.2f}"]
    return [f"NY-{base.code}", base.code, base.name, str(base.vehicles), str(base.trips), *figures]


def _write_master(folder: Path, bases: list[Base], first: date, source_root: str) -> None:
    for sheet, rows in _sheets(bases, first, source_root):
        write_csv(folder / f"{sheet}.csv", COLUMNS[sheet].split(), rows)


def _sheets(bases: list[Base], first: date, source_root: str) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    since = str(first.replace(month=1, day=1))
    own = account("40702810?00000030026", BIC)
    inn = inn_legal("77", 10003)
    seller = ("NY", "ООО «Меридиан Нью-Йорк»", "", inn, f"{inn[:4]}01001", "", own, BANK, BIC, CORR_ACCOUNT)
    yield "organizations", [(*seller, "", "", "general", "2020-01-01", "НЙ", "billing@ny.example", ZONE)]
    yield "clients", [_client(base, bases) for base in bases]
    yield "contracts", [(f"NY-{base.code}", base.code, "NY", since, since, "") for base in bases]
    yield "terms", [(f"NY-{base.code}", since, "TLC", "used", "peak", "", "", "", "10") for base in bases]
    yield "tariffs", [("TLC", since, "Мониторинг такси", "RUB", "no")]
    yield "components", [("TLC", since, "1", "Мониторинг транспорта", "vehicles", "", "unit", str(PRICE), "")]
    yield "platforms", [(PLATFORM, "files", f"{source_root}{PLATFORM}", "", ZONE)]
    yield "accounts", [(PLATFORM, base.code, f"NY-{base.code}", since, "") for base in bases]


def _client(base: Base, bases: list[Base]) -> tuple[str, ...]:
    shared = sum(other.name == base.name for other in bases) > 1
    inn = inn_legal("97", _APPS[base.code]) if base.code in _APPS else inn_legal("99", int(base.code[1:]))
    name = f"{base.name} ({base.code})" if shared else base.name
    return (base.code, name, base.trade_name, inn, f"{inn[:4]}01001", "legal", "fhv", "", "", "", "", "no")


def main(arguments: list[str]) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", type=Path)
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--month", default="2023-06")
    parser.add_argument("--source-root", default="snapshots/", help="what stands before tlc in platforms.csv")
    given = parser.parse_args(arguments)
    try:
        bases, vehicles = write_month(given.csv, given.outdir, given.month, given.source_root)
    except (OSError, ValueError) as problem:
        print(f"{given.csv}: {problem}", file=sys.stderr)
        return 2
    print(f"{bases} bases, {vehicles} vehicles in {given.month}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
