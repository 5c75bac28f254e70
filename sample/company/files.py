"""Writes the master sheets, the daily snapshots with their account trees, and the files that went wrong."""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from company.clients import contract
from company.fleets import shown_by_fleets
from company.master import COLUMNS, sheets
from company.specials import shown_by_specials
from company.tree import PARENT, TREE, own
from company.vehicles import Shown, driven, vehicle

METERS = {"gps1": ("sms", "video_gb"), "gps2": ("sms",)}
_SUFFIX = {"gps1": ".csv", "gps2": ".csv.gz"}
_FIELDS = (
    *("vehicle_id", "account_id", "parent_account_id", "name", "plate", "vin", "hw_id"),
    *("state", "last_message_at", "online_minutes", "is_clone"),
)
_TREE_FIELDS = ("account_id", "parent_account_id", "name", "enabled")

MISSING_DAYS = {"gps2": (date(2026, 2, 17),)}
BROKEN_DAY = date(2026, 2, 11)
LATE_DAY = date(2026, 1, 20)
LATE_VEHICLES = 2

ByDay = dict[tuple[str, date], list[Shown]]


def all_shown() -> ByDay:
    """What every platform lists on every day that it has a file for, sorted by vehicle id."""
    found: ByDay = defaultdict(list)
    for source in (shown_by_fleets(), shown_by_specials()):
        for row in source:
            found[row.vehicle.platform, row.day].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.vehicle.vehicle_id)
    return {key: found[key] for key in sorted(found) if key[1] not in MISSING_DAYS.get(key[0], ())}


def late_rows() -> list[Shown]:
    """What the late file of 20 January shows in addition: two vehicles of client 2 that drove that day."""
    made = [vehicle(90091 + number, "gps1", vehicle_id=f"late-{number + 1}") for number in range(LATE_VEHICLES)]
    return [driven(LATE_DAY, one, own(2), contract(2)) for one in made]


def write_master(folder: Path, source_root: str) -> None:
    """Every sheet as CSV, UTF-8, commas."""
    for sheet, rows in sheets(source_root).items():
        columns = COLUMNS[sheet].split()
        write_csv(folder / f"{sheet}.csv", columns, ([row[column] for column in columns] for row in rows))


def write_snapshots(folder: Path, shown: ByDay) -> None:
    """``snapshots/PLATFORM/DAY.csv``, the tree beside them, and apart: ``broken`` (half the rows) and ``late`` (two more)."""
    for (platform, day), rows in shown.items():
        _write_day(folder / "snapshots" / platform, platform, day, rows)
    for platform, tree in TREE.items():
        folders = ["snapshots"] if platform == "gps2" else ["snapshots", "broken", "late"]
        for name in folders:
            write_csv(folder / name / platform / "accounts.csv", _TREE_FIELDS, tree)
    broken = shown["gps1", BROKEN_DAY]
    _write_day(folder / "broken" / "gps1", "gps1", BROKEN_DAY, broken[: len(broken) // 2])
    _write_day(folder / "late" / "gps1", "gps1", LATE_DAY, [*shown["gps1", LATE_DAY], *late_rows()])


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One CSV file, compressed when its name ends in ``.gz``; the same rows give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, compresslevel=6, mtime=0) if path.suffix == ".gz" else content)


def _write_day(folder: Path, platform: str, day: date, rows: list[Shown]) -> None:
    meters = METERS[platform]
    columns = [*_FIELDS, *(f"meter_{name}" for name in meters)]
    write_csv(folder / f"{day}{_SUFFIX[platform]}", columns, (_cells(row, meters) for row in rows))


def _cells(row: Shown, meters: tuple[str, ...]) -> list[str]:
    one, read = row.vehicle, dict(row.meters)
    parent = PARENT[one.platform].get(row.account, "")
    cells = [one.vehicle_id, row.account, parent, one.name, one.plate, one.vin, one.hw_id, row.state, row.message, str(row.minutes)]
    return [*cells, "1" if one.is_clone else "0", *(read.get(name, "0") for name in meters)]
