"""Land what a `files` platform delivered: every day file of a folder, or one; a bad one does not hold up the others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.arrow_values import keep_pandas_away
from pipelines.errors import BadInput, Problem, Refused
from pipelines.evidence import pending, register
from pipelines.evidence.landing import LandingResult, land
from pipelines.platforms import files
from pipelines.platforms.bounds import FileBounds
from pipelines.platforms.files import DayFile
from pipelines.platforms.kinds import FILES
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction


class NotFiles(Refused):
    """The platform is not of kind `files`."""


@dataclass(frozen=True, slots=True)
class FolderResult:
    """What became of a delivery: one Landed per readable day file, and the problems of the others."""

    landed: tuple[tuple[DayFile, LandingResult], ...]
    problems: tuple[Problem, ...]


def land_folder(
    settings: Settings,
    platform: str,
    source: str | None,
    at: datetime,
    *,
    day: date | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> FolderResult:
    """Land the day files of a folder (or its subfolder PLATFORM) or one file; ``day`` selects, ``source`` None: as declared.

    Files are landed in the order of their days, so that each is compared with the day before. ``progress`` is told
    (number done, number of files, name). Refused when the platform is unknown, not of kind `files`, or has no such files;
    BadInput when the folder bears the name of another declared platform.
    """
    keep_pandas_away()
    with transaction(settings) as connection:
        declared = register.declared(connection, platform)
    if declared.kind != FILES:
        raise NotFiles(f"platform {platform!r} is of kind {declared.kind!r}; its snapshots are taken with `fleetbill snapshot take`")
    place = source or declared.source
    if not place:
        raise files.NoSuchFiles(f"platform {platform!r} declares no source; give one with --source")
    bounds = FileBounds.of(settings)
    if source and source != declared.source:
        _check_folder(settings, platform, source)
    delivery = files.find(platform, place, day, bounds)
    landed: list[tuple[DayFile, LandingResult]] = []
    problems: list[Problem] = list(delivery.problems)
    for number, file in enumerate(delivery.days):
        if progress:
            progress(number, len(delivery.days), file.name)
        try:
            landed.append((file, land(settings, files.read(declared, file, place, delivery.accounts, at, bounds), at)))
            pending.note_read(settings, platform, file, at)
        except BadInput as error:
            problems += error.problems
    if progress:
        progress(len(delivery.days), len(delivery.days), "")
    return FolderResult(tuple(landed), tuple(problems))


def _check_folder(settings: Settings, platform: str, source: str) -> None:
    """BadInput when the last folder on the way to the files is called like another declared platform."""
    parts = [part for part in source.replace("\\", "/").split("/") if part and not files.is_day_file(part)]
    folder = parts[-1].casefold() if parts else ""
    with transaction(settings) as connection:
        others = [each for each in query.scalars(connection, "evidence/platforms") if each != platform]
    named = next((each for each in others if each.casefold() == folder), None)
    if named and folder != platform.casefold() and not files.has_subfolder(source, platform):
        raise BadInput.one(source, f"is the folder of platform {named!r}; land it with --platform {named}")
