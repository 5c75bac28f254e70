"""CSV files as sheets: UTF-8, `,` or `;`, each row with as many fields as there are headings."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import Problem
from pipelines.master.source_sheets import MasterSource, RawRow, RawSheet, SheetLimits, sheet_name

_SEPARATOR_LINE = re.compile(r"sep=([,;])\r?\n", re.IGNORECASE)
_LONGEST_FIELD = 100_000
_PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst")


def read_csv_files(path: Path, limits: SheetLimits) -> MasterSource:
    """The sheets of a folder, or of one file. Problems of a file that cannot be read are in its sheet."""
    source = MasterSource(path.name or str(path), [])
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    seen: dict[str, str] = {}
    for file in files:
        if file.name.startswith(".") or not file.is_file():
            continue
        if file.suffix.lower() in _PACKED and sheet_name(file.name.split(".", 1)[0]):
            source.problems.append(Problem(file.name, "is packed; unpack it first"))
        if file.suffix.lower() != ".csv":
            continue
        name = sheet_name(file.stem)
        if name is None:
            source.stranger(file.stem, file.name)
        elif name in seen:
            source.problems.append(Problem(file.name, f"is the same sheet as {seen[name]}"))
        else:
            seen[name] = file.name
            source.sheets.append(read_csv_file(name, file, limits))
    return source


def read_csv_file(name: str, file: Path, limits: SheetLimits) -> RawSheet:
    """One file as a sheet of that name; what stands against reading it is among its problems. OSError when it cannot be opened."""
    sheet = RawSheet(name, file.name, "csv")
    if file.stat().st_size > limits.bytes:
        said = f"has more than {limits.bytes // 10**6} MB (FLEETBILL_MASTER_MAX_MEGABYTES); it is not read"
        sheet.problems.append((1, Problem(file.name, said)))
        return sheet
    text = _decoded(sheet, file.read_bytes())
    if text is None:
        return sheet
    text, skipped = _without_separator_line(text)
    if not text.strip():
        sheet.problems.append((1, Problem(file.name, "is empty: not even headings")))
        return sheet
    sheet.rows = list(_records(sheet, text, skipped, limits))
    return sheet


def _decoded(sheet: RawSheet, raw: bytes) -> str | None:
    """The text of a file, or None with the problem noted at its line."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        sheet.problems.append((1, Problem(sheet.label, "is in UTF-16; save it as CSV UTF-8")))
        return None
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        sheet.problems.append((line, Problem(sheet.place(line), "holds a NUL byte: the file is damaged or no text")))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        looks = "; it looks like Windows-1251" if _looks_cyrillic(raw) else ""
        sheet.problems.append((line, Problem(sheet.place(line), f"is not UTF-8{looks}; save the file as CSV UTF-8")))
        return None


def _looks_cyrillic(raw: bytes) -> bool:
    text = raw.decode("cp1251", errors="replace")
    letters = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    return bool(letters) and sum("а" <= letter.lower() <= "я" or letter in "ёЁ" for letter in letters) > 0.8 * len(letters)


def _without_separator_line(text: str) -> tuple[str, int]:
    """Excel's own first line ``sep=;`` taken away, and how many lines that was."""
    line = _SEPARATOR_LINE.match(text)
    return (text[line.end() :], 1) if line else (text, 0)


def _delimiter(text: str) -> str:
    """The delimiter that occurs more often in the first line, outside quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return ";" if first.count(";") > first.count(",") else ","


def _records(sheet: RawSheet, text: str, skipped: int, limits: SheetLimits) -> Iterator[RawRow]:
    """Headings into the sheet, then its rows; a row of the wrong length is a problem and is left out."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    start, taken = skipped + 1, 0
    try:
        for record in reader:
            number, start = start, reader.line_num + skipped + 1
            if not any(cell.strip() for cell in record):
                continue
            if not sheet.headings:
                sheet.heading_row = number
                sheet.headings = tuple(record)
                said = limits.exceeded(0, len(record))
                if said:
                    sheet.problems.append((number, Problem(sheet.place(number), said)))
                    sheet.headings = ()
                    return
                continue
            taken += 1
            said = limits.exceeded(taken, 0)
            if said:
                sheet.problems.append((number, Problem(sheet.place(number), said)))
                return
            row = _fitted(sheet, number, record)
            if row:
                yield row
    except csv.Error as error:
        said = "a quote is opened and never closed: the file is cut off" if "end of data" in str(error) else str(error)
        sheet.problems.append((start, Problem(sheet.place(start), f"is not CSV: {said}")))


def _fitted(sheet: RawSheet, number: int, record: list[str]) -> RawRow | None:
    wanted = len(sheet.headings)
    if len(record) < wanted:
        message = f"has {len(record)} fields of {wanted}: the row is cut off"
    elif any(cell.strip() for cell in record[wanted:]):
        message = f"has {len(record)} fields, the headings {wanted}: put a text or number with the separator in it into quotes"
    else:
        return RawRow(number, tuple(record[:wanted]))
    sheet.problems.append((number, Problem(sheet.place(number), message)))
    return None
