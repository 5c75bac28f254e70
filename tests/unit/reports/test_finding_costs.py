"""What a transfer near a month's end costs: the difference of two contracts' prices, never less than nothing."""

from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest

from pipelines.period import Month
from pipelines.reports.finding_costs import at_stake
from pipelines.reports.leak_prices import Prices, Rate

PRICES = Prices(
    Month(2026, 1),
    now={"DEAR": Rate(Decimal("3100.00"), 310), "CHEAP": Rate(Decimal("620.00"), 310)},
    before={},
    platforms={"DEAR": frozenset({"gps1"}), "CHEAP": frozenset({"gps1"})},
)


@pytest.mark.parametrize(
    ("before", "after", "worth"),
    [("DEAR", "CHEAP", Fraction(8)), ("CHEAP", "DEAR", Fraction(0)), ("CHEAP", "NEW", Fraction(0)), ("DEAR", "NEW", Fraction(4))],
)
def test_a_move_costs_what_the_contract_before_would_have_paid_more(before, after, worth):
    """NEW was never billed: a vehicle-day there is worth the house's average, 3720 ÷ 620 = 6."""
    row = SimpleNamespace(kind="transfer", platform="gps1", contract_no=after, contract_before=before)
    assert at_stake(PRICES, row) == worth


def test_other_findings_are_worth_the_price_of_their_contract_and_nothing_is_known_without_bills():
    row = SimpleNamespace(kind="out_of_contract", platform="gps1", contract_no="DEAR", contract_before=None)
    assert at_stake(PRICES, row) == 10
    moved = SimpleNamespace(kind="transfer", platform="gps1", contract_no="A", contract_before="B")
    assert at_stake(Prices(Month(2026, 1), {}, {}), moved) is None
