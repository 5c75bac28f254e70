"""Ageing of debt, from the one ledger."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import ageing
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


def test_debts_by_organization_dealer_and_manager(house, settings, run_cli):
    """D is the dealer of B; Анна looks after A, Борис after B; C belongs to nobody. Of B's 300 a third is overdue."""
    house.client("C")
    house.client("D")
    with house.owner() as connection:
        connection.exec_driver_sql("UPDATE master.clients SET manager = 'Анна' WHERE client_code = 'A'")
        connection.exec_driver_sql("UPDATE master.clients SET manager = 'Борис', dealer_code = 'D' WHERE client_code = 'B'")
    house.client("B", "7728168971", organization="SEC", contract="S-B")
    house.invoices(
        [("A", "50.00", "2026-05-01"), ("B", "100.00", "2026-04-30"), ("B", "200.00", "2026-06-05"), ("C", "7.00", "2026-06-01")]
    )
    house.invoice("B", "10.00", "2026-01-01", organization="SEC", contract="S-B")

    def by(what, *options):
        code, out, err = run_cli("ageing", "--date", "2026-06-01", "--by", what, *options, "--format", "json")
        assert code == 0, err
        return json.loads(out)

    code = "organization_code"
    assert [(row[code], row["clients"], row["total"], row["overdue"], row["share"]) for row in by("organization")] == [
        ("ORG", 3, "357.00", "150.00", "42"),
        ("SEC", 1, "10.00", "10.00", "100"),
    ]
    assert [
        (row["dealer_code"], row["invoices"], row["not_due"], row["0"], row["1-30"], row["31-60"], row["90+"]) for row in by("dealer")
    ] == [
        ("D", 3, "200.00", "0.00", "0.00", "100.00", "10.00"),
        (None, 2, "0.00", "7.00", "0.00", "50.00", "0.00"),
    ]
    assert [(row["manager"], row["total"]) for row in by("manager")] == [("Анна", "50.00"), ("Борис", "310.00"), (None, "7.00")]
    assert [row["manager"] for row in by("manager", "--overdue")] == ["Анна", "Борис"]
    assert [row["total"] for row in by("manager", "--dealer", "D")] == ["310.00"]
    assert by("dealer", "--client", "A", "--dealer", "D") == []
    assert run_cli("ageing", "--date", "2026-06-01", "--by", "dealer", "--client", "Z")[0] == 2
