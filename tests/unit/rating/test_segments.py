"""Where the month is cut, where it is not, and what stands against billing it."""

import datetime as dt
from decimal import Decimal

import pytest

from pipelines.period import Month, Span
from pipelines.rating.charges import Cause, ParkReason
from pipelines.rating.model import Basis, Component, Counting, DayUsage, Kind, Scheme, TaxMode, Tier, VatMode
from pipelines.rating.segments import runs
from tests.unit.rating.building import EXEMPT, GENERAL, contract, day, fixed, fleet, nets, parked, rated, terms, vehicles, version

TARIFF = version(vehicles("300"))
ONE = Decimal(1)
OTHER = version(vehicles("300"), code="S")


def april(first: int, last: int) -> Span:
    return Span(day("2026-04", first), day("2026-04", last))


def spans(*versions, rows=None, at=None):
    return [segment.span for segment in rated("2026-04", *versions, days=5, rows=rows, at=at).segments]


@pytest.mark.parametrize(
    "change",
    [
        {"tariff_code": "S"},
        {"counting": Counting.CONNECTED},
        {"basis": Basis.AVERAGE},
        {"prepaid_vehicles": 3},
        {"discount_percent": Decimal("0.5")},
        {"minimum": Decimal(1)},
    ],
)
def test_what_prices_cuts(change):
    assert spans(TARIFF, OTHER, rows=[terms(), terms(day("2026-04", 16), **change)]) == [april(1, 15), april(16, 30)]


@pytest.mark.parametrize("change", [{}, {"payment_days": 3}, {"minimum": Decimal("0.00")}, {"discount_percent": Decimal("0.00")}], ids=str)
def test_what_does_not_price_cuts_nothing(change):
    assert spans(TARIFF, rows=[terms(), terms(day("2026-04", 16), **change)]) == [april(1, 30)]


def test_a_segment_of_equal_rows_carries_the_later_one():
    rows = [terms(), terms(day("2026-04", 16), payment_days=3)]
    [segment] = rated("2026-04", TARIFF, days=5, rows=rows).segments
    assert segment.terms.payment_days == 3


def test_a_version_of_equal_prices_cuts_nothing():
    renamed = version(Component(1, "Новое имя", Kind.VEHICLES, price=Decimal("300.00")), valid_from=day("2026-04", 16))
    assert spans(TARIFF, renamed) == [april(1, 30)]


@pytest.mark.parametrize(
    "later",
    [
        version(vehicles("300"), valid_from=day("2026-04", 16), include_vat=True),
        version(vehicles("300"), fixed("1"), valid_from=day("2026-04", 16)),
        version(vehicles("300", scheme=Scheme.PACKAGE, package_size=Decimal(5)), valid_from=day("2026-04", 16)),
    ],
    ids=["convention", "component", "scheme"],
)
def test_a_version_of_other_prices_cuts(later):
    assert spans(TARIFF, later) == [april(1, 15), april(16, 30)]


def test_a_change_on_the_first_cuts_nothing():
    versions = TARIFF, version(vehicles("360"), valid_from=day("2026-04", 1)), version(vehicles("400"), valid_from=day("2026-05", 1))
    assert spans(*versions, rows=[terms(), terms(day("2026-04", 1), discount_percent=Decimal(5))]) == [april(1, 30)]


def test_a_version_of_another_tariff_cuts_nothing():
    later = version(vehicles("900"), code="S", valid_from=day("2026-04", 10))
    rows = [terms(), terms(day("2026-04", 16), tariff_code="S")]
    assert spans(TARIFF, OTHER, later, rows=rows) == [april(1, 15), april(16, 30)]


def test_there_and_back_is_three_segments():
    rows = [terms(), terms(day("2026-04", 10), discount_percent=Decimal(5)), terms(day("2026-04", 20))]
    assert spans(TARIFF, rows=rows) == [april(1, 9), april(10, 19), april(20, 30)]


def test_the_contract_bounds_the_month():
    assert spans(TARIFF, at=contract(day("2026-04", 13), day("2026-04", 13))) == [april(13, 13)]
    assert spans(TARIFF, at=contract(day("2026-04", 1), day("2026-04", 30))) == [april(1, 30)]


@pytest.mark.parametrize("at", [contract(day("2026-05", 1)), contract(ends_on=day("2026-03", 31))], ids=["later", "over"])
def test_a_contract_not_in_force_has_nothing_to_bill(at):
    outcome = rated("2026-04", TARIFF, days=[], at=at, rows=[terms(minimum=Decimal(500))])
    assert (outcome.segments, outcome.charges) == ((), ())


def test_usage_outside_the_contract_is_not_billed():
    # 5 on the days of the contract, 40 before: 5 × 300 × 15/30
    days = fleet("2026-04", lambda number: 40 if number < 16 else 5)
    assert nets(rated("2026-04", TARIFF, days=days, at=contract(day("2026-04", 16))).charges) == [Decimal("750.00")]


def test_tiers_of_a_meter_start_anew_in_every_segment():
    # 30 days × 1 km in one segment: 15 × 10 + 15 × 5; cut on the 16th: 15 × 10 twice
    tiers = (Tier(Decimal(15), Decimal(10)), Tier(None, Decimal(5)))
    tariff = version(Component(1, "Пробег", Kind.METER, "km", Scheme.GRADUATED, tiers=tiers))
    days = fleet("2026-04", 1, km=Decimal(1))
    assert nets(rated("2026-04", tariff, days=days).charges) == [Decimal("225.00")]
    rows = [terms(), terms(day("2026-04", 16), counting=Counting.CONNECTED)]
    assert nets(rated("2026-04", tariff, days=days, rows=rows).charges) == [Decimal("150.00"), Decimal("150.00")]


def test_a_gap_in_terms_or_tariff_parks():
    gap = parked("2026-04", TARIFF, days=5, rows=[terms(day("2026-04", 3))])
    assert gap.reasons == (ParkReason(Cause.NO_TERMS, (april(1, 2),)),)
    late = version(vehicles("300"), valid_from=day("2026-04", 11))
    assert parked("2026-04", late, days=5).reasons == (ParkReason(Cause.NO_TARIFF, (april(1, 10),), "T"),)
    unknown = parked("2026-04", days=5, rows=[terms(tariff_code="T9")])
    assert str(unknown) == "tariff T9 has no version in force on 2026-04-01…2026-04-30"
    assert unknown.reasons[0].russian == "нет действующей версии тарифа T9 на 01.04.2026–30.04.2026"


def test_a_gap_before_the_contract_starts_is_none():
    assert spans(version(vehicles("300"), valid_from=day("2026-04", 13)), at=contract(day("2026-04", 13))) == [april(13, 30)]


def test_a_missing_day_parks_and_is_never_zero():
    days = [usage for usage in fleet("2026-04", 5) if usage.date.day not in (3, 4, 20)]
    outcome = parked("2026-04", TARIFF, days=days, rows=[terms(basis=Basis.AVERAGE)])
    assert outcome.reasons == (ParkReason(Cause.MISSING_DAYS, (april(3, 4), april(20, 20))),)
    assert str(outcome) == "usage is not known for 2026-04-03…2026-04-04, 2026-04-20"


def test_all_reasons_at_once():
    outcome = parked("2026-04", version(vehicles("300"), valid_from=day("2026-04", 2)), days=fleet("2026-04", 5)[:-1], vat=())
    assert [reason.cause for reason in outcome.reasons] == [Cause.NO_TARIFF, Cause.NO_VAT_MODE, Cause.MISSING_DAYS]


def test_what_is_not_known_matters_only_where_it_is_needed():
    hours = version(Component(1, "Часы", Kind.ONLINE_HOURS, price=Decimal(1)))
    assert rated("2026-04", TARIFF, days=fleet("2026-04", 5, None)).charges
    blank = parked("2026-04", hours, days=fleet("2026-04", 5, None))
    assert blank.reasons == (ParkReason(Cause.UNKNOWN_ONLINE, (april(1, 30),)),)
    assert rated("2026-04", hours, days=fleet("2026-04", 0, None)).charges == ()
    meter = version(Component(1, "Топливо", Kind.METER, "fuel", price=Decimal(1)))
    days = fleet("2026-04", 5, fuel=Decimal(2))
    days[6] = DayUsage(days[6].date, 5, 0, {})
    assert parked("2026-04", meter, days=days).reasons == (ParkReason(Cause.MISSING_METER, (april(7, 7),), "fuel"),)
    assert parked("2026-04", meter, days=fleet("2026-04", 5, fuel=Decimal(-1))).reasons[0].cause == Cause.NEGATIVE_USAGE


@pytest.mark.parametrize(
    "component",
    [
        vehicles(None),
        vehicles("1", scheme=Scheme.PACKAGE),
        vehicles("1", scheme=Scheme.PACKAGE, package_size=Decimal(0)),
        vehicles(None, scheme=Scheme.VOLUME),
        vehicles(None, scheme=Scheme.GRADUATED, tiers=(Tier(Decimal(5), Decimal(1)),)),
        vehicles(None, scheme=Scheme.GRADUATED, tiers=(Tier(None, Decimal(5)), Tier(None, Decimal(1)))),
        vehicles(None, scheme=Scheme.GRADUATED, tiers=(Tier(Decimal(5), ONE), Tier(Decimal("5.0"), ONE), Tier(None, ONE))),
        Component(1, "Счётчик", Kind.METER, price=Decimal(1)),
        Component(1, "Минимум", Kind.MINIMUM, price=Decimal(1)),
        vehicles("1", number=0),
    ],
    ids=range(10),
)
def test_a_tariff_that_cannot_be_priced_parks(component):
    assert [reason.cause for reason in parked("2026-04", version(component), days=5).reasons] == [Cause.BROKEN_TARIFF]


def test_no_components_or_two_of_one_number_park():
    assert parked("2026-04", version(), days=5).reasons[0].cause == Cause.BROKEN_TARIFF
    assert "occurs twice" in str(parked("2026-04", version(vehicles("1"), fixed("1", 1)), days=5))


def test_no_vat_mode_on_the_last_day_of_a_segment_parks():
    late = (VatMode(day("2026-05", 1), TaxMode.GENERAL),)
    assert parked("2026-04", TARIFF, days=5, vat=late).reasons == (ParkReason(Cause.NO_VAT_MODE, (april(30, 30),)),)
    assert rated("2026-04", TARIFF, days=5, vat=(VatMode(day("2026-04", 30), TaxMode.GENERAL),)).charges


def test_a_day_twice_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="twice"):
        rated("2026-04", TARIFF, days=fleet("2026-04", 5) * 2)


def test_runs_of_days():
    month = list(Month(2026, 2).dates())
    assert runs([month[4], month[0], month[1], month[0]]) == (Span(month[0], month[1]), Span(month[4], month[4]))
    assert runs([]) == ()


def test_the_rate_is_that_of_the_last_day_of_the_segment():
    # the contract ends in 2025: 20 %; a price change on 16 January does not make the first half older
    assert rated("2025-12", TARIFF, days=5, vat=GENERAL).charges[0].vat_rate == 20
    assert rated("2026-01", TARIFF, days=5, vat=GENERAL).charges[0].vat_rate == 22
    modes = [*EXEMPT, VatMode(dt.date(2026, 4, 16), TaxMode.USN5)]
    lines = rated("2026-04", TARIFF, version(vehicles("360"), valid_from=day("2026-04", 16)), days=5, vat=modes).charges
    assert [line.vat_rate for line in lines] == [None, Decimal(5)]
