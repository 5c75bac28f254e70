"""The declared life of an invoice: every move in the table goes, every other is refused by name."""

from itertools import product

import pytest

from pipelines.billing.transitions import MOVES, UNATTENDED, IllegalMove, Status, move, status_of


@pytest.mark.parametrize(("before", "after"), sorted(MOVES))
def test_declared_moves_go(before, after):
    assert move("invoice", before, after) is after


@pytest.mark.parametrize(("before", "after"), sorted(set(product(Status, Status)) - MOVES))
def test_any_other_move_is_a_named_error(before, after):
    with pytest.raises(IllegalMove, match=f"ФБ26-000001: {before} → {after} is not a move"):
        move("ФБ26-000001", before, after)


def test_what_is_issued_or_discarded_stays_so():
    assert not [one for one in MOVES if one[0] in (Status.ISSUED, Status.DISCARDED)]


@pytest.mark.parametrize(
    ("approved_by", "four_eyes", "expected"),
    [
        ((), False, Status.DRAFT),
        (("Анна",), False, Status.APPROVED),
        (("Анна",), True, Status.DRAFT),
        (("Анна", " АННА "), True, Status.DRAFT),
        (("Анна Петрова", "анна  петрова"), True, Status.DRAFT),
        (("Анна", "Борис"), True, Status.APPROVED),
        ((UNATTENDED,), True, Status.APPROVED),
    ],
)
def test_two_people_are_two_whatever_way_a_name_is_written(approved_by, four_eyes, expected):
    assert status_of(approved_by, four_eyes=four_eyes) is expected
