"""What one run may issue without a person: number, sum, share of clients (domain.md §6)."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from pipelines.billing.bounds import Bounds, exceeded
from pipelines.rating.charges import Amounts

BOUNDS = Bounds(200, Decimal(1000), Decimal("0.5"))


def _run(clients, total="1.00"):
    return SimpleNamespace(
        drafts=[SimpleNamespace(client_code=f"C{number}") for number in range(clients)], amounts=Amounts(total=Decimal(total))
    )


@pytest.mark.parametrize(
    ("bounds", "run", "clients", "expected"),
    [
        (BOUNDS, _run(3), 3, []),  # a small house where everybody pays ahead
        (BOUNDS, _run(20), 20, []),
        (BOUNDS, _run(21), 42, []),  # exactly half
        (BOUNDS, _run(21), 41, ["21 of 41 clients, a greater share than 0.5"]),
        (BOUNDS, _run(1, "1000.00"), 1, []),
        (BOUNDS, _run(1, "1000.01"), 1, ["1000.01 roubles, more than 1000"]),
        (replace(BOUNDS, invoices=2), _run(3), 9, ["3 invoices, more than 2"]),
    ],
)
def test_each_bound_is_said_once_it_is_exceeded(bounds, run, clients, expected):
    assert exceeded(bounds, run, clients) == expected
