"""The running month is priced by the invoice's own rules, whatever course its days to come may take; and its drawing says the same."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipelines.cabinet import forecast
from pipelines.cabinet.agreed import Agreed, ClientContract
from pipelines.cabinet.fleet import fleet_month
from pipelines.cabinet.fleet_chart import ChartWords, fleet_chart
from pipelines.cabinet.running_month import estimated
from pipelines.period import Month
from pipelines.rating.model import Basis, Component, DayUsage, Kind, TariffVersion, TaxMode, Terms, VatMode
from pipelines.rating.month import rate_month

JUNE = Month(2026, 6)
START = date(2025, 1, 1)
CONTRACT = ClientContract("K1", "C1", "ORG", "Вега", "Europe/Moscow", None, START, None)
TARIFF = TariffVersion(
    "T", START, "Базовый", False,
    (Component(1, "Мониторинг", Kind.VEHICLES, price=Decimal(300)), Component(2, "Связь", Kind.VEHICLE_DAYS, price=Decimal(1))),
)  # fmt: skip


def agreed(basis: Basis = Basis.PEAK, prepaid: int = 0) -> Agreed:
    terms = Terms("K1", START, "T", basis=basis, prepaid_vehicles=prepaid)
    return Agreed(CONTRACT, (terms,), {"T": (TARIFF,)}, (VatMode(None, TaxMode.EXEMPT),))


def days(first: date, *sizes: int) -> list[DayUsage]:
    return [DayUsage(first + timedelta(days=place), size) for place, size in enumerate(sizes)]


def month_of(of: Agreed, known: list[DayUsage]):
    fleet = fleet_month(of.contract.rated, of.terms, of.tariffs, JUNE, known)
    assert fleet is not None
    return estimated(of, fleet, known, Decimal(0))


def test_without_earlier_months_the_fleet_stays():
    made = month_of(agreed(), days(JUNE.first, *[10] * 10))
    # so far: peak 10 × 300 and 100 vehicle-days; the whole month at 10: 3000 + 300
    assert (made.total, made.expected.low, made.expected.likely, made.expected.high) == (
        Decimal("3100.00"), Decimal("3300.00"), Decimal("3300.00"), Decimal("3300.00"),
    )  # fmt: skip
    assert made.course.months == ()


def test_the_range_is_that_of_the_contract_s_own_last_months():
    april = days(date(2026, 4, 1), *[10] * 10, *[20] * 20)  # doubled after the 10th
    may = days(date(2026, 5, 1), *[10] * 10, *[5] * 21)  # halved
    made = month_of(agreed(prepaid=12), april + may + days(JUNE.first, *[12] * 10))
    # paid ahead 12; stays at 12, halves to 6, or doubles to 24: peaks 12, 12, 24; vehicle-days 120 + 20 × 12, 6, 24
    assert (made.expected.low, made.expected.likely, made.expected.high) == (
        Decimal("3840.00"), Decimal("3960.00"), Decimal("7800.00"),
    )  # fmt: skip
    [limit] = made.limits
    assert (limit.vehicles, limit.exceeded_on, limit.likely_on, limit.possibly_on) == (12, None, None, date(2026, 6, 11))
    assert made.course.months == (Month(2026, 4), Month(2026, 5))


def test_a_day_that_has_not_come_is_taken_as_the_one_before_and_named():
    known = [day for day in days(JUNE.first, *[10] * 10) if day.date.day not in (1, 5)]
    made = month_of(agreed(), known)
    assert made.missing == (date(2026, 6, 1), date(2026, 6, 5))
    assert made.total == Decimal("3100.00")


SIZES = st.lists(st.integers(0, 40), min_size=30, max_size=30)


@given(SIZES, SIZES, st.integers(0, 30), st.sampled_from(list(Basis)), st.sampled_from([0, 10]))
def test_what_is_expected_lies_in_its_range_and_meets_the_invoice_at_the_end(before, sizes, known_days, basis, prepaid):
    of = agreed(basis, prepaid)
    history = days(date(2026, 5, 2), *before)
    whole = days(JUNE.first, *sizes)
    made = month_of(of, history + whole[:known_days])
    assert made.total <= made.expected.low <= made.expected.likely <= made.expected.high
    assert {day.date for day in made.course.likely} == {day.date for day in whole[known_days:]}
    at_the_end = month_of(of, history + whole)
    rated = rate_month(of.contract.rated, JUNE, of.terms, of.tariffs, whole, of.vat_modes)
    invoice = sum((line.total for line in rated.everything), Decimal(0))
    assert at_the_end.total == at_the_end.expected.low == at_the_end.expected.high == invoice


def test_minutes_and_meters_go_on_as_in_the_last_week():
    known = [replace(day, online_minutes=600, meters={"meter_gb": Decimal(5)}) for day in days(JUNE.first, *[10] * 7)]
    course = forecast.course(JUNE.span, known)
    # 60 minutes and half a unit a vehicle-day
    assert {(day.online_minutes, day.meters["meter_gb"]) for day in course.likely} == {(Decimal(600), Decimal(5))}


@pytest.mark.parametrize("sizes", [[0] * 30, [1] * 3, [7, 12, 9_999], [10] * 20])
def test_the_drawing_is_whole_and_says_its_numbers(sizes):
    of = agreed(prepaid=10)
    made = month_of(of, days(JUNE.first, *sizes))
    drawing = fleet_chart(made.fleet, made.course, ChartWords("Машины <по дням>", "Описание", "новые условия"), "fleet")
    root = etree.fromstring(drawing)
    assert root.get("role") == "img"
    assert [each.text for each in root[:2]] == ["Машины <по дням>", "Описание"]
    bars = [each for each in root.iter("rect") if each.get("class") == "chart-bar"]  # of each day, up to the limit
    assert len(bars) == len(sizes)
    over = [each for each in root.iter("rect") if "chart-over" in each.get("class", "")]  # what is above it
    assert len(over) == sum(size > 10 for size in sizes)
    shares = [float(each) for each in re.findall(r'(?:x|x1|x2)="([\d.]+)%"', drawing)]
    assert min(shares) >= 0
    assert max(shares) <= 100.01
    heights = [float(each) for each in re.findall(r'(?:y|y1|y2|height)="(-?[\d.]+)"', drawing)]
    assert min(heights) >= 0
