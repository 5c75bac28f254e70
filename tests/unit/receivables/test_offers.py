"""What a payment that is nobody's may pay: offered with the reason and the command, never taken."""

from decimal import Decimal

import pytest

from pipelines.receivables.matching import Book
from pipelines.receivables.offers import OfferReason, offers
from tests.unit.receivables.test_matching import CLIENTS, CONTRACTS, INN, debt, paid

DEBTS = (
    debt(42, "600.00"), debt(77, "900.00"), debt(81, "1000.00", "C2", "Т-20"), debt(90, "400.00", "C3"), debt(93, "450.00", "C3-BRANCH"),
)  # fmt: skip
NAMES = {"C1": "ООО «Автопарк Север»", "C2": "ИП Ли", "C3": "АО Дон"}


@pytest.mark.parametrize(
    ("receipt", "payer", "expected"),
    [
        (paid("500.00", "счет НВ26-000071"), "", [(77, "mistyped_number"), (81, "mistyped_number")]),
        (paid("1000.00", "счет НВ26-000071"), "", [(81, "mistyped_number"), (77, "mistyped_number")]),  # the equal sum comes first
        (paid("50.00", "за связь", INN["C3"]), "", [(90, "inn_of_several_clients"), (93, "inn_of_several_clients")]),
        (paid("50.00", f"за ИНН {INN['C2']} по договору"), "", [(81, "inn_in_purpose")]),
        (paid("50.00", "оплата за автопарк север, связь"), "", [(42, "client_named"), (77, "client_named")]),
        (paid("50.00", "оплата"), "Общество Автопарк Север", [(42, "client_named"), (77, "client_named")]),
        (paid("900.00", "оплата"), "Ли Дон", [(77, "equal_amount")]),  # a name of two or three letters says nothing
        (paid("50.00", "Т-17, договор Т-20"), "", [(number, "several_clients_named") for number in (42, 77, 81)]),
        (paid("50.00", "оплата"), "", []),
        (paid("50.00", "счет НВ26-000071", seller="OTHER"), "", []),
    ],
)  # fmt: skip
def test_the_strongest_reason_comes_first(receipt, payer, expected):
    found = offers(Book(DEBTS, CONTRACTS, CLIENTS), receipt, NAMES, payer)
    assert [(int(offer.number[-6:]), offer.reason.value) for offer in found] == expected


def test_an_offer_is_a_line_with_its_command():
    [offer, *_] = offers(Book(DEBTS, CONTRACTS, CLIENTS), paid("950.00", "счет НВ26-000071"))
    assert offer.line("P", Decimal("950.00")) == (
        "НВ26-000077 клиента C1, открыто 900,00\u00a0₽: в назначении «HB26-000071»: другой знак; "
        '`fleetbill payments allocate P --to "НВ26-000077=900.00" --by ИМЯ --reason ПОЧЕМУ`'
    )


def test_at_most_five_and_nothing_is_taken():
    many = Book([debt(number, "10.00") for number in range(100, 109)], CONTRACTS, CLIENTS)
    receipt = paid("10.00", "счет НВ26-000109")
    assert len(offers(many, receipt)) == len(offers(many, receipt)) == 5
    assert OfferReason.MISTYPED in {offer.reason for offer in offers(many, receipt)}
    assert Decimal("10.00") == many.owed("NAV", "C1")[0].open
