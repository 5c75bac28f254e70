"""What a payment pays by a person's word: exactly what was wished, nothing beyond the money, nothing beyond a debt."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipelines.receivables.reallocation import NamedClaim, Wish, problems, reallocated

D = Decimal


def claim(number, open_, own="0.00", client="A", organization="ORG"):
    return NamedClaim(number, organization, client, D(open_), D(own))


def by_number(*claims):
    return {each.number: each for each in claims}


def test_the_wished_invoice_gets_the_money_and_the_others_lose_it():
    """1000 paid N1; now N2 (700 open) is meant: 700 to it, 300 are an advance."""
    done = reallocated(D(1000), [Wish("N2")], [claim("N1", "0.00", "1000.00"), claim("N2", "700.00", client="B")])
    assert done.pays == {"N2": D("700.00")}
    assert done.changes == {"N1": D("-1000.00"), "N2": D("700.00")}
    assert (done.free, done.clients) == (D("300.00"), ("B",))


def test_amounts_come_first_and_the_rest_goes_to_those_without():
    """1000: 250 to N3 as said, N1 takes its 600, N2 what is left, 150."""
    claims = [claim("N1", "600.00"), claim("N2", "400.00"), claim("N3", "500.00")]
    done = reallocated(D(1000), [Wish("N1"), Wish("N2"), Wish("N3", D(250))], claims)
    assert done.pays == {"N1": D(600), "N2": D(150), "N3": D(250)}
    assert done.free == 0


def test_said_again_nothing_changes():
    done = reallocated(D(700), [Wish("N2")], [claim("N2", "0.00", "700.00")])
    assert (done.changes, done.pays) == ({}, {"N2": D("700.00")})


def test_everything_wrong_is_said_at_once():
    claims = by_number(claim("N1", "100.00"), claim("N2", "0.00"), claim("N3", "5.00", organization="SEC"))
    wishes = [Wish("N0"), Wish("N1", D("100.01")), Wish("N1", D(900)), Wish("N2"), Wish("N3")]
    assert problems("ORG", D(1000), wishes, claims) == [
        "there is no invoice 'N0' that asks for money",
        "N1: 100.00 can be paid, not 100.01",
        "N1: 100.00 can be paid, not 900.00",
        "N2 is paid already, by other money",
        "N3 is an invoice of SEC; the money came to ORG",
        "N1 is named twice",
        "1000.01 are named, and only 1000.00 are left of the payment",
    ]


money = st.integers(0, 100_000).map(lambda kopecks: D(kopecks) / 100)


@given(
    st.dictionaries(st.sampled_from("PQRST"), st.tuples(money, money), min_size=1),
    st.lists(st.tuples(st.sampled_from("PQRST"), st.none() | money.filter(bool)), unique_by=lambda wish: wish[0]),
    money,
)
def test_no_wish_spends_more_than_there_is(claims, wished, extra):
    listed = [claim(number, open_, own) for number, (open_, own) in claims.items()]
    left = sum((each.own for each in listed), D(0)) + extra
    wishes = [Wish(number, amount) for number, amount in wished]
    if problems("ORG", left, wishes, by_number(*listed)):
        return
    done = reallocated(left, wishes, listed)
    assert sum(done.pays.values()) + done.free == left
    assert done.free >= 0
    for each in listed:
        after = each.own + done.changes.get(each.number, D(0))
        assert after == done.pays.get(each.number, D(0))
        assert 0 <= after <= each.open + each.own
