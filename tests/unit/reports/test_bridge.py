"""The bridge of two months: what became of a contract decides the row in which its difference stands."""

from decimal import Decimal

from pipelines.rating.causes import Causes
from pipelines.reports.bridge import Bridge, BridgePart, ContractMonths, bridge_of, parts_of

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
