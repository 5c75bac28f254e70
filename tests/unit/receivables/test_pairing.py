"""Which payments of two sources are one: zeros, prefixes, a bank day, payers; one to one; doubt where it is not sure."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.receivables.bank_days import bank_days, is_bank_day
from pipelines.receivables.pairing import Pairs, ToldPayment, pair, plain_number

FRIDAY, MONDAY, TUESDAY = date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 3)


def told(payment_id, number="317", on=FRIDAY, amount="100.00", inn="7736207543", account="", organization="ORG"):
    return ToldPayment(payment_id, organization, number, on, Decimal(amount), inn, account)


@pytest.mark.parametrize(
    ("now", "relation"),
    [
        ({}, "same"),
        ({"number": "000317"}, "same"),
        ({"number": "0000-000317"}, "same"),
        ({"on": MONDAY}, "same"),
        ({"inn": ""}, "same"),
        ({"on": TUESDAY}, "doubtful"),  # two bank days
        ({"number": "318"}, "doubtful"),
        ({"inn": "7728168971"}, "doubtful"),
        ({"inn": "7728168971", "number": "318"}, None),
        ({"on": date(2026, 3, 6), "number": "318"}, None),
        ({"amount": "100.01"}, None),
        ({"amount": "-100.00"}, None),
        ({"organization": "SEC"}, None),
    ],
)
def test_what_is_the_same_and_what_is_doubted(now, relation):
    expected = {"same": Pairs({"b": "a"}, {}), "doubtful": Pairs({}, {"b": "a"}), None: Pairs({}, {})}[relation]
    assert pair([told("b", **now)], [told("a")]) == expected


def test_accounts_that_contradict_are_two_payments_and_accounts_that_agree_outweigh_the_payers_number():
    assert pair([told("b", account="1", inn="")], [told("a", account="2", inn="")]).same == {}
    assert pair([told("b", account="1", inn="7728168971")], [told("a", account="1")]).same == {"b": "a"}


def test_certain_pairs_go_before_doubts_and_each_payment_is_taken_once():
    now = [told("x", "12"), told("y", "11"), told("z", "13")]
    assert pair(now, [told("a", "11"), told("b", "12")]) == Pairs({"x": "b", "y": "a"}, {})


@pytest.mark.parametrize(("number", "plain"), [("0", "0"), ("000", "0"), ("ПЛ-07", "7"), ("б/н", "Б/Н"), ("", ""), (" 42 ", "42")])
def test_a_number_without_its_zeros(number, plain):
    assert plain_number(number) == plain


@pytest.mark.parametrize(("other", "days"), [(FRIDAY, 0), (date(2026, 2, 28), 0), (MONDAY, 1), (TUESDAY, 2)])
def test_bank_days(other, days):
    assert bank_days(FRIDAY, other) == bank_days(other, FRIDAY) == days


@pytest.mark.parametrize(
    ("statement", "onec", "relation"),
    [
        (date(2025, 12, 30), date(2026, 1, 12), "same"),  # 31 December and 9 January are off by the decrees
        (date(2025, 12, 30), date(2026, 1, 13), None),
        (date(2026, 4, 30), date(2026, 5, 4), "same"),
        (date(2026, 5, 8), date(2026, 5, 12), "same"),  # 9 May is a Saturday, given back on Monday
        (date(2026, 3, 6), date(2026, 3, 10), "same"),
        (date(2026, 6, 11), date(2026, 6, 15), "same"),
        (date(2025, 10, 31), date(2025, 11, 1), "same"),  # a Saturday of work
        (date(2025, 10, 31), date(2025, 11, 5), "doubtful"),  # and so two bank days
        (date(2025, 2, 21), date(2025, 2, 25), "doubtful"),  # 23 February is given back in May
    ],
)
def test_a_bank_day_knows_the_days_off_of_russia(statement, onec, relation):
    pairs = pair([told("b", on=onec)], [told("a", on=statement)])
    assert (pairs.same, pairs.doubtful) == ({"b": "a"} if relation == "same" else {}, {"b": "a"} if relation == "doubtful" else {})


def test_a_year_without_a_decree_follows_the_law():
    days_off = [
        day for month in (5, 6) for day in range(1, 31) if date(2032, month, day).weekday() < 5 and not is_bank_day(date(2032, month, day))
    ]
    assert days_off == [3, 10, 14]  # 1 and 9 May 2032 and 12 June are Saturdays and a Sunday, given back on the Monday after


_PAYMENTS = st.lists(
    st.builds(
        told,
        st.uuids().map(str),
        st.sampled_from(["1", "01", "2"]),
        st.dates(date(2026, 3, 1), date(2026, 3, 9)),
        st.sampled_from(["1.00", "2.00"]),
        st.sampled_from(["", "7736207543", "7728168971"]),
    ),
    max_size=12,
)


@given(_PAYMENTS, _PAYMENTS)
def test_nobody_is_paired_twice(now, known):
    pairs = pair(now, known)
    others = [*pairs.same.values(), *pairs.doubtful.values()]
    assert len(others) == len(set(others))
    assert not pairs.same.keys() & pairs.doubtful.keys()
    sums = {each.payment_id: (each.organization_code, each.amount) for each in (*now, *known)}
    assert all(sums[one] == sums[other] for one, other in {**pairs.same, **pairs.doubtful}.items())
