"""The demo's two bases of 1C: both get what is issued, БП tells of the bank's payments, and none of them counts twice."""

from decimal import Decimal

import pytest

from pipelines.clock import Authorship
from pipelines.delivery.onec.sending import send_to_all
from pipelines.errors import Refused
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import payments
from pipelines.runs.exchange import take_answers
from pipelines.runs.import_master import import_master
from stack import bases
from stack.environment import Stack
from tests.books import AT, Books
from tests.conftest import NOW
from tests.ledger_world import ACCOUNTS, House, Paper, statement
from tests.onec_money import INN
from tests.stand_in_1c import schema


@pytest.fixture
def stack(settings, monkeypatch):
    """A turn of ours takes place wherever the demo waits for its DAG."""

    def turn(done, what, seconds):
        take_answers(settings, NOW)
        send_to_all(settings, NOW)
        assert done(), what

    monkeypatch.setattr(bases.processes, "wait_until", turn)
    return Stack(settings)


def test_both_bases_acknowledge_and_no_payment_counts_twice(settings, stack, monkeypatch):
    master = settings.home / "company" / "master"
    master.mkdir(parents=True)
    bases.prepare(settings.home / "company")
    import_master(settings, str(master), Authorship("Анна", "обмен", AT))
    (master / "organizations.csv").write_text(f"code,inn,bank_account\nORG,7707083893,{ACCOUNTS['ORG']}\n", encoding="utf-8")
    House(settings).client("A", INN)
    onec = bases.Bases(stack)
    onec.greet()
    books = Books(settings)
    books.issue("K1")
    books.issue("K2")
    send_to_all(settings, NOW)
    papers = (Paper("317", "100.00", inn=INN), Paper("318", "7.50", inn=INN), Paper("9", "3.00", goes=True))
    import_payments(settings, statement(settings.exchange / "bank" / "done" / "ORG.txt", *papers), NOW)
    onec.load_statements()
    onec.exchange()
    held = {each.code: each for each in onec.held()}
    assert (held["BP"].bills, held["BP"].billed) == (2, Decimal("7320.00"))
    assert (held["UT"].sales, held["UT"].rendered) == (2, Decimal("7320.00"))
    assert (held["BP"].payments, held["BP"].unconfirmed, held["UT"].payments) == (2, 0, 0)
    assert "2 payments, 2 of them acknowledged by us" in str(held["BP"])
    assert [(row["source"], row["amount"]) for row in payments(settings)] == [("bank", Decimal("100.00")), ("bank", Decimal("7.50"))]
    assert [problem for base in onec.bases.values() for problem in (*base.problems, *base.state.documents.problems())] == []
    monkeypatch.setattr(schema, "violations", lambda text, version: [f"line 7: wrong in {version}"])
    books.issue("K3")
    send_to_all(settings, NOW)
    with pytest.raises(Refused, match="BP: line 7: wrong in 1"):
        onec.exchange()
