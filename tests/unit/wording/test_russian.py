"""Figures, dates and outside text as Russian readers see them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.period import Span
from pipelines.wording import outside, russian


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.00", "0,00"),
        ("-0.00", "0,00"),
        ("999.90", "999,90"),
        ("1000", "1\u202f000,00"),
        ("1234567.89", "1\u202f234\u202f567,89"),
        ("-1500.50", "−1\u202f500,50"),
    ],
)
def test_amounts_are_grouped_by_narrow_spaces(value, shown):
    assert russian.amount(Decimal(value)) == shown


def test_an_amount_finer_than_a_kopeck_is_never_rounded_silently():
    with pytest.raises(ValueError, match="finer than a kopeck"):
        russian.amount(Decimal("0.005"))


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_shown_amount_reads_back_as_itself(value):
    assert Decimal(russian.amount(value).replace("\u202f", "").replace("−", "-").replace(",", ".")) == value


def test_quantities_and_prices():
    assert russian.quantity(Decimal("1309.700")) == "1\u202f309,7"
    assert russian.quantity(Decimal("1E+3")) == "1\u202f000"
    assert russian.quantity(Decimal(0)) == "0"
    assert russian.price(Decimal("300")) == "300,00"
    assert russian.price(Decimal("0.125")) == "0,125"
    assert russian.price(Decimal("1E+2")) == "100,00"
    assert russian.percent(Decimal("22.00")) == "22\u00a0%"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0.00", "Ноль рублей 00 копеек"),
        ("0.01", "Ноль рублей 01 копейка"),
        ("1.00", "Один рубль 00 копеек"),
        ("2", "Два рубля 00 копеек"),
        ("5", "Пять рублей 00 копеек"),
        ("11", "Одиннадцать рублей 00 копеек"),
        ("21", "Двадцать один рубль 00 копеек"),
        ("1002.42", "Одна тысяча два рубля 42 копейки"),
        ("1000000.10", "Один миллион рублей 10 копеек"),
        ("-70.11", "Минус семьдесят рублей 11 копеек"),
    ],
)
def test_sum_in_words(value, words):
    assert russian.in_words(Decimal(value)) == words


def test_dates():
    assert russian.long_date(date(2026, 2, 1)) == "1\u00a0февраля 2026\u00a0г."
    assert russian.short_date(date(2026, 2, 1)) == "01.02.2026"


def test_counted_nouns():
    words = ("день", "дня", "дней")
    shown = [russian.counted(number, *words).split("\u00a0")[1] for number in (1, 3, 5, 11, 12, 21, 112)]
    assert shown == ["день", "дня", "дней", "дней", "дней", "день", "дней"]


def test_outside_text_loses_what_steers_the_page():
    assert outside.clean("ООО\n«Ра\x00кета»\u202e \t x\ud800") == "ООО «Ракета» x"


@given(st.text())
def test_text_that_is_clean_already_takes_the_short_way_to_the_same(text):
    assert outside.clean(f"{text}\N{ZERO WIDTH SPACE}") == outside.clean(text)  # an invisible character sends it the long way


@given(st.text())
def test_clean_text_is_one_encodable_line_and_stays_so(text):
    shown = outside.clean(text)
    assert len(shown.splitlines()) <= 1
    assert outside.clean(shown.encode().decode()) == shown


def test_long_words_may_break():
    assert outside.breakable("я" * 60).replace("\u200b", "") == "я" * 60
    assert max(map(len, outside.breakable("я" * 60).split("\u200b"))) <= 28


def test_runs_of_days_are_short_and_a_period_shows_both_its_ends():
    third, fifth, seventh = (date(2026, 1, number) for number in (3, 5, 7))
    assert russian.days([Span(third, third), Span(fifth, seventh)]) == "03.01.2026, 05.01–07.01.2026"
    assert russian.days([Span(third, third), Span(fifth, seventh)], whole_dates=True) == "03.01.2026, 05.01.2026–07.01.2026"
    assert russian.days([]) == ""
    assert russian.period(Span(third, third)) == "03.01–03.01.2026"


def test_stored_text_keeps_wide_spaces_and_a_true_minus():
    assert russian.number(Fraction(-40600, 31)) == "−1\u00a0309,677"
    assert russian.number(1234567) == "1\u00a0234\u00a0567"
    assert russian.number(Decimal("13.500")) == "13,5"
    assert russian.roubles(Decimal("-1000")) == "−1\u00a0000,00"
    assert [russian.in_units(value, *russian.VEHICLE) for value in (1, 22, 111, Fraction(1432, 31), Decimal("0.5"))] == [
        "1\u00a0машина", "22\u00a0машины", "111\u00a0машин", "46,194\u00a0машины", "0,5\u00a0машины",
    ]  # fmt: skip
    assert [russian.full_number(value) for value in (Decimal("13.06250"), Fraction(406, 31), 7, Decimal("-0.0001"))] == [
        "13,0625", "406/31", "7", "−0,0001",
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "noun"), [(1, "счёт"), (22, "счёта"), (12, "счетов"), (111, "счетов"), (101, "счёт"), (0, "счетов")])
def test_a_noun_takes_the_form_that_its_number_asks_for(count, noun):
    assert russian.noun(count, "счёт", "счёта", "счетов") == noun
