"""Numbers in purposes, as payers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.receivables.numbers import CONTRACT_CUE, INVOICE_CUE, NumberIndex, PurposeWords

KNOWN = ["НВ26-000042", "НВ26-000043", "НВ25-000042", "С26-000003", "ТМ-000007", "42", "43", "125/А", "2026-17", "НВГ26-123456"]
INVOICES = NumberIndex([(number, number) for number in KNOWN], INVOICE_CUE, CONTRACT_CUE)
CONTRACTS = NumberIndex([(number, number) for number in ("Т-17", "18", "НВ26-000042", "2025/118-М")], CONTRACT_CUE, INVOICE_CUE)


def named(purpose: str) -> list[str]:
    return INVOICES.find(PurposeWords.of(purpose))


@pytest.mark.parametrize(
    "purpose",
    [
        "Оплата по счету НВ26-000042 от 01.04.2026, в т.ч. НДС 22% - 440.00 руб.",
        "Оплата по счету №НВ26-000042",
        "сч. № НВ26-000042",
        "сч.НВ26-000042",
        "счет-НВ26-000042",
        "Счёт N НВ26-000042",
        "счет NНВ26-000042",
        "счет No.НВ26-000042",
        "счет №НВ26000042",
        "счет НВ 26-000042",
        "счет НВ26 - 000042",
        "счет НВ26–42",
        "счет нв26-42",
        "НВ26-0042",
        "СЧЕТ HB26-000042",
        "счет Нb26_000042",
        "счет НВ-26-000042",
        "НВ26-000042.",
        "(НВ26-000042)",
        '"НВ26-000042"',
        "НВ26-000042;аванс",
        "за связь,НВ26-000042,НДС не облагается",
        "НВ26-000042 31.03.2026",
        "1. НВ26-000042",
        "1.НВ26-000042",
        "Мониторинг-НВ26-000042",
        "НВ26-000042-мониторинг",
        "НВ26-000042 - 2440.00",
        "договор и счет НВ26-000042",
        "договор Т-17, НВ26-000042",
        "НВ26\u00a0000042",
        "НВ26-000042 и снова НВ26-42",
    ],
)
def test_the_same_invoice_however_written(purpose):
    assert named(purpose) == ["НВ26-000042"]


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("счета НВ26-000042, НВ26-000043", ["НВ26-000042", "НВ26-000043"]),
        ("счета НВ26-000043 и НВ26-000042", ["НВ26-000043", "НВ26-000042"]),
        ("счета НВ26-000042/НВ26-000043", ["НВ26-000042", "НВ26-000043"]),
        ("счета №№ НВ25-42;НВ26-43", ["НВ25-000042", "НВ26-000043"]),
        ("счет 42 и НВ26-000042", ["42", "НВ26-000042"]),
        ("счет НВГ26-123456", ["НВГ26-123456"]),
    ],
)
def test_several_invoices(purpose, numbers):
    assert named(purpose) == numbers


@pytest.mark.parametrize(
    "purpose",
    [
        "",
        "Оплата услуг",
        "счет НВ26-0000421",
        "счет НВ26-1000042",
        "счет НВ26-000042-1",
        "счет НВ26-000042/2",
        "счет НВ26-000042А",
        "счет НВ26-000042.5",
        "счет 1НВ26-000042",
        "счет 12-НВ26-000042",
        "счет А-НВ26-000042",
        "счет АНВ26-000042",
        "счет НВ26-42-А",
        "счет НВ2642",
        "счет НВ26.000042",
        "счет НВ26, 000042",
        "счет НВ 26.03.2026",
        "договор НВ26-000042",
        "по дог.№ НВ26-000042",
        "контракт № НВ26-000042",
        "с 26-03 по 28-03",
        "с 26 3 дня",
        "аренда с 26.03.2026",
        "НВ26",
        "000042",
        "НВ 42",
        "счет НВ27-000042",
    ],
)
def test_what_names_no_invoice(purpose):
    assert named(purpose) == []


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("счет 42", ["42"]),
        ("сч.№42 от 31.03.2026", ["42"]),
        ("счет № 0042", ["42"]),
        ("счету от 31.03.2026 № 42", ["42"]),
        ("по счетам 42, 43 на сумму 500", ["42", "43"]),
        ("счета 42 и 43", ["42", "43"]),
        ("счет 125/А", ["125/А"]),
        ("счет 2026-17", ["2026-17"]),
        ("42", []),
        ("услуги 42", []),
        ("договор 42", []),
        ("счет за 42 дня", []),
        ("счет 5 от 42.03.2026", []),
        ("счет 142", []),
        ("счет 42.5", []),
        ("счет 42,43", []),
        ("счет 42/1", []),
        ("счет от 01.02.2026 по договору 42", []),
        ("НДС 42", []),
        ("счет 7, 42 руб.", []),
        ("за 125 а/м", []),
        ("счет 7 на 43 машины", []),
        ("договор 5 счет 42", ["42"]),
        ("счет 5 от 31.03.2026 42", []),
    ],
)
def test_numbers_that_are_only_digits_need_the_word(purpose, numbers):
    assert named(purpose) == numbers


@pytest.mark.parametrize("date", ["26.03.2026", "42.03.26", "26/3/2026", "26-03-2026"])
def test_dates_hold_no_numbers(date):
    assert named(f"счет от {date}") == []
    assert named(f"счет С {date}") == []


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("по договору Т-17 от 01.02.2026", ["Т-17"]),
        ("дог.T17", ["Т-17"]),
        ("договор № 18", ["18"]),
        ("счет 18", []),
        ("счет Т-17", []),
        ("дог-р 2025/118-М", ["2025/118-М"]),
        ("договору № 2025/118 м", ["2025/118-М"]),
        ("договор НВ26-000042", ["НВ26-000042"]),
        ("счет НВ26-000042", []),
    ],
)
def test_contracts(purpose, numbers):
    assert CONTRACTS.find(PurposeWords.of(purpose)) == numbers


def test_what_fits_two_invoices_names_none_unless_written_exactly():
    index = NumberIndex([("А-000042", 1), ("А-42", 2), ("Б-1", 3)], INVOICE_CUE, CONTRACT_CUE)
    assert index.find(PurposeWords.of("счет А-042")) == []
    assert index.find(PurposeWords.of("счет А-42")) == [2]
    assert index.find(PurposeWords.of("счет А-000042 и Б-1")) == [1, 3]


def test_the_same_number_of_two_sellers_names_none():
    assert NumberIndex([("Б-1", 1), ("Б-1", 2)], INVOICE_CUE, CONTRACT_CUE).find(PurposeWords.of("счет Б-1")) == []


def test_odd_numbers_do_no_harm():
    index = NumberIndex([("", 1), ("№", 2), ("---", 3), ("01.02.2026", 4)], INVOICE_CUE, CONTRACT_CUE)
    assert index.find(PurposeWords.of("счет № --- от 01.02.2026")) == []


@given(st.text())
def test_any_text_is_survived(text):
    assert set(named(text)) <= set(KNOWN)


@given(
    st.text("АВЕКМНОРСТУХБГДЖ", min_size=1, max_size=3),
    st.integers(0, 99),
    st.integers(1, 999_999),
    st.sampled_from(["№ ", "", "N "]),
    st.sampled_from([" от 01.04.2026", ", НДС 22%", "", "; аванс"]),
)
def test_our_own_numbers_are_found_as_printed(prefix, year, sequence, before, after):
    number = f"{prefix}{year:02}-{sequence:06}"
    index = NumberIndex([(number, number)], INVOICE_CUE, CONTRACT_CUE)
    assert index.find(PurposeWords.of(f"Оплата по счету {before}{number}{after}")) == [number]
    assert index.find(PurposeWords.of(f"Оплата по счету {before}{number.lower()}{after}")) == [number]
    assert index.find(PurposeWords.of(f"Оплата по счету {number}7")) == []
