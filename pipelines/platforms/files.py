"""The `files` kind: one file per day, named by its date, with an optional `accounts.csv` beside them (contracts.md)."""

import gzip
import posixpath
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput, Problem, Refused
from pipelines.platforms.delimited import line_of, read_delimited
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


def find(platform: str, source: str, day: date | None = None) -> Delivery:
    """Day files of a platform in a folder (or in its subfolder PLATFORM), or the one file named; ``day`` selects.

    NoSuchFiles when there are none. BadInput for a source that is not there, a broken `accounts.csv`, or a single file
    whose name is no date.
    """
    from fsspec.core import url_to_fs

    filesystem, root = url_to_fs(source)
    if not filesystem.exists(root):
        raise BadInput.one(source, "there is no such file or folder")
    if filesystem.isfile(root):
        found, problems = _dated([root])
        if problems:
            raise BadInput(problems)
        if day and found[0].business_date != day:
            raise BadInput.one(source, f"is named for {found[0].business_date}, but {day} is asked for")
        folder = posixpath.dirname(root)
    else:
        inside = posixpath.join(root, platform)
        folder = inside if filesystem.isdir(inside) else root
        listed = [entry["name"] for entry in filesystem.ls(folder, detail=True) if entry["type"] == "file"]
        found, problems = _dated(listed)
    if day:
        found, problems = [each for each in found if each.business_date == day], []
    if not found and not problems:
        raise NoSuchFiles(f"no file of platform {platform!r}{f' for {day}' if day else ''} in {source}")
    return Delivery(tuple(sorted(found)), _accounts(filesystem, posixpath.join(folder, ACCOUNTS_FILE)), tuple(problems))


def read(platform: Platform, file: DayFile, source: str, accounts: "pa.Table | None", at: datetime) -> Snapshot:
    """The snapshot in a day's file, taken (for files: landed) ``at``. BadInput with places when it cannot be read at all."""
    from fsspec.core import url_to_fs

    filesystem, _ = url_to_fs(source)
    data = filesystem.cat_file(file.path)
    place = None
    if file.name.endswith(".parquet"):
        vehicles, ignored = _parquet(data, file.name)
    else:
        if file.name.endswith(".gz"):
            data = _unpacked(data, file.name)
        vehicles, ignored = read_delimited(data, file.name, VEHICLE_COLUMNS, REQUIRED_COLUMNS, METER_PREFIX)
        place = partial(_place, data, file.name)
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


def _place(data: bytes, name: str, row: int) -> str:
    return f"{name}:{line_of(data, row)}"


def _dated(paths: Sequence[str]) -> tuple[list[DayFile], list[Problem]]:
    found, problems = [], []
    for path in sorted(paths):
        name = posixpath.basename(path)
        matched = _DAY.fullmatch(name)
        try:
            if matched:
                found.append(DayFile(date.fromisoformat(matched[1]), path))
                continue
        except ValueError:
            problems.append(Problem(name, f"{matched[1] if matched else name} is not a day of the calendar"))
            continue
        if name != ACCOUNTS_FILE and not _NOT_DATA.fullmatch(name):
            problems.append(Problem(name, "is not named YYYY-MM-DD.csv, .csv.gz or .parquet, so its day is unknown"))
    return found, problems


def _accounts(filesystem: Any, path: str) -> "pa.Table | None":
    if not filesystem.exists(path):
        return None
    table, _ = read_delimited(filesystem.cat_file(path), ACCOUNTS_FILE, ACCOUNT_COLUMNS, ("account_id",), "")
    return table


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput.one(name, f"cannot be unpacked, it is cut short or damaged: {error}") from None


def _parquet(data: bytes, name: str) -> "tuple[pa.Table, tuple[str, ...]]":
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise BadInput.one(name, f"cannot be read as Parquet, it is cut short or damaged: {str(error).splitlines()[0]}") from None
    problems = [Problem(name, f"has no column {column}") for column in REQUIRED_COLUMNS if column not in table.column_names]
    problems += [
        Problem(f"{name} column {column}", "is there more than once")
        for column in {*table.column_names}
        if table.column_names.count(column) > 1
    ]
    if problems:
        raise BadInput(problems)
    kept = [column for column in table.column_names if column in VEHICLE_COLUMNS or column.startswith(METER_PREFIX)]
    return table.select(kept), tuple(column for column in table.column_names if column not in kept)
