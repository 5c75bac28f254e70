"""What a frozen file says of its days is read whichever build wrote it (domain.md §7)."""

from datetime import date

import pytest

from pipelines.usage.frozen_file import ProvenDay, UnknownFormatError, decode, encode

DAYS = (ProvenDay("gps1", date(2026, 1, 1), ("a", "b"), None), ProvenDay("gps2", date(2026, 1, 2), ("c",), date(2026, 1, 1)))


def test_what_is_written_is_read():
    assert decode(encode(DAYS)) == DAYS


def test_files_without_a_format_are_read_beside():
    assert decode(b'[["gps1","2026-01-01",["a","b"],null],["gps2","2026-01-02",["c"],"2026-01-01"]]') == DAYS


def test_a_format_of_tomorrow_is_named():
    with pytest.raises(UnknownFormatError, match="format 3; this build reads 1 to 2"):
        decode(b'{"format": 3, "days": []}')
