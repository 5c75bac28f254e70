"""The modules of a QR code, quickly: what never changes of a version is asked of segno once, the rest is a table and an XOR. Pure.

ISO/IEC 18004: byte mode (7.4.5), Reed-Solomon codes over GF(256) (7.5), codewords interleaved by blocks (7.6), placed in columns of
two from the lower right (7.7.3), mask 3 (7.8.2). Level M, the smallest version that holds the text. Weighing all masks and setting each
module by itself would cost more than typesetting the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Bits = np.ndarray[Any, np.dtype[np.uint8]]

MASK = 3
_LEVEL = "m"
_BYTE_MODE, _PADDING = 0b0100, (0b11101100, 0b00010001)
_LONG_COUNT = 10  # the version from which on the length takes two bytes
_FIELD = 0x11D
_DATA = (4, 1024)  # light and dark modules of data, as segno names them


@dataclass(frozen=True, slots=True)
class _Version:
    """A version without data: ``modules`` of size × size, ``places`` of the bits in it, ``inverted`` where the mask is 1; its blocks."""

    modules: "Bits"
    places: Any
    inverted: "Bits"
    data: tuple[int, ...]
    correction: int


@lru_cache(256)
def modules(text: str) -> "Bits":
    """The code of a text: a square of ones, which are dark, and zeros. ValueError for a text that no version holds."""
    import numpy as np

    content = text.encode()
    number = _smallest(len(content))
    version = _version(number)
    words = _codewords(content, number, sum(version.data))
    blocks, at = [], 0
    for length in version.data:
        blocks.append(words[at : at + length])
        at += length
    corrections = [_correction(block, version.correction) for block in blocks]
    interleaved = [word for word in chain(*zip_longest(*blocks), *zip(*corrections, strict=True)) if word is not None]
    bits = np.zeros(len(version.places), dtype=np.uint8)
    words_as_bits = np.unpackbits(np.array(interleaved, dtype=np.uint8))
    bits[: len(words_as_bits)] = words_as_bits
    made = version.modules.copy()
    made.reshape(-1)[version.places] = bits ^ version.inverted
    return made


def runs(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The size of the code, and its dark modules as runs of one row: column, row, length."""
    import numpy as np

    made = modules(text)
    size = len(made)
    edges = np.diff(np.pad(made, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    return size, list(zip(starts.tolist(), rows.tolist(), (ends - starts).tolist(), strict=True))


@cache
def _capacities() -> list[int]:
    """Bytes that each version holds, from the first."""
    from segno import consts

    capacities: Any = consts.SYMBOL_CAPACITY
    bits = [capacities[version][consts.ERROR_LEVEL_M] for version in range(1, 41)]
    return [(each - 4 - (16 if version >= _LONG_COUNT else 8)) // 8 for version, each in enumerate(bits, 1)]


def _smallest(length: int) -> int:
    for version, room in enumerate(_capacities(), 1):
        if length <= room:
            return version
    raise ValueError(f"no QR code holds {length} bytes")


@cache
def _version(number: int) -> _Version:
    import numpy as np
    import segno
    from segno import consts

    made = segno.make_qr("", mode="byte", error=_LEVEL, version=number, mask=MASK, boost_error=False)
    kinds = np.array([list(row) for row in made.matrix_iter(border=0, verbose=True)])
    is_data = np.isin(kinds, _DATA)
    size = len(kinds)
    is_data[8, size - 9] = True  # which segno 1.6 takes for a module of the format
    places, inverted = [], []
    for row, column in _way(size):
        if is_data[row, column]:
            places.append(row * size + column)
            inverted.append((row + column) % 3 == 0)
    corrections: Any = consts.ECC
    blocks = [block for block in corrections[number][consts.ERROR_LEVEL_M] for _ in range(block.num_blocks)]
    return _Version(
        (kinds >> 8 > 0).astype(np.uint8),
        np.array(places),
        np.array(inverted, dtype=np.uint8),
        tuple(block.num_data for block in blocks),
        blocks[0].num_total - blocks[0].num_data,
    )


def _way(size: int) -> list[tuple[int, int]]:
    """Rows and columns in the order of the bits; the column of the timing pattern is passed over."""
    rights = [*range(size - 1, 6, -2), *range(5, 0, -2)]
    way = []
    for turn, right in enumerate(rights):
        rows = range(size - 1, -1, -1) if turn % 2 == 0 else range(size)
        way += [(row, column) for row in rows for column in (right, right - 1)]
    return way


def _codewords(content: bytes, version: int, room: int) -> bytes:
    """Mode, length, content, end and padding as bytes; readers stop at the end, after which segno has a byte of zeros, and so have we."""
    width = 16 if version >= _LONG_COUNT else 8
    bits = (_BYTE_MODE << width | len(content)) << 8 * len(content) | int.from_bytes(content)
    length = 4 + width + 8 * len(content)
    end = min(4, 8 * room - length)
    words = ((bits << end << -(length + end) % 8).to_bytes((length + end + 7) // 8) + b"\0")[:room]
    return words + bytes(_PADDING[place % 2] for place in range(room - len(words)))


def _correction(block: Sequence[int], length: int) -> bytes:
    """The rest of the block's polynomial divided by the generator of that length."""
    table, top, kept = _remainders(length), 8 * (length - 1), (1 << 8 * (length - 1)) - 1
    rest = 0
    for word in block:
        rest = (rest & kept) << 8 ^ table[word ^ rest >> top]
    return rest.to_bytes(length)


@cache
def _remainders(length: int) -> list[int]:
    """For each byte, that byte times the generator without its first coefficient, as one number."""
    powers = [1]
    for _ in range(254):
        powers.append(powers[-1] << 1 ^ (_FIELD if powers[-1] & 0x80 else 0))
    logs = {power: place for place, power in enumerate(powers)}

    def times(one: int, other: int) -> int:
        return powers[(logs[one] + logs[other]) % 255] if one and other else 0

    generator = [1]
    for root in powers[:length]:
        longer = [*generator, 0]
        for place, coefficient in enumerate(generator, 1):
            longer[place] ^= times(coefficient, root)
        generator = longer
    return [int.from_bytes(bytes(times(word, coefficient) for coefficient in generator[1:])) for word in range(256)]
