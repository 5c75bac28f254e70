"""Objects of a message read in another thread, in their order."""

from collections.abc import Iterator
from itertools import islice

import pytest

from pipelines.delivery.onec.read_ahead import read_ahead


def test_the_same_items_in_the_same_order():
    assert list(read_ahead(iter(range(20_001)))) == list(range(20_001))
    assert list(read_ahead(iter(()))) == []


def test_what_reading_raises_comes_after_what_was_read_before():
    def damaged() -> Iterator[int]:
        yield from range(1_000)
        raise ValueError("cut off")

    ahead = read_ahead(damaged())
    assert list(islice(ahead, 1_000)) == list(range(1_000))
    with pytest.raises(ValueError, match="cut off"):
        next(ahead)


def test_no_more_is_read_than_waits_for_the_reader():
    read = []

    def counted() -> Iterator[int]:
        for number in range(1_000_000):
            read.append(number)
            yield number

    ahead = read_ahead(counted())
    assert list(islice(ahead, 3)) == [0, 1, 2]
    ahead.close()
    assert len(read) < 20_000
