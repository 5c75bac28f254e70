"""What devices, plates and VINs are compared by (`domain.md §3.2`), for whole columns at once.

A device key is a number (int64; NULL: unknown), and two devices are one when their keys are equal:

    0 … 10¹⁴ - 1            an IMEI: its first fourteen digits
    10¹⁵ … 2 · 10¹⁵ - 1     fifteen digits that are no IMEI, a serial: 10¹⁵ + the digits, compared whole
    negative                any other text: 63 bits of a hash of it in upper case
"""

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEVICE_RULE = 2  # raise when the keys of devices change: files with older keys are then compared by their `hw_id` anew
IMEI_DIGITS = 14
IMEI_END = 10**IMEI_DIGITS
SERIAL = 10**15
PLACEHOLDER_VEHICLES = 3  # a text on so many vehicles of one platform, clones apart, names no device
_SHORTEST_DEVICE = 6
_CYRILLIC, _LATIN = "АВЕКМНОРСТУХ", "ABEKMHOPCTYX"
_PADDED_SERIAL = 2 * 10**14  # an IMEI begins with 00 or 01, never with 02 to 09: before other digits the 0 is the protocol's
_ONES = {length: (10**length - 1) // 9 for length in (14, 15, 16)}
_SEPARATORS = r"[\s\p{Z}\p{Pd}\x{2212}\x{AD}/\\]+"
_SPACES = r"[\s\p{Z}]+"
_FRACTION = r"^(\d+)[.,]0+$"  # what data frames make of a whole number
LOST_DIGITS = re.compile(r"\d(?:[.,]\d+)?E\+\d+|\d[.,]\d+E\d+")  # what spreadsheets make of a long one
_ASCII_SPACES = (b" ", b"\t", b"\n", b"\v", b"\f", b"\r")
_EXOTIC = (  # how the other spaces and dashes begin in UTF-8
    b"\xc2\xa0",
    b"\xc2\xad",
    b"\xd6\x8a",
    b"\xd6\xbe",
    b"\xe1\x9a\x80",
    b"\xe2\x80",
    b"\xe2\x81\x9f",
    b"\xe2\x88\x92",
    b"\xe2\xb8",
    b"\xe2\xb9",
    b"\xe3\x80",
    b"\xef\xb8",
    b"\xef\xb9",
    b"\xef\xbc\x8d",
)


def device_texts(texts: Any) -> Any:
    """Devices as they are compared: without spaces, dashes, slashes and an added `.0`, in upper case. Arrow strings, both."""
    import pyarrow as pa

    return pa.array([text if text is None else text.upper() for text in _plain(texts).to_pylist()], pa.string())


def device_keys(texts: Any) -> Any:
    """int64 array of device keys (see above) from an Arrow string array; NULL where the device is unknown.

    Fifteen digits with a right check digit, 14 digits, a 0 before the former, and 16 other digits (with a software version)
    are an IMEI. Fifteen digits with a wrong one, with or without a 0 before them, are a serial. Texts of one repeated
    character, shorter than 6 or without a digit are unknown.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = _plain(texts)
    length = pc.binary_length(plain)
    is_number = pc.and_(pc.ascii_is_decimal(plain), pc.and_(pc.greater_equal(length, 14), pc.less_equal(length, 16)))
    is_number = pc.fill_null(is_number, fill_value=False)
    numbers = pc.fill_null(pc.if_else(is_number, plain, None).cast(pa.int64()), fill_value=0).to_numpy(zero_copy_only=False)
    number_keys, is_known = _keys_of_numbers(numbers, pc.if_else(is_number, length, 14).to_numpy(zero_copy_only=False))
    keys = pc.if_else(pc.and_(is_number, pa.array(is_known)), pa.array(number_keys), pa.scalar(None, pa.int64()))
    if pc.all(pc.or_(is_number, pc.is_null(plain))).as_py() is not False:
        return keys
    coded = pc.if_else(is_number, None, plain).dictionary_encode()
    others = pa.array([other_device(text) for text in coded.dictionary.to_pylist()], pa.int64()).take(coded.indices)
    return pc.coalesce(keys, others)


def other_device(text: str) -> int | None:
    """Key of a device that is no number of 14 to 16 digits, from its text without separators; None when it is unknown."""
    upper = text.upper()
    if len(upper) < _SHORTEST_DEVICE or len(set(upper)) == 1 or not any(map(str.isdigit, upper)) or LOST_DIGITS.fullmatch(upper):
        return None
    return -1 - (int.from_bytes(hashlib.sha256(upper.encode()).digest()[:8], "big") >> 1)


def is_imei(keys: "NDArray[np.int64]") -> "NDArray[np.bool_]":
    """Which keys are those of IMEIs."""
    imeis: NDArray[np.bool_] = (keys >= 0) & (keys < IMEI_END)
    return imeis


def look_alike_serials(keys: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Of these keys of one day, the serials of fifteen digits whose first fourteen are an IMEI among them; each once."""
    import numpy as np

    serials = np.unique(keys[keys >= SERIAL])
    return serials[np.isin(imei_of_serial(serials), keys[is_imei(keys)])] if len(serials) else serials


def imei_of_serial(serials: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Key of the IMEI that shares its first fourteen digits with a serial of fifteen."""
    return (serials - SERIAL) // 10


def duplicate_losers(keys: Any, is_active: Any, is_clone: Any) -> int:
    """How many active vehicles of one snapshot would not be billed because another vehicle of it holds their device.

    ``keys``: Arrow int64 array of device keys; ``is_active``, ``is_clone``: Arrow booleans of the same rows. Of each device
    held several times one active vehicle stays; a text that three or more vehicles which are no clones share is a placeholder.
    """
    import numpy as np
    import pyarrow.compute as pc

    known = pc.is_valid(keys).to_numpy(zero_copy_only=False)
    numbers = pc.fill_null(keys, fill_value=0).to_numpy(zero_copy_only=False)[known]
    active = pc.fill_null(is_active, fill_value=False).to_numpy(zero_copy_only=False)[known]
    clone = pc.fill_null(is_clone, fill_value=False).to_numpy(zero_copy_only=False)[known]
    order = np.argsort(numbers, kind="stable")
    numbers, active, clone = numbers[order], active[order], clone[order]
    if not len(numbers):
        return 0
    starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1]))
    actives = np.add.reduceat(active.astype(np.int64), starts)
    originals = np.add.reduceat((~clone).astype(np.int64), starts)
    is_device = is_imei(numbers[starts]) | (originals < PLACEHOLDER_VEHICLES)
    return int(np.maximum(actives - 1, 0)[is_device].sum())


def look_alike_keys(texts: Any) -> Any:
    """Plates or VINs as they are compared: upper case, without spaces, Cyrillic letters that look Latin made Latin."""
    import pyarrow.compute as pc

    plain = _without(texts, _SPACES, ())
    if _content(plain).isascii():
        plain = pc.ascii_upper(plain)
    else:
        plain = pc.utf8_upper(plain)
        held = _content(plain)
        for cyrillic, latin in zip(_CYRILLIC, _LATIN, strict=True):
            if cyrillic.encode() in held:
                plain = pc.replace_substring(plain, cyrillic, latin)
    return pc.if_else(pc.equal(plain, ""), None, plain)


def _plain(texts: Any) -> Any:
    """Devices without separators and without an added `.0`."""
    import pyarrow.compute as pc

    plain = _without(texts, _SEPARATORS, (b"-", b"/", b"\\"))
    held = _content(plain)
    return pc.replace_substring_regex(plain, _FRACTION, r"\1") if b".0" in held or b",0" in held else plain


def _keys_of_numbers(numbers: "NDArray[np.int64]", lengths: "NDArray[np.int32]") -> "tuple[NDArray[np.int64], NDArray[np.bool_]]":
    """(key, known or not) of numbers written with 14 to 16 digits."""
    import numpy as np

    padded = (lengths == 16) & (numbers < SERIAL)  # a 0 in front
    sixteen, fifteen = (lengths == 16) & ~padded, lengths == 15
    is_right = np.zeros(len(numbers), np.bool_)
    is_right[fifteen | padded] = _has_right_check_digit(numbers[fifteen | padded])
    is_versioned = sixteen | (padded & ~is_right & (numbers < _PADDED_SERIAL))
    is_serial = (fifteen | padded) & ~is_right & ~is_versioned
    keys = np.where(is_right, numbers // 10, numbers)
    keys[is_versioned] = numbers[is_versioned] // 100
    keys[is_serial] += SERIAL
    ones = np.array([_ONES[14], _ONES[15], _ONES[16]])[np.where(padded, 15, lengths) - 14]
    return keys, numbers != (numbers // ones) * ones


def _has_right_check_digit(numbers: "NDArray[np.int64]") -> "NDArray[np.bool_]":
    """Luhn's check of numbers of fifteen digits (leading zeros left out), five digits at a time."""
    even, odd = _luhn_sums()
    high, rest = numbers // 10**10, numbers % 10**10
    total = even[high] + odd[rest // 10**5] + even[rest % 10**5]
    right: NDArray[np.bool_] = total % 10 == 0
    return right


@cache
def _luhn_sums() -> "tuple[NDArray[np.uint8], NDArray[np.uint8]]":
    """Luhn's sum of every five digits where the second and fourth are doubled, and where the others are."""
    import numpy as np

    fives = np.arange(10**5)
    digits = np.stack([fives // 10**power % 10 for power in (4, 3, 2, 1, 0)])
    doubled = digits * 2 - 9 * (digits > 4)
    even = digits[0] + doubled[1] + digits[2] + doubled[3] + digits[4]
    odd = doubled[0] + digits[1] + doubled[2] + digits[3] + doubled[4]
    return even.astype(np.uint8), odd.astype(np.uint8)


def _content(texts: Any) -> bytes:
    buffer = texts.buffers()[2]
    return b"" if buffer is None else memoryview(buffer).tobytes()


def _without(texts: Any, pattern: str, marks: tuple[bytes, ...]) -> Any:
    """Texts without what the pattern matches; the pattern runs only where something like it can be there."""
    import pyarrow.compute as pc

    held = _content(texts)
    if any(mark in held for mark in (*_ASCII_SPACES, *marks)) or (not held.isascii() and any(mark in held for mark in _EXOTIC)):
        return pc.replace_substring_regex(texts, pattern, "")
    return texts
