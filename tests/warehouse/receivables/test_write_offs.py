"""A debt that nobody will pay is written off in a person's name: asked for no more, billed as ever, and taken back at will."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pipelines import history
from pipelines.access.dunning import dunning
from pipelines.access.restore import restore
from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import ageing, payment_story, payments
from pipelines.receivables.reconciliation import statement_of_account
from pipelines.receivables.write_offs import NothingWrittenOff, undo, write_off, write_offs
from tests.debtors import INN, THAT_MORNING, indebted_house
from tests.ledger_world import Paper, statement

AT = datetime(2026, 4, 20, 9, tzinfo=UTC)
ON = date(2026, 4, 30)
ANNA = Authorship("Анна", "ликвидирован", AT)
LATER = Authorship("Борис", "нашёлся", AT + timedelta(days=1))
NUMBER = "ВМ26-000001"


@pytest.fixture
def house(settings, tmp_path):
    """A owes 3600.00 since 10 March and has paid 600.00 of it."""
    made = indebted_house(settings, tmp_path)
    paid = Paper("5", "600.00", "за услуги", INN, day="2026-03-20")
    import_payments(settings, statement(tmp_path / "part.txt", paid, until="2026-03-23"), AT)
    return made


def test_a_debt_written_off_is_gone_from_what_is_owed_and_from_nothing_else(house, settings, run_cli):
    code, _, err = run_cli("receivables", "write-off", NUMBER, "--amount", "1000", "--by", "Анна", "--reason", "мировое соглашение")
    assert (code, "1000.00 written off, 2000.00 open" in err) == (0, True), err
    write_off(settings, NUMBER, ANNA)
    assert ageing(settings, date(2099, 1, 1)) == []
    assert [(row["amount"], row["matched"]) for row in payments(settings)] == [(Decimal("600.00"), Decimal("600.00"))]  # no money
    assert house.rows("SELECT total FROM billing.invoices") == [(Decimal("3600.00"),)]  # billed as ever
    [account] = statement_of_account(settings, "A", date(2026, 4, 1), date(2099, 1, 1))
    assert account.closing == account.views.debts == Decimal("0.00")
    assert [(entry.document, entry.credit) for entry in account.entries if entry.kind == "write_off"] == [
        (f"Списание долга по счёту № {NUMBER}", Decimal("2000.00")),
        (f"Списание долга по счёту № {NUMBER}", Decimal("1000.00")),
    ]
    [(movement,)] = house.rows("SELECT payment_id FROM receivables.write_offs WHERE by_name = 'Анна' AND amount = 2000")
    with pytest.raises(BadInput, match="there is no payment"):
        payment_story(settings, movement)


def test_whose_debt_was_written_off_is_let_in_again_and_not_thanked_for_paying(house, settings):
    dunning(settings, date(2026, 3, 24), THAT_MORNING)
    write_off(settings, NUMBER, ANNA)
    assert restore(settings, LATER.at).count("restore") == 1
    assert house.rows("SELECT facts -> 'is_paid' FROM delivery.mail_outbox WHERE event_kind = 'restored'") == [(False,)]


def test_what_is_taken_back_is_owed_again_and_told(house, settings, tmp_path):
    before = ageing(settings, ON)
    with pytest.raises(NothingWrittenOff):
        undo(settings, NUMBER, ANNA)
    with pytest.raises(BadInput, match=r"3000\.00 is open of ВМ26-000001, not 3000\.01"):
        write_off(settings, NUMBER, ANNA, Decimal("3000.01"))
    with pytest.raises(BadInput, match="there is no invoice 'ВМ26-000009'"):
        write_off(settings, "ВМ26-000009", ANNA)
    write_off(settings, NUMBER, ANNA)
    with pytest.raises(BadInput, match="nothing is open"):
        write_off(settings, NUMBER, ANNA)
    late = Paper("6", "100.00", f"счет {NUMBER}", INN, day="2026-04-21")  # money for what is written off is the client's advance
    import_payments(settings, statement(tmp_path / "late.txt", late, until="2026-04-21"), LATER.at)
    assert ageing(settings, ON) == []
    done = undo(settings, NUMBER, LATER)
    assert (done.amount, done.open) == (Decimal("-3000.00"), Decimal("3000.00"))
    assert ageing(settings, ON)[0]["total"] == before[0]["total"] - 100
    assert [(row["amount"], row["by_name"]) for row in write_offs(settings)] == [(Decimal(3000), "Анна"), (Decimal(-3000), "Борис")]
    told = [(change.action, change.before, change.after) for change in history.changes(settings) if change.sheet == "write_offs"]
    assert told == [("written off", "0.00", "3000.00"), ("undone", "3000.00", "0.00")]
    assert house.rows("SELECT sum(amount) FROM receivables.payments WHERE source = 'write_off'") == [(0,)]
