"""Lines: quantities, VAT in both conventions, discount, minimum, zero, and how they are told."""

from decimal import Decimal
from fractions import Fraction

import pytest

from pipelines.rating.charges import Amounts
from pipelines.rating.model import Basis, Component, Kind, Scheme, TaxMode, VatMode
from pipelines.rating.quantities import Usage
from pipelines.rating.rows import printed_row
from pipelines.rating.vat import split
from pipelines.wording.russian import roubles
from tests.unit.rating.building import GENERAL, contract, day, fixed, fleet, money, nets, rated, terms, tiered, vehicles, version

NBSP = "\u00a0"


def test_peak_date_is_the_first_and_the_average_exact():
    usage = Usage(fleet("2026-01", lambda number: 7 if number in (9, 20) else 3, 90))
    assert (usage.peak, usage.peak_date, usage.vehicle_days) == (7, day("2026-01", 9), 101)
    assert (usage.average, usage.online_minutes) == (Fraction(101, 31), 2790)
    idle = Usage(fleet("2026-01", 0))
    assert (idle.peak, idle.peak_date) == (0, day("2026-01", 1))


def test_every_kind_takes_its_own_quantity():
    tariff = version(
        Component(1, "Дни", Kind.VEHICLE_DAYS, price=Decimal("9.50")),
        Component(2, "Часы", Kind.ONLINE_HOURS, price=Decimal(6)),
        Component(3, "Пробег", Kind.METER, "km", price=Decimal("0.125")),
        fixed("100", 4),
        vehicles("300", 5),
    )
    # a contract of 15 of 30 days: 45 × 9.50; 15 × 100 min ÷ 60 × 6; 15 × 1.1 × 0.125 = 2.0625; 100 × ½; 3 × 300 × ½
    outcome = rated("2026-04", tariff, days=fleet("2026-04", 3, 100, km=Decimal("1.1")), at=contract(day("2026-04", 16)))
    assert nets(outcome.charges) == money("427.50", "150.00", "2.06", "50.00", "450.00")
    assert [line.quantity for line in outcome.charges] == [45, 25, Fraction("16.5"), 1, 3]
    assert [line.share for line in outcome.charges] == [1, 1, 1, Fraction(1, 2), Fraction(1, 2)]


@pytest.mark.parametrize(("size", "amount"), [(1, "700.00"), (10, "700.00"), (11, "1400.00"), (20, "1400.00"), (21, "2100.00")])
def test_packages(size, amount):
    tariff = version(vehicles("700", scheme=Scheme.PACKAGE, package_size=Decimal(10)))
    [line] = rated("2026-04", tariff, days=size).charges
    assert line.net == Decimal(amount)
    assert line.price is None


def test_an_average_just_above_a_tier_falls_in_the_next():
    # (29 × 15 + 16) ÷ 30 = 15.0333…; × 5 = 75.1666… (volume); 150 + 0.0333… × 5 = 150.1666… (graduated)
    days = fleet("2026-04", lambda number: 16 if number == 30 else 15)
    rows = [terms(basis=Basis.AVERAGE)]
    assert nets(rated("2026-04", version(tiered(Scheme.VOLUME)), days=days, rows=rows).charges) == money("75.17")
    assert nets(rated("2026-04", version(tiered(Scheme.GRADUATED)), days=days, rows=rows).charges) == money("150.17")


def test_nothing_used_leaves_the_line_out():
    tariff = version(vehicles("300"), fixed("100"), Component(3, "Дни", Kind.VEHICLE_DAYS, price=Decimal(1)))
    assert [line.component_no for line in rated("2026-04", tariff, days=0).charges] == [2]


def test_price_zero_with_a_quantity_is_kept_and_warned_of():
    outcome = rated("2026-04", version(vehicles("0"), fixed("100")), days=4)
    assert nets(outcome.charges) == money("0.00", "100.00")
    assert [(warning.component_no, warning.quantity) for warning in outcome.zero_prices] == [(1, 4)]


def test_a_discount_of_all_is_no_zero_price():
    outcome = rated("2026-04", version(vehicles("300")), days=4, rows=[terms(discount_percent=Decimal(100))])
    assert nets(outcome.charges) == money("0.00")
    assert outcome.zero_prices == ()


def test_the_discount_comes_before_rounding():
    # 1 × 0.05 × 0.9 = 0.045 → 0.05; 33.35 × 0.7 = 23.345 → 23.35
    rows = [terms(discount_percent=Decimal(10))]
    assert nets(rated("2026-04", version(fixed("0.05")), days=0, rows=rows).charges) == money("0.05")
    rows = [terms(discount_percent=Decimal(30))]
    assert nets(rated("2026-04", version(fixed("33.35")), days=0, rows=rows).charges) == money("23.35")


def test_negative_prices_round_away_from_zero():
    # −0.05 × 0.9 = −0.045 → −0.05; VAT 22 % of −0.25 = −0.055 → −0.06
    rows = [terms(discount_percent=Decimal(10))]
    assert nets(rated("2026-04", version(fixed("-0.05")), days=0, rows=rows).charges) == money("-0.05")
    assert split(Decimal("-0.25"), Decimal(22), included=False) == Amounts(*money("-0.25", "-0.06", "-0.31"))
    assert split(Decimal("-10.00"), Decimal(20), included=True) == Amounts(*money("-8.33", "-1.67", "-10.00"))


@pytest.mark.parametrize(
    ("amount", "rate", "included", "expected"),
    [
        ("1000.00", 22, False, ("1000.00", "220.00", "1220.00")),
        ("1000.00", 22, True, ("819.67", "180.33", "1000.00")),  # 1000 × 22 ÷ 122 = 180.3278…
        ("1000.00", 20, True, ("833.33", "166.67", "1000.00")),
        ("0.10", 5, False, ("0.10", "0.01", "0.11")),  # 0.005 → 0.01
        ("0.21", 5, True, ("0.20", "0.01", "0.21")),  # 0.21 × 5 ÷ 105 = 0.01
        ("107.00", 7, True, ("100.00", "7.00", "107.00")),
        ("50.00", None, True, ("50.00", "0.00", "50.00")),
        ("50.00", None, False, ("50.00", "0.00", "50.00")),
    ],
)
def test_vat_in_both_conventions(amount, rate, included, expected):
    percent = None if rate is None else Decimal(rate)
    assert split(Decimal(amount), percent, included=included) == Amounts(*money(*expected))


@pytest.mark.parametrize(("mode", "rate"), [(TaxMode.GENERAL, 22), (TaxMode.USN5, 5), (TaxMode.USN7, 7), (TaxMode.EXEMPT, None)])
def test_the_rate_of_a_mode(mode, rate):
    assert rated("2026-04", version(fixed("1")), days=0, vat=(VatMode(None, mode),)).charges[0].vat_rate == rate


def test_the_minimum_of_prices_with_vat_is_with_vat():
    # 3000 with VAT of 5000 with VAT: 2000 with VAT = 1639.34 + 360.66
    outcome = rated("2026-04", version(fixed("3000"), include_vat=True), days=0, rows=[terms(minimum=Decimal(5000))], vat=GENERAL)
    assert [line.amounts for line in outcome.charges] == [
        Amounts(*money("2459.02", "540.98", "3000.00")),
        Amounts(*money("1639.34", "360.66", "2000.00")),
    ]


def test_the_minimum_of_prices_without_vat_is_without_vat():
    # 4500 × 1.22 = 5490 is above 5000, its net is not: 500 more
    outcome = rated("2026-04", version(fixed("4500")), days=0, rows=[terms(minimum=Decimal(5000))], vat=GENERAL)
    assert nets(outcome.charges) == money("4500.00", "500.00")


def test_the_last_segment_decides_how_the_minimum_is_compared():
    # 1–15: 2000 × ½ = 1000 + 220 VAT; 16–30: 1000 × ½ = 500 with VAT; compared with VAT: 3000 − 1220 − 500 = 1280
    versions = version(fixed("2000")), version(fixed("1000"), valid_from=day("2026-04", 16), include_vat=True)
    outcome = rated("2026-04", *versions, days=0, rows=[terms(minimum=Decimal(3000))], vat=GENERAL)
    assert outcome.charges[-1].total == Decimal("1280.00")
    assert outcome.amounts.total == Decimal("3000.00")


def test_the_minimum_is_shared_by_segments_and_takes_no_discount():
    # 5000 × 10/30 + 8000 × 20/30 = 7000.00; used 300 × 0.9 × 10/30 + 300 × 20/30 = 90 + 200
    rows = [terms(minimum=Decimal(5000), discount_percent=Decimal(10)), terms(day("2026-04", 11), minimum=Decimal(8000))]
    outcome = rated("2026-04", version(fixed("300")), days=0, rows=rows)
    assert nets(outcome.charges) == money("90.00", "200.00", "6710.00")
    assert plain(outcome.charges[-1].arithmetic) == (
        "минимум 5 000,00 × 10 дней ÷ 30 дней + 8 000,00 × 20 дней ÷ 30 дней = 7 000,00 − начислено 290,00 = 6 710,00"
    )


def test_the_minimum_of_half_a_month():
    # 5000 × 19/31 = 3064.516… → 3064.52, nothing used
    outcome = rated("2026-01", version(vehicles("300")), days=0, rows=[terms(minimum=Decimal(5000))], at=contract(day("2026-01", 13)))
    assert nets(outcome.charges) == money("3064.52")


def test_a_minimum_that_is_reached_adds_nothing():
    assert len(rated("2026-04", version(fixed("5000")), days=0, rows=[terms(minimum=Decimal(5000))]).charges) == 1


def test_other_invoice_kinds_count_towards_the_minimum():
    # prepaid 10 × 300 = 3000 elsewhere, monthly 500: 5000 − 3500; told 4000 was billed elsewhere: 5000 − 4500
    rows = [terms(prepaid_vehicles=10, minimum=Decimal(5000))]
    tariff = version(vehicles("300"), fixed("500"))
    assert nets(rated("2026-04", tariff, days=9, rows=rows).charges) == money("500.00", "1500.00")
    elsewhere = Amounts(*money("4000.00", "0.00", "4000.00"))
    assert nets(rated("2026-04", tariff, days=9, rows=rows, billed_elsewhere=elsewhere).charges) == money("500.00", "500.00")


def plain(text):
    return text.replace(NBSP, " ")


def row(month, *versions, **options):
    quantity, price, text = printed_row(rated(month, *versions, **options).charges[-1])
    return quantity, price, plain(text)


def test_a_row_that_multiplies_is_printed_as_it_is():
    assert row("2026-01", version(vehicles("300")), days=10) == (
        Decimal(10),
        Decimal("300.00"),
        "Мониторинг за январь 2026 г.: максимум 10 машин (01.01.2026)",
    )
    days = fleet("2026-04", lambda number: 10 if number > 15 else 11)
    assert row("2026-04", version(vehicles("300")), days=days, rows=[terms(basis=Basis.AVERAGE)])[:2] == (Decimal("10.5"), Decimal(300))


def test_a_row_in_prices_with_vat_multiplies_to_the_total():
    assert row("2026-04", version(vehicles("300"), include_vat=True), days=10, vat=GENERAL)[:2] == (Decimal(10), Decimal(300))


def test_a_row_that_does_not_multiply_tells_its_arithmetic():
    versions = version(vehicles("300")), version(vehicles("360"), valid_from=day("2026-04", 16))
    assert row("2026-04", *versions, days=10) == (
        Decimal(1),
        Decimal("1800.00"),
        "Мониторинг за 16.04–30.04.2026: максимум 10 машин (16.04.2026); 10 × 360,00 × 15 дней ÷ 30 дней = 1 800,00",
    )


def test_a_discounted_price_of_whole_kopecks_is_multiplied():
    # 300 less 12.5 % = 262.50; less 0.1 % = 299.70; 33.35 less 30 % = 23.345, which no paper can show
    rows = [terms(discount_percent=Decimal("12.5"))]
    assert row("2026-04", version(vehicles("300")), days=20, rows=rows) == (
        Decimal(20),
        Decimal("262.50"),
        "Мониторинг за апрель 2026 г.: максимум 20 машин (01.04.2026); цена 300,00 − скидка 12,5 % = 262,50",
    )
    rows = [terms(discount_percent=Decimal(30))]
    assert row("2026-04", version(vehicles("33.35")), days=3, rows=rows) == (
        Decimal(1),
        Decimal("70.04"),
        "Мониторинг за апрель 2026 г.: максимум 3 машины (01.04.2026); 3 × 33,35 − скидка 30 % = 70,04",
    )


def test_packages_are_multiplied():
    tariff = version(vehicles("700", scheme=Scheme.PACKAGE, package_size=Decimal(8)))
    assert row("2026-04", tariff, days=20) == (
        Decimal(3),
        Decimal("700.00"),
        "Мониторинг за апрель 2026 г.: максимум 20 машин (01.04.2026); 3 пакета по 8",
    )


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (Component(1, "Дни", Kind.VEHICLE_DAYS, price=Decimal("9.50")), "Дни за январь 2026 г.: 97 машино-дней"),
        (
            Component(1, "Часы", Kind.ONLINE_HOURS, price=Decimal(6)),
            "Часы за январь 2026 г.: на связи 3 131 минута ÷ 60 = 52,183 часа; 3 131 ÷ 60 × 6,00 = 313,10",
        ),
        (Component(1, "СМС", Kind.METER, "sms", price=Decimal("3.10")), "СМС за январь 2026 г.: учтено 6,2"),
    ],
    ids=["vehicle-days", "minutes", "a meter"],
)
def test_every_row_says_what_was_counted(component, said):
    days = fleet("2026-01", lambda number: 4 if number > 27 else 3, Decimal("101"), sms=Decimal("0.2"))
    text = row("2026-01", version(component), days=days)[2]
    assert text == said


@pytest.mark.parametrize(
    ("component", "rows", "told"),
    [
        (tiered(Scheme.GRADUATED), None, "15 × 10,00 + 5 × 5,00 = 175,00"),
        (tiered(Scheme.GRADUATED), [terms(discount_percent=Decimal("12.5"))], "(15 × 10,00 + 5 × 5,00) − скидка 12,5 % = 153,13"),
        (vehicles("0.125"), None, "20 × 0,125 = 2,50"),
        (vehicles("-50"), None, "20 × −50,00 = −1 000,00"),
    ],
    ids=["tiers", "tiers and a discount", "a price finer than a kopeck", "a price below zero"],
)
def test_arithmetic_as_an_accountant_writes_it(component, rows, told):
    [line] = rated("2026-04", version(component), days=20, rows=rows).charges
    assert plain(line.arithmetic) == f"максимум 20 машин (01.04.2026); {told}"


def test_roubles_in_text():
    amounts = money("0", "1234567.5", "-1000.00", "0.1250", "300.000", "1E+3")
    told = [roubles(amount).replace(NBSP, " ") for amount in amounts]
    assert told == ["0,00", "1 234 567,50", "−1 000,00", "0,125", "300,00", "1 000,00"]
