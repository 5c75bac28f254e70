"""What made a month come to another total than the month before: parts that add up to the kopeck."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.rating.causes import Causes, Priced, causes
from pipelines.rating.model import Basis
from tests.unit.rating.building import EXEMPT, GENERAL, contract, day, fleet, terms, vehicles, version

MARCH = Month(2026, 3)


def _causes(*versions, rows, size, before, now, was=10, vat=EXEMPT, month=MARCH):
    by_code = {}
    for one in versions:
        by_code.setdefault(one.tariff_code, []).append(one)
    priced = Priced(contract(), rows, by_code, vat)
    days = fleet(str(month.previous), was) + fleet(str(month), size)
    return causes(priced, month, days, Decimal(before), Decimal(now))


def test_a_bigger_fleet_alone():
    # 10 × 300 = 3000 before; 16 × 300 = 4800 now
    found = _causes(version(vehicles("300")), rows=[terms()], size=16, before="3000.00", now="4800.00")
    assert found == Causes(fleet=Decimal("1800.00"))


def test_fleet_terms_and_tariff_one_after_the_other():
    # before: 10 × 300 = 3000. Usage alone: 16 × 300 = 4800, +1800. Discount 10 % agreed: 4800 × 0.9 = 4320, −480.
    # Price 360 from the 1st: 16 × 360 × 0.9 = 5184, +864
    rows = [terms(), terms(day("2026-03", 1), discount_percent=Decimal(10))]
    versions = [version(vehicles("300")), version(vehicles("360"), valid_from=day("2026-03", 1))]
    found = _causes(*versions, rows=rows, size=16, before="3000.00", now="5184.00")
    assert found == Causes(fleet=Decimal("1800.00"), terms=Decimal("-480.00"), tariff=Decimal("864.00"))


def test_another_rate_of_vat_is_a_cause_of_its_own():
    # December 2025: 10 × 300 × 1.20 = 3600; January 2026: 12 × 300 = 3600, × 1.20 = 4320 (+720), × 1.22 = 4392 (+72)
    january = Month(2026, 1)
    found = _causes(version(vehicles("300")), rows=[terms()], size=12, before="3600.00", now="4392.00", vat=GENERAL, month=january)
    assert found == Causes(fleet=Decimal("720.00"), vat=Decimal("72.00"))


def test_prices_with_vat_do_not_change_with_its_rate():
    # 10 × 300 = 3000 with VAT in both months, whatever part of it is VAT
    january = Month(2026, 1)
    tariff = version(vehicles("300"), include_vat=True)
    found = _causes(tariff, rows=[terms()], size=10, before="3000.00", now="3000.00", vat=GENERAL, month=january)
    assert found == Causes()


def test_a_tariff_that_began_with_the_terms_that_name_it_is_a_cause_of_the_terms():
    # another tariff, new this month: 10 × 300 = 3000 → 10 × 250 = 2500, nothing of it can be told from the terms
    rows = [terms(), terms(day("2026-03", 1), tariff_code="NEW")]
    versions = [version(vehicles("300")), version(vehicles("250"), valid_from=day("2026-03", 1), code="NEW")]
    found = _causes(*versions, rows=rows, size=10, before="3000.00", now="2500.00")
    assert found == Causes(terms=Decimal("-500.00"))


def test_what_changed_in_the_middle_of_the_month_before_is_not_the_fleet():
    # February: 10 × 300 × 14/28 + 10 × 300 × 0.9 × 14/28 = 2850 billed; at its last terms all along 2700, −150 of the terms.
    # March at the same terms and fleet: 2700, nothing of the fleet
    rows = [terms(), terms(day("2026-02", 15), discount_percent=Decimal(10))]
    found = _causes(version(vehicles("300")), rows=rows, size=10, before="2850.00", now="2700.00")
    assert found == Causes(terms=Decimal("-150.00"))
    # February: price 300, then 360 from the 15th: 10 × 300 × ½ + 10 × 360 × ½ = 3300; March 3600, +300 of the tariff
    versions = [version(vehicles("300")), version(vehicles("360"), valid_from=day("2026-02", 15))]
    found = _causes(*versions, rows=[terms()], size=10, before="3300.00", now="3600.00")
    assert found == Causes(tariff=Decimal("300.00"))


def test_a_contract_without_terms_before_is_new():
    found = _causes(version(vehicles("300")), rows=[terms(day("2026-03", 1))], size=10, before="0.00", now="3000.00")
    assert found == Causes(other=Decimal("3000.00"))


def test_a_month_that_cannot_be_rated_is_not_told_apart():
    rows = [terms()]
    priced = Priced(contract(), rows, {"T": [version(vehicles("300"))]}, EXEMPT)
    assert causes(priced, MARCH, fleet("2026-03", 10)[:-1], Decimal("3000.00"), Decimal("2000.00")) == Causes(other=Decimal("-1000.00"))


def test_what_was_billed_and_does_not_follow_from_the_facts_is_other():
    # billed 3100 for 10 × 300: 100 too much; now 12 × 300 = 3600, of which the advance billed 3650
    found = _causes(version(vehicles("300")), rows=[terms()], size=12, before="3100.00", now="3650.00")
    assert found == Causes(fleet=Decimal("600.00"), other=Decimal("-50.00"))


def test_everything_at_once_in_the_declared_order():
    # December 2025, 10 × 300 × 1.20 = 3600. January: 12 × 300 × 1.20 = 4320, +720 of the fleet; discount 10 %: 3888, −432 of the terms;
    # 330 instead of 300: 12 × 330 × 0.9 × 1.20 = 4276.80, +388.80 of the tariff; at 22 %: 4348.08, +71.28
    january = Month(2026, 1)
    rows = [terms(), terms(day("2026-01", 1), discount_percent=Decimal(10))]
    versions = [version(vehicles("300")), version(vehicles("330"), valid_from=day("2026-01", 1))]
    found = _causes(*versions, rows=rows, size=12, before="3600.00", now="4348.08", vat=GENERAL, month=january)
    expected = {"fleet": "720.00", "terms": "-432.00", "tariff": "388.80", "vat": "71.28", "other": "0.00"}
    assert found == Causes(**{name: Decimal(amount) for name, amount in expected.items()})


sizes = st.integers(0, 40)
prices = st.integers(0, 90_000).map(lambda kopecks: f"{Decimal(kopecks) / 100:.2f}")
amounts = st.integers(-(10**7), 10**7).map(lambda kopecks: Decimal(kopecks).scaleb(-2))


@given(was=sizes, size=sizes, old=prices, new=prices, cut=st.integers(1, 31), basis=st.sampled_from(Basis), before=amounts, now=amounts)
def test_the_parts_are_exactly_the_difference(was, size, old, new, cut, basis, before, now):
    rows = [terms(), terms(dt.date(2026, 3, cut), basis=basis, prepaid_vehicles=cut % 3)]
    versions = [version(vehicles(old)), version(vehicles(new), valid_from=dt.date(2026, 3, cut))]
    found = _causes(*versions, rows=rows, was=was, size=size, before=before, now=now, vat=GENERAL)
    assert Fraction(found.total) == Fraction(now) - Fraction(before)
