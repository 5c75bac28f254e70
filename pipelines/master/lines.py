"""From raw cells to typed lines: headings matched to declared columns, cells understood, lost zeros restored. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from pipelines.errors import Problem
from pipelines.master.cell_values import Misread, clean, value_of
from pipelines.master.requisites import restored_bic, restored_inn
from pipelines.master.sheets import ORDER, SHEETS, MasterColumn, MasterSheet, Row, Value, key_text
from pipelines.master.source_sheets import Flaw, RawRow, RawSheet, UnreadableCell

IDENTIFIERS = ("code", "requisite")
_MENDED_SHOWN = 3
_KNOWN_TEXTS = 1_000  # of a column: types, dates and tariffs come again, codes and names do not


@dataclass(slots=True)
class Line:
    """One row as it is to be stored, and where it stands in the source.

    ``left_out``: columns that have their default, because the row gives no value.
    """

    number: int
    place: str
    values: Row
    left_out: frozenset[str] = frozenset()


@dataclass(slots=True)
class Table:
    """One understood sheet. ``misread`` names the cells (row number, column) that have a problem already."""

    sheet: MasterSheet
    given: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    misread: set[tuple[int, str]] = field(default_factory=set)
    flaws: list[Flaw] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    mended: dict[str, int] = field(default_factory=dict)  # column → identifiers that were not taken as they stand

    def flaw(self, line: Line, column: str, message: str) -> None:
        """Note a problem of one cell, unless the cell has one already."""
        if (line.number, column) not in self.misread:
            self.misread.add((line.number, column))
            self.flaws.append(flaw_at(self.sheet, line.number, column, f"{line.place} column {column}", message))


def flaw_at(sheet: MasterSheet, row: int, column: str | None, place: str, message: str) -> Flaw:
    """A problem in its order: by sheet, row and column."""
    names = [known.name for known in sheet.columns]
    return Flaw(ORDER[sheet.name], row, names.index(column) if column in names else -1, Problem(place, message))


def parse(raw: RawSheet) -> Table:
    """Understand a whole sheet; every problem is noted at its place."""
    sheet = SHEETS[raw.name]
    table = Table(sheet, ())
    for number, problem in raw.problems:
        table.flaws.append(Flaw(ORDER[sheet.name], number, -1, problem))
    if not raw.headings:
        return table
    positions = _positions(table, raw)
    table.given = tuple(positions)
    cells = _Cells(table, positions)
    for row in raw.rows:
        _line(table, raw, cells, row)
    return table


def _positions(table: Table, raw: RawSheet) -> dict[str, int]:
    """Declared column → its position. Unknown, repeated and missing headings are noted."""
    sheet, positions = table.sheet, dict[str, int]()
    names = [column.name for column in sheet.columns]
    place = raw.place(raw.heading_row) if raw.form != "database" else raw.label

    def note(message: str) -> None:
        table.flaws.append(flaw_at(sheet, raw.heading_row, None, place, message))

    for index, heading in enumerate(raw.headings):
        name = clean(heading).casefold()
        if name in positions:
            note(f"the heading {name!r} stands there twice")
        elif name in names:
            positions[name] = index
        elif name:
            near = get_close_matches(name, names, n=1, cutoff=0.6)
            note(f"unknown column {clean(heading)!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(names)}"))
    for column in sheet.columns:
        if column.required and column.name not in positions:
            note(f"the column {column.name!r} is missing")
    _values_without_heading(raw, note)
    return {name: positions[name] for name in names if name in positions}


def _values_without_heading(raw: RawSheet, note: Callable[[str], None]) -> None:
    blank = [index for index, heading in enumerate(raw.headings) if not clean(heading)]
    width = len(raw.headings)
    rows = list(raw.rows)
    raw.rows = rows
    for row in rows:
        if any(_filled(row.cells[index]) for index in blank if index < len(row.cells)) or any(map(_filled, row.cells[width:])):
            note(f"row {row.number} has a value in a column without a heading")
            return


def _filled(cell: object) -> bool:
    return cell is not None and bool(clean(cell) if isinstance(cell, str) else True)


@dataclass(slots=True)
class _SaidOfCells:
    """What is to be said of the cells of a row: refused (column, address where it has one, why) and mended (column, text, value)."""

    refused: list[tuple[str, str | None, str]] = field(default_factory=list)
    mended: list[tuple[str, str, Value]] = field(default_factory=list)


class _Cells:
    """The columns of a sheet that a source has: position, declaration, and the texts that were understood already: most come again.

    Only what is taken as it stands is kept: what is refused or mended is said of every row.
    """

    def __init__(self, table: Table, positions: dict[str, int]) -> None:
        self.defaults: Row = {column.name: column.default for column in table.sheet.columns}
        self.has_requisites = not self.defaults.keys().isdisjoint(("inn", "bic"))
        self._columns: list[tuple[int, MasterColumn, dict[str, Value]]] = [
            (index, table.sheet.column(name), {"": None}) for name, index in positions.items()
        ]
        self._left_out: dict[frozenset[str], frozenset[str]] = {}

    def read(self, cells: tuple[object, ...], values: Row, said_of: _SaidOfCells) -> list[str]:
        """Put the values of a row over the defaults; the columns that have one, or a cell that was refused."""
        given = []
        for index, column, known in self._columns:
            cell = cells[index] if index < len(cells) else None
            if type(cell) is str and cell in known:
                value = known[cell]
            else:
                value, is_refused = _understood(cell, column, known, said_of)
                if is_refused:
                    values[column.name] = None
                    given.append(column.name)
            if value is not None:
                values[column.name] = value
                given.append(column.name)
        return given

    def left_out(self, given: list[str]) -> frozenset[str]:
        """The columns that keep their default: many rows share one set."""
        filled = frozenset(given)
        left_out = self._left_out.get(filled)
        if left_out is None:
            left_out = self._left_out[filled] = frozenset(self.defaults.keys() - filled)
        return left_out


def _understood(cell: object, column: MasterColumn, known: dict[str, Value], said_of: _SaidOfCells) -> tuple[Value, bool]:
    """The value of a cell, and whether the cell was refused."""
    try:
        value = value_of(cell, column)
    except Misread as error:
        said_of.refused.append((column.name, cell.reference if isinstance(cell, UnreadableCell) else None, str(error)))
        return None, True
    if isinstance(cell, str):
        if value is not None and column.kind in IDENTIFIERS and value != clean(cell):
            said_of.mended.append((column.name, clean(cell), value))
        elif len(known) < _KNOWN_TEXTS:
            known[cell] = value
    return value, False


def _line(table: Table, raw: RawSheet, cells: _Cells, row: RawRow) -> None:
    values, said_of = dict(cells.defaults), _SaidOfCells()
    given = cells.read(row.cells, values, said_of)
    if not given:
        return
    key = ", ".join([f"{name}={key_text(values[name])}" for name in table.sheet.key]) if raw.form == "database" else ""
    line = Line(row.number, raw.place(row.number, key), values, cells.left_out(given))
    for name, reference, message in said_of.refused:
        place = f"{raw.label}!{reference}" if reference else line.place
        table.misread.add((line.number, name))
        table.flaws.append(flaw_at(table.sheet, line.number, name, f"{place} column {name}", message))
    for name, text, value in said_of.mended:
        _notice_mended(table, line, name, text, value)
    if cells.has_requisites:
        _restore_zeros(table, line)
    table.lines.append(line)


def _notice_mended(table: Table, line: Line, column: str, text: str, value: Value) -> None:
    """A notice of an identifier that was not taken as it stands; of a column that is so from top to bottom, of the first ones."""
    count = table.mended[column] = table.mended.get(column, 0) + 1
    if count <= _MENDED_SHOWN:
        more = "; further ones of this column are taken alike" if count == _MENDED_SHOWN else ""
        table.notices.append(f"{line.place} column {column}: {text!r} is taken as {value}{more}")


def _restore_zeros(table: Table, line: Line) -> None:
    """ИНН and БИК that lost their leading zero, where checksum or account key prove that nothing else was lost."""
    values = line.values
    inn, bic, account = values.get("inn"), values.get("bic"), values.get("bank_account")
    whole: dict[str, str | None] = {}
    if isinstance(inn, str):
        whole["inn"] = restored_inn(inn, str(values.get("kind", "organization")))
    if isinstance(bic, str):
        whole["bic"] = restored_bic(bic, account if isinstance(account, str) else None)
    for name, restored in whole.items():
        if restored:
            table.notices.append(f"{line.place} column {name}: {values[name]} had lost its leading zero, taken as {restored}")
            values[name] = restored


def flaws_of(tables: Iterable[Table]) -> list[Flaw]:
    """The problems of all tables, in the order of sheets, rows and columns."""
    return sorted(flaw for table in tables for flaw in table.flaws)
