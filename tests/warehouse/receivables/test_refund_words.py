"""What a person says of outgoing money: it gives a payment back, or it is no refund."""

from decimal import Decimal

import pytest

from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.history import HistorySubject, changes
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import payments
from pipelines.receivables.refund_words import AlreadyGivesBack, rule_on_refund
from tests.conftest import NOW
from tests.database import contents, difference
from tests.ledger_world import House, Paper, statement

INN = "7736207543"
ANNA = Authorship("Анна", "по письму клиента", NOW)


@pytest.fixture
def asked(settings, tmp_path):
    """An invoice of 122.00, paid; 50.00 went out with the word «возврат» and no number. The house, the invoice, both ids."""
    house = House(settings)
    house.client("A", INN)
    house.client("B", "7728168971", organization="SEC")
    number = house.invoice("A", "122.00", "2026-02-11")
    other = house.invoice("B", "70.00", "2026-02-11", organization="SEC")
    paid = (Paper("1", "122.00", f"счет {number}"), Paper("2", "70.00", f"счет {other}", organization="SEC"))
    import_payments(settings, statement(tmp_path / "1.txt", *paid), NOW)
    import_payments(settings, statement(tmp_path / "2.txt", Paper("9", "50.00", "Возврат средств", goes=True)), NOW)
    ids = {row["amount"]: row["payment_id"] for row in payments(settings)}
    return house, number, ids


def test_a_person_says_which_payment_is_given_back(asked, settings):
    """122 − 50 = 72 stay paid."""
    house, number, ids = asked
    assert house.open()[number] == 0
    rule_on_refund(settings, ids[Decimal("-50.00")], ids[Decimal("122.00")], ANNA)
    assert house.open()[number] == Decimal("50.00")
    assert payments(settings, unmatched_only=True) == []
    before = contents(settings)
    rule_on_refund(settings, ids[Decimal("-50.00")], ids[Decimal("122.00")], ANNA)
    assert difference(contents(settings), before) == {}
    (told,) = changes(settings, HistorySubject(client="A", sheet="refunds"))
    assert (told.by, told.reason, told.key) == ("Анна", "по письму клиента", ids[Decimal("-50.00")])
    with pytest.raises(AlreadyGivesBack):
        rule_on_refund(settings, ids[Decimal("-50.00")], None, ANNA)


def test_a_person_says_that_it_is_no_refund(asked, settings, tmp_path):
    house, number, ids = asked
    assert len(payments(settings, unmatched_only=True)) == 1
    rule_on_refund(settings, ids[Decimal("-50.00")], None, ANNA)
    assert (payments(settings, unmatched_only=True), house.rows("SELECT * FROM findings.occurrences")) == ([], [])
    import_payments(
        settings, statement(tmp_path / "3.txt", Paper("3", "50.00", "за связь", INN)), NOW
    )  # the whole amount, but earlier said: none
    assert house.open()[number] == 0
    rule_on_refund(settings, ids[Decimal("-50.00")], ids[Decimal("122.00")], ANNA)
    assert house.open()[number] == 0  # the advance of 50.00 pays what was re-opened


@pytest.mark.parametrize(
    ("reversal", "of", "problem"),
    [("x", "122.00", "no payment"), ("122.00", "122.00", "came in"), ("-50.00", "x", "no payment"), ("-50.00", "70.00", "came to SEC")],
)
def test_what_cannot_be_meant_is_named(asked, settings, reversal, of, problem):
    _, _, ids = asked
    known = {str(amount): key for amount, key in ids.items()}
    with pytest.raises(BadInput, match=problem):
        rule_on_refund(settings, known.get(reversal, "x"), known.get(of, "x"), ANNA)


def test_the_command(asked, run_cli):
    _, _, ids = asked
    reversal = ids[Decimal("-50.00")]
    assert run_cli("payments", "refund", reversal, "--by", "Анна", "--reason", "р")[0] == 2
    code, _, err = run_cli("payments", "refund", reversal, "--none", "--by", "Анна", "--reason", "тара")
    assert (code, err.strip().splitlines()[-1]) == (0, f"{reversal} is no refund")
