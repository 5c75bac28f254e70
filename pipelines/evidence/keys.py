"""What devices, plates and VINs are compared by (`domain.md §3.2`), for whole columns at once."""

import hashlib
from typing import Any

IMEI_DIGITS = 14
_SHORTEST_DEVICE = 6
_CYRILLIC, _LATIN = "АВЕКМНОРСТУХ", "ABEKMHOPCTYX"
_SPACES_AND_DASHES = r"[\s\p{Z}\p{Pd}]+"
_SPACES = r"[\s\p{Z}]+"
_SAME_DIGITS = [str(digit) * length for digit in range(10) for length in (14, 15, 16)]


def device_keys(texts: Any) -> Any:
    """int64 array from a string array: IMEI → its first 14 digits; another device → a negative hash; unknown → NULL."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = _without(texts, _SPACES_AND_DASHES, (b" ", b"-"))
    length = pc.binary_length(plain)
    digits = pc.and_(pc.ascii_is_decimal(plain), pc.and_(pc.greater_equal(length, 14), pc.less_equal(length, 16)))
    digits = pc.fill_null(digits, fill_value=False)
    imei = pc.and_(digits, pc.invert(pc.is_in(plain, pa.array(_SAME_DIGITS))))
    keys = pc.utf8_slice_codeunits(pc.if_else(imei, plain, None), 0, IMEI_DIGITS).cast(pa.int64())
    if pc.all(pc.or_(digits, pc.is_null(plain))).as_py() is not False:
        return keys
    coded = pc.if_else(digits, None, plain).dictionary_encode()
    others = pa.array([other_device(text) for text in coded.dictionary.to_pylist()], pa.int64()).take(coded.indices)
    return pc.coalesce(keys, others)


def other_device(text: str) -> int | None:
    """Key of a device that is no IMEI: negative, 63 bits of a hash of its upper-case text; None when it is unknown."""
    upper = text.upper()
    if len(upper) < _SHORTEST_DEVICE or len(set(upper)) == 1:
        return None
    return -1 - (int.from_bytes(hashlib.sha256(upper.encode()).digest()[:8], "big") >> 1)


def look_alike_keys(texts: Any) -> Any:
    """Plates or VINs as they are compared: upper case, without spaces, Cyrillic letters that look Latin made Latin."""
    import pyarrow.compute as pc

    plain = _without(texts, _SPACES, (b" ",))
    if _content(plain).isascii():
        plain = pc.ascii_upper(plain)
    else:
        plain = pc.utf8_upper(plain)
        held = _content(plain)
        for cyrillic, latin in zip(_CYRILLIC, _LATIN, strict=True):
            if cyrillic.encode() in held:
                plain = pc.replace_substring(plain, cyrillic, latin)
    return pc.if_else(pc.equal(plain, ""), None, plain)


def _content(texts: Any) -> bytes:
    buffer = texts.buffers()[2]
    return b"" if buffer is None else memoryview(buffer).tobytes()


def _without(texts: Any, pattern: str, marks: tuple[bytes, ...]) -> Any:
    """Texts without what the pattern matches; the pattern runs only where something like it can be there."""
    import pyarrow.compute as pc

    held = _content(texts)
    exotic = (
        b"\xc2\xa0",
        b"\xe2\x80",
        b"\xe3\x80\x80",
        b"\xe1\x9a\x80",
        b"\xe2\x81\x9f",
        b"\t",
        b"\n",
        b"\r",
        b"\xef\xb9",
        b"\xef\xbc\x8d",
        b"\xd6\x8a",
        b"\xe2\xb8",
        b"\xe3\x80",
    )
    if any(mark in held for mark in (*marks, *exotic)):
        return pc.replace_substring_regex(texts, pattern, "")
    return texts
