"""A first handful of the damaged inputs that `make soak` gives to every reader."""

import pytest

from tests.soak.fuzz import fuzz
from tests.soak.readers import READERS


@pytest.mark.parametrize("reader", READERS)
def test_damaged_input_is_read_or_refused_in_words(reader):
    outcome = fuzz(reader, range(25), seed=2)
    assert outcome.faults == []
    assert outcome.read
    assert outcome.refused


@pytest.mark.parametrize(
    ("reader", "number"), [("traccar", 2023), ("odata", 95), ("odata", 164), ("onec_map", 17), ("onec_map", 69), ("onec_map", 118)]
)
def test_what_once_broke_a_reader_breaks_it_no_more(reader, number):
    """A link of a number that no database holds; a list of entities in which one is none; facts, lookups and properties that are lists."""
    assert fuzz(reader, [number], seed=1).faults == []


@pytest.mark.parametrize(
    ("reader", "number"),
    [("accounts_csv", 78_481), ("snapshot_csv", 17_748), ("snapshot_gz", 37_366), ("snapshot_parquet", 5_133)],
)
def test_what_a_campaign_found_stays_mended(reader, number):
    """Among a million inputs: columns that nobody reads in another encoding beside an open quote; a damaged time zone."""
    outcome = fuzz(reader, [number], seed=2027)
    assert outcome.faults == []
    assert outcome.refused == 1
