"""CSV files of platforms: read fast as text, and when that fails read again slowly to name every broken line."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pipelines.errors import BadInput, Problem
from pipelines.platforms.bounds import DEFAULT, FileBounds

if TYPE_CHECKING:
    import pyarrow as pa

BOM = b"\xef\xbb\xbf"
SHOWN = 20


def read_delimited(
    data: bytes, name: str, wanted: Sequence[str], required: Sequence[str], prefix: str, bounds: FileBounds = DEFAULT
) -> "tuple[pa.Table, tuple[str, ...]]":
    """(table of text, ignored columns): columns of ``wanted`` or beginning with ``prefix``; an empty cell is NULL.

    UTF-8 with or without BOM, ``,`` or ``;``. BadInput with ``name:line`` for what is no such file: another encoding, NUL
    bytes, lines cut short or ended by a carriage return alone, missing or doubled columns; and for more than the bounds allow.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput.one(name, "is UTF-16; save it as UTF-8")
    start = len(BOM) if data.startswith(BOM) else 0
    if b"\0" in data:
        raise BadInput(broken_lines(data, name))
    header, delimiter = _header(data[start:], name)
    bounds.check_columns(len(header), name)
    bounds.check_rows(data.count(b"\n") - 1, name)
    _check_header(header, required, name)
    kept = [column for column in header if column in wanted or (prefix and column.startswith(prefix))]
    known = set(kept)
    ignored = tuple(column for column in header if column not in known)
    if b"\n" not in data.rstrip(b"\r\n"):
        return pa.table({column: pa.array([], pa.string()) for column in kept}), ignored
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(data).slice(start)),
            read_options=arrow_csv.ReadOptions(column_names=header, skip_rows=1, block_size=1 << 22),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in data),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), include_columns=kept, strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadInput(broken_lines(data, name) or [Problem(name, str(error).splitlines()[0])]) from None
    if b'"' in data and (data.count(b'"') % 2 or data.count(b"\n") > table.num_rows + 1):  # a quote left open swallows rows
        swallowed = broken_lines(data, name)
        if swallowed:
            raise BadInput(swallowed)
    return table, ignored


class LineNumbers:
    """On which line of a file each data row (from 0) ends: blank lines and line breaks inside quotes are counted as they are."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._numbers: list[int] | None = None

    def of(self, row: int) -> int:
        """Line of a data row, from 1; the file is gone through once, when a row is asked for first."""
        if b'"' not in self._data and b"\n\n" not in self._data and b"\n\r\n" not in self._data:
            return row + 2
        if self._numbers is None:
            self._numbers = self._counted()
        return self._numbers[row + 1] if row + 1 < len(self._numbers) else row + 2

    def _counted(self) -> list[int]:
        delimiter = _delimiter(self._data.split(b"\n", 1)[0].decode("utf-8", "replace"))
        reader = csv.reader(io.StringIO(self._data.decode("utf-8", "replace"), newline=""), delimiter=delimiter)
        return [reader.line_num for cells in reader if cells]


def broken_lines(data: bytes, name: str) -> list[Problem]:
    """What is wrong with a file that could not be read, line by line; the first ones, and how many more."""
    problems: list[Problem] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if b"\0" in line:
            problems.append(Problem(f"{name}:{number}", "contains a NUL byte; the file is damaged or not text"))
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(
                Problem(
                    f"{name}:{number}", f"is not UTF-8 (byte 0x{line[error.start]:02x} at position {error.start + 1}); save it as UTF-8"
                )
            )
    return _capped(problems or list(_ragged(data, name)), name)


def _ragged(data: bytes, name: str) -> Iterable[Problem]:
    text = data.decode("utf-8").removeprefix("\ufeff")
    header, delimiter = _header(text.encode(), name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if cells and len(cells) != len(header):
                yield Problem(
                    f"{name}:{reader.line_num}", f"has {len(cells)} cells where the heading has {len(header)}; is the file cut short?"
                )
    except csv.Error as error:
        yield Problem(f"{name}:{reader.line_num}", f"cannot be read: {error}")


def _capped(problems: list[Problem], name: str) -> list[Problem]:
    more = len(problems) - SHOWN
    return [*problems[:SHOWN], Problem(name, f"and {more} more lines like these")] if more > 0 else problems


def _delimiter(line: str) -> str:
    return ";" if line.count(";") > line.count(",") else ","


def _header(data: bytes, name: str) -> tuple[list[str], str]:
    first = data.split(b"\n", 1)[0]
    try:
        line = first.decode("utf-8").strip("\r")
    except UnicodeDecodeError:
        raise BadInput.one(f"{name}:1", "is not UTF-8; save it as UTF-8") from None
    if not line.strip():
        raise BadInput.one(name, "is empty: it has not even a heading")
    if "\r" in line:
        raise BadInput.one(f"{name}:1", "has a carriage return without a line feed; save it with the usual ends of lines")
    delimiter = _delimiter(line)
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True))], delimiter
    except csv.Error as error:
        raise BadInput.one(f"{name}:1", f"cannot be read: {error}") from None


def _meant(header: Sequence[str], column: str) -> str:
    """What to do about a heading in other letters: it is named, not guessed."""
    written = next((each for each in header if each.replace(" ", "_").casefold() == column), None)
    return "" if written is None else f"; write {written!r} as {column}"


def _check_header(header: Sequence[str], required: Sequence[str], name: str) -> None:
    problems = [Problem(f"{name}:1", f"has no column {column}{_meant(header, column)}") for column in required if column not in header]
    doubled = sorted(column for column, times in Counter(header).items() if times > 1)
    problems += [Problem(f"{name}:1 column {column or '(without a name)'}", "is there more than once") for column in doubled]
    if problems:
        raise BadInput(problems)
