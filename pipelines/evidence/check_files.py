"""Judge day files as landing would, without landing: nothing is stored, neither in the lake nor in the register."""

import posixpath
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import BadInput, Problem
from pipelines.evidence import gate_verdicts, register
from pipelines.evidence.normalise import identify
from pipelines.evidence.register import FailedExpectation
from pipelines.logs import verb
from pipelines.platforms import files
from pipelines.platforms.bounds import FileBounds
from pipelines.platforms.files import DayFile
from pipelines.platforms.interface import Platform, Snapshot
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What landing a file would do. ``state``: landed or quarantined; ``known``: the state that the same content has already."""

    platform: str
    file: DayFile
    state: str
    rows: int
    digest: str
    failures: tuple[FailedExpectation, ...]
    known: str | None


def check(settings: Settings, platform: str | None, source: str, at: datetime) -> tuple[list[FileVerdict], list[Problem]]:
    """The verdict on each day file of a folder, or on the one file named, and the problems of those that cannot be read.

    Each is judged by itself and beside what is landed now, not beside other files of the folder. ``platform`` None: the one whose
    name the file's folder bears, or the only one of kind `files`. BadInput when neither says which.
    """
    with verb("evidence", "check") as done, reading(settings) as connection:
        declared = register.declared(connection, platform or _platform_of(connection, source))
        bounds = FileBounds.of(settings)
        delivery = files.find(declared.platform, source, None, bounds)
        problems, verdicts = list(delivery.problems), []
        for file in delivery.days:
            try:
                snapshot = files.read(declared, file, source, delivery.accounts, at, bounds)
                verdicts.append(_judged(connection, settings, declared, file, snapshot))
            except BadInput as error:
                problems += error.problems
        done |= {"platform": declared.platform, "files": len(delivery.days), "unreadable": len(problems)}
    return verdicts, problems


def _judged(connection: "Connection", settings: Settings, platform: Platform, file: DayFile, snapshot: Snapshot) -> FileVerdict:
    made = identify(snapshot)
    before = register.day_before(connection, platform.platform, file.business_date)
    listed_now = gate_verdicts.listed_in(made)
    noted = gate_verdicts.of_content(made, settings) + gate_verdicts.of_neighbours(connection, settings, made.metadata, listed_now, before)
    known = register.find(connection, made.digest)
    return FileVerdict(
        platform.platform,
        file,
        gate_verdicts.verdict(noted),
        made.seen.table.num_rows,
        made.digest,
        tuple(noted),
        known.state if known else None,
    )


def _platform_of(connection: "Connection", source: str) -> str:
    if "://" not in source and not Path(source).exists():
        raise BadInput.one(source, "there is no such file or folder")
    declared = query.scalars(connection, "evidence/files_platforms")
    path = source.rstrip("/")
    for name in (posixpath.basename(posixpath.dirname(path)), posixpath.basename(path)):
        if name in declared:
            return str(name)
    if len(declared) == 1:
        return str(declared[0])
    named = ", ".join(declared) or "none is declared"
    raise BadInput.one("--platform", f"{source} lies in no folder of a platform's name; say which it is of ({named})")
