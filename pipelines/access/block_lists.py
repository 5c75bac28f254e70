"""Block lists of `files` platforms: `exchange/access/PLATFORM/blocked.csv`, complete and atomic at each run (domain.md §9)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.errors import Refused
from pipelines.files import GROUP, write_whole
from pipelines.settings import Settings

NAME = "blocked.csv"
COLUMNS = ("account_id", "client_code", "organization_code", "reason", "since")


class NotOurList(Refused):
    """A block list is not as we write it."""


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
    write_whole(path, content, mode=GROUP)


def read(path: Path) -> Sequence[str]:
    """The accounts that a block list names; none where there is no list. NotOurList when somebody else has written something there."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            return tuple(row["account_id"] for row in csv.DictReader(handle))
    except FileNotFoundError:
        return ()
    except (UnicodeDecodeError, KeyError, csv.Error):
        raise NotOurList(f"{path} is not the block list that we write: somebody else writes there; nothing is taken for blocked") from None
