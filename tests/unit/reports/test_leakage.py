"""The price of a vehicle-day that nobody billed (domain.md §10)."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipelines.period import Month
from pipelines.reports.leak_prices import Price, Prices, Rate, arithmetic
from pipelines.reports.leakage import Served, priced

JANUARY, DECEMBER, OCTOBER = Month(2026, 1), Month(2025, 12), Month(2025, 10)
PLATFORMS = {"A": frozenset({"gps1"}), "B": frozenset({"gps1", "gps2"}), "C": frozenset({"gps3"}), "D": frozenset({"gps4"})}


def rate(net: str, days: int) -> Rate:
    return Rate(Decimal(net), days)


def amount(price: Price | None) -> Fraction | None:
    return price and price.amount


PRICES = Prices(
    JANUARY,
    now={"A": rate("300.00", 30), "B": rate("100.00", 20), "D": rate("0.00", 31)},
    before={"A": rate("999.00", 1), "C": rate("70.00", 10)},
    own={"C": (OCTOBER, rate("60.00", 30))},
    platforms=PLATFORMS,
)


def test_a_platform_s_average_is_that_of_its_contracts():
    assert amount(PRICES.of_platforms({"gps1"})) == 8  # (300 + 100) ÷ (30 + 20)
    assert amount(PRICES.of_platforms({"gps2"})) == 5  # B alone: 100 ÷ 20
    assert amount(PRICES.of_platforms({"gps1", "gps2"})) == 8  # B counts once


def test_what_was_not_billed_this_month_takes_the_month_before_then_the_house():
    assert PRICES.of_platforms({"gps3"}) == Price(Fraction(7), "средняя цена машино-дня на gps3 за декабрь 2025\u00a0г.")
    # D was billed nothing for its vehicles: no price of its own
    assert PRICES.of_platforms({"gps4"}) == Price(Fraction(8), "средняя цена машино-дня по всем договорам")
    assert Prices(JANUARY, {}, {}).of_platforms({"gps1"}) is None


def test_a_contract_s_own_price_comes_first():
    assert PRICES.of_contract("C") == Price(Fraction(2), "своя цена машино-дня за октябрь 2025\u00a0г.")  # 60 ÷ 30
    assert amount(PRICES.of_contract("A")) == 8  # never billed before: its platform's average
    assert amount(PRICES.of_ended("A")) == 10  # ended inside the month, billed 300 ÷ 30 for its days
    assert amount(PRICES.of_ended("C")) == 2


def served(vehicle_days: int, billed: str = "0.00", note: str = "") -> Served:
    return Served("parked_contract", "A", "A", "C-A", "ООО «А»", 3, vehicle_days, Decimal(billed), note)


def test_rounded_once_at_the_end_and_told_with_four_decimals():
    leak = priced(served(12), Price(Fraction(300, 31), "средняя цена машино-дня на gps1"))
    # 12 × 300 ÷ 31 = 116.129…; the rounded price would give 12 × 9.68 = 116.16
    assert leak.roubles == Decimal("116.13")
    assert leak.how == "12 машино-дней × ≈ 9,6774\u00a0₽ (средняя цена машино-дня на gps1)"


def test_what_was_billed_for_the_same_days_is_no_leak():
    price = Price(Fraction(10), "своя цена")
    leak = priced(served(100, "900.00", "нет снимка"), price)
    assert leak.roubles == Decimal("100.00")  # 100 × 10 − 900
    assert leak.how.replace("\u00a0", " ") == "100 машино-дней × 10,00 ₽ (своя цена) − 900,00 ₽ уже выставлено; нет снимка"
    assert priced(served(80, "900.00"), price).roubles == Decimal("0.00")


def test_without_a_price_or_without_usage_nothing_is_made_up():
    assert [priced(served(5), None).roubles, priced(served(5), None).how] == [Decimal("0.00"), "цена неизвестна"]
    assert priced(served(0, note="нет снимка"), Price(Fraction(10), "")).how == "нет снимка"


def test_days_are_counted_in_russian():
    price = Price(Fraction(1), "своя цена")
    words = {count: arithmetic(count, price).split("×")[0].strip() for count in (1, 2, 5, 11, 12, 21, 114, 1003)}
    assert list(words.values()) == [
        "1 машино-день", "2 машино-дня", "5 машино-дней", "11 машино-дней", "12 машино-дней", "21 машино-день", "114 машино-дней",
        "1\u00a0003 машино-дня",
    ]  # fmt: skip


@given(st.dictionaries(st.text("ABC", min_size=1, max_size=3), st.tuples(st.integers(1, 10**7), st.integers(1, 10**5)), min_size=1))
def test_an_average_lies_between_its_rates_and_prices_all_days_together(rates):
    known = {name: Rate(Decimal(kopecks) / 100, days) for name, (kopecks, days) in rates.items()}
    average = amount(Prices(JANUARY, known, {}, platforms={name: frozenset({"p"}) for name in known}).of_platforms({"p"}))
    singles = [Fraction(one.net) / one.vehicle_days for one in known.values()]
    assert min(singles) <= average <= max(singles)
    assert average * sum(one.vehicle_days for one in known.values()) == sum(Fraction(one.net) for one in known.values())
