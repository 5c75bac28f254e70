"""Whatever happens to messages and bases, all sides end with every document once and the same sums."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import cloned
from tests.one_transaction import one_transaction
from tests.onec_faults import BEGINNINGS, CHECKED, ONE_BASE, TWO_BASES, play, prepare

OF_ONE = ("", "", "", BEGINNINGS[1], CHECKED)  # each fifth against the schema, where it stands beside the checkout


@pytest.fixture(scope="module")
def settings(server_home, tmp_path_factory):
    with cloned(server_home, tmp_path_factory.mktemp("onec_faults") / "home") as made:
        prepare(made)
        yield made


def sequences(steps, beginnings):
    return st.tuples(st.sampled_from(beginnings), st.lists(st.sampled_from(steps), min_size=2, max_size=7)).map(
        lambda drawn: [*filter(None, drawn[:1]), *drawn[1]]
    )


@given(sequences(ONE_BASE, OF_ONE) | sequences(ONE_BASE, OF_ONE) | sequences(TWO_BASES, BEGINNINGS))
@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_sides_hold_every_document_once(settings, steps):
    with one_transaction(settings) as house:
        assert play(settings, house, steps) == []
