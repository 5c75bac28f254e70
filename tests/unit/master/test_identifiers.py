"""Identifiers that spreadsheets and data frames changed, and letters that nobody can tell apart."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.master.cell_values import Misread, value_of
from pipelines.master.lines import parse
from pipelines.master.lookalikes import difference, folded, foreign_letters, twins
from pipelines.master.sheets import SHEETS
from pipelines.master.source_sheets import RawRow, RawSheet

IDENTIFIERS = [column for sheet in SHEETS.values() for column in sheet.columns if column.kind in ("code", "requisite")]
PRICE = SHEETS["components"].column("price")


def test_every_identifier_is_declared_as_one():
    assert {column.name for column in IDENTIFIERS} == {
        "code", "client_code", "dealer_code", "contract_no", "organization_code", "tariff_code", "platform", "connection", "account_id",
        "meter", "inn", "kpp", "bic", "bank_account", "corr_account", "consumer", "crm", "step", "peer",
    }  # fmt: skip


@pytest.mark.parametrize("column", IDENTIFIERS, ids=lambda column: column.name)
def test_zeros_that_a_data_frame_added_are_understood_and_an_exponent_is_refused(column):
    assert value_of("86000000000011.0", column) == "86000000000011"
    assert value_of("1010,00", column) == "1010"
    with pytest.raises(Misread, match="has lost its last digits"):
        value_of("40702810300000012288.0", column)
    for text in ("8.6E+14", "8,60000E+14", "8.6e14", "9E+05"):
        with pytest.raises(Misread, match="its last digits are lost"):
            value_of(text, column)


@pytest.mark.parametrize("code", ["12E4", "T1.5", "v2.0", "1.0.0", "Д-1E+5", "2026.01"])
def test_codes_that_only_resemble_numbers_stay(code):
    assert value_of(code, SHEETS["accounts"].column("account_id")) == code


@pytest.mark.parametrize("mark", ["\u200b", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\ufeff", "\u00ad"])
def test_characters_that_nobody_sees_are_no_part_of_a_code(mark):
    assert value_of(f"{mark}Д-{mark}1{mark}", SHEETS["contracts"].column("contract_no")) == "Д-1"


def test_only_a_last_day_may_lie_beyond_2099():
    contracts = SHEETS["contracts"]
    assert str(value_of("9999-12-31", contracts.column("ends_on"))) == "9999-12-31"
    with pytest.raises(Misread, match="2100-01-01 lies after 2099"):
        value_of("2100-01-01", contracts.column("signed_on"))


def test_a_requisite_has_no_spaces_and_what_was_mended_is_told():
    raw = RawSheet("bank_accounts", "bank_accounts.csv", "csv", 1, ("organization_code", "bank_account", "bic"))
    raw.rows = [RawRow(number, ("MT", f"4070 2810 4000 0002 002{number}", "44525987.0")) for number in range(2, 7)]
    table = parse(raw)
    assert table.lines[0].values["bank_account"] == "40702810400000020022"
    assert table.notices[:2] == [
        "bank_accounts.csv:2 column bank_account: '4070 2810 4000 0002 0022' is taken as 40702810400000020022",
        "bank_accounts.csv:2 column bic: '44525987.0' is taken as 44525987",
    ]
    assert len([notice for notice in table.notices if "bank_account:" in notice]) == 3


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN")])
@pytest.mark.parametrize("column", [*SHEETS["clients"].columns, PRICE], ids=lambda column: column.name)
def test_what_is_no_number_at_all_is_misread_in_every_column(number, column):
    with pytest.raises(Misread):
        value_of(number, column)


def test_an_escape_left_in_a_text_is_named():
    with pytest.raises(Misread, match="holds the escape that a spreadsheet writes for a line break"):
        value_of("Д-1_x000D_", SHEETS["contracts"].column("contract_no"))


@pytest.mark.parametrize("text", ["1,000", "1.000", "12,345", "999.999", "-1,000"])
def test_a_number_that_may_be_a_thousand_is_named(text):
    with pytest.raises(Misread, match="may be "):
        value_of(text, PRICE)


@pytest.mark.parametrize("text", ["0,125", "1 200.500", "1000", "1,0000", "1,25", "1234,567"])
def test_a_number_that_can_be_meant_in_one_way_is_taken(text):
    assert str(value_of(text, PRICE)) == text.replace(" ", "").replace(",", ".")


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(".,"))
def test_the_suggestions_of_an_unclear_number_are_both_clear(whole, rest, point):
    with pytest.raises(Misread) as raised:
        value_of(f"{whole}{point}{rest:03}", PRICE)
    for written in str(raised.value).rpartition("write ")[2].split(" or "):
        assert value_of(written, PRICE) in (whole * 1000 + rest, whole + Decimal(rest) / 1000)


# --- letters


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("C01", None),
        ("С01", None),
        ("Д-1", None),
        ("GPSС1", "its С is Cyrillic"),
        ("ДГ-A1", "its A is Latin"),
        ("АB", "its А is Cyrillic"),
        ("ДЖ-QZ", None),
        ("BCАK", "its А is Cyrillic"),
    ],
)
def test_the_foreign_letter_of_a_code_is_named(code, said):
    assert foreign_letters(code) == said


def test_twins_are_found_and_told_apart():
    assert twins(["C02", "С02", "C03"]) == {"C02": ["C02", "С02"]}
    assert difference("С02", "C02") == "its С is Cyrillic"
    assert difference("СОХ", "COX") == "its С, О, Х are Cyrillic"


@given(st.text("ABCКАВС019-Д"))
def test_folding_twice_is_folding_once(code):
    assert folded(folded(code)) == folded(code)
    assert len(folded(code)) == len(code)
