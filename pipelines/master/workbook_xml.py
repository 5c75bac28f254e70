"""The XML of a workbook's parts, read as a stream: sheets, texts, number formats, rows of cells.

Elements are known by their local names, so a workbook in the Strict form of the format, or one with prefixes, is read like
any other. Of the styles only number formats matter; fonts, fills and colours are passed over, whatever they hold.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from xml.parsers import expat

from pipelines.errors import BadInput
from pipelines.master import workbook_archive, workbook_formats
from pipelines.master.workbook_archive import Archive

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# cells without content and rows without cells; only such as carry their own address, so that nothing shifts
_EMPTY_CELL = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\br=")[^>]*?(?:/>|></(?:\w+:)?c>)')
_EMPTY_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\br=")(?:[^>]*?/>|[^>]*>\s*</(?:\w+:)?row>)')
_STARTS = (b"<c ", b"<row ", b":c ", b":row ")
_LONGEST_ELEMENT = 1 << 20
_COLUMN = re.compile(r"[A-Za-z]{1,3}")


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of the workbook: its title, the part that holds its rows, and whether people do not see it."""

    title: str
    part: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the sheets of a workbook share. ``formats``: the number format of every style."""

    pages: tuple[Page, ...]
    texts: list[str]
    formats: tuple[str, ...]
    counts_from_1904: bool


@dataclass(slots=True)
class Cell:
    """A cell with content, as it is written: its column from 1, type, style, text; ``is_formula`` whatever it came to."""

    column: int
    kind: str
    style: int
    text: str
    is_formula: bool


def read_workbook(archive: Archive) -> Workbook:
    """What is needed to read the sheets. BadInput when a part of it is missing or no XML."""
    root = _relations(archive, "")
    part = next((target for kind, target in root.values() if kind == "officeDocument"), "xl/workbook.xml")
    if part not in archive:
        raise BadInput.one(archive.name, f"is not an .xlsx workbook: it has no part {part}")
    relations = _relations(archive, part)
    sheets, counts_from_1904 = _sheets(archive, part)
    of_kind = {kind: target for kind, target in relations.values() if target in archive}
    pages = [
        Page(title, relations[key][1], is_hidden) for title, key, is_hidden in sheets if relations.get(key, ("", ""))[0] == "worksheet"
    ]
    for page in pages:
        if page.part not in archive:
            raise BadInput.one(archive.name, f"lacks the part {page.part} of its sheet {page.title!r}; save it again")
    texts = list(_texts(archive, of_kind["sharedStrings"])) if "sharedStrings" in of_kind else []
    formats = _formats(archive, of_kind["styles"]) if "styles" in of_kind else ()
    return Workbook(tuple(pages), texts, formats, counts_from_1904)


def rows(
    archive: Archive, part: str, last_column: int, merged: list[str], hidden_columns: list[tuple[int, int]]
) -> Iterator[tuple[int, list[Cell], bool]]:
    """The rows of a sheet: number, cells that hold something, none behind the one after ``last_column``, and whether people do not see it.

    ``merged`` receives the addresses of merged areas, which stand behind the rows; ``hidden_columns`` the first and the last of columns
    that people do not see, which stand before them.
    """
    reader = _RowReader(last_column, merged, hidden_columns)
    content = _without_empty(archive.chunks(part))
    for _ in _parsed(archive, part, content, reader.start, reader.end, reader.characters):
        ready, reader.ready = reader.ready, []
        yield from ready


def plain(text: str) -> str:
    """A text without the format's escapes: `_x000D_` is a carriage return, `_x005F_` an underline."""
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def _without_empty(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A sheet's XML without its empty cells and rows: a million formatted rows cost the parser nothing.

    Pieces end where a cell or row begins. One that is longer than any cell is passed on as it is, so the work stays linear.
    """
    kept = b""
    for chunk in chunks:
        content = kept + chunk
        cut = max(map(content.rfind, _STARTS))
        cut = content.rfind(b"<", 0, cut + 1) if cut >= 0 else -1
        if cut < 0 or len(content) - cut > _LONGEST_ELEMENT:
            yield content
            kept = b""
        else:
            kept = content[cut:]
            yield _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", content[:cut]))
    yield kept


def _parsed(
    archive: Archive, part: str, content: Iterator[bytes], start: Start, end: End, characters: Callable[[str], None]
) -> Iterator[None]:
    """Parse a part and call back; yields after every piece. BadInput when it is no XML or declares a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters

    def refuse(*_: object) -> None:
        raise BadInput.one(archive.name, f"declares a document type ({part}), as no workbook does; it is not opened")

    parser.StartDoctypeDeclHandler = refuse
    try:
        for chunk in content:
            parser.Parse(chunk)
            yield
        parser.Parse(b"", True)  # noqa: FBT003 - the parser takes it by position alone
        yield
    except expat.ExpatError as error:
        raise BadInput.one(archive.name, f"cannot be read: its part {part} is not well-formed XML ({error}); save it again") from None


def _walk(archive: Archive, part: str, start: Start, end: End = lambda _: None) -> None:
    for _ in _parsed(archive, part, archive.chunks(part), start, end, lambda _: None):
        pass


@lru_cache(maxsize=1024)
def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Relation's key → its kind and the part that it leads to."""
    relations: dict[str, tuple[str, str]] = {}
    where = workbook_archive.relations_of(part)

    def start(name: str, given: dict[str, str]) -> None:
        if _local(name) == "Relationship" and given.get("TargetMode") != "External":
            kind = given.get("Type", "").rpartition("/")[2]
            relations[given.get("Id", "")] = kind, workbook_archive.target(part, given.get("Target", ""))

    if where in archive:
        _walk(archive, where, start)
    return relations


def _sheets(archive: Archive, part: str) -> tuple[list[tuple[str, str, bool]], bool]:
    """Titles of sheets with the keys of their relations and whether they are hidden, and whether days are counted from 1904."""
    sheets: list[tuple[str, str, bool]] = []
    from_1904: list[bool] = []

    def start(name: str, given: dict[str, str]) -> None:
        if _local(name) == "sheet":
            key = next((value for key, value in given.items() if ":" in key and _local(key) == "id"), "")
            sheets.append((plain(given.get("name", "")), key, given.get("state", "visible") != "visible"))
        elif _local(name) == "workbookPr":
            from_1904.append(given.get("date1904", "") in ("1", "true"))

    _walk(archive, part, start)
    return sheets, any(from_1904)


def _texts(archive: Archive, part: str) -> Iterator[str]:
    """The shared texts in their order; a phonetic reading beside one is none of it."""
    ready: list[str] = []
    pieces: list[str] = []
    inside: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        local = _local(name)
        if local == "si":
            pieces.clear()
        inside.append(local)

    def end(name: str) -> None:
        inside.pop()
        if _local(name) == "si":
            ready.append(plain("".join(pieces)))

    def characters(text: str) -> None:
        if inside and inside[-1] == "t" and "rPh" not in inside:
            pieces.append(text)

    for _ in _parsed(archive, part, archive.chunks(part), start, end, characters):
        yield from ready
        ready.clear()


def _formats(archive: Archive, part: str) -> tuple[str, ...]:
    """The number format of each style of cells, in the order by which cells name them."""
    own: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(name: str, given: dict[str, str]) -> None:
        parent = inside[-1] if inside else ""
        inside.append(_local(name))
        if inside[-1] == "numFmt" and parent == "numFmts":
            own[given.get("numFmtId", "")] = given.get("formatCode", "General")
        elif inside[-1] == "xf" and parent == "cellXfs":
            styles.append(given.get("numFmtId", "0"))

    def end(_: str) -> None:
        inside.pop()

    _walk(archive, part, start, end)
    return tuple(own.get(style) or workbook_formats.built_in(style) for style in styles)


class _RowReader:
    """Collects cells as the parser comes to them. Rows and cells without an address follow the one before them."""

    def __init__(self, last_column: int, merged: list[str], hidden_columns: list[tuple[int, int]]) -> None:
        self.ready: list[tuple[int, list[Cell], bool]] = []
        self._last_column = last_column
        self._merged = merged
        self._hidden_columns = hidden_columns
        self._row = 0
        self._is_hidden = False
        self._cells: list[Cell] = []
        self._column = 0
        self._given: dict[str, str] = {}
        self._pieces: list[str] = []
        self._takes = False  # characters that come next are content of the cell
        self._is_formula = False
        self._is_phonetic = False

    def start(self, name: str, given: dict[str, str]) -> None:
        """An element begins."""
        local = _local(name)
        if local == "c":
            self._given = given
            address = given.get("r")
            self._column = _column(address) if address else self._column + 1
        elif local == "row":
            number = given.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._is_hidden = given.get("hidden") in ("1", "true")
            self._column = 0
        elif local in ("v", "t"):
            self._takes = not self._is_phonetic
        elif local == "f":
            self._is_formula = True
        elif local == "rPh":
            self._is_phonetic = True
        elif local == "col" and given.get("hidden") in ("1", "true"):
            first, last = given.get("min", ""), given.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self._hidden_columns.append((int(first), int(last)))
        elif local == "mergeCell":
            self._merged.append(given.get("ref", ""))

    def characters(self, text: str) -> None:
        """Characters of the element that is open."""
        if self._takes:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        local = _local(name)
        if local == "c":
            if self._pieces or self._is_formula:
                self._keep()
        elif local == "row":
            if self._cells:
                self.ready.append((self._row, self._cells, self._is_hidden))
                self._cells = []
        elif local in ("v", "t"):
            self._takes = False
        elif local == "rPh":
            self._is_phonetic = False

    def _keep(self) -> None:
        if self._column <= self._last_column + 1:
            given = self._given
            style = given.get("s", "0")
            self._cells.append(
                Cell(
                    self._column,
                    given.get("t", "n"),
                    int(style) if style.isdecimal() else 0,
                    "".join(self._pieces),
                    self._is_formula,
                )
            )
        elif not self._cells or self._cells[-1].column <= self._last_column:
            self._cells.append(Cell(self._last_column + 1, "n", 0, "0", is_formula=False))  # that there is one is all that matters
        self._pieces = []
        self._is_formula = False


def _column(address: str) -> int:
    return _column_of_letters(address.rstrip("0123456789"))


@cache
def _column_of_letters(letters: str) -> int:
    """The column that one to three letters name; ValueError for what is no address of a cell."""
    if not _COLUMN.fullmatch(letters):
        raise ValueError(f"a cell stands at {letters[:20]!r}, which is no column")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(column: int) -> str:
    """The letters of a column: 28 is AB."""
    letters = ""
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(65 + left) + letters
    return letters
