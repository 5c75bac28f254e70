"""The bridge of two months: whatever the contracts are, its rows are exactly the difference."""

import itertools
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.rating.causes import Causes, Priced, causes
from pipelines.rating.charges import Parked, total_of
from pipelines.rating.month import rate_month
from pipelines.reports.bridge import Bridge, BridgePart, ContractMonths, bridge_of, parts_of
from tests.unit.rating import worlds

D = Decimal


def test_every_standing_has_its_part():
    told = Causes(fleet=D("100.00"), terms=D("-20.00"), tariff=D("5.00"), vat=D("1.00"))
    contracts = [
        (ContractMonths("LOST", D("300.00"), None, client_now=False), {BridgePart.LOST_CLIENTS: D("-300.00")}),
        (ContractMonths("OVER", D("70.00"), None), {BridgePart.LOST_CONTRACTS: D("-70.00")}),
        (ContractMonths("NEW", None, D("50.00"), client_before=False), {BridgePart.NEW_CLIENTS: D("50.00")}),
        (ContractMonths("MORE", None, D("60.00")), {BridgePart.NEW_CONTRACTS: D("60.00")}),
        (ContractMonths("WAITS", D("500.00"), None, is_parked=True), {BridgePart.PARKED: D("-500.00")}),
        (ContractMonths("AHEAD", D("500.00"), D("120.00"), is_parked=True), {BridgePart.PARKED: D("-380.00")}),
        (ContractMonths("MENDED", None, D("80.00"), was_parked=True, client_before=False), {BridgePart.RESUMED: D("80.00")}),
        (ContractMonths("SAME", D("10.00"), D("10.00")), {}),
    ]
    assert [(parts_of(months), months.contract_no) for months, _ in contracts] == [
        (parts, months.contract_no) for months, parts in contracts
    ]
    # 200.00 → 290.00 is +90: the causes tell 86, the rest is other
    stayed = ContractMonths("STAYED", D("200.00"), D("290.00"))
    parts = parts_of(stayed, told)
    amounts = {"fleet": "100.00", "terms": "-20.00", "tariff": "5.00", "vat": "1.00", "other": "4.00"}
    assert list(parts.items()) == [(BridgePart(name), D(amount)) for name, amount in amounts.items()]
    bridge = bridge_of([*contracts, (stayed, parts)])
    assert (bridge.before, bridge.now, bridge.gap) == (D("1580.00"), D("610.00"), D(0))
    assert (bridge.rows[BridgePart.PARKED].amount, bridge.rows[BridgePart.PARKED].contracts) == (D("-880.00"), 2)
    assert (Bridge().gap, [row.contracts for row in Bridge().rows.values()]) == (D(0), [0] * len(BridgePart))


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
        told = causes(priced, month, [*_shifted(month, days), *days], months.before, months.now) if months.standing is None else None
        contracts.append((months, parts_of(months, told)))
    return contracts


def _shifted(month, days):
    """The same usage in the month before, day by day."""
    used = itertools.cycle(days)
    return [replace(day_used, date=day) for day, day_used in zip(month.previous.dates(), used, strict=False)]


def _billed(contract, month, terms, tariffs, days, modes):
    rated = rate_month(contract, month, terms, tariffs, [day for day in days if day.date in month.span], modes)
    return None if isinstance(rated, Parked) or not rated.segments else total_of(rated.everything).total


@settings(max_examples=200)
@given(company_months())
def test_the_rows_are_exactly_the_difference(contracts):
    bridge = bridge_of(contracts)
    rows = {part: row.amount for part, row in bridge.rows.items()}
    assert sum(rows.values(), D(0)) == bridge.now - bridge.before == bridge.difference
    assert bridge.gap == D(0)
    for months, parts in contracts:
        assert sum(parts.values(), D(0)) == months.difference
        assert all(amount == round(amount, 2) for amount in parts.values())
