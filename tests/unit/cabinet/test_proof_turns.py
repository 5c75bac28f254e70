"""The line for proofs: fifty clicks cost one bundle, pages keep their threads, and the next click finds what came too late."""

import io
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines.cabinet.proof_turns import MOST_WAITING, ProofTurns, ProofWaits


class Works:
    """Bundles that are made once they are let; how many at once, and how many at all."""

    def __init__(self) -> None:
        self.let, self.begun, self.made, self.most, self.now = threading.Event(), threading.Event(), 0, 0, 0

    def make(self):
        self.now += 1
        self.most = max(self.most, self.now)
        self.begun.set()
        assert self.let.wait(10)
        self.now -= 1
        self.made += 1
        return io.BytesIO(b"PK")


def _clicked(turns, reader, works, what="INV-1") -> str:
    try:
        return turns.wait_for(reader, what, works.make).read().decode()
    except ProofWaits:
        return "later"


def test_of_fifty_clicks_of_a_reader_one_is_worked_for():
    turns, works = ProofTurns(), Works()
    with ThreadPoolExecutor(50) as clicks:
        answers = [clicks.submit(_clicked, turns, "a@client.example", works) for _ in range(50)]
        end = time.monotonic() + 10
        while sum(each.done() for each in answers) < 49:
            assert time.monotonic() < end, "those that are refused are refused at once"
            time.sleep(0.005)
        works.let.set()
    assert Counter(each.result() for each in answers) == {"PK": 1, "later": 49}
    assert works.made == 1
    assert _clicked(turns, "a@client.example", works) == "PK"  # the turn is free again


def test_readers_are_served_one_after_the_other_and_never_hold_every_thread():
    turns, works = ProofTurns(), Works()
    with ThreadPoolExecutor(50) as clicks:
        answers = [clicks.submit(_clicked, turns, f"{number}@client.example", works) for number in range(50)]
        end = time.monotonic() + 10
        while sum(each.done() for each in answers) < 50 - MOST_WAITING:
            assert time.monotonic() < end
            time.sleep(0.005)
        works.let.set()
    assert Counter(each.result() for each in answers) == {"PK": MOST_WAITING, "later": 50 - MOST_WAITING}
    assert (works.made, works.most) == (MOST_WAITING, 1)


def test_a_click_that_waited_long_enough_goes_and_its_bundle_is_still_made():
    turns, works = ProofTurns(patience=0.02), Works()
    assert _clicked(turns, "a@client.example", works) == "later"
    assert works.begun.wait(10)
    assert _clicked(turns, "a@client.example", works) == "later"  # one in line is enough
    works.let.set()
    end = time.monotonic() + 10
    while not works.made:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_what_cannot_be_made_is_told_to_who_asked_and_frees_the_turn():
    turns, works = ProofTurns(), Works()

    def broken():
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        turns.wait_for("a@client.example", "INV-1", broken)
    works.let.set()
    assert _clicked(turns, "a@client.example", works) == "PK"


def test_a_storage_that_is_too_slow_is_no_archive_that_is_being_made():
    """What object storage raises when it does not answer is a TimeoutError, as is a wait that ends."""

    def slow_storage():
        raise TimeoutError("the storage does not answer")

    with pytest.raises(TimeoutError, match="storage"):
        ProofTurns().wait_for("a@client.example", "INV-1", slow_storage)


def test_what_fails_after_the_click_has_gone_is_logged_and_told_to_the_next_click_for_the_same(caplog):
    turns, works, let = ProofTurns(patience=0.02), Works(), threading.Event()

    def broken():
        assert let.wait(10)
        raise LookupError("lost")

    with pytest.raises(ProofWaits):
        turns.wait_for("a@client.example", "INV-1", broken)
    let.set()
    works.let.set()
    end = time.monotonic() + 10
    while _clicked(turns, "a@client.example", works, "INV-2") == "later":  # another paper is not what failed
        assert time.monotonic() < end
    assert "LookupError: lost" in caplog.text
    with pytest.raises(LookupError, match="lost"):
        turns.wait_for("a@client.example", "INV-1", works.make)
    while _clicked(turns, "a@client.example", works) == "later":  # told once, then tried again
        assert time.monotonic() < end


def test_a_line_that_is_closed_ends_with_the_bundle_that_is_being_made():
    turns, works = ProofTurns(), Works()
    with ThreadPoolExecutor(3) as clicks:
        first = clicks.submit(_clicked, turns, "a@client.example", works)
        assert works.begun.wait(10)
        in_line = [clicks.submit(_clicked, turns, f"{name}@client.example", works) for name in "bc"]
        end = time.monotonic() + 10
        while len(turns._asked) < 3:
            assert time.monotonic() < end
            time.sleep(0.005)
        turns.close()
        assert [each.result(10) for each in in_line] == ["later", "later"]
        assert _clicked(turns, "d@client.example", works) == "later"
        works.let.set()
        assert first.result(10) == "PK"
    assert works.made == 1
