"""Ageing of debt and statements of account, from the one ledger."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.errors import BadInput
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import ageing, statement_of_account
from pipelines.receivables.reconciliation import document
from tests.conftest import NOW
from tests.ledger_world import House, Paper, statement

INN = "7736207543"
DAY = date(2026, 6, 1)


@pytest.fixture
def house(settings):
    made = House(settings)
    made.client("A", INN)
    made.client("B", "7728168971")
    return made


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "not_due"),
        (0, "0"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
        (400, "90+"),
    ],
)
def test_days_past_due(house, settings, days, bucket):
    house.invoice("A", "100.00", str(DAY - timedelta(days=days)), issued="2025-01-01")
    (row,) = ageing(settings, DAY)
    assert {key for key, value in row.items() if value == Decimal("100.00")} == {bucket, "total"}
    assert (row["client_code"], row["organization_code"]) == ("A", "ORG")


def test_only_what_was_issued_and_paid_by_the_day(house, settings, tmp_path):
    """500 due on 10 March, 200 of it paid on 20 March: 500 on the 19th, 300 on the 20th; nothing before it was issued."""
    number = house.invoice("A", "500.00", "2026-03-10", issued="2026-03-01")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "200.00", f"счет {number}", day="2026-03-20")), NOW)
    assert ageing(settings, date(2026, 2, 28)) == []
    assert [ageing(settings, date(2026, 3, day))[0]["1-30"] for day in (19, 20)] == [Decimal("500.00"), Decimal("300.00")]


def test_one_row_per_client_and_organization(house, settings):
    house.client("A", INN, organization="SEC", contract="K-A2")
    house.invoices([("A", "10.00", "2026-05-01"), ("A", "20.00", "2026-01-01"), ("B", "40.00", "2026-05-31")])
    house.invoice("A", "80.00", "2026-05-01", organization="SEC", contract="K-A2")
    rows = ageing(settings, DAY)
    assert [(row["client_code"], row["organization_code"], row["total"]) for row in rows] == [
        ("A", "ORG", Decimal("30.00")),
        ("A", "SEC", Decimal("80.00")),
        ("B", "ORG", Decimal("40.00")),
    ]


def test_a_statement_opens_with_what_was_before_and_closes_with_what_is_owed(house, settings, tmp_path):
    """Before: 300 − 100 = 200. In March: + 500, − 250, credit 50, refund of the 250. Closing 200 + 500 − 250 − 50 + 250 = 650."""
    house.invoice("A", "300.00", "2026-02-10", issued="2026-02-01")
    house.invoice("A", "500.00", "2026-03-10", issued="2026-03-01")
    house.invoice("A", "-50.00", "2026-03-15", issued="2026-03-05")
    papers = [
        Paper("1", "100.00", "", INN, day="2026-02-20"),
        Paper("2", "250.00", "", INN, day="2026-03-10"),
        Paper("3", "250.00", "возврат", goes=True, day="2026-03-12"),
    ]
    import_payments(settings, statement(tmp_path / "kl.txt", *papers), NOW)
    (account,) = statement_of_account(settings, "A", date(2026, 3, 1), date(2026, 3, 31))
    assert [(one.document, one.debit, one.credit) for one in account.entries] == [
        ("Счёт № ВМ26-000002", Decimal("500.00"), Decimal("0.00")),
        ("Корректировка № ВМ26-000003", Decimal("0.00"), Decimal("50.00")),
        ("Оплата № 2", Decimal("0.00"), Decimal("250.00")),
        ("Возврат № 3", Decimal("250.00"), Decimal("0.00")),
    ]
    assert (account.opening, account.closing) == (Decimal("200.00"), Decimal("650.00"))
    assert [row["balance"] for row in account.rows()] == [
        Decimal(value) for value in ("200.00", "700.00", "650.00", "400.00", "650.00", "650.00")
    ]
    assert document(settings, "A", account).closing == Decimal("650.00")
    assert sum(row["total"] for row in ageing(settings, date(2026, 3, 31))) == Decimal("650.00")


def test_who_pays_for_others_is_told_apart(house, settings, tmp_path):
    """B pays 130 and names A's invoice of 100: all of it is A's, 30 its advance; B still owes its own 60."""
    number = house.invoice("A", "100.00", "2026-03-10", issued="2026-03-01")
    house.invoice("B", "60.00", "2026-03-10", issued="2026-03-01")
    import_payments(settings, statement(tmp_path / "kl.txt", Paper("1", "130.00", f"за А, счет {number}", "7728168971")), NOW)
    (his,) = statement_of_account(settings, "A", date(2026, 3, 1), date(2026, 3, 31))
    (hers,) = statement_of_account(settings, "B", date(2026, 3, 1), date(2026, 3, 31))
    assert (his.closing, hers.closing) == (Decimal("-30.00"), Decimal("60.00"))


def test_unknown_clients_and_backward_periods(house, settings):
    with pytest.raises(BadInput, match="no client 'Z'"):
        statement_of_account(settings, "Z", DAY, DAY)
    with pytest.raises(BadInput, match="lies before"):
        statement_of_account(settings, "A", DAY, DAY - timedelta(days=1))
