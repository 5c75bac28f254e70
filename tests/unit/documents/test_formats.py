"""Figures, dates and outside text as Russian readers see them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.documents import formats
from pipelines.documents.rows import shown_factors


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
    assert formats.amount(Decimal(value)) == shown


def test_an_amount_finer_than_a_kopeck_is_never_rounded_silently():
    with pytest.raises(ValueError, match="finer than a kopeck"):
        formats.amount(Decimal("0.005"))


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_shown_amount_reads_back_as_itself(value):
    assert Decimal(formats.amount(value).replace("\u202f", "").replace("−", "-").replace(",", ".")) == value


def test_quantities_and_prices():
    assert formats.quantity(Decimal("1309.700")) == "1\u202f309,7"
    assert formats.quantity(Decimal("1E+3")) == "1\u202f000"
    assert formats.quantity(Decimal(0)) == "0"
    assert formats.price(Decimal("300")) == "300,00"
    assert formats.price(Decimal("0.125")) == "0,125"
    assert formats.price(Decimal("1E+2")) == "100,00"
    assert formats.percent(Decimal("22.00")) == "22\u00a0%"


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
    assert formats.in_words(Decimal(value)) == words


def test_dates():
    assert formats.long_date(date(2026, 2, 1)) == "1\u00a0февраля 2026\u00a0г."
    assert formats.short_date(date(2026, 2, 1)) == "01.02.2026"


def test_counted_nouns():
    words = ("день", "дня", "дней")
    shown = [formats.counted(number, *words).split("\u00a0")[1] for number in (1, 3, 5, 11, 12, 21, 112)]
    assert shown == ["день", "дня", "дней", "дней", "дней", "день", "дней"]


def test_outside_text_loses_what_steers_the_page():
    assert formats.clean("ООО\n«Ра\x00кета»\u202e \t x\ud800") == "ООО «Ракета» x"


@given(st.text())
def test_text_that_is_clean_already_takes_the_short_way_to_the_same(text):
    assert formats.clean(f"{text}\N{ZERO WIDTH SPACE}") == formats.clean(text)  # an invisible character sends it the long way


@given(st.text())
def test_clean_text_is_one_encodable_line_and_stays_so(text):
    shown = formats.clean(text)
    assert len(shown.splitlines()) <= 1
    assert formats.clean(shown.encode().decode()) == shown


def test_long_words_may_break():
    assert formats.breakable("я" * 60).replace("\u200b", "") == "я" * 60
    assert max(map(len, formats.breakable("я" * 60).split("\u200b"))) <= 28


def test_a_row_shows_factors_only_when_their_product_is_the_amount():
    # 10 vehicles × 300 = 3000: shown; 406 ÷ 31 has no end; 3 × 0.335 = 1.005 was rounded to 1.01
    assert shown_factors(Fraction(10), Decimal(300), Decimal("3000.00")) == (Decimal(10), Decimal(300), True)
    assert shown_factors(Fraction(406, 31), Decimal(310), Decimal("4060.00")) == (Decimal(1), Decimal("4060.00"), False)
    assert shown_factors(3, Decimal("0.335"), Decimal("1.01")) == (Decimal(1), Decimal("1.01"), False)
    assert shown_factors(Decimal("0.0005"), Decimal(2000), Decimal("1.00")) == (Decimal(1), Decimal("1.00"), False)
    assert shown_factors(None, None, Decimal("-70.00")) == (Decimal(1), Decimal("-70.00"), False)


@given(st.fractions(min_value=0, max_value=1000, max_denominator=60), st.decimals(min_value=0, max_value=1000, places=2))
def test_the_shown_product_is_always_the_amount(quantity, price):
    amount = Decimal(int(quantity * Fraction(price) * 100)) / 100
    factors = shown_factors(quantity, price, amount)
    assert factors[0] * factors[1] == amount
