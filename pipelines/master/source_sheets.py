"""What a source gives before anything is understood: headings and rows of cells, each with its place."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

from pipelines.errors import Problem
from pipelines.master.sheets import SHEETS

Form = Literal["csv", "workbook", "database"]


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """How much of a source is read: bytes of it unpacked, rows and columns of a sheet (settings `master_max_…`)."""

    bytes: int = 512 * 10**6
    rows: int = 500_000
    columns: int = 200

    def exceeded(self, row: int, columns: int) -> str | None:
        """What is said of the row with this number, or of this many columns, when that is too many."""
        if row > self.rows:
            return f"more than {self.rows} rows are not read (FLEETBILL_MASTER_MAX_ROWS)"
        return f"more than {self.columns} columns are not read (FLEETBILL_MASTER_MAX_COLUMNS)" if columns > self.columns else None


@dataclass(frozen=True, slots=True)
class UnreadableCell:
    """A cell that cannot be taken whatever its column is, such as a formula; ``reference`` is its address, ``D14``."""

    reference: str
    message: str


@dataclass(frozen=True, slots=True)
class FormattedNumber:
    """A number of a workbook together with the format that decides what a person sees."""

    value: int | float
    number_format: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row that is not empty: its number in the source and its cells, in the order of the headings."""

    number: int
    cells: tuple[object, ...]


@dataclass(frozen=True, order=True, slots=True)
class Flaw:
    """A problem that still knows where in the order of sheets, rows and columns it belongs."""

    sheet: int
    row: int
    column: int
    problem: Problem


@dataclass(slots=True)
class RawSheet:
    """One sheet as it stands in the source. ``label`` is how people call it there: ``terms.csv``, ``terms``."""

    name: str
    label: str
    form: Form
    heading_row: int = 1
    headings: tuple[str, ...] = ()
    rows: Iterable[RawRow] = ()
    problems: list[tuple[int, Problem]] = field(default_factory=list)  # (row, problem)

    def place(self, row: int, key: str = "") -> str:
        """``terms.csv:14``, ``terms!14`` or ``terms row 14 (contract_no=A-1)``."""
        if self.form == "csv":
            return f"{self.label}:{row}"
        if self.form == "workbook":
            return f"{self.label}!{row}"
        return f"{self.label} row {row} ({key})" if key else f"{self.label} row {row}"


@dataclass(slots=True)
class MasterSource:
    """Everything read from one source. ``notices`` are told to the person and refuse nothing."""

    name: str
    sheets: list[RawSheet]
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def stranger(self, name: str, place: str) -> None:
        """Take note of a sheet that nobody declared: a probable slip is a problem, anything else only a notice."""
        near = get_close_matches(name.strip().casefold(), SHEETS, n=1, cutoff=0.75)
        if near:
            self.problems.append(Problem(place, f"unknown sheet {name!r}; did you mean {near[0]!r}?"))
        else:
            self.notices.append(f"{place}: not a sheet of master data, left aside")


def sheet_name(written: str) -> str | None:
    """The declared sheet that a name in the source stands for: spaces around it and its case do not matter."""
    name = written.strip().casefold()
    return name if name in SHEETS else None
