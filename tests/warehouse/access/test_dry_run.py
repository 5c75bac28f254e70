"""A ladder tried on past days against what the days really did, from letters, orders, payments, a promise and old payment data."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.access.dry_run import try_ladder
from pipelines.access.dunning import dunning
from pipelines.access.promises import promise
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.receivables.importing import import_payments
from tests.debtors import INN, OTHER
from tests.ledger_world import House, Paper, statement

FIRST, LAST = date(2026, 3, 5), date(2026, 4, 6)
EVENTS = {"promise": date(2026, 3, 25), "part": date(2026, 3, 18), "paid": date(2026, 4, 4)}


@pytest.fixture
def lived(settings, tmp_path):
    """A owes 3600 and 900 and is blocked, promises, is blocked again, pays; B pays half in time and 90 roubles of dust stay.

    No statement comes from the 28th to the 31st: the data of the 27th are fresh enough on the 28th."""
    house = House(settings)
    for client, inn in (("A", INN), ("B", OTHER), ("C", None)):
        house.client(client, inn)
    debts = [("A", "3600.00", "2026-03-10"), ("A", "900.00", "2026-03-16"), ("B", "1090.00", "2026-03-12")]
    house.invoices(debts, issued="2026-03-01", issued_at=datetime(2026, 3, 1, 6, tzinfo=UTC))
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        at = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        papers = []
        if day == EVENTS["part"]:
            papers.append(Paper("1", "1000.00", "за услуги", OTHER, day=day.isoformat()))
        if day == EVENTS["paid"]:
            papers.append(Paper("2", "4500.00", "за услуги", INN, day=day.isoformat()))
        if day == EVENTS["promise"]:
            promise(settings, "A", day + timedelta(days=2), Authorship("Анна", "звонок", at))
            restore(settings, at)
        if not date(2026, 3, 28) <= day <= date(2026, 3, 31):
            import_payments(settings, statement(tmp_path / f"{day}.txt", *papers, until=day.isoformat()), at)
            restore(settings, at + timedelta(minutes=1))
        dunning(settings, day, at + timedelta(hours=1))
    return house


def test_the_ladder_that_was_is_what_was_and_another_would_have_been_otherwise(lived, settings, tmp_path, run_cli):
    unchanged = try_ladder(settings, FIRST, LAST)
    assert [step for step in unchanged.steps if step.happened_on != step.would_on] == []
    told = [(step.client_code, step.step, step.happened_on.day) for step in unchanged.steps if step.step in ("block", "restore")]
    assert told == [("A", "block", 24), ("A", "restore", 25), ("A", "block", 28), ("A", "restore", 4)]
    head = "organization_code,category,step,days,action,valid_from,least_debt"
    rows = f"{head}\nORG,,notice,1,message,2026-05-01,\nORG,,block,5,block,2026-05-01,50\n"
    (tmp_path / "tried").mkdir()
    (tmp_path / "tried" / "ladder.csv").write_text(rows, encoding="utf-8")
    before = lived.rows("SELECT count(*) FROM access.orders")
    code, out, err = run_cli("dunning", "--from", FIRST, "--to", LAST, "--ladder", tmp_path / "tried", "--format", "csv")
    blocks = [line.split(",")[1:] for line in out.splitlines() if ",block," in line]
    assert (code, blocks) == (0, [
        ["B", "block", "", "", "2026-03-17", "1090.00"],
        ["A", "block", "", "2026-03-24", "2026-03-15", "3600.00"],
        ["A", "block", "", "2026-03-28", "2026-03-28", "4500.00"],
    ]), out + err  # fmt: skip
    assert lived.rows("SELECT count(*) FROM access.orders") == before
    with pytest.raises(BadInput, match="no ladder was taken"):
        try_ladder(settings, date(2025, 1, 1), date(2025, 2, 1))
    code, _, err = run_cli("dunning", "--from", FIRST, "--to", LAST, "--ladder", tmp_path / "no.csv")
    assert code == 2, err
