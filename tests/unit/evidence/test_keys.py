"""What devices are compared by: every form that real lists write them in (domain.md §3.2)."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.evidence.keys import device_keys, device_texts, duplicate_losers, look_alike_serials
from tests.naive_usage import device

VALID = "350000000000014"  # 15 digits with the right check digit


def key(text: str | None) -> int | None:
    return device_keys(pa.array([text], pa.string())).to_pylist()[0]


def same(*texts: str) -> bool:
    return len({key(text) for text in texts}) == 1


def test_an_imei_is_one_in_every_form():
    forms = (
        VALID,
        "35000000000001",
        f"0{VALID}",
        "3500000000000107",
        f"{VALID}.0",
        f"{VALID},00",
        "35-000000/000001\u00a04",
        "35000000000001.0",
    )
    assert same(*forms)
    assert key(VALID) == 35_000_000_000_001


def test_fifteen_digits_with_a_wrong_check_digit_are_a_serial():
    assert key("350000000000011") not in (None, key(VALID), key("350000000000012"), key("35000000000001"))
    assert same("350000000000011", "0350000000000011", "350000000000011.0")


def test_a_version_behind_an_imei_that_begins_with_01_is_no_padding():
    assert same("0112345678901234", "01123456789012", "0112345678901299")
    assert not same("0112345678901234", "112345678901234")


@pytest.mark.parametrize("serial", ["1234567", "AB-123456", "86371901000001123", "3500000000001"])
def test_other_texts_are_compared_whole_in_upper_case(serial):
    assert key(serial) is not None
    assert same(serial, serial.lower(), serial.replace("-", " "), f"{serial}/")
    assert not same(serial, f"{serial}1")


@pytest.mark.parametrize(
    "text",
    [None, "", "-", "0", "12345", "12345.0", "unknown", "не указан", "no tracker", "N/A", "nan", "000000000000000", "1111111",
     "0000000000000000", "0777777777777777", "8.6E+14", "8,63719E+14", "8E+14", "8.63719e14"],
)  # fmt: skip
def test_placeholders_and_lost_digits_are_unknown(text):
    assert key(text) is None


@given(st.lists(st.none() | st.text(st.sampled_from("00123456789 -–/AbЖ.,E+\u00a0\u2212"), max_size=19), min_size=1, max_size=40))
@example([VALID, f"0{VALID}", "35000000000001", "0863719010000011", "863719010000011", "0112345678901234", "1.0", "123456.0", "1.2E+14"])
def test_equal_keys_are_equal_devices(texts):
    keys = device_keys(pa.array(texts, pa.string())).to_pylist()
    slow = [device(text) for text in texts]
    for number, one in enumerate(keys):
        assert (one is None) == (slow[number] is None), texts[number]
        assert [one == other for other in keys] == [slow[number] == other for other in slow]


def test_texts_are_written_alike():
    assert device_texts(pa.array(["ab 12-3/4", None, "77.0"])).to_pylist() == ["AB1234", None, "77"]


def test_serials_that_share_fourteen_digits_with_an_imei_are_told():
    import numpy as np

    keys = np.array([key(text) for text in (VALID, "350000000000011", "350000000000012", "860000000000011", "860000000000012", "AB1234")])
    assert look_alike_serials(keys).tolist() == [key("350000000000011"), key("350000000000012")]


def losers(*rows: tuple[str | None, bool, bool]) -> int:
    texts, active, clone = zip(*rows, strict=True)
    return duplicate_losers(device_keys(pa.array(texts, pa.string())), pa.array(active), pa.array(clone))


def test_losers_of_one_snapshot_are_counted():
    assert losers((VALID, True, False), ("35000000000001", True, False), (f"0{VALID}", False, False), (None, True, False)) == 1
    assert losers(*[("AB1234", True, False)] * 2) == 1
    assert losers(*[("AB1234", True, False)] * 3) == 0  # a text on three vehicles names no device
    assert losers(*[("AB1234", True, True)] * 5) == 4  # a fleet of clones
    assert losers(("AB1234", True, False), *[("AB1234", True, True)] * 5) == 5
    assert losers(*[(VALID, True, False)] * 9) == 8
    assert losers((None, True, False)) == 0
