"""A first handful of the damaged inputs that `make soak` gives to every reader."""

import pytest

from tests.soak.fuzz import fuzz
from tests.soak.readers import READERS


@pytest.mark.parametrize("reader", READERS)
def test_damaged_input_is_read_or_refused_in_words(reader):
    outcome = fuzz(reader, range(25), seed=1)
    assert outcome.faults == []
    assert outcome.read
    assert outcome.refused
