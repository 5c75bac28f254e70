"""What an order still needs, by what its platform says: somebody else's block is never written to, and nothing is written twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from pipelines.access.settling import ACCEPTED, Outcome, PendingOrder, after_write, without_write
from pipelines.platforms.interface import Blocking, Effective


def order(action, *, is_blocked=True, is_attempted=False, is_ours=False):
    return PendingOrder(7, "live", "traccar", "2", "account", "2", action, is_blocked, is_attempted, is_ours)


@pytest.mark.parametrize(
    ("pending", "blocked", "ends"),
    [
        (order("block"), False, None),
        (order("block"), True, Outcome("blocked", is_ours=False)),
        (order("block", is_attempted=True), True, Outcome("blocked", is_ours=True)),  # our write whose end we have not seen
        (order("block", is_attempted=True), False, None),
        (order("block", is_ours=True), True, Outcome("blocked", is_ours=True)),  # held for another organization
        (order("block", is_blocked=False), False, Outcome("active", is_ours=False)),  # paid meanwhile
        (order("restore", is_blocked=False, is_ours=True), True, None),
        (order("restore", is_blocked=False, is_ours=False), True, Outcome("blocked", is_ours=False)),
        (order("restore", is_blocked=False, is_ours=True), False, Outcome("active", is_ours=True)),
        (order("restore", is_blocked=True, is_ours=True), True, Outcome("blocked", is_ours=True)),  # another debt still holds it
    ],
)
def test_what_needs_no_write(pending, blocked, ends):
    assert without_write(pending, blocked=blocked) == ends


def test_nothing_is_written_against_somebody_elses_block():
    for action, is_blocked, is_attempted, blocked in product(("block", "restore"), *[(False, True)] * 3):
        pending = order(action, is_blocked=is_blocked, is_attempted=is_attempted)
        if blocked:
            assert without_write(pending, blocked=blocked) is not None


@pytest.mark.parametrize(
    ("pending", "before", "after", "ends"),
    [
        (order("block"), False, True, Outcome("blocked", is_ours=True)),
        (order("block"), True, True, Outcome("blocked", is_ours=False)),  # somebody was quicker by a moment
        (order("block", is_attempted=True), True, True, Outcome("blocked", is_ours=True)),
        (order("block"), False, None, None),
        (order("restore"), True, False, Outcome("active", is_ours=True)),
        (order("restore"), True, True, Outcome("blocked", is_ours=False)),  # expired besides, or under a blocked dealer
    ],
)
def test_what_a_write_leaves(pending, before, after, ends):
    assert after_write(pending, Blocking(before, after, Effective.NOW)) == ends


@pytest.mark.parametrize("action", ["block", "restore"])
def test_a_platform_that_works_in_cycles_is_waited_for_and_written_to_again_only_when_its_cycle_is_over(action):
    wanted, at = action == "block", datetime(2026, 3, 24, 5, tzinfo=UTC)
    pending = order(action, is_blocked=wanted, is_ours=True)
    for after in (None, not wanted):
        assert after_write(pending, Blocking(not wanted, after, Effective.NEXT_CYCLE)) is ACCEPTED
    assert isinstance(after_write(pending, Blocking(not wanted, wanted, Effective.NEXT_CYCLE)), Outcome)
    accepted = replace(pending, is_attempted=True, accepted_at=at)
    assert [accepted.is_under_way(at + timedelta(hours=hours)) for hours in (0, 23, 24)] == [True, True, False]
    assert not pending.is_under_way(at)
    assert without_write(accepted, blocked=wanted) == Outcome("blocked" if wanted else "active", is_ours=True)
