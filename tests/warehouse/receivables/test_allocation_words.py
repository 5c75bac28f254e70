"""A person says what a payment pays: it holds against the rules, is kept with its reason, and nobody overrides it unawares."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pipelines import history
from pipelines.clock import Authorship
from pipelines.errors import BadInput
from pipelines.receivables.allocation_words import AlreadyAllocated, NothingSaid, allocate, set_free, undo
from pipelines.receivables.importing import import_payments
from pipelines.receivables.listing import ageing, offered, payment_story, payments
from pipelines.receivables.reallocation import Wish
from pipelines.receivables.reconciliation import statement_of_account
from tests.debtors import INN, OTHER
from tests.ledger_world import House, Paper, statement

AT = datetime(2026, 3, 24, 5, tzinfo=UTC)
ANNA = Authorship("Анна", "платили за другого", AT + timedelta(hours=1))
BORIS = Authorship("Борис", "письмо клиента", AT + timedelta(hours=2))


@pytest.fixture
def house(settings, tmp_path):
    """A owes 3600.00 and 1200.00, B 2000.00; A's bank has brought 3600.00."""
    made = House(settings)
    made.client("A", INN)
    made.client("B", OTHER)
    made.invoices([("A", "3600.00", "2026-03-10"), ("A", "1200.00", "2026-03-20"), ("B", "2000.00", "2026-03-12")])
    paid = Paper("17", "3600.00", "за связь", INN, day="2026-03-23")
    import_payments(settings, statement(tmp_path / "one.txt", paid, until="2026-03-23"), AT)
    return made


@pytest.fixture
def payment_id(house, settings):
    return payments(settings)[0]["payment_id"]


N1, N2, N3 = (f"ВМ26-{no:06}" for no in (1, 2, 3))


def paid(house):
    return {number: amount for number, amount in house.rows("SELECT number, paid FROM receivables.invoice_balances") if amount}


def whose(house):
    return house.rows("SELECT client_code FROM receivables.payments")


def test_a_third_person_paid_for_another_client(house, settings, payment_id):
    """All of the 3600 went to A's first invoice by its sum; it was meant for B: 2000 to N3, and 1600 are B's advance."""
    assert paid(house) == {N1: Decimal("3600.00")}
    done = allocate(settings, payment_id, [Wish(N3)], ANNA)
    assert (done.changes, done.free) == ({N1: Decimal("-3600.00"), N3: Decimal("2000.00")}, Decimal("1600.00"))
    assert (paid(house), whose(house)) == ({N3: Decimal("2000.00")}, [("B",)])
    allocate(settings, payment_id, [Wish(N3)], ANNA)
    story = [(row["what"], row["subject"], row["amount"], row["why"], row["by_name"]) for row in payment_story(settings, payment_id)]
    assert story == [
        ("received", payment_id, Decimal("3600.00"), "bank", None),
        ("pays", N1, Decimal("3600.00"), "payer_and_amount", None),
        ("allocated", "", None, "платили за другого", "Анна"),
        ("pays no longer", N1, Decimal("-3600.00"), "person", None),
        ("pays", N3, Decimal("2000.00"), "person", None),
    ]
    letters = house.rows("SELECT event_key, client_code FROM delivery.mail_outbox WHERE event_kind = 'payment_received' ORDER BY 1")
    assert letters == [(payment_id, "A"), (f"{payment_id} B", "B")]  # the first is dropped when it would leave


def test_what_is_left_pays_the_oldest_debts(house, settings, payment_id):
    """200 to N2 as said; of the other 3400 all go to N1, the oldest."""
    allocate(settings, payment_id, [Wish(N2, Decimal("200.00"))], ANNA)
    assert paid(house) == {N1: Decimal("3400.00"), N2: Decimal("200.00")}


def test_a_freed_payment_is_nobodys_until_somebody_speaks(house, settings, payment_id, tmp_path):
    set_free(settings, payment_id, ANNA)
    assert (paid(house), whose(house)) == ({}, [(None,)])
    again = Paper("18", "1.00", "за связь", INN, day="2026-03-24")
    import_payments(settings, statement(tmp_path / "two.txt", again, until="2026-03-24"), AT)  # the rules are asked for what is nobody's
    assert paid(house) == {N1: Decimal("1.00")}
    assert [row["payment_id"] for row in payments(settings, unmatched_only=True)] == [payment_id]
    allocate(settings, payment_id, [Wish(N2)], ANNA)
    assert paid(house) == {N1: Decimal("2401.00"), N2: Decimal("1200.00")}


def test_another_persons_word_is_replaced_only_knowingly(house, settings, payment_id):
    allocate(settings, payment_id, [Wish(N3)], ANNA)
    with pytest.raises(AlreadyAllocated, match="Анна has said on 2026-03-24 what it pays: платили за другого"):
        allocate(settings, payment_id, [Wish(N1)], BORIS)
    allocate(settings, payment_id, [Wish(N1)], BORIS, over=True)
    assert paid(house) == {N1: Decimal("3600.00")}
    told = [(change.by, change.reason) for change in history.changes(settings) if change.sheet == "allocations"]
    assert list(dict.fromkeys(told)) == [("Анна", "платили за другого"), ("Борис", "письмо клиента")]


def test_an_undone_word_lets_the_rules_decide_again(house, settings, payment_id, tmp_path):
    """What a mistyped number may mean is offered with its command; a word and its undoing bring everything back, also by two people."""
    typed = Paper("19", "1999.00", "счет ВМ26-00030", day="2026-03-24", name="ИП Чужой")
    import_payments(settings, statement(tmp_path / "typed.txt", typed, until="2026-03-24"), AT)
    [typed_id] = [row["payment_id"] for row in payments(settings, unmatched_only=True)]
    [(_, lines)] = offered(settings, [typed_id, payment_id]).items()
    assert any(f'payments allocate {typed_id} --to "{N3}=1999.00"' in line for line in lines)
    before = paid(house)
    with pytest.raises(NothingSaid):
        undo(settings, payment_id, ANNA)
    allocate(settings, payment_id, [Wish(N3)], ANNA)
    with pytest.raises(AlreadyAllocated):
        undo(settings, payment_id, BORIS)
    undo(settings, payment_id, BORIS, over=True)
    assert (paid(house), sorted(whose(house), key=str)) == (before, [("A",), (None,)])
    with pytest.raises(NothingSaid):
        undo(settings, payment_id, ANNA)
    later = Authorship("Анна", "и всё же", AT + timedelta(hours=3))
    allocate(settings, payment_id, [Wish(N2)], later)  # a word that was undone stands in nobody's way
    assert [row["what"] for row in payment_story(settings, payment_id) if row["by_name"]] == ["allocated", "undone", "allocated"]
    told = [change.action for change in history.changes(settings) if change.sheet == "allocations"]
    assert told == ["allocated", "undone", "allocated"]


def test_of_two_people_at_once_one_is_told_of_the_other(house, settings, payment_id):
    def speak(author, number):
        try:
            return allocate(settings, payment_id, [Wish(number)], author).pays
        except AlreadyAllocated as error:
            return str(error).split(" ")[0]

    with ThreadPoolExecutor() as both:
        said = [task.result() for task in (both.submit(speak, ANNA, N3), both.submit(speak, BORIS, N2))]
    assert said in ([{N3: Decimal("2000.00")}, "Анна"], ["Борис", {N2: Decimal("1200.00")}])
    assert house.rows("SELECT count(*) FROM receivables.allocation_words") == [(1,)]


def test_an_allocation_undone_after_its_month_was_told_of(house, settings, payment_id):
    """The debts of a past day follow what the money is known to pay; the акт сверки of the month keeps its sums and its payment."""
    allocate(settings, payment_id, [Wish(N3)], ANNA)
    on = date(2026, 3, 31)
    told = [(row["client_code"], row["total"]) for row in ageing(settings, on)]
    [account] = statement_of_account(settings, "A", date(2026, 3, 1), on)
    undo(settings, payment_id, ANNA)
    assert told == [("A", Decimal("4800.00"))]
    assert [(row["client_code"], row["total"]) for row in ageing(settings, on)] == [("A", Decimal("1200.00")), ("B", Decimal("2000.00"))]
    [again] = statement_of_account(settings, "A", date(2026, 3, 1), on)
    assert again.closing == account.closing - Decimal("3600.00")
    assert again.views.debts == again.closing == Decimal("1200.00")


def test_what_cannot_be_is_refused_and_nothing_moves(house, settings, payment_id):
    before = paid(house)
    for wishes in ([Wish("ВМ26-999999")], [Wish(N3, Decimal("2000.01"))], [Wish(N1), Wish(N1)]):
        with pytest.raises(BadInput):
            allocate(settings, payment_id, wishes, ANNA)
    with pytest.raises(BadInput, match=r"400\.00 would be left over, and nobody knows whose: the invoices are those of A, B"):
        allocate(settings, payment_id, [Wish(N2), Wish(N3)], ANNA)
    with pytest.raises(BadInput, match="there is no payment"):
        allocate(settings, "нет", [Wish(N1)], ANNA)
    assert (paid(house), house.rows("SELECT count(*) FROM receivables.allocation_words")) == (before, [(0,)])


def test_of_a_payment_given_back_in_part_only_the_rest_is_allocated(house, settings, payment_id, tmp_path):
    """1600 of the 3600 went back: 2000 are left, all of them N3's."""
    back = Paper("9", "1600.00", "возврат по платежному поручению 17", INN, day="2026-03-24", goes=True)
    import_payments(settings, statement(tmp_path / "back.txt", back, until="2026-03-24"), AT)
    assert paid(house) == {N1: Decimal("2000.00")}
    [refund_id] = [row["payment_id"] for row in payments(settings) if row["amount"] < 0]
    story = payment_story(settings, refund_id)
    assert story == payment_story(settings, payment_id)
    assert [(row["what"], row["amount"]) for row in story if row["what"] != "pays"][-1] == ("pays no longer", Decimal("-1600.00"))
    assert allocate(settings, payment_id, [Wish(N3)], ANNA).free == 0
    assert paid(house) == {N3: Decimal("2000.00")}
