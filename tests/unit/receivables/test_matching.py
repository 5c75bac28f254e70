"""Payments against open invoices: the declared order, and every kopeck accounted for."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.receivables.matching import RULES, Allocation, Book, InvoiceDebt, KnownClient, KnownContract, Match, Unallocated

INN = {"C1": "7728168971", "C2": "500100732259", "C3": "7707083893", "C3-BRANCH": "7707083893"}
CLIENTS = [KnownClient(code, "NAV", inn) for code, inn in INN.items()]
CONTRACTS = [KnownContract("Т-17", "NAV", "C1"), KnownContract("Т-18", "NAV", "C1"), KnownContract("Т-20", "NAV", "C2")]


def debt(sequence: int, amount: str, client: str = "C1", contract: str = "Т-17", seller: str = "NAV") -> InvoiceDebt:
    """An invoice; the higher its number, the later it is due."""
    number = f"НВ26-{sequence:06}"
    issued = date(2026, 1, 1) + timedelta(days=sequence)
    return InvoiceDebt(f"{seller}:{number}", number, seller, client, contract, issued, issued + timedelta(days=10), Decimal(amount))


def paid(amount: str, purpose: str = "оплата", inn: str | None = None, seller: str = "NAV") -> Unallocated:
    return Unallocated("P", seller, Decimal(amount), inn, purpose)


def match(receipt: Unallocated, *debts: InvoiceDebt, **options) -> Match:
    return Book(debts, CONTRACTS, CLIENTS).match(receipt, **options)


def shares(found: Match) -> list[tuple[int, str, str]]:
    return [(int(one.number[-6:]), str(one.amount), one.rule) for one in found.allocations]


def test_the_order_is_declared():
    assert [rule.name for rule in RULES] == ["invoice_number", "contract_number", "payer_and_amount", "mistyped_number", "payer_oldest"]
    assert all(rule.text for rule in RULES)


def test_part_of_an_invoice():
    # domain.md §11, 19: 1000 paid of 3600
    found = match(paid("1000.00", "счет НВ26-42"), debt(42, "3600.00"))
    assert found == Match(
        "P",
        "C1",
        "invoice_number",
        (Allocation("NAV:НВ26-000042", "НВ26-000042", Decimal("1000.00"), "invoice_number"),),
        Decimal("0.00"),
        Decimal("0.00"),
    )


def test_more_than_an_invoice_is_an_advance():
    # domain.md §11, 19: 4000 instead: 3600 + 400 advance
    found = match(paid("4000.00", "счет НВ26-42"), debt(42, "3600.00"))
    assert (shares(found), found.client_code, found.advance, found.unmatched) == ([(42, "3600.00", "invoice_number")], "C1", 400, 0)


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        # the number wins over the payer's ИНН, also when somebody else pays
        (paid("500.00", "за ООО Автопарк счет НВ26-42", INN["C2"]), [(42, "500.00", "invoice_number")]),
        # several invoices: oldest first, whatever the order of mention
        (paid("900.00", "счета НВ26-43, НВ26-42"), [(42, "600.00", "invoice_number"), (43, "300.00", "invoice_number")]),
        # the contract: its invoices, oldest first
        (paid("1100.00", "по договору Т-17"), [(42, "600.00", "contract_number"), (43, "500.00", "contract_number")]),
        (paid("200.00", "по договору Т-18"), [(41, "200.00", "contract_number")]),
        # the payer with an equal sum: not the oldest one
        (paid("700.00", "оплата", INN["C1"]), [(43, "700.00", "payer_and_amount")]),
        # the payer, no equal sum: oldest first
        (paid("701.00", "оплата", INN["C1"]), [(41, "250.00", "payer_oldest"), (42, "451.00", "payer_oldest")]),
    ],
)
def test_each_rule(receipt, expected):
    debts = debt(41, "250.00", contract="Т-18"), debt(42, "600.00"), debt(43, "700.00"), debt(44, "900.00", "C2", "Т-20")
    assert shares(match(receipt, *debts)) == expected


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        (paid("600.00", "счет НВ26-000024"), [(42, "600.00")]),  # two digits swapped, the sum is equal
        (paid("600.00", "счет НВ26-000052"), [(42, "600.00")]),  # another digit
        (paid("600.00", "счет НВ26-0000142"), [(42, "600.00")]),  # one too many
        (paid("600.00", "счет НВ26-O00O42 от 01.02.2026"), [(42, "600.00")]),  # letters that look like digits
        (paid("1500.00", "счета НВ26-000052, НВ26-000177"), [(42, "600.00"), (77, "900.00")]),  # two of one client, together
        (paid("599.00", "счет НВ26-000024"), []),  # a stranger's other sum: a person decides
        (paid("599.00", "счет НВ26-000024", INN["C1"]), [(42, "599.00")]),  # the payer is the client
        (paid("600.00", "счет НВ26-000024", INN["C2"]), [(81, "600.00")]),  # the payer is another client: its own debts
        (paid("700.00", "счет НВ26-000052", INN["C1"]), [(77, "700.00")]),  # an equal sum of the payer counts for more
        (paid("600.00", "счет НВ26-000071"), []),  # 77 or 81
        (paid("600.00", "договор НВ26-000024"), []),  # not an invoice
        (paid("600.00", "счет НВ26-000024/2"), []),  # a piece of another number
    ],
)
def test_a_mistyped_number_is_taken_when_nothing_else_can_be_meant(receipt, expected):
    seventy_seven = "700.00" if receipt.amount == 700 else "900.00"
    debts = debt(42, "600.00"), debt(77, seventy_seven), debt(81, "1000.00", "C2", "Т-20"), debt(25, "0.00")
    assert [(number, amount) for number, amount, _ in shares(match(receipt, *debts))] == expected


def test_what_a_rule_leaves_goes_on_for_the_same_client():
    debts = debt(41, "250.00"), debt(42, "600.00"), debt(43, "700.00"), debt(44, "100.00", "C2")
    found = match(paid("1000.00", "счет НВ26-42", INN["C1"]), *debts)
    assert shares(found) == [(42, "600.00", "invoice_number"), (41, "250.00", "payer_oldest"), (43, "150.00", "payer_oldest")]
    # somebody else's payment for C1: the rest is C1's advance and pays no invoice of the payer
    found = match(paid("1000.00", "счет НВ26-42", INN["C2"]), *debts)
    assert (shares(found), found.client_code, found.advance) == ([(42, "600.00", "invoice_number")], "C1", 400)


def test_a_paid_invoice_still_tells_whose_money_it_is():
    found = match(paid("300.00", "счет НВ26-42"), debt(42, "0.00"))
    assert (found.allocations, found.client_code, found.found_by, found.advance) == ((), "C1", "invoice_number", 300)


def test_contract_or_inn_without_debts_is_an_advance():
    for receipt, rule in ((paid("300.00", "договор Т-20"), "contract_number"), (paid("300.00", inn=INN["C2"]), "payer_oldest")):
        found = match(receipt, debt(42, "600.00"))
        assert (found.allocations, found.client_code, found.found_by, found.advance, found.unmatched) == ((), "C2", rule, 300, 0)


@pytest.mark.parametrize(
    "receipt", [paid("5.00"), paid("5.00", inn="1234567890"), paid("5.00", "счет НВ26-42", seller="OTHER"), paid("5.00", "счет НВ26-99")]
)
def test_nobody_found_is_unmatched(receipt):
    found = match(receipt, debt(42, "600.00"))
    assert (found.client_code, found.found_by, found.allocations, found.advance, found.unmatched) == (None, None, (), 0, 5)


def test_debts_are_per_organization():
    debts = debt(42, "600.00"), debt(42, "600.00", "C2", seller="OTHER")
    found = match(paid("600.00", "счет НВ26-42", seller="OTHER"), *debts)
    assert (found.client_code, found.allocations[0].key) == ("C2", "OTHER:НВ26-000042")


def test_an_inn_of_several_clients_pays_all_and_guesses_no_advance():
    debts = debt(41, "100.00", "C3-BRANCH"), debt(42, "200.00", "C3")
    found = match(paid("350.00", inn=INN["C3"]), *debts)
    assert (shares(found), found.advance, found.unmatched) == ([(41, "100.00", "payer_oldest"), (42, "200.00", "payer_oldest")], 0, 50)
    found = match(paid("350.00", inn=INN["C3"]))
    assert (found.client_code, found.advance, found.unmatched) == (None, 0, 350)


def test_two_invoices_of_one_number_are_not_found_by_it():
    twin = debt(42, "600.00")._replace(key="imported")
    assert match(paid("600.00", "счет НВ26-42"), debt(42, "600.00"), twin).client_code is None


def test_payments_see_what_the_former_left():
    book = Book([debt(42, "600.00"), debt(43, "600.00")], CONTRACTS, CLIENTS)
    same = paid("600.00", inn=INN["C1"])
    assert [shares(book.match(same)) for _ in range(3)] == [[(42, "600.00", "payer_and_amount")], [(43, "600.00", "payer_and_amount")], []]


def test_an_amount_that_became_equal_is_equal():
    book = Book([debt(41, "50.00"), debt(42, "600.00")], CONTRACTS, CLIENTS)
    book.match(paid("200.00", "счет НВ26-42"))
    assert shares(book.match(paid("400.00", inn=INN["C1"]))) == [(42, "400.00", "payer_and_amount")]
    assert shares(book.match(paid("600.00", inn=INN["C1"]))) == [(41, "50.00", "payer_oldest")]


def test_only_the_rules_that_are_asked_for():
    found = match(paid("600.00", "оплата", INN["C1"]), debt(42, "600.00"), rules=RULES[:1])
    assert (found.client_code, found.unmatched) == (None, 600)


amounts = st.decimals("0.01", "1000", places=2)


@given(
    st.lists(st.tuples(amounts, st.sampled_from(list(INN))), max_size=8),
    st.lists(
        st.tuples(
            amounts, st.sampled_from([None, *INN.values()]), st.sampled_from(["", "счет НВ26-1", "счета НВ26-2, НВ26-3", "договор Т-17"])
        ),
        max_size=8,
    ),
)
def test_no_kopeck_is_lost_and_no_invoice_overpaid(opened, payments):
    debts = [debt(at, str(amount), client) for at, (amount, client) in enumerate(opened, 1)]
    book = Book(debts, CONTRACTS, CLIENTS)
    left = {one.key: one.open for one in debts}
    for amount, inn, purpose in payments:
        found = book.match(paid(str(amount), purpose, inn))
        assert sum(one.amount for one in found.allocations) + found.advance + found.unmatched == amount
        assert min(found.advance, found.unmatched) == 0
        assert found.advance == 0 or found.client_code
        for one in found.allocations:
            assert one.amount > 0
            left[one.key] -= one.amount
    assert all(amount >= 0 for amount in left.values())
