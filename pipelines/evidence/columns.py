"""Cells to values: what a column claims to hold is read as that; a cell that cannot be is NULL and kept as it was written."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput, Problem
from pipelines.evidence.keys import LOST_DIGITS
from pipelines.platforms.interface import METER_PREFIX, OWNERS_COLUMN
from pipelines.wording import outside

if TYPE_CHECKING:
    import pyarrow as pa

IDENTIFIERS = ("vehicle_id", "account_id", "parent_account_id", "hw_id")
MINUTES_SCALE = 3
METER_SCALE = 6
PRECISION = 18

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?\s?(Z|[+-]\d{2}(?::?\d{2})?)")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d*)?(?:[eE][+-]?\d{1,2})?")
_OFFSET = re.compile(r"[+-](\d{2}):?(\d{2})?$")
_EASTMOST, _WESTMOST = 14 * 60, -12 * 60
_FRACTION = r"^(\d{1,15})[.,]0+$"  # what data frames make of a whole number that they kept exactly
_ROUNDED = rf"(?i)^(?:\d{{16,}}[.,]0+|{LOST_DIGITS.pattern})$"  # a number with more digits than its fifteen true ones
_UNSEEN_BEGIN = (b"\xe2\x80", b"\xe2\x81", b"\xef\xbb\xbf", b"\xc2\xad")  # the bytes of an unseen character, or their beginning
_MARKED_AS_TEXT = r"^'(\d+)$"  # a number that somebody kept from a spreadsheet by its mark
_EXACT = 10**15  # whole numbers up to here keep every digit in a spreadsheet and in a float of 64 bits
_EXACT_SINGLE = 2**24  # the same of a float of 32 bits


class TypedTable:
    """A table of proper types, and beside it, for columns with broken cells, those cells as they were written."""

    def __init__(self, table: "pa.Table", unread: "dict[str, pa.Array]") -> None:
        self.table = table
        self.unread = unread


def typed(vehicles: "pa.Table", source: str) -> TypedTable:
    """Read every column of a snapshot as its type (`contracts.md`, snapshot files).

    Text is trimmed, an empty cell is NULL; moments need an offset that exists; numbers may have a decimal comma and are
    rounded half-up to 3 (minutes) or 6 (meters) decimals. BadInput for columns whose Parquet type cannot be meant.
    """
    import pyarrow as pa

    columns: dict[str, Any] = {}
    unread: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in vehicles.column_names:
        array = whole(vehicles[name])
        try:
            columns[name], broken = _column(name, array)
        except pa.ArrowException:
            problems.append(Problem(f"{source} column {name}", f"has the type {array.type}, which cannot be read as what it stands for"))
            continue
        if broken is not None:
            unread[name] = broken
    if problems:
        raise BadInput(problems)
    return TypedTable(pa.table(columns), unread)


def _column(name: str, array: Any) -> tuple[Any, Any]:
    """(values, broken cells or None) of one column, read by what its name says it holds."""
    if name == OWNERS_COLUMN:
        return array, None
    if name == "last_message_at":
        return _moments(array)
    if name == "is_clone":
        return _flags(array)
    if name == "online_minutes":
        return _decimals(array, MINUTES_SCALE)
    if name.startswith(METER_PREFIX):
        return _decimals(array, METER_SCALE)
    return identifiers(array) if name in IDENTIFIERS else (_text(array), None)


def whole(column: Any) -> Any:
    """A column as one Arrow array of plain values, whatever its chunks and dictionaries."""
    import pyarrow as pa

    if isinstance(column, pa.Array):
        return column

    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else pa.concat_arrays(array.chunks)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    return array


def _text(array: Any) -> Any:
    """Trimmed text, NULL where nothing is left. Whole numbers are text too; fractions and moments are no identifiers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(array.type) and pc.all(pc.is_null(array, nan_is_null=True)).as_py() is not False:
        array = pa.nulls(len(array))  # a column of text without a single one, as data frames keep it
    if not pa.types.is_string(array.type):
        if not (pa.types.is_integer(array.type) or pa.types.is_null(array.type)):
            raise pa.ArrowInvalid("not text")
        array = array.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(array)
    shortest = pc.min(pc.binary_length(trimmed)).as_py()
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed) if shortest == 0 else trimmed


def identifiers(array: Any) -> tuple[Any, Any]:
    """Identifiers as text, and beside them those that a spreadsheet or data frame has rounded, as written (None: there is none).

    Whole numbers of any type are their digits, and `.0` after them, a spreadsheet's apostrophe before them and characters that
    nobody sees are no part of them; a number in exponents, with a
    fraction, or a float of more than 15 digits (float32: 2²⁴) is no longer the identifier that it was.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(array.type):
        return _of_floats(array)
    if pa.types.is_decimal(array.type):
        return _of_decimals(array)
    text = _text(array)
    content = _bytes(text)
    if b"'" in content or any(begin in content for begin in _UNSEEN_BEGIN):
        text = _text(pc.replace_substring_regex(pc.replace_substring_regex(text, outside.UNSEEN, ""), _MARKED_AS_TEXT, r"\1"))
        content = _bytes(text)
    if b".0" in content or b",0" in content:
        text = pc.replace_substring_regex(text, _FRACTION, r"\1")
        content = _bytes(text)
    if not any(mark in content for mark in (b"E", b"e", b".0", b",0")):
        return text, None
    return text, _only(text, pc.match_substring_regex(text, _ROUNDED))


def _of_floats(array: Any) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    exact = _EXACT if array.type.bit_width == pa.float64().bit_width else _EXACT_SINGLE
    array = array.cast(pa.float64())
    array = pc.if_else(pc.is_nan(array), None, array)
    is_whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), float(exact)))
    whole = pc.if_else(is_whole, array, None).cast(pa.int64()).cast(pa.string())
    text = pc.coalesce(whole, array.cast(pa.string()))
    return text, _only(text, pc.invert(is_whole))


def _of_decimals(array: Any) -> tuple[Any, Any]:
    import pyarrow as pa

    written = [None if value is None else f"{value:f}" for value in array.to_pylist()]
    whole = [text and (text.rstrip("0").rstrip(".") if "." in text else text) for text in written]
    broken = [text if text and "." in text else None for text in whole]
    return pa.array(whole, pa.string()), pa.array(broken, pa.string()) if any(broken) else None


def _only(text: Any, mask: Any) -> Any:
    """The cells that a mask picks; None where it picks none."""
    import pyarrow.compute as pc

    mask = pc.fill_null(mask, fill_value=False)
    return pc.if_else(mask, text, None) if pc.any(mask).as_py() else None


def _bytes(array: Any) -> bytes:
    buffer = array.buffers()[2]
    return b"" if buffer is None else memoryview(buffer).tobytes()


def _moments(array: Any) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(array.type):
        if array.type.tz is None:
            raise pa.ArrowInvalid("a moment without an offset")
        return array.cast(pa.timestamp("us", "UTC"), safe=False), None
    array = _text(array)
    try:
        read = array.cast(pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:
        read = None
    if read is not None and all(map(_possible_offset, pc.unique(pc.utf8_slice_codeunits(array, -6)).to_pylist())):
        return read, None
    return _slowly(array, _moment, pa.timestamp("us", "UTC"))


def _possible_offset(tail: str | None) -> bool:
    offset = _OFFSET.search(tail or "")
    if not offset:
        return True
    return _offset_exists((tail or "")[offset.start()] + offset[1], offset[2] or "00")


def _offset_exists(hours: str, minutes: str) -> bool:
    total = abs(int(hours)) * 60 + int(minutes)
    return int(minutes) < 60 and (-total >= _WESTMOST if hours.startswith("-") else total <= _EASTMOST)


def _moment(text: str) -> datetime | None:
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    day, time, fraction, offset = match.groups()
    if offset != "Z" and not _offset_exists(offset[:3], offset[3:].lstrip(":") or "00"):
        return None
    try:
        shift = timedelta() if offset == "Z" else timedelta(hours=int(offset[1:3]), minutes=int(offset[3:].lstrip(":") or 0))
        local = datetime.fromisoformat(f"{day}T{time}+00:00") + timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
        return local + shift if offset.startswith("-") else local - shift
    except (ValueError, OverflowError):
        return None


def _flags(array: Any) -> tuple[Any, Any]:
    """0/1 (also as 0.0/1.0) → false/true; an empty cell is an original."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_boolean(array.type):
        return pc.fill_null(array, fill_value=False), None
    read, broken = _slowly(identifiers(array)[0], {"0": False, "1": True}.get, pa.bool_())
    return pc.fill_null(read, fill_value=False), broken


def _decimals(array: Any, scale: int) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    target = pa.decimal128(PRECISION, scale)
    if pa.types.is_null(array.type):
        return array.cast(target), None
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type) or pa.types.is_decimal(array.type):
        array = pc.if_else(pc.is_nan(array), None, array) if pa.types.is_floating(array.type) else array
        array = array.cast(pa.string())
    array = _text(array)
    try:
        return array.cast(target), None
    except pa.ArrowInvalid:
        return _slowly(array, lambda text: _decimal(text, scale), target)


def _decimal(text: str, scale: int) -> Decimal | None:
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text.replace(",", "."))
    if value.adjusted() >= PRECISION - scale:
        return None
    return value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)


def _slowly(array: Any, parse: Callable[[str], Any], target: "pa.DataType") -> tuple[Any, Any]:
    """Read a column value by value, each distinct text once; (values, broken cells or None)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = array.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    values = pa.array([parse(text) for text in texts], target)
    read = values.take(coded.indices)
    if not values.null_count:
        return read, None
    broken = pc.and_(pc.is_valid(array), pc.is_null(read))
    return read, pc.if_else(broken, array, None)
