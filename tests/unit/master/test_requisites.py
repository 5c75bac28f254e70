"""Check digits of ИНН and accounts against an independent calculation; any single slip is seen."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum.ru import inn

from pipelines.master import requisites

ACCOUNT, BIC = "40702810300000010026", "044525987"


def _key_fits(digits):
    """The Bank of Russia's rule written out: weights 7, 1, 3; only the last digit of each product counts."""
    total = 0
    for position, digit in enumerate(digits):
        total += int(digit) * (7, 1, 3)[position % 3] % 10
    return total % 10 == 0


def test_real_requisites_of_public_bodies():
    assert requisites.inn_problem("7707083893", "legal") is None  # a bank's
    assert requisites.corr_account_problem("30101810400000000225", "044525225") is None  # the same bank's, at the Bank of Russia
    assert requisites.inn_problem("500100732259", "individual") is None


def test_an_account_at_the_bank_of_russia_itself_takes_the_branch_digits():
    for key in range(10):
        account = f"40102810{key}45370000003"
        fits = _key_fits("0" + "25" + account)  # digits 5–6 of the БИК
        assert (requisites.account_problem(account, "044525000") is None) == fits


@given(st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_of_an_account_is_always_seen(position, shift):
    wrong = ACCOUNT[:position] + str((int(ACCOUNT[position]) + shift) % 10) + ACCOUNT[position + 1 :]
    assert requisites.account_problem(ACCOUNT, BIC) is None
    assert requisites.account_problem(wrong, BIC) is not None


@given(st.integers(10**8, 10**9 - 1))
def test_a_zero_is_restored_only_to_a_right_inn(number):
    restored = requisites.restored_inn(str(number), "legal")
    assert restored is None or requisites.inn_problem(restored, "legal") is None
    assert requisites.restored_inn(str(number), "individual") is None


def test_zeros_alone_are_no_inn():
    assert requisites.inn_problem("0000000000", "legal") is not None
    assert requisites.inn_problem("٧٧٠٧٠٨٣٨٩٣", "legal") is not None


def test_mail_addresses():
    for right in ("a@b.ru", "a.b+c@d-e.example", "иван@почта.рф", "a@b.ru, c@d.ru;e@f.ru"):
        assert requisites.mail_problem(right) is None, right
    for wrong in ("a@b", "a b@c.ru", "a..b@c.ru", "a@-b.ru", "@b.ru", "a@b.ru c@d.ru", ",", "Иван <a@b.ru>", "a@b..ru"):
        assert requisites.mail_problem(wrong), wrong


@given(st.integers(0, 10**12 - 1), st.sampled_from([9, 10, 11, 12, 13]))
def test_check_digits_of_an_inn_are_those_of_the_library(number, length):
    text = f"{number:0{length}}"[:length]
    for given_text in (text, *(text[:-1] + str(digit) for digit in range(10))):
        assert requisites._valid_inn(given_text) == inn.is_valid(given_text)
