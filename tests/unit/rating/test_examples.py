"""The worked examples of the domain, each with its arithmetic."""

import datetime as dt
from decimal import Decimal

import pytest

from pipelines.period import Month
from pipelines.rating.difference import adjustment
from pipelines.rating.model import Basis, Scheme
from pipelines.rating.prepaid import advance, corrective, credit, targets
from tests.unit.rating.building import (
    EXEMPT,
    GENERAL,
    billed,
    contract,
    day,
    fixed,
    fleet,
    money,
    nets,
    rated,
    terms,
    tiered,
    vehicles,
    version,
)

AVERAGE = [terms(basis=Basis.AVERAGE)]


def test_01_even_fleet_at_peak():
    # 10 × 300
    assert nets(rated("2026-01", version(vehicles("300")), days=10).charges) == money("3000.00")


def test_02_average_stays_exact():
    # (15 × 10 + 16 × 16) ÷ 31 = 406 ÷ 31; × 310 = 4060.00; 13.097 × 310 would be 4060.07, 13.1 × 310 4061.00
    days = fleet("2026-01", lambda d: 10 if d <= 15 else 16)
    [line] = rated("2026-01", version(vehicles("310")), days=days, rows=AVERAGE).charges
    assert line.net == Decimal("4060.00")
    assert line.arithmetic.replace("\u00a0", " ") == ("в среднем 13,097 машины: 406 машино-дней ÷ 31 день; 406 ÷ 31 × 310,00 = 4 060,00")


def test_03_leap_day():
    # 1 ÷ 29 × 290
    days = fleet("2028-02", lambda d: int(d == 29))
    assert nets(rated("2028-02", version(vehicles("290")), days=days, rows=AVERAGE).charges) == money("10.00")


def test_04_contract_starts_inside():
    # 3100 × 19/31
    outcome = rated("2026-01", version(fixed("3100")), days=0, at=contract(day("2026-01", 13)))
    assert nets(outcome.charges) == money("1900.00")
    assert outcome.charges[0].arithmetic == "1 × 3\u00a0100,00 × 19\u00a0дней ÷ 31\u00a0день = 1\u00a0900,00"


def test_05_price_changes_in_the_middle():
    # 10 × 300 × 15/30; 10 × 360 × 15/30
    versions = version(vehicles("300")), version(vehicles("360"), valid_from=day("2026-04", 16))
    assert nets(rated("2026-04", *versions, days=10, rows=AVERAGE).charges) == money("1500.00", "1800.00")


def test_06_peak_of_each_segment():
    # 8 × 300 × 15/30; 12 × 360 × 15/30
    versions = version(vehicles("300")), version(vehicles("360"), valid_from=day("2026-04", 16))
    days = fleet("2026-04", lambda d: 8 if d <= 15 else 12)
    assert nets(rated("2026-04", *versions, days=days).charges) == money("1200.00", "2160.00")


def test_07_three_prices():
    # 10 × 300 × 9/30; 10 × 330 × 10/30; 10 × 360 × 11/30; together 3320.00
    versions = [version(vehicles(price), valid_from=day("2026-04", d)) for price, d in (("300", 1), ("330", 10), ("360", 20))]
    outcome = rated("2026-04", *versions, days=10, rows=AVERAGE)
    assert nets(outcome.charges) == money("900.00", "1100.00", "1320.00")
    assert outcome.amounts.net == Decimal("3320.00")


@pytest.mark.parametrize(
    ("scheme", "size", "amount"),
    [
        (Scheme.VOLUME, 15, "150.00"),  # 15 × 10
        (Scheme.VOLUME, 16, "80.00"),  # 16 × 5
        (Scheme.GRADUATED, 15, "150.00"),  # 15 × 10
        (Scheme.GRADUATED, 16, "155.00"),  # 15 × 10 + 1 × 5
    ],
)
def test_08_tiers(scheme, size, amount):
    assert nets(rated("2026-01", version(tiered(scheme)), days=size).charges) == money(amount)


def test_11_hiding_on_the_last_day():
    # the peak of the days before stays: 10 × 300
    days = fleet("2026-01", lambda d: 10 if d < 31 else 0)
    assert nets(rated("2026-01", version(vehicles("300")), days=days).charges) == money("3000.00")


def test_12_a_late_vehicle():
    # 15 vehicle-days more: (300 + 15) ÷ 30 × 300 − 3000 = 150.00; then nothing
    tariff = version(vehicles("300"))
    issued = billed(rated("2026-04", tariff, days=10, rows=AVERAGE).charges)
    anew = rated("2026-04", tariff, days=fleet("2026-04", lambda d: 11 if d <= 15 else 10), rows=AVERAGE).everything
    [line] = adjustment(anew, issued)
    assert line.net == Decimal("150.00")
    assert adjustment(anew, [*issued, line.as_billed()]) == ()


def test_13_tariff_back_dated_twice():
    # 10 × 300 → 10 × 330 → 10 × 315: +300.00, then −150.00
    issued = billed(rated("2026-04", version(vehicles("300")), days=10).charges)
    first = adjustment(rated("2026-04", version(vehicles("330")), days=10).everything, issued)
    assert nets(first) == money("300.00")
    issued += billed(first)
    second = adjustment(rated("2026-04", version(vehicles("315")), days=10).everything, issued)
    assert nets(second) == money("-150.00")
    issued += billed(second)
    assert adjustment(rated("2026-04", version(vehicles("315")), days=10).everything, issued) == ()


def test_14_prepaid_limit_exceeded_twice():
    # 10 × 300; 13 × 300 − 3000; 15 × 300 − 3900; then nothing
    rows, tariffs, month = [terms(prepaid_vehicles=10)], {"T": [version(vehicles("300"))]}, Month(2026, 4)
    sizes = {1: 10, 5: 13, 9: 15, 12: 12, 20: 15}
    days = fleet("2026-04", lambda d: sizes[max(s for s in sizes if s <= d)])
    first = advance(contract(), month, rows, tariffs, EXEMPT)
    assert nets(first) == money("3000.00")
    issued, seen = billed(first), []
    for usage in days:
        lines = corrective(targets(contract(), month, rows, tariffs, EXEMPT, days, usage.date), issued)
        seen += [(usage.date.day, line.quantity, line.net) for line in lines]
        issued += billed(lines)
    assert seen == [(5, 3, Decimal("900.00")), (9, 2, Decimal("600.00"))]
    at_close = rated("2026-04", version(vehicles("300")), days=days, rows=rows)
    assert at_close.charges == ()
    assert corrective(at_close.prepaid, issued) == credit(at_close.prepaid, issued) == ()


def test_15_a_higher_limit_agreed_later():
    # on the 14th: 10 × 300 × 15/30 + 15 × 300 × 15/30 − 3000 = 1500.00 + 2250.00 − 3000.00 = 750.00
    tariffs, month, days = {"T": [version(vehicles("300"))]}, Month(2026, 4), fleet("2026-04", 9)
    before = [terms(prepaid_vehicles=10)]
    after = [*before, terms(day("2026-04", 16), prepaid_vehicles=15)]
    first = advance(contract(), month, before, tariffs, EXEMPT)
    assert nets(first) == money("3000.00")
    [line] = corrective(targets(contract(), month, after, tariffs, EXEMPT, days, day("2026-04", 14)), billed(first))
    assert line.net == Decimal("750.00")
    issued = billed((*first, line))
    at_close = rated("2026-04", version(vehicles("300")), days=days, rows=after)
    assert corrective(at_close.prepaid, issued) == credit(at_close.prepaid, issued) == ()
    # unused: 10 − 9 and 15 − 9
    assert [one.unused for one in at_close.unused] == [1, 6]


def test_15a_a_volume_tier_made_more_vehicles_cheaper():
    # 15 × 10 = 150 paid; 16 × 5 = 80: nothing on the day, 80 − 150 = −70 at the close
    rows, tariff, month = [terms(prepaid_vehicles=15)], version(tiered(Scheme.VOLUME)), Month(2026, 4)
    days = fleet("2026-04", lambda d: 16 if d == 7 else 15)
    first = advance(contract(), month, rows, {"T": [tariff]}, EXEMPT)
    assert nets(first) == money("150.00")
    assert corrective(targets(contract(), month, rows, {"T": [tariff]}, EXEMPT, days, day("2026-04", 7)), billed(first)) == ()
    at_close = rated("2026-04", tariff, days=days, rows=rows)
    assert nets(credit(at_close.prepaid, billed(first))) == money("-70.00")


def test_16_minimum():
    # 5000 − 10 × 300
    outcome = rated("2026-01", version(vehicles("300")), days=10, rows=[terms(minimum=Decimal(5000))])
    assert nets(outcome.charges) == money("3000.00", "2000.00")


def test_17_vat_by_line():
    # 33.33 × 22 % = 7.3326 → 7.33 each; 3 × 7.33 = 21.99, where 99.99 × 22 % would be 22.00
    tariff = version(*(fixed("33.33", number) for number in (1, 2, 3)))
    outcome = rated("2026-01", tariff, days=0, vat=GENERAL)
    assert [line.vat for line in outcome.charges] == money("7.33", "7.33", "7.33")
    assert (outcome.amounts.net, outcome.amounts.vat, outcome.amounts.total) == tuple(money("99.99", "21.99", "121.98"))


def test_18_a_service_of_2025_keeps_its_rate():
    # rated whenever: 11 × 300 − 10 × 300 = 300.00, VAT 20 % = 60.00
    tariff = version(vehicles("300"))
    issued = billed(rated("2025-12", tariff, days=10, vat=GENERAL).charges)
    [line] = adjustment(rated("2025-12", tariff, days=11, vat=GENERAL).everything, issued)
    assert (line.net, line.vat_rate, line.vat, line.total) == (Decimal("300.00"), Decimal(20), Decimal("60.00"), Decimal("360.00"))
    assert line.span.last == dt.date(2025, 12, 31)
