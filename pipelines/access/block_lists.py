"""Block lists of `files` platforms: `exchange/access/PLATFORM/blocked.csv`, complete and atomic at each run (domain.md §9)."""

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.settings import Settings

NAME = "blocked.csv"
COLUMNS = ("account_id", "client_code", "organization_code", "reason", "since")


def path_of(settings: Settings, platform: str) -> Path:
    """Where a platform's block list lies; a name that is no folder's is escaped."""
    folder = quote(platform, safe=" абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ")
    return settings.exchange / "access" / (folder if folder.strip(".") else "_") / NAME


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace a block list by these rows, whole or not at all; without rows it is the header alone. Equal content is left as it is."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = buffer.getvalue().encode()
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{NAME}.part")
    with written.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> Sequence[str]:
    """The accounts that a block list names; none where there is no list."""
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as handle:
        return tuple(row["account_id"] for row in csv.DictReader(handle))
