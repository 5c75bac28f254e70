"""A debt of go-live with a due date: ageing, the oldest paid first, the ladder from its beginning, letters that name it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from sqlalchemy import text

from pipelines.access.dunning import dunning
from pipelines.delivery.mail.showing import shown
from pipelines.errors import BadInput
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import ageing, payments
from pipelines.receivables.opening import OpeningResult, import_opening
from pipelines.receivables.reconciliation import statement_of_account
from pipelines.warehouse import engine
from tests.conftest import NOW
from tests.ledger_world import House, Paper, statement

INN = "7736207543"
NAME = "начальное сальдо A у ORG на 31.12.2025"
HEAD = "organization_code,client_code,contract_no,date,amount,due_on\n"


@pytest.fixture
def house(settings, tmp_path, author):
    """On 1 March 2026 A owes 1000 from before, due on 20 January, and a счёт of 500; what B owed is in its акт alone."""
    made = House(settings)
    made.client("A", INN)
    made.client("B", "7728168971")
    with engine.transaction(settings) as connection:
        connection.execute(text("UPDATE master.organizations SET email = 'buh@vega.example' WHERE code = 'ORG'"))
    path = tmp_path / "opening.csv"
    path.write_text(f"{HEAD}ORG,A,,2025-12-31,1000,2026-01-20\nORG,B,,2025-12-31,50,\n")
    assert import_opening(settings, path, author) == OpeningResult(2, 0)
    assert import_opening(settings, path, author) == OpeningResult(0, 2)
    path.write_text(f"{HEAD}ORG,A,,2025-12-31,1000,2026-01-21\nORG,B,,2025-12-31,-50,2026-01-21\n")
    with pytest.raises(BadInput, match=r"(?s)due on 2026-01-20: it is said once.*paid ahead is due on no day"):
        import_opening(settings, path, author)
    made.number = made.invoice("A", "500.00", "2026-03-20", issued="2026-03-01", month="2026-02")
    return made


def _ladder(settings, tmp_path, day):
    """The ladder of a day in March with yesterday's statement."""
    morning = datetime(2026, 3, day, 6, tzinfo=UTC)
    import_payments(settings, statement(tmp_path / f"{day}.txt", until=str(date(2026, 3, day - 1))), morning)
    return dunning(settings, date(2026, 3, day), morning)


def test_it_ages_climbs_the_ladder_from_the_beginning_and_is_paid_first(house, settings, tmp_path):
    (row,) = ageing(settings, date(2026, 3, 2))
    assert (row["client_code"], row["not_due"], row["31-60"], row["total"]) == ("A", Decimal(500), Decimal(1000), Decimal(1500))
    taken = {day: _ladder(settings, tmp_path, day) for day in (2, 8, 11, 14, 15)}
    assert [day for day, result in taken.items() if result.count("block")] == [15]  # 14 days after the import, not after 20 January
    told = house.rows("SELECT event_kind, event_key FROM delivery.mail_outbox WHERE event_kind <> 'invoice' ORDER BY queued_at, 1")
    assert [kind for kind, key in told if key == NAME] == ["notice", "warning", "final"]
    (blocked,) = [key for kind, key in told if kind == "blocked"]
    letter = message_from_bytes(shown(settings, "blocked", blocked, datetime(2026, 3, 15, 7, tzinfo=UTC)), policy=policy.default)
    said = letter.get_body(("plain",)).get_content().replace("\u00a0", " ").replace("\u202f", " ")
    assert "начальное сальдо на 31.12.2025 — 20 января 2026 г. — 1 000,00 ₽" in said
    assert "Расчётный счёт" in said
    import_payments(settings, statement(tmp_path / "paid.txt", Paper("1", "1200.00", "за услуги", INN, day="2026-03-15")), NOW)
    assert house.open()[house.number] == Decimal(300)
    (row,) = ageing(settings, date(2026, 3, 15))
    assert (row["total"], row["31-60"]) == (Decimal(300), Decimal(0))
    assert {str(row["advance"]) for row in payments(settings) if row["client_code"] == "A"} == {"0.00"}


def test_both_views_of_the_account_agree_on_every_day(house, settings, tmp_path):
    import_payments(settings, statement(tmp_path / "part.txt", Paper("1", "400.00", "", INN, day="2026-03-05")), NOW)
    import_payments(settings, statement(tmp_path / "more.txt", Paper("2", "1200.00", "", INN, day="2026-03-09")), NOW + timedelta(hours=1))
    for offset in range(90):
        day = date(2025, 12, 20) + timedelta(days=offset)
        for client, owed in (("A", 1), ("B", 0)):
            (account,) = statement_of_account(settings, client, date(2025, 12, 1), day)
            views = account.views
            assert views.debts == account.closing + views.unserved - views.uninvoiced + views.free, (client, day)
            listed = sum(row["total"] for row in ageing(settings, day) if row["client_code"] == client)
            assert views.debts == listed * owed, (client, day)
