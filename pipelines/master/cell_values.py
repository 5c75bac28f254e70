"""One cell understood as text, date, decimal, whole number or yes/no, or a named reason why not. Pure."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from uuid import UUID

from pipelines.master.sheets import MasterColumn, Value
from pipelines.master.source_sheets import FormattedNumber, UnreadableCell
from pipelines.wording import outside

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(outside.UNSEEN)
_ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_MAYBE_A_THOUSAND = re.compile(r"([+-]?[1-9]\d{0,2})[.,](\d{3})")
_ZEROS_ADDED = re.compile(r"(\d+)[.,]0+")  # a data frame's 1010.0
_SHORTENED = re.compile(r"\d+[.,]\d+[eE][+-]?\d{1,3}|\d+[eE]\+\d{1,3}")  # a spreadsheet's 8.6E+14
_ESCAPED_BREAK = re.compile(r"_x000[9AD]_", re.IGNORECASE)
_ONLY_ZEROS = re.compile(r"0{2,}")
_EARLIEST = date(1990, 1, 1)
_LATEST = date(2100, 1, 1)
_LAST_DAYS = ("ends_on", "valid_to")  # may lie as far ahead as one likes: people write 9999-12-31 for "never"
_WORDS = {
    **dict.fromkeys(("yes", "y", "да", "true", "истина", "1"), True),
    **dict.fromkeys(("no", "n", "нет", "false", "ложь", "0"), False),
}
_EXACT_DIGITS = 15
_LARGEST_EXACT = 2**53  # beyond it a data frame's numbers skip some
_ROUNDED = "a number this long has lost its last digits in the spreadsheet; format the cell as text and type it again"


class Misread(ValueError):  # noqa: N818 - reads as the sentence it is: the cell was misread
    """The cell cannot be understood; the message says why, to the person who wrote it."""


def value_of(cell: object, column: MasterColumn) -> Value:
    """The value of a cell; None when it is empty. Misread when it cannot be understood without guessing."""
    if isinstance(cell, UnreadableCell):
        raise Misread(cell.message)
    if isinstance(cell, str):
        cell = clean(cell)
    if cell is None or cell == "":
        return None
    match column.kind:
        case "text":
            return _allowed(_text(cell), column)
        case "code" | "requisite":
            text = _text(cell)
            return _identifier(text.replace(" ", "") if column.kind == "requisite" else text)
        case "date":
            return _date(cell, column)
        case "decimal":
            return _decimal(cell, column)
        case "integer":
            return _integer(_decimal(cell, column))
        case "boolean":
            return _yes_no(cell)


def clean(text: str) -> str:
    """Text without spaces around it, non-breaking and invisible characters; runs of spaces become one."""
    plain = text.strip(" ")
    if plain.isascii() and plain.isprintable() and "  " not in plain:
        return plain  # nearly every cell
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def _text(cell: object) -> str:
    match cell:
        case str():
            if _ESCAPED_BREAK.search(cell):
                raise Misread(f"{cell!r} holds the escape that a spreadsheet writes for a line break; remove it")
            if not cell.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in cell):
                raise Misread(f"{cell!r} holds a control character")
            return cell
        case bool():
            raise Misread("the cell holds TRUE or FALSE, not a text; format it as text")
        case date():
            raise Misread(f"the spreadsheet made a date of it ({cell:%Y-%m-%d}); format the cell as text and type it again")
        case FormattedNumber(value, number_format):
            if abs(value) >= 10**_EXACT_DIGITS:
                raise Misread(_ROUNDED)
            zeros = len(number_format) if _ONLY_ZEROS.fullmatch(number_format) else 0
            return _whole(value).zfill(zeros)  # what a person sees: the format 00000 shows 42 as 00042
        case int() | float() | Decimal():
            return _whole(cell)
        case UUID():
            return str(cell)
    raise Misread(f"{_repr(cell)} is not a text; format the cell as text")


def _identifier(text: str) -> str:
    """A code or requisite without what spreadsheets and data frames make of a long number (domain.md §3.2)."""
    if _SHORTENED.fullmatch(text):
        raise Misread(f"a spreadsheet shortened the number to {text}: its last digits are lost; format the cell as text and type it again")
    added = _ZEROS_ADDED.fullmatch(text)
    if added and int(added[1]) > _LARGEST_EXACT:
        raise Misread(_ROUNDED)
    return added[1] if added else text


def _whole(value: float | Decimal) -> str:
    if not isfinite(value) or value != int(value):
        raise Misread(f"the number {value} is not a text: what was typed may have been changed; format the cell as text")
    if isinstance(value, float) and abs(value) >= 10**_EXACT_DIGITS:
        raise Misread(_ROUNDED)
    return str(int(value))


def _allowed(text: str, column: MasterColumn) -> str:
    """The allowed spelling of a word, whatever its case; other words are left to the gate."""
    return next((word for word in column.allowed if word.casefold() == text.casefold()), text)


def _date(cell: object, column: MasterColumn) -> date:
    day: date | None = None
    if isinstance(cell, datetime):
        if cell.time().replace(microsecond=0).isoformat() != "00:00:00":
            raise Misread(f"{cell:%Y-%m-%d %H:%M} has a time of day; only a date is wanted")
        day = cell.date()
    elif isinstance(cell, date):
        day = cell
    elif isinstance(cell, str):
        written = _ISO_DATE.fullmatch(cell)
        if written:
            try:
                day = date.fromisoformat(written[1])
            except ValueError:
                raise Misread(f"{cell!r} is a day that does not exist") from None
    elif isinstance(cell, FormattedNumber | int | float):
        raise Misread(f"{_repr(cell)} is a number, not a date; format the cell as a date")
    if day is None:
        raise Misread(f"{_repr(cell)} is not a date; write it as 2026-01-31")
    return _likely(day, column)


def _likely(day: date, column: MasterColumn) -> date:
    """The day, unless its year can only be mistyped."""
    if day < _EARLIEST and day != date.min:
        raise Misread(f"{day} lies before 1990; is the year mistyped?")
    if day >= _LATEST and column.name not in _LAST_DAYS:
        raise Misread(f"{day} lies after 2099; is the year mistyped?")
    return day


def _decimal(cell: object, column: MasterColumn) -> Decimal:
    if isinstance(cell, FormattedNumber):
        if "%" in cell.number_format:
            raise Misread(f"the cell is formatted as a percentage (it holds {cell.value}); type a plain number")
        cell = cell.value
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        raise Misread(f"{_repr(cell)} is not a number")
    if isinstance(cell, str):
        cell = _number_text(cell, column)
    elif isinstance(cell, float):
        cell = format(cell, f".{_EXACT_DIGITS}g")  # what the spreadsheet shows: its own precision
        if "e" in cell and "n" not in cell:
            cell = f"{Decimal(cell):f}"
    try:
        number = Decimal(cell)
    except InvalidOperation:
        raise Misread(f"{cell!r} is not a number") from None
    if not number.is_finite() or number.adjusted() > 12 or number.as_tuple().exponent < -12:  # type: ignore[operator]  # finite: an int
        raise Misread(f"{cell} is not a number of at most 12 digits before and after the point")
    return number


def _number_text(text: str, column: MasterColumn) -> str:
    """A written number with a point and without spaces between thousands."""
    if not (_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text)):
        percent = "; write 10 for ten percent" if column.name.endswith("_percent") and "%" in text else ""
        raise Misread(f"{text!r} is not a number{percent}")
    unclear = _MAYBE_A_THOUSAND.fullmatch(text)
    if unclear:
        whole, rest = unclear.groups()
        raise Misread(f"{text!r} may be {whole}{rest} or {whole} and {rest} thousandths; write {whole}{rest} or {whole}.{rest}0")
    return text.replace(" ", "").replace(",", ".")


def _integer(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise Misread(f"{number} is not a whole number")
    if abs(number) >= 2**31:
        raise Misread(f"{number} is too large")
    return int(number)


def _yes_no(cell: object) -> bool:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, FormattedNumber):
        cell = cell.value
    word = str(int(cell)) if isinstance(cell, float | Decimal) and isfinite(cell) and cell == int(cell) else str(cell).casefold()
    if word not in _WORDS:
        raise Misread(f"{_repr(cell)} is neither yes nor no")
    return _WORDS[word]


def _repr(cell: object) -> str:
    return repr(cell.value) if isinstance(cell, FormattedNumber) else repr(cell)
