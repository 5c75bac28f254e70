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
