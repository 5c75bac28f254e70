"""The bridge of two months: whatever the contracts are, its rows are exactly the difference."""

import itertools
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.rating.causes import Priced, causes
from pipelines.rating.charges import Parked, total_of
from pipelines.rating.month import rate_month
from pipelines.reports.bridge import ContractMonths, bridge_of, parts_of
from tests.campaigns import examples
from tests.unit.rating import worlds

D = Decimal


@st.composite
def company_months(draw):
    """A company of random contracts: their months as they would be billed, some lost, new, parked, or billed otherwise."""
    contracts = []
    for world in draw(st.lists(worlds.worlds(), min_size=1, max_size=3)):
        contract, terms, tariffs, days, modes = worlds.product_inputs(world)
        month = Month(world["year"], world["month"])
        before = _billed(contract, month.previous, terms, tariffs, _shifted(month, days), modes)
        now = _billed(contract, month, terms, tariffs, days, modes)
        off = draw(st.sampled_from([D(0), D(0), D("0.01"), D("-17.35")]))
        months = ContractMonths(
            contract.contract_no,
            draw(st.sampled_from([before, None])) if before is not None else None,
            now + off if now is not None else None,
            draw(st.booleans()) and draw(st.booleans()),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.booleans()),
        )
        priced = Priced(contract, terms, tariffs, modes)
        told = causes(priced, month, [*_shifted(month, days), *days]) if months.standing is None else None
        contracts.append((months, parts_of(months, told)))
    return contracts


def _shifted(month, days):
    """The same usage in the month before, day by day."""
    used = itertools.cycle(days)
    return [replace(day_used, date=day) for day, day_used in zip(month.previous.dates(), used, strict=False)]


def _billed(contract, month, terms, tariffs, days, modes):
    rated = rate_month(contract, month, terms, tariffs, [day for day in days if day.date in month.span], modes)
    return None if isinstance(rated, Parked) or not rated.segments else total_of(rated.everything).total


@settings(max_examples=examples(60, 1000))
@given(company_months())
def test_the_rows_are_exactly_the_difference(contracts):
    bridge = bridge_of(contracts)
    rows = {part: row.amount for part, row in bridge.rows.items()}
    assert sum(rows.values(), D(0)) == bridge.now - bridge.before == bridge.difference
    assert bridge.gap == D(0)
    for months, parts in contracts:
        assert sum(parts.values(), D(0)) == months.difference
        assert all(amount == round(amount, 2) for amount in parts.values())
