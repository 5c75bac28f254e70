"""What leaves is what is true when it leaves: gone debts send nothing, of several steps the last one, and no empty threat."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.delivery.mail.decisions import ClientNow, OpenDebt, PaymentNow, WaitingLetter, decide
from pipelines.master.sheets import LETTERS

TODAY = date(2026, 2, 22)
BLOCKS_ON = date(2026, 2, 25)
FACTS = {"blocks_on": BLOCKS_ON.isoformat(), "debts": [], "total": "0.00", "on": "2026-02-18"}


def debt(number="N1", due=date(2026, 2, 11), left="100.00", waiting=()):
    return OpenDebt(number, f"id-{number}", due, Decimal(left), frozenset(map(WaitingLetter, waiting)))


def step(kind="final", key="N1", debts=None, **client):
    stand = ClientNow(TODAY, (debt(),) if debts is None else tuple(debts), **client)
    return decide(kind, key, FACTS, stand, None)


def test_a_debt_that_is_gone_sends_nothing():
    assert step(debts=()).dropped == "the debt is paid"
    assert step(debts=[debt("N2")]).dropped == "the debt is paid"
    assert decide("blocked", "k", FACTS, ClientNow(TODAY, ()), None).dropped
    assert decide("blocked", "k", FACTS, ClientNow(TODAY, (debt(),)), None).dropped  # access is back
    assert decide("restored", "k", FACTS, ClientNow(TODAY, is_blocked=True), None).dropped
    assert decide("restored", "k", FACTS, ClientNow(TODAY, is_blocked_by_others=True), None).dropped


def test_of_several_steps_only_the_last_leaves_and_tells_of_all_debts():
    debts = [debt("N1", waiting={"notice", "warning"}), debt("N2", date(2026, 2, 1), waiting={"final"}), debt("N3", date(2026, 3, 1))]
    said = {(kind, key): step(kind, key, debts) for kind, key in (("notice", "N1"), ("warning", "N1"), ("final", "N2"))}
    assert [key for key, one in said.items() if not one.dropped] == [("final", "N2")]
    assert said["final", "N2"].facts["debts"] == [["N1", "2026-02-11", "100.00"], ["N2", "2026-02-01", "100.00"]]
    assert said["final", "N2"].facts["total"] == "200.00"
    assert said["final", "N2"].facts["on"] == TODAY.isoformat()


def test_of_two_steps_with_one_letter_the_later_step_leaves():
    waiting = frozenset({WaitingLetter("notice", 1), WaitingLetter("notice", 4)})
    client = ClientNow(TODAY, (OpenDebt("N1", "id", date(2026, 2, 11), Decimal("100.00"), waiting),))
    first = decide("notice", "N1", {**FACTS, "number": "N1", "days": 1}, client, None)
    second = decide("notice", "N1 again", {**FACTS, "number": "N1", "days": 4}, client, None)
    assert (bool(first.dropped), bool(second.dropped)) == (True, False)


def test_a_reminder_that_comes_after_the_due_date_is_none():
    assert step("reminder").dropped == "the due date has passed"
    soon = debt(due=TODAY, waiting={"reminder"})
    assert not step("reminder", debts=[soon]).dropped


@pytest.mark.parametrize(
    "client",
    [
        {"may_block": False},
        {"promised_until": TODAY},
        {"promised_until": TODAY + timedelta(days=30)},
    ],
)
def test_what_keeps_a_block_away_keeps_it_out_of_the_letter(client):
    assert step(**client).facts["blocks_on"] is None
    assert step().facts["blocks_on"] == BLOCKS_ON.isoformat()
    assert step(promised_until=TODAY - timedelta(days=1)).facts["blocks_on"] == BLOCKS_ON.isoformat()


@given(days=st.integers(-5, 10))
def test_no_day_of_a_block_lies_in_the_past(days):
    client = ClientNow(BLOCKS_ON + timedelta(days=days), (debt(),))
    day = decide("warning", "N1", FACTS, client, None).facts["blocks_on"]
    assert (day is None) == (days >= 0)


@given(
    st.lists(st.tuples(st.integers(-20, 5), st.sets(st.sampled_from(LETTERS))), min_size=1, max_size=6),
)
def test_of_any_letters_that_wait_at_most_one_leaves_and_somebody_tells(given_debts):
    debts = [debt(f"N{no}", TODAY + timedelta(days=days), waiting=waiting) for no, (days, waiting) in enumerate(given_debts)]
    letters = [(letter.kind, one.number, one) for one in debts for letter in one.waiting]
    leave = [step(kind, number, debts) for kind, number, _ in letters]
    leave = [one for one in leave if not one.dropped]
    alive = [letter for letter in letters if letter[0] != "reminder" or letter[2].due_on >= TODAY]
    assert len(leave) == (1 if alive else 0)


def test_a_payment_says_what_is_left_and_until_when():
    facts = {"paid_on": "2026-02-20", "amount": "150.00", "document_no": "7", "allocations": [], "advance": "150.00"}
    client = ClientNow(TODAY, (debt(left="50.00"),))
    said = decide("payment_received", "p", facts, client, PaymentNow(Decimal("150.00"), Decimal("0.00"), [["N0", "150.00"]])).facts
    assert (said["left"], said["left_total"], said["advance"]) == ([["N1", "2026-02-11", "50.00"]], "50.00", "0.00")
    assert said["allocations"] == [["N0", "150.00"]]
    assert decide("payment_received", "p", facts, client, PaymentNow(Decimal("0.00"), Decimal("0.00"), [])).dropped


def test_more_debts_than_a_letter_lists_are_summed_up():
    debts = [debt(f"N{no:03}", left="1.00", waiting={"notice"} if no == 99 else ()) for no in range(100)]
    said = step("notice", "N099", debts).facts
    assert (len(said["debts"]), said["debts"][-1][0], said["debts"][-1][2], said["total"]) == (21, "ещё 80", "80.00", "100.00")


def test_a_debt_that_a_kept_plan_covers_is_in_no_letter_of_a_step():
    held = OpenDebt("N1", "id", date(2026, 2, 11), Decimal("100.00"), frozenset({WaitingLetter("final")}), is_held=True)
    assert step(debts=[held]).dropped == "a plan of instalments covers the debt, and it is kept"
    other = step("notice", "N2", [held, debt("N2", waiting={"notice"})])
    assert [listed[0] for listed in other.facts["debts"]] == ["N2"]


@pytest.mark.parametrize(
    ("debts", "past"),
    [
        ([debt("N1", left="40.00"), debt("N2", left="59.99")], {"N1": "40.00", "N2": "59.99"}),
        ([debt("N1", left="40.00"), debt("N2", left="60.00")], None),  # the ladder asks for it
        ([debt("N1", TODAY, left="40.00")], None),  # not past due
        ([], None),
    ],
)
def test_what_is_too_little_to_be_asked_for_stands_in_the_next_letter_with_an_invoice(debts, past):
    client = ClientNow(TODAY, tuple(debts), least_debt=Decimal("100.00"))
    assert decide("invoice", "R1", {}, client, None).facts.get("past") == past
