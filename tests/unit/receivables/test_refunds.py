"""Which payment outgoing money gives back: by number or whole amount, never by a word."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from pipelines.receivables.payment import Payment, StoredPayment
from pipelines.receivables.refunds import may_be_refund, refunded_payment

ACCOUNT = "40702810500000000777"
INN = "7736207543"
PAID = StoredPayment("p1", "ORG", "A", "317", date(2026, 3, 10), Decimal("122.00"), Decimal("122.00"), ACCOUNT, INN, ("ВМ26-000001",))


def outgoing(purpose: str, amount: str = "50.00", **changes: object) -> Payment:
    made = Payment("o1", "ORG", "7", date(2026, 3, 12), -Decimal(amount), INN, "", ACCOUNT, purpose)
    return made._replace(**changes)


@pytest.mark.parametrize(
    "purpose",
    [
        "Оплата за возвратную тару по накладной 5", "Возврат займа", "по договору возвратного лизинга", "безвозвратная ссуда",
        "невозвратный депозит", "ошибочно не оплаченный счёт поставщика", "Оплата по счету № 317", "по договору 317", "317", "",
    ],
)  # fmt: skip
def test_a_word_gives_nothing_back(purpose):
    assert refunded_payment(outgoing(purpose), [PAID]) is None


@pytest.mark.parametrize(
    "purpose",
    [
        "Возврат по счету ВМ26-000001", "излишек по сч.BM26-1", "по п/п № 317 от 10.03.2026", "возврат платежа 317",
        "по платежному поручению 000317",
        "плат. пор. №317", "ваша платёжка 317",
    ],
)  # fmt: skip
def test_a_number_does(purpose):
    assert refunded_payment(outgoing(purpose), [PAID]) is PAID


def test_the_whole_amount_does_while_nothing_was_given_back():
    whole = outgoing("за аренду", "122.00")
    assert refunded_payment(whole, [PAID]) is PAID
    assert refunded_payment(whole, [replace(PAID, left=Decimal("121.00"))]) is None
    assert refunded_payment(whole, [replace(PAID, payer_account="40702810500000000888")]) is None  # the same ИНН, another account


@pytest.mark.parametrize(
    "changes",
    [
        {"organization_code": "SEC"}, {"paid_on": date(2026, 3, 13)}, {"left": Decimal("49.99")},
        {"payer_account": "40702810500000000888", "payer_inn": None},
    ],
)  # fmt: skip
def test_what_is_not_theirs_is_not_given_back(changes):
    assert refunded_payment(outgoing("возврат по п/п 317"), [replace(PAID, **changes)]) is None


def test_a_client_that_changed_its_bank_gets_money_back_by_number():
    assert refunded_payment(outgoing("возврат по п/п 317", payer_account="40702810500000000888"), [PAID]) is PAID


@pytest.mark.parametrize(
    ("purpose", "amount"), [("возврат по п/п 317", "50.00"), ("возврат по счету ВМ26-000001", "50.00"), ("", "122.00")]
)
def test_another_payer_of_the_same_account_gets_nobodys_money_back(purpose, amount):
    """A bank sends what many people pay from one account of its own: 317 is another's number, 122.00 another's whole amount."""
    assert refunded_payment(outgoing(purpose, amount, payer_inn="7707083893"), [PAID]) is None
    assert refunded_payment(outgoing(purpose, amount, payer_inn=None), [PAID]) is PAID


def test_of_several_the_equal_one_then_the_latest():
    later = replace(PAID, payment_id="p2", paid_on=date(2026, 3, 11))
    equal = replace(PAID, payment_id="p3", paid_on=date(2026, 3, 1), left=Decimal("50.00"))
    assert refunded_payment(outgoing("возврат по счету ВМ26-000001"), [PAID, later]) is later
    assert refunded_payment(outgoing("возврат по счету ВМ26-000001"), [PAID, later, equal]) is equal


def test_words_ask():
    assert may_be_refund(outgoing("Возврат займа"))
    assert not may_be_refund(outgoing("Аренда"))


def test_zeros_are_nobodys_inn():
    """Banks write them for people: whose money it was says the account."""
    person = replace(PAID, payment_id="p2", payer_inn="000000000000")
    other = replace(person, payment_id="p3", payer_account="40702810500000000888")
    for purpose, amount in (("возврат по п/п 317", "50.00"), ("", "122.00")):
        assert refunded_payment(outgoing(purpose, amount, payer_inn="500100732259"), [other, person]) is person
        assert refunded_payment(outgoing(purpose, amount, payer_inn="000000000000"), [person, other]) is person
