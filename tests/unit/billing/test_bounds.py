"""What one run may issue without a person: number, sum, share of clients (domain.md §6)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pipelines.billing.bounds import RunSize, UnattendedBounds, exceeded

BOUNDS = UnattendedBounds(200, Decimal(1000), Decimal("0.5"))


def _run(clients, total="1.00", of=0):
    return RunSize(clients, Decimal(total), clients, of or clients)


@pytest.mark.parametrize(
    ("bounds", "run", "expected"),
    [
        (BOUNDS, _run(3), []),  # a small house where everybody pays ahead
        (BOUNDS, _run(20), []),
        (BOUNDS, _run(21, of=42), []),  # exactly half
        (BOUNDS, _run(21, of=41), ["21 of 41 clients, a greater share than 0.5"]),
        (BOUNDS, _run(1, "1000.00"), []),
        (BOUNDS, _run(1, "1000.01"), ["1000.01 roubles, more than 1000"]),
        (replace(BOUNDS, invoices=2), _run(3), ["3 invoices, more than 2"]),
    ],
)
def test_each_bound_is_said_once_it_is_exceeded(bounds, run, expected):
    assert [one.english for one in exceeded(bounds, run)] == expected
