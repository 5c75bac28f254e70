"""What a client reads is what the ledger and the invoices say: the same debts, payments, lines and prices."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.cabinet import agreed, debts, papers, payments, rows
from pipelines.cabinet.reader import Reader
from pipelines.cabinet.running_month import running_month
from pipelines.receivables.listing import ageing
from tests.cabinet.conftest import numbers_of
from tests.dealing import FLEETS, JANUARY

EVERYBODY = Reader("d@client.example", ("D",), tuple(sorted(FLEETS)))


@pytest.fixture(scope="module")
def everybodys(issued_world):
    with rows.of(issued_world, EVERYBODY) as connection:
        yield connection


def test_debts_are_those_of_the_ageing(issued_world, everybodys):
    owed = {account.client_code: account.open for account in debts.accounts(everybodys, EVERYBODY.clients)}
    assert owed == {row["client_code"]: row["total"] for row in ageing(issued_world, date(2026, 3, 31))}
    # A: 124 vehicle-days at 10.00 are 1240.00, with 22 % 1512.80, of which 1000.00 are paid
    [of_a] = debts.accounts(everybodys, ["A"])
    assert (of_a.to_pay, of_a.overdue(date(2026, 2, 11)), of_a.overdue(date(2026, 2, 12))) == (
        Decimal("512.80"), Decimal("0.00"), Decimal("512.80"),
    )  # fmt: skip
    assert str(of_a.payment_code).startswith("<svg")
    assert of_a.purpose == f"Оплата по счету № {numbers_of(issued_world)['A']}"


def test_the_month_is_estimated_at_what_was_issued(issued_world, everybodys):
    """Once every day is known, the running month comes to the invoice to the kopeck, and low, likely and high are one."""
    seen = {}
    for each in agreed.agreed(everybodys, EVERYBODY.clients):
        month = running_month(everybodys, EVERYBODY.clients, each, JANUARY)
        assert month is not None
        assert month.expected is not None
        assert month.total == month.expected.low == month.expected.likely == month.expected.high == month.issued, each.contract
        seen[each.contract.contract_no] = month.issued
    # C until the 15th: 30 vehicle-days, 300.00; D: 156, 1560.00; each with 22 %
    assert seen == {"K-A": Decimal("1512.80"), "K-C": Decimal("366.00"), "K-D": Decimal("1903.20"), "K-X": Decimal("378.20")}


def test_a_payment_is_shown_with_what_it_pays(issued_world, everybodys):
    numbers = numbers_of(issued_world)
    [of_a] = payments.payments(everybodys, ["A"]).rows
    assert [(part.number, part.amount, part.rule) for part in of_a.pays] == [(numbers["A"], Decimal("1000.00"), "invoice_number")]
    assert (of_a.amount, of_a.advance) == (Decimal("1000.00"), Decimal("0.00"))
    shown = papers.invoice(everybodys, ["A"], numbers["A"])
    assert shown is not None
    assert [(paid.payment_id, paid.amount) for paid in shown.paid_by] == [(of_a.payment_id, Decimal("1000.00"))]
    assert sum((line.total for line in shown.lines), Decimal(0)) == shown.invoice.total
    assert papers.invoice(everybodys, ["A"], numbers["X"]) is None


def test_an_act_stands_for_every_closed_month(everybodys):
    listed = papers.acts(everybodys, EVERYBODY.clients)
    assert (listed.found, listed.pages, {act.contract_no for act in listed.rows}) == (4, 1, {"K-A", "K-C", "K-D", "K-X"})
    assert papers.acts(everybodys, EVERYBODY.clients, 2).rows == ()
