"""What made a month come to another total than the month before: parts that add up to the kopeck."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.rating.causes import Causes, Priced, causes, causes_priced_alike, is_priced_alike
from pipelines.rating.charges import total_of
from pipelines.rating.model import Basis
from pipelines.rating.month import rate_month
from tests.unit.rating.building import EXEMPT, GENERAL, contract, day, fleet, terms, vehicles, version

FEBRUARY, MARCH = Month(2026, 2), Month(2026, 3)


def _causes(*versions, rows, size, was=10, vat=EXEMPT, month=MARCH):
    by_code = {}
    for one in versions:
        by_code.setdefault(one.tariff_code, []).append(one)
    priced = Priced(contract(), rows, by_code, vat)
    days = fleet(str(month.previous), was) + fleet(str(month), size)
    return causes(priced, month, days)


def test_a_bigger_fleet_alone():
    # 10 × 300 = 3000 before; 16 × 300 = 4800 now
    found = _causes(version(vehicles("300")), rows=[terms()], size=16)
    assert found == Causes(fleet=Decimal("1800.00"))


def test_fleet_terms_and_tariff_one_after_the_other():
    # before: 10 × 300 = 3000. Usage alone: 16 × 300 = 4800, +1800. Discount 10 % agreed: 4800 × 0.9 = 4320, −480.
    # Price 360 from the 1st: 16 × 360 × 0.9 = 5184, +864
    rows = [terms(), terms(day("2026-03", 1), discount_percent=Decimal(10))]
    versions = [version(vehicles("300")), version(vehicles("360"), valid_from=day("2026-03", 1))]
    found = _causes(*versions, rows=rows, size=16)
    assert found == Causes(fleet=Decimal("1800.00"), terms=Decimal("-480.00"), tariff=Decimal("864.00"))


def test_another_rate_of_vat_is_a_cause_of_its_own():
    # December 2025: 10 × 300 × 1.20 = 3600; January 2026: 12 × 300 = 3600, × 1.20 = 4320 (+720), × 1.22 = 4392 (+72)
    january = Month(2026, 1)
    found = _causes(version(vehicles("300")), rows=[terms()], size=12, vat=GENERAL, month=january)
    assert found == Causes(fleet=Decimal("720.00"), vat=Decimal("72.00"))


def test_prices_with_vat_do_not_change_with_its_rate():
    # 10 × 300 = 3000 with VAT in both months, whatever part of it is VAT
    january = Month(2026, 1)
    tariff = version(vehicles("300"), include_vat=True)
    found = _causes(tariff, rows=[terms()], size=10, vat=GENERAL, month=january)
    assert found == Causes()


def test_a_tariff_that_began_with_the_terms_that_name_it_is_a_cause_of_the_terms():
    # another tariff, new this month: 10 × 300 = 3000 → 10 × 250 = 2500, nothing of it can be told from the terms
    rows = [terms(), terms(day("2026-03", 1), tariff_code="NEW")]
    versions = [version(vehicles("300")), version(vehicles("250"), valid_from=day("2026-03", 1), code="NEW")]
    found = _causes(*versions, rows=rows, size=10)
    assert found == Causes(terms=Decimal("-500.00"))


def test_what_changed_in_the_middle_of_the_month_before_is_not_the_fleet():
    # February: 10 × 300 × 14/28 + 10 × 300 × 0.9 × 14/28 = 2850 billed; at its last terms all along 2700, −150 of the terms.
    # March at the same terms and fleet: 2700, nothing of the fleet
    rows = [terms(), terms(day("2026-02", 15), discount_percent=Decimal(10))]
    found = _causes(version(vehicles("300")), rows=rows, size=10)
    assert found == Causes(terms=Decimal("-150.00"))
    # February: price 300, then 360 from the 15th: 10 × 300 × ½ + 10 × 360 × ½ = 3300; March 3600, +300 of the tariff
    versions = [version(vehicles("300")), version(vehicles("360"), valid_from=day("2026-02", 15))]
    found = _causes(*versions, rows=[terms()], size=10)
    assert found == Causes(tariff=Decimal("300.00"))


def test_a_contract_without_terms_before_is_not_told_apart():
    assert _causes(version(vehicles("300")), rows=[terms(day("2026-03", 1))], size=10) is None


def test_a_month_that_cannot_be_rated_is_not_told_apart():
    priced = Priced(contract(), [terms()], {"T": [version(vehicles("300"))]}, EXEMPT)
    assert causes(priced, MARCH, fleet("2026-03", 10)[:-1]) is None


def test_everything_at_once_in_the_declared_order():
    # December 2025, 10 × 300 × 1.20 = 3600. January: 12 × 300 × 1.20 = 4320, +720 of the fleet; discount 10 %: 3888, −432 of the terms;
    # 330 instead of 300: 12 × 330 × 0.9 × 1.20 = 4276.80, +388.80 of the tariff; at 22 %: 4348.08, +71.28
    january = Month(2026, 1)
    rows = [terms(), terms(day("2026-01", 1), discount_percent=Decimal(10))]
    versions = [version(vehicles("300")), version(vehicles("330"), valid_from=day("2026-01", 1))]
    found = _causes(*versions, rows=rows, size=12, vat=GENERAL, month=january)
    expected = {"fleet": "720.00", "terms": "-432.00", "tariff": "388.80", "vat": "71.28"}
    assert found == Causes(**{name: Decimal(amount) for name, amount in expected.items()})


sizes = st.integers(0, 40)
prices = st.integers(0, 90_000).map(lambda kopecks: f"{Decimal(kopecks) / 100:.2f}")
modes = st.sampled_from([EXEMPT, GENERAL])


@given(was=sizes, size=sizes, old=prices, new=prices, cut=st.integers(1, 31), basis=st.sampled_from(Basis), vat=modes)
def test_the_parts_are_exactly_the_difference_of_the_months_as_rated(was, size, old, new, cut, basis, vat):
    rows = [terms(), terms(dt.date(2026, 3, cut), basis=basis, prepaid_vehicles=cut % 3)]
    versions = [version(vehicles(old)), version(vehicles(new), valid_from=dt.date(2026, 3, cut))]
    priced = Priced(contract(), rows, {"T": versions}, vat)
    days = fleet("2026-02", was) + fleet("2026-03", size)
    before, now = (total_of(rate_month(contract(), each, rows, {"T": versions}, days, vat).everything).total for each in (FEBRUARY, MARCH))
    found = causes(priced, MARCH, days)
    assert found.fleet + found.terms + found.tariff + found.vat == now - before


@given(was=sizes, size=sizes, price=prices, basis=st.sampled_from(Basis), ahead=st.integers(0, 3), vat=modes, include_vat=st.booleans())
def test_a_contract_priced_alike_needs_the_total_of_the_month_before_alone(was, size, price, basis, ahead, vat, include_vat):
    january = Month(2026, 1)  # the rate of VAT of the general mode is another than in December
    rows, tariffs = [terms(basis=basis, prepaid_vehicles=ahead)], {"T": [version(vehicles(price), include_vat=include_vat)]}
    priced = Priced(contract(), rows, tariffs, vat)
    days = fleet("2025-12", was) + fleet("2026-01", size)
    before, now = (rate_month(contract(), each, rows, tariffs, days, vat) for each in (january.previous, january))
    assert is_priced_alike(priced, january)
    assert causes_priced_alike(priced, january, total_of(before.everything).total, now) == causes(priced, january, days)


def test_terms_or_prices_that_began_meanwhile_do_not_price_alike():
    later = dt.date(2026, 2, 2)
    for rows, versions in (
        ([terms(), terms(later)], [version(vehicles("300"))]),
        ([terms()], [version(vehicles("300")), version(vehicles("300"), valid_from=later)]),
        ([terms(later)], [version(vehicles("300"))]),
    ):
        assert not is_priced_alike(Priced(contract(), rows, {"T": versions}, EXEMPT), MARCH)
