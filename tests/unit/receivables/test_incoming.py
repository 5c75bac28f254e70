"""Which documents are customers' payments, and which are the same one."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.receivables.bank_document import BankDocument
from pipelines.receivables.bank_statement import BankStatement
from pipelines.receivables.incoming import sort_documents
from pipelines.receivables.payment import Identity

OURS = "40702810600000000001"
SECOND = "40702810600000000002"
EURO = "40702978600000000003"
PAYER = "40702810500000000777"
DOCUMENT = BankDocument(
    "Платежное поручение",
    "317",
    date(2026, 3, 31),
    Decimal("2440.00"),
    date(2026, 4, 1),
    None,
    PAYER,
    "7728168971",
    "ООО Автопарк",
    (OURS,),
    "7707083893",
    "Оплата",
    "01",
    13,
)


def taken(*documents: BankDocument, accounts: tuple[str, ...] = (OURS,)):
    return sort_documents(BankStatement(accounts, None, None, documents), {OURS: "ORG", SECOND: "SEC", EURO: "ORG"})


def test_a_credited_payment_to_our_account():
    (payment,) = taken(DOCUMENT).payments
    assert (payment.organization_code, payment.paid_on, payment.amount, payment.payer_inn) == (
        "ORG",
        date(2026, 4, 1),
        Decimal("2440.00"),
        "7728168971",
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"credited_on": None}, "not credited"),
        ({"payee_accounts": (PAYER,), "payer_account": OURS}, "outgoing"),
        ({"payee_accounts": ("40702810500000000999",)}, "not ours"),
        ({"payer_account": SECOND}, "between our own"),
        ({"kind": "Банковский ордер"}, "bank order"),
        ({"kind": "БАНКОВСКИЙ ОРДЕР"}, "bank order"),
        ({"payment_code": "17"}, "bank order"),
        ({"payee_accounts": (EURO,)}, "not in roubles"),
    ],
)
def test_the_rest_is_skipped_with_its_reason(changes, reason):
    found = taken(DOCUMENT._replace(**changes))
    assert found.payments == []
    assert reason in found.skipped[0].reason


@pytest.mark.parametrize("kind", ["Платежное требование", "Инкассовое поручение", "Мемориальный ордер", "Платёжное поручение", ""])
def test_other_kinds_are_payments(kind):
    assert taken(DOCUMENT._replace(kind=kind)).payments


def test_the_settlement_account_of_the_payee_counts_too():
    assert taken(DOCUMENT._replace(payee_accounts=("30232810000000000001", OURS))).payments[0].organization_code == "ORG"


def test_without_a_payee_the_statements_only_account_stands_in():
    nameless = DOCUMENT._replace(payee_accounts=())
    assert taken(nameless).payments[0].organization_code == "ORG"
    assert not taken(nameless, accounts=(OURS, SECOND)).payments
    assert "own" in taken(nameless._replace(payer_account=OURS)).skipped[0].reason


def test_equal_documents_of_one_statement_are_as_many_payments():
    again = DOCUMENT._replace(line=90, purpose="другой текст", number=" 000317")
    three = [payment.payment_id for payment in taken(DOCUMENT, again, again).payments]
    assert len(set(three)) == 3
    assert [payment.payment_id for payment in taken(again, DOCUMENT).payments] == three[:2]  # the n-th is the n-th wherever it is told of


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "318"},
        {"on": date(2026, 4, 1)},
        {"amount": Decimal("2440.01")},
        {"payer_account": SECOND[:-1] + "9"},
        {"payee_accounts": (SECOND,)},
    ],
)
def test_another_payment_has_another_identity(changes):
    assert len({payment.payment_id for payment in taken(DOCUMENT, DOCUMENT._replace(**changes)).payments}) == 2


def test_the_credit_date_is_not_part_of_the_identity():
    (later,) = taken(DOCUMENT._replace(credited_on=date(2026, 4, 2))).payments
    assert later.payment_id == taken(DOCUMENT).payments[0].payment_id


def test_the_identity_is_the_same_for_ever():
    identity = Identity(OURS, "317", date(2026, 3, 31), Decimal(2440), PAYER)
    assert identity.payment_id() == identity.payment_id(1) == "01507412815b2e8d3caf"
    assert identity.payment_id(2) == "d72f2869a66377d2ddd0"
