"""Objects of a message read in another thread or process, in their order."""

import multiprocessing
from collections.abc import Iterator
from itertools import islice

import pytest

from pipelines.delivery.onec import read_ahead as reading
from pipelines.delivery.onec.body import read_body
from pipelines.delivery.onec.read_ahead import read_ahead, read_body_ahead
from pipelines.errors import BadInput, Refused
from tests.onec_money import Money, message


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


@pytest.fixture
def large(tmp_path, monkeypatch):
    """A message of more payments than go at a time, of a size that is read in a process of its own."""
    monkeypatch.setattr(reading, "_LARGE", 1)
    path = tmp_path / "Message_BP_FB.xml"
    path.write_text(message(1, *(Money(str(no), f"{no}.00").xml() for no in range(1, 1_203))), encoding="utf-8-sig")
    return path


def test_a_process_of_its_own_reads_the_same_and_says_the_same_of_what_is_cut_off(large):
    assert list(read_body_ahead(large)) == list(read_body(large))
    large.write_bytes(large.read_bytes()[:-60])
    with pytest.raises(BadInput, match="not well-formed"):
        list(read_body_ahead(large))
    assert multiprocessing.active_children() == []


def test_a_reader_that_is_killed_is_no_end_of_the_message_and_one_left_early_does_not_stay(large):
    objects = reading._read_apart(large)
    next(objects)
    for each in multiprocessing.active_children():
        each.kill()
        each.join()
    with pytest.raises(Refused, match="was stopped"):
        list(objects)
    ahead = read_body_ahead(large)
    next(ahead)
    ahead.close()
    assert multiprocessing.active_children() == []
