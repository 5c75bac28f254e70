"""The `files` kind: one file per day, named by its date, with an optional `accounts.csv` beside them (contracts.md)."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines import storage
from pipelines.errors import BadInput, Problem, Refused
from pipelines.platforms.bounds import DEFAULT, FileBounds, read_parquet, unpacked
from pipelines.platforms.delimited import LineNumbers, read_delimited
from pipelines.platforms.interface import ACCOUNT_COLUMNS, METER_PREFIX, REQUIRED_COLUMNS, VEHICLE_COLUMNS, Platform, Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

ACCOUNTS_FILE = "accounts.csv"
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\.(csv|csv\.gz|parquet)")
_NOT_DATA = re.compile(r"\..*|.*\.(part|tmp|md|txt)|README.*", re.IGNORECASE)


class NoSuchFiles(Refused):
    """The source is not there, or has no file of the day asked for."""


@dataclass(frozen=True, order=True, slots=True)
class DayFile:
    """One day's file of a platform."""

    business_date: date
    path: str
    stamp: str = ""  # of this state of the file: its size and the moment it was written, as its storage tells them

    @property
    def name(self) -> str:
        """File name alone, as problems name it."""
        return posixpath.basename(self.path)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a source holds for one platform: its days in order, its tree, and the files whose names are wrong."""

    days: tuple[DayFile, ...]
    accounts: "pa.Table | None"
    problems: tuple[Problem, ...]


def is_day_file(name: str) -> bool:
    """Whether a name is that of a day's file."""
    return _DAY.fullmatch(name) is not None


def has_subfolder(source: str, platform: str) -> bool:
    """Whether a source is a folder with a subfolder of the platform's name, which `find` takes instead of it."""
    filesystem, root = storage.place(source)
    return storage.kind_of(filesystem, posixpath.join(root, platform)) == "directory"


def find(platform: str, source: str, day: date | None = None, bounds: FileBounds = DEFAULT) -> Delivery:
    """Day files of a platform in a folder (or in its subfolder PLATFORM), or the one file named; ``day`` selects.

    NoSuchFiles when there are none. BadInput for a source that is not there, a broken `accounts.csv`, or a single file
    whose name is no date.
    """
    filesystem, folder, entries = _entries(platform, source)
    day_files, problems = _dated(entries)
    if day and _is_one_file(source, entries) and day_files and day_files[0].business_date != day:
        raise BadInput.one(source, f"is named for {day_files[0].business_date}, but {day} is asked for")
    if problems and _is_one_file(source, entries):
        raise BadInput(problems)
    if day:
        day_files, problems = [each for each in day_files if each.business_date == day], []
    if not day_files and not problems:
        raise NoSuchFiles(f"no file of platform {platform!r}{f' for {day}' if day else ''} in {source}")
    return Delivery(tuple(sorted(day_files)), _accounts(filesystem, posixpath.join(folder, ACCOUNTS_FILE), bounds), tuple(problems))


def listed(platform: str, source: str) -> list[DayFile]:
    """The day files of a source in their order, unread. BadInput for a source that is not there."""
    return sorted(_dated(_entries(platform, source)[2])[0])


def read(
    platform: Platform, file: DayFile, source: str, accounts: "pa.Table | None", at: datetime, bounds: FileBounds = DEFAULT
) -> Snapshot:
    """The snapshot in a day's file, taken (for files: landed) ``at``. BadInput with places when it cannot be read, or is too large."""
    filesystem, _ = storage.place(source)
    bounds.check_size(filesystem.size(file.path) or 0, file.name)
    data = filesystem.cat_file(file.path)
    place = None
    if file.name.endswith(".parquet"):
        vehicles, ignored = read_parquet(data, file.name, VEHICLE_COLUMNS, METER_PREFIX, bounds)
        missing = [Problem(file.name, f"has no column {column}") for column in REQUIRED_COLUMNS if column not in vehicles.column_names]
        if missing:
            raise BadInput(missing)
    else:
        if file.name.endswith(".gz"):
            data = unpacked(data, file.name, bounds)
        vehicles, ignored = read_delimited(data, file.name, VEHICLE_COLUMNS, REQUIRED_COLUMNS, METER_PREFIX, bounds)
        place = partial(_place, LineNumbers(data), file.name)
    return Snapshot(
        platform=platform.platform,
        business_date=file.business_date,
        taken_at=at,
        time_zone=platform.time_zone,
        vehicles=vehicles,
        accounts=accounts,
        source=file.name,
        ignored=ignored,
        place=place,
    )


def _place(lines: LineNumbers, name: str, row: int) -> str:
    return f"{name}:{lines.of(row)}"


def _entries(platform: str, source: str) -> tuple[Any, str, list[Mapping[str, Any]]]:
    """(file system, folder, its files) of a source: a folder, its subfolder PLATFORM, or one file."""
    filesystem, root = storage.place(source)
    kind = storage.kind_of(filesystem, root)
    if kind is None:
        raise BadInput.one(source, "there is no such file or folder")
    if kind == "file":
        return filesystem, posixpath.dirname(root), [filesystem.info(root)]
    inside = posixpath.join(root, platform)
    folder = inside if storage.kind_of(filesystem, inside) == "directory" else root
    return filesystem, folder, [entry for entry in filesystem.ls(folder, detail=True) if entry["type"] == "file"]


def _is_one_file(source: str, entries: Sequence[Mapping[str, Any]]) -> bool:
    return len(entries) == 1 and posixpath.basename(entries[0]["name"]) == posixpath.basename(source)


def _dated(entries: Sequence[Mapping[str, Any]]) -> tuple[list[DayFile], list[Problem]]:
    day_files, problems = [], []
    for entry in sorted(entries, key=lambda entry: entry["name"]):
        path = entry["name"]
        name = posixpath.basename(path)
        matched = _DAY.fullmatch(name)
        try:
            if matched:
                day_files.append(DayFile(date.fromisoformat(matched[1]), path, _stamp(entry)))
                continue
        except ValueError:
            problems.append(Problem(name, f"{matched[1] if matched else name} is not a day of the calendar"))
            continue
        if name != ACCOUNTS_FILE and not _NOT_DATA.fullmatch(name):
            problems.append(Problem(name, "is not named YYYY-MM-DD.csv, .csv.gz or .parquet, so its day is unknown"))
    return day_files, problems


def _stamp(entry: Mapping[str, Any]) -> str:
    written = next((entry[key] for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "created") if entry.get(key)), "")
    return f"{entry.get('size')} {written}"


def _accounts(filesystem: Any, path: str, bounds: FileBounds) -> "pa.Table | None":
    if storage.kind_of(filesystem, path) is None:
        return None
    bounds.check_size(filesystem.size(path) or 0, ACCOUNTS_FILE)
    table, _ = read_delimited(filesystem.cat_file(path), ACCOUNTS_FILE, ACCOUNT_COLUMNS, ("account_id",), "", bounds)
    return table
