"""Identifiers that went through a spreadsheet or data frame: whole digits are understood, rounded ones told (domain.md §3.2)."""

from decimal import Decimal

import pyarrow as pa
import pytest

from pipelines.errors import BadInput
from pipelines.evidence.columns import identifiers, typed

GOOD = [
    (
        pa.array(["863719010000011.0", "12,0", " A-7 ", "", None, "1.5", "12E4", "0.0"]),
        ["863719010000011", "12", "A-7", None, None, "1.5", "12E4", "0"],
    ),
    (
        pa.array(["'863719010000011", "10\u200b10\u2069", "\ufeffA-7", "\u00ad", "it's", "'A", "A–7", None]),
        ["863719010000011", "1010", "A-7", None, "it's", "'A", "A–7", None],
    ),
    (pa.array([863719010000011.0, float("nan"), None, 7.0]), ["863719010000011", None, None, "7"]),
    (pa.array([7.0, None], pa.float32()), ["7", None]),
    (pa.array([9007199254740993, None]), ["9007199254740993", None]),
    (pa.array([Decimal("8637190100000112.00"), Decimal("10.00"), None]), ["8637190100000112", "10", None]),
    (pa.nulls(2), [None, None]),
]


@pytest.mark.parametrize(("cells", "read"), GOOD, ids=[str(cells.type) for cells, _ in GOOD])
def test_digits_that_are_whole(cells, read):
    text, broken = identifiers(cells)
    assert (text.to_pylist(), broken) == (read, None)


BROKEN = [
    pa.array(["x", "8.6E+14"]),
    pa.array(["x", "8,63719E14"]),
    pa.array(["x", "1e+15"]),
    pa.array(["x", "8637190100000112.0"]),
    pa.array([1.0, 8637190100000112.0]),
    pa.array([1.0, 1e300]),
    pa.array([1.0, 12.5]),
    pa.array([1.0, 16777217.0], pa.float32()),
    pa.array([Decimal("1.0"), Decimal("12.5")]),
]


@pytest.mark.parametrize("cells", BROKEN, ids=str)
def test_digits_that_are_lost(cells):
    text, broken = identifiers(cells)
    assert [cell is None for cell in broken.to_pylist()] == [True, False]
    assert not text.null_count


def test_columns_as_data_frames_keep_them():
    read = typed(
        pa.table({"vehicle_id": [1.0, 2.0], "state": ["active"] * 2, "name": [float("nan")] * 2, "is_clone": [1.0, None]}), "x"
    ).table
    assert read.to_pylist() == [
        {"vehicle_id": "1", "state": "active", "name": None, "is_clone": True},
        {"vehicle_id": "2", "state": "active", "name": None, "is_clone": False},
    ]
    with pytest.raises(BadInput, match="column name: has the type double"):
        typed(pa.table({"vehicle_id": ["1"], "name": [1.5]}), "x")
