"""Usage of neighbouring months is replaced one after the other: their findings reach over the border."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from pipelines.period import Month
from pipelines.usage.stored import take_turn
from pipelines.warehouse import engine

MONTH = Month(2026, 1)


@pytest.mark.parametrize(
    ("other", "waits"),
    [
        (MONTH, True),
        (MONTH.previous, True),
        (MONTH.next, True),
        (MONTH.next.next.next.next, False),
        (MONTH.previous.previous.previous.previous, False),
    ],
)
def test_a_month_waits_for_its_neighbours_alone(settings, other, waits):
    with engine.engine(settings).connect() as first, engine.engine(settings).connect() as second:
        take_turn(first, MONTH)
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        if waits:
            with pytest.raises(OperationalError, match="lock timeout"):
                take_turn(second, other)
        else:
            take_turn(second, other)
