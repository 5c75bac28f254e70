"""A base of 1C, or our own database, that was restored from a backup: nothing is taken for confirmed that was not received."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime

import pytest

from pipelines.delivery.onec import declared, journal
from pipelines.delivery.onec.filling import fill_outboxes
from pipelines.delivery.onec.header import read_header
from pipelines.delivery.onec.peers import take_turn
from pipelines.delivery.onec.sending import send
from pipelines.delivery.onec.status import status
from pipelines.receivables.listing import payments
from pipelines.runs.exchange import take_answers
from pipelines.warehouse import engine
from tests.books import AT, Books
from tests.conftest import NOW
from tests.ledger_world import House
from tests.one_transaction import one_transaction
from tests.onec_faults import play, prepare
from tests.onec_money import INN, Money
from tests.stand_in_1c import INVOICE, Onec


def receive(settings):
    return [(str(answer.outcome), answer.detail) for answer in take_answers(settings, NOW)]


def sums(settings):
    return sorted(str(row["amount"]) for row in payments(settings))


@pytest.mark.parametrize("resumes", [True, False])
def test_what_a_restored_base_sends_under_a_used_number_is_not_confirmed(settings, resumes):
    """We had its messages 1 to 3, its backup knows of 1: the new payment is in its second message of number 2, which is refused."""
    House(settings).client("A", INN)
    onec = Onec(settings.exchange, resumes=resumes)
    onec.enter(Money("1", "1.00"))
    onec.write()
    receive(settings)
    backup = onec.backup()
    for number in ("2", "3"):
        onec.enter(Money(number, f"{number}.00"))
        onec.write()
        receive(settings)
    onec.restore(backup)
    onec.enter(Money("4", "4.00"))
    old = onec.transport.sent[-1]
    onec.write()
    [(outcome, detail)] = receive(settings)
    assert (outcome, "was restored from a backup" in detail) == ("refused", True)
    sent = send(settings, NOW)
    assert read_header(sent.path).received_no == 0
    onec.exchange()
    assert receive(settings)[0][0] == "taken"
    assert sums(settings) == ["1.00", "2.00", "3.00", "4.00"]
    onec.put(old)  # one of its earlier life comes again, under the number that is due
    assert receive(settings)[0][0] == "refused"
    send(settings, NOW)
    onec.read()
    assert onec.unconfirmed == {}


def test_a_base_whose_clock_ran_ahead_when_it_was_restored_goes_back_once(settings):
    """It is refused a day ahead of itself; once the clock is right and a message is taken, what it says is confirmed."""
    House(settings).client("A", INN)
    written = iter(datetime.fromisoformat(f"2026-04-0{day}") for day in ("1T10:00", "1T10:01", "1T10:02", "2T11:00", "1T11:05"))
    onec = Onec(settings.exchange, now=lambda: next(written))
    onec.write()
    receive(settings)
    backup = onec.backup()
    for number in ("1", "2"):
        onec.enter(Money(number, f"{number}.00"))
        onec.write()
        receive(settings)
    onec.restore(backup)
    onec.enter(Money("4", "4.00"))
    onec.write()
    assert receive(settings)[0][0] == "refused"
    onec.write()
    assert receive(settings)[0][0] == "taken"
    for _ in range(2):
        assert receive(settings) == []
        assert read_header(send(settings, NOW).path).received_no == 3


def test_the_note_of_a_restored_base_loses_nothing_that_another_turn_notes(settings, monkeypatch):
    """Another process notes our message 77 between the reading of the folder's note and its writing: it has to wait for the turn."""
    House(settings).client("A", INN)
    onec = Onec(settings.exchange)
    onec.write()
    receive(settings)
    backup = onec.backup()
    onec.write()
    receive(settings)
    onec.restore(backup)
    onec.write()
    with engine.transaction(settings) as connection:
        [base] = declared.chosen(settings, connection, ())

    def note_sent():
        with engine.transaction(settings) as connection:
            take_turn(connection, base.code)
            journal.note_sent(base, 77)

    write, others = journal._note, []
    with ThreadPoolExecutor(1) as another:

        def note(of, now):
            if now.restored and not others:
                others.append(another.submit(note_sent))
                wait(others, timeout=0.5)
            write(of, now)

        monkeypatch.setattr(journal, "_note", note)
        assert receive(settings)[0][0] == "refused"
        others[0].result()
    noted = journal.reached(base)
    assert (noted.sent_no, noted.restored > noted.received) == (77, True)


def test_a_restored_database_goes_on_from_what_its_folder_knows(settings):
    """We are restored to before two invoices and a payment; the file of our last message is gone too."""
    prepare(settings)
    with one_transaction(settings) as house:
        onec, books = Onec(settings.exchange), Books(settings)
        books.issue("K1")
        send(settings, AT)
        onec.exchange()
        receive(settings)
        house.back_up()
        for number in ("1", "2"):
            onec.enter(Money(number, f"{number}.00"))
            onec.write()
            receive(settings)
        books.issue("K2")
        send(settings, AT)
        onec.read()
        house.restore()
        onec.transport.lose_incoming()
        books.last_no = 1
        books.issue("K2")
        assert send(settings, AT).message_no == 3
        assert [outcome for outcome, detail in receive(settings) if "the database did not know of it" in detail] == ["taken", "taken"]
        assert sums(settings) == ["1.00", "2.00"]
        assert receive(settings) == []
        onec.exchange()
        receive(settings)
        assert sorted(onec.sums(INVOICE)) == ["ВМ26-000001", "ВМ26-000002"]


def test_a_message_of_done_is_taken_by_one_of_two_at_once(settings, monkeypatch):
    """Another receives after this one has looked what the database lacks, and before it takes it."""
    prepare(settings)
    with one_transaction(settings) as house:
        onec = Onec(settings.exchange)
        house.back_up()
        onec.enter(Money("1", "1.00"))
        onec.write()
        receive(settings)
        house.restore()
        looked, others = journal.taken_after, []

        def taken_after(base, created):
            found = looked(base, created)
            if not others:
                others.append("begun")
                others.extend(outcome for outcome, _ in receive(settings))
            return found

        monkeypatch.setattr(journal, "taken_after", taken_after)
        assert receive(settings) == []
        assert others == ["begun", "taken"]
        assert sums(settings) == ["1.00"]


def test_a_backup_from_before_the_base_said_what_it_takes_tells_a_correction_once(settings):
    """K1 is sent and corrected by a document of its own; then we are restored to before the base had ever written."""
    prepare(settings)
    before = ["BP reads", "we issue", "we back up", "all exchange", "all exchange", "we correct", "all exchange"]
    steps = [*before, "we are restored", "we send"]
    for mended in (steps, [*steps, "BP exchanges", "we correct", "all exchange"]):
        with one_transaction(settings) as house:
            assert play(settings, house, mended) == []


def test_a_run_that_died_before_what_follows_it_is_told_by_the_next_turn(settings):
    """Issuing fills no outbox; the base's own turn does, once."""
    Books(settings).issue("K1")
    for _ in range(2):
        fill_outboxes(settings, AT)
        [standing] = status(settings, AT)
        assert (standing.unconfirmed_invoices, standing.unconfirmed_sales, standing.sent_no) == (1, 1, 0)
    assert send(settings, AT).invoices == 1


def test_sequences_that_once_lost_a_document(settings):
    prepare(settings)
    for steps in (
        ["UT writes", "we receive", "UT is restored", "UT enters"],
        ["we issue", "all exchange", "all exchange", "UT is restored"],
        ["we issue", "all exchange", "BP is restored", "we correct", "all exchange"],
        [*["all exchange"] * 3, "UT enters", "UT is restored", "UT exchanges"],
        [  # a number that was committed, and published by the turn after, was used again once the database was restored
            "BP enters", "all exchange", "BP deletes", "all exchange", "we receive", "we die before the file is visible", "all exchange",
            "BP is cut off", "we are restored", "we issue", "BP gets an earlier one of ours", "we die before the file is visible",
        ],
        [  # both were restored: a message of the base under a used number could not be taken again, ever
            "BP goes back silently", *["all exchange"] * 3, "BP greets", "BP is restored", "all exchange", "we back up",
            "we die before the message is put away", "all exchange", "we are restored",
        ],
        [  # a message was taken, and before it was put away the base wrote it again: nobody had it once the database was restored
            "we issue", "BP enters", "we correct", "all exchange", "BP dies when half applied", "we die before the message is put away",
            "BP repeats", "all exchange", "all exchange", "we are restored",
        ],
        [  # a message was put away, and its number not committed: it is taken from there
            "we issue", "BP enters", "we correct", "all exchange", "BP writes", "we die before the commit of what was put away",
            "BP repeats", "all exchange", "all exchange", "we are restored",
        ],
        [  # a base went back, which only the database knew; restored, it confirmed a number that the base had used again and we had not
            "BP exchanges", "all exchange", "BP loses ours", "all exchange", "BP is restored", "BP writes", "BP enters", "BP is late",
            "we receive", "BP dies when file moved", "we are restored", "all exchange",
        ],
    ):  # fmt: skip
        with one_transaction(settings) as house:
            assert play(settings, house, steps) == []
