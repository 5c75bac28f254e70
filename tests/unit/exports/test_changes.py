"""A delta applied to the state before gives the state after: nothing lost, nothing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.exports.changes import changes

STATES = st.dictionaries(st.tuples(st.sampled_from("АБab|"), st.integers(0, 3)), st.integers(0, 2))


def _records(state):
    return [(*key, value) for key, value in sorted(state.items())]


@given(STATES, STATES)
def test_the_delta_leads_from_one_state_to_the_other(old, new):
    said = list(changes(_records(old), _records(new), lambda record: record[:2]))
    assert [record for change, record in said if change != "removed"] == _records(new)
    applied = dict(old)
    for change, record in said:
        assert (change == "added") == (record[:2] not in applied)
        if change == "removed":
            del applied[record[:2]]
        else:
            assert (change == "unchanged") == (applied.get(record[:2]) == record[2])
            applied[record[:2]] = record[2]
    assert applied == new
    assert len({record[:2] for _, record in said}) == len(said)


@pytest.mark.parametrize("rows", [[("b",), ("a",)], [("a",), ("a",)]], ids=["out of order", "a key twice"])
def test_a_state_out_of_order_is_an_error_and_no_delta(rows):
    with pytest.raises(ValueError, match="order of their keys"):
        list(changes(rows, [], lambda record: record))
