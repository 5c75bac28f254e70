"""What waits is announced once it has settled, then ever more rarely; a file that grows is left alone."""

import os
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipelines.inbox import SETTLED_AFTER, settled
from pipelines.runs.arrivals import FIRST_AGAIN, LAST_AGAIN, Arrivals, WhatWaits

A, B = "file a 1", "file b 1"


def _waiting(*things, state=None):
    return WhatWaits(frozenset(things), state)


def test_a_thing_is_announced_once_it_has_settled_and_again_ever_more_rarely():
    arrivals = Arrivals()
    announced = [now for now in range(20_000) if arrivals.news(_waiting(A), float(now))]
    gaps = [after - before for before, after in pairwise(announced)]
    assert announced[0] == SETTLED_AFTER
    assert gaps[:6] == [60, 120, 240, 480, 960, 1800]
    assert set(gaps[5:]) == {LAST_AGAIN}


def test_a_file_that_grows_is_not_announced_until_it_stands_still():
    arrivals = Arrivals()
    for now in range(100):
        assert arrivals.news(_waiting(f"file a {now}"), float(now)) == ()
    assert arrivals.news(_waiting("file a 99"), 99 + SETTLED_AFTER) == ("file a 99",)


def test_what_was_taken_and_comes_again_is_new():
    arrivals = Arrivals()
    assert [bool(arrivals.news(_waiting(A), now)) for now in (0.0, 3.0, 4.0)] == [False, True, False]
    assert arrivals.news(_waiting(), 5.0) == ()
    assert [arrivals.news(_waiting(A, B), now) for now in (6.0, 9.0)] == [(), (A, B)]


def test_a_state_is_news_when_it_changes_and_never_again():
    arrivals = Arrivals()
    announced = [now for now in range(10_000) if arrivals.news(_waiting(state="1" if now < 5000 else "2"), float(now))]
    assert announced == [3, 5003]
    assert arrivals.news(_waiting(), 10_000.0) == ()  # the database does not answer
    assert [arrivals.news(_waiting(state="2"), now) for now in (10_001.0, 10_010.0)] == [(), ()]


@given(st.lists(st.tuples(st.floats(0.1, 50), st.sets(st.sampled_from("abc"))), max_size=60))
def test_nothing_that_waits_long_enough_is_missed_and_nothing_else_is_announced(looks):
    arrivals, now, since = Arrivals(), 0.0, {}
    for step, things in looks:
        now += step
        since = {thing: since.get(thing, (now, None)) for thing in things}
        for thing in arrivals.news(_waiting(*things), now):
            first, last = since[thing]
            assert now - first >= SETTLED_AFTER
            assert last is None or now - last >= FIRST_AGAIN
            since[thing] = (first, now)
        assert all(last is not None or now - first < SETTLED_AFTER for first, last in since.values())


def test_a_file_that_is_still_being_written_is_left_and_the_others_are_waited_for_once(tmp_path):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    ages = {"a-old.txt": 60, "b-young.txt": 1, "c-growing.txt": 1, "d-of-tomorrow.txt": -86_400, "e-vanishing.txt": 2}
    for name, age in ages.items():
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (at.timestamp() - age,) * 2)
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        (tmp_path / "c-growing.txt").write_text("c-growing.txt and more")
        (tmp_path / "e-vanishing.txt").unlink()

    whole, growing = settled(tmp_path, at, sleep)
    assert slept == [SETTLED_AFTER]
    assert [path.name for path in growing] == ["c-growing.txt"]
    assert [path.name for path in whole] == ["a-old.txt", "b-young.txt", "d-of-tomorrow.txt", "e-vanishing.txt"]
    assert settled(tmp_path / "nowhere", at, sleep) == ([], [])
