"""A source of master data by its name: a workbook, a folder of CSV files, one CSV file, or a database URL."""

from pathlib import Path

from pipelines.errors import BadInput
from pipelines.master.sheets import SHEETS
from pipelines.master.source_sheets import MasterSource, SheetLimits
from pipelines.settings import Settings

_ANY = SheetLimits()


def is_database(source: str) -> bool:
    """Whether a source is a SQLAlchemy URL."""
    return "://" in source


def shown_name(source: str) -> str:
    """A source as it may be shown and kept: a database URL without its password and options."""
    if is_database(source):
        from pipelines.master.database import shown_url

        return shown_url(source)
    return Path(source).name or source


def limits(settings: Settings) -> SheetLimits:
    """How much of a source is read."""
    return SheetLimits(settings.master_max_megabytes * 10**6, settings.master_max_rows, settings.master_max_columns)


def read(source: str, limits: SheetLimits = _ANY) -> MasterSource:
    """Read every sheet of a source. BadInput when it cannot be opened at all, or has no sheet of master data."""
    if is_database(source):
        from pipelines.master.database import read_database

        return _with_something(read_database(source, limits))
    path = Path(source)
    if not path.exists():
        raise BadInput.one(source, "there is no such file or folder")
    if path.is_dir() or path.suffix.lower() == ".csv":
        from pipelines.master.csv_files import read_csv_files

        return _with_something(read_csv_files(path, limits))
    from pipelines.master.workbook import read_workbook

    return _with_something(read_workbook(path, limits))


def _with_something(source: MasterSource) -> MasterSource:
    if not source.sheets and not source.problems:
        raise BadInput.one(source.name, f"holds no sheet of master data; the sheets are {', '.join(SHEETS)}")
    return source
