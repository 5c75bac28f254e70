"""Whatever happens to messages and bases, all sides end with every document once and the same sums."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import cloned
from tests.one_transaction import one_transaction
from tests.onec_faults import STEPS, play, prepare


@pytest.fixture(scope="module")
def settings(server_home, tmp_path_factory):
    with cloned(server_home, tmp_path_factory.mktemp("onec_faults") / "home") as made:
        prepare(made)
        yield made


@given(st.lists(st.sampled_from(STEPS), min_size=3, max_size=14))
@hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_sides_hold_every_document_once(settings, steps):
    with one_transaction(settings) as house:
        assert play(settings, house, steps) == []
