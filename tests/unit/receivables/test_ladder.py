"""The ladder: steps once, blocks only when nothing speaks against them, access back at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.receivables.ladder import AccountData, ClientStanding, LadderPlan, NoBlock, NoBlockReason, Notice, OpenInvoice, plan_ladder
from pipelines.receivables.ladder_steps import DEFAULT_STEPS, Ladder, Step, with_letters
from pipelines.receivables.working_days import WorkingDays

LADDER = Ladder("NAV")
STEPS = {step.name: step for step in DEFAULT_STEPS}
DUE = date(2026, 4, 10)
FRESH = timedelta(hours=1)


def noon(days: int) -> datetime:
    """Noon in Moscow, so many days after the due date."""
    return datetime(2026, 4, 10, 9, tzinfo=UTC) + timedelta(days=days)


def claim(client: str = "C1", amount: str = "1000.00", due: date = DUE, key: str = "K1", done: tuple[str, ...] = ()) -> OpenInvoice:
    return OpenInvoice(key, client, f"НВ26-{key}", due, Decimal(amount), frozenset(done))


def _data(*as_of: datetime | None) -> list[AccountData]:
    return [AccountData(f"4070281093800000000{place}", each) for place, each in enumerate(as_of, start=1)]


def run(
    days: int, *claims: OpenInvoice, clients: tuple[ClientStanding, ...] = (ClientStanding("C1"),), ladder: Ladder = LADDER, **options
) -> LadderPlan:
    return plan_ladder(ladder, noon(days), _data(noon(days) - FRESH), clients, claims, **options)


@pytest.mark.parametrize(
    ("at", "zone", "days"),
    [
        ("2026-04-10T20:59:59+00:00", "Europe/Moscow", 0),  # 23:59:59 in Moscow: the due date has not ended
        ("2026-04-10T21:00:00+00:00", "Europe/Moscow", 1),
        ("2026-04-10T14:00:00+00:00", "Asia/Vladivostok", 1),  # already the 11th there
        ("2026-04-10T21:30:00+00:00", "Europe/Kaliningrad", 0),
        ("2026-04-07T09:00:00+00:00", "Europe/Moscow", -3),
    ],
)
def test_the_due_date_ends_in_the_organizations_time_zone(at, zone, days):
    found = plan_ladder(Ladder("NAV", time_zone=zone), datetime.fromisoformat(at), (), [ClientStanding("C1")], [])
    assert (found.day - DUE).days == days


@pytest.mark.parametrize(
    ("days", "done", "expected"),
    [
        (-4, (), None),
        (-3, (), "reminder"),
        (-3, ("reminder",), None),
        (0, (), "reminder"),
        (1, ("reminder",), "notice"),
        (1, (), "notice"),
        (6, ("notice",), None),
        (7, ("notice",), "warning"),
        (9, (), "warning"),
        (10, (), "final"),
        (13, ("final",), None),
        (13, ("notice",), "final"),
    ],
)
def test_each_message_once_and_only_the_latest(days, done, expected):
    found = run(days, claim(done=done))
    assert found.notices == ((Notice("K1", "C1", STEPS[expected]),) if expected else ())
    assert found.block == ()


@pytest.mark.parametrize("days", [14, 15, 400])
def test_block_from_its_day_on(days):
    found = run(days, claim(), claim(key="K2", amount="50.50", due=DUE - timedelta(days=1)))
    (block,) = found.block
    assert (block.client_code, block.debt, block.due_on, block.keys) == ("C1", Decimal("1050.50"), date(2026, 4, 9), ("K2", "K1"))
    assert found.notices == ()  # the block has a message of its own


def test_younger_debts_do_not_count_as_blocking():
    found = run(14, claim(), claim(key="K2", amount="50.00", due=DUE + timedelta(days=1)))
    assert found.block[0].debt == Decimal("1000.00")


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (ClientStanding("C1", never_block=True), NoBlockReason.EXEMPT),
        (ClientStanding("C1", is_administrator=True), NoBlockReason.ADMINISTRATOR),
        (ClientStanding("C1", clients_below=("C5", "C6")), NoBlockReason.OTHERS_BELOW),
        (ClientStanding("C1", promised_until=date(2026, 4, 24)), NoBlockReason.PROMISE),  # inclusive: due + 14 is the 24th
        (ClientStanding("C1", advance=Decimal("1000.00")), NoBlockReason.ADVANCE),
    ],
)
def test_who_is_never_blocked(standing, reason):
    found = run(14, claim(), clients=(standing,))
    assert found.block == ()
    assert [(one.client_code, one.reason) for one in found.withheld] == [("C1", reason)]


def test_a_dealer_stays_for_the_sake_of_those_below():
    found = run(14, claim(), clients=(ClientStanding("C1", clients_below=("C5", "C6")),))
    assert found.withheld == (NoBlock("C1", NoBlockReason.OTHERS_BELOW, "C5, C6"),)


@pytest.mark.parametrize(
    "standing", [ClientStanding("C1", promised_until=date(2026, 4, 23)), ClientStanding("C1", advance=Decimal("999.99"))]
)
def test_what_does_not_protect(standing):
    assert run(14, claim(), clients=(standing,)).block


@pytest.mark.parametrize(
    ("age", "blocks"),
    [
        (timedelta(0), 1),
        (timedelta(hours=72), 1),
        (timedelta(hours=72, seconds=1), 0),
        (timedelta(days=30), 0),
        (None, 0),
        (timedelta(hours=-5), 1),
    ],
)
def test_old_payment_data_block_nobody(age, blocks):
    at = noon(14)
    found = plan_ladder(LADDER, at, _data(None if age is None else at - age), [ClientStanding("C1")], [claim()])
    assert len(found.block) == blocks
    assert [one.reason for one in found.withheld] == [NoBlockReason.STALE_DATA] * (1 - blocks)


def test_old_data_of_one_account_among_fresh_ones_block_nobody():
    """Who owes may have paid to the account whose statements stopped coming; the message names it and the one that never had any."""
    data = _data(noon(14), noon(10), None)
    found = plan_ladder(LADDER, noon(14), data, [ClientStanding("C1")], [claim()])
    said = "по счёту 40702810938000000002 известны до 20.04.2026 12:00; по счёту 40702810938000000003 не получены ни разу"
    assert (found.block, found.withheld) == ((), (NoBlock("C1", NoBlockReason.STALE_DATA, said),))
    assert len(plan_ladder(LADDER, noon(14), _data(noon(14), noon(13)), [ClientStanding("C1")], [claim()]).block) == 1


def test_without_a_rouble_account_nobody_is_blocked():
    (withheld,) = plan_ladder(LADDER, noon(14), (), [ClientStanding("C1")], [claim()]).withheld
    assert withheld.detail == "нет ни одного счёта"


def test_old_payment_data_still_let_in():
    found = plan_ladder(LADDER, noon(14), _data(None), [ClientStanding("C1", is_blocked=True)], [])
    assert found.restore == (NoBlock("C1", NoBlockReason.PAID),)


@pytest.mark.parametrize(
    ("debtors", "clients", "share", "blocks"),
    [
        (2, 20, "0.1", 2),
        (3, 20, "0.1", 0),
        (2, 19, "0.1", 0),
        (1, 3, "0.1", 1),
        (2, 3, "0.1", 0),
        (1, 1, "0", 1),
        (5, 5, "1", 5),
    ],
)
def test_no_more_than_a_share_without_a_persons_word(debtors, clients, share, blocks):
    ladder = Ladder("NAV", max_share=Decimal(share))
    everybody = tuple(ClientStanding(f"C{at:02}") for at in range(clients))
    claims = [claim(f"C{at:02}", key=f"K{at}") for at in range(debtors)]
    found = run(14, *claims, clients=everybody, ladder=ladder)
    assert len(found.block) == blocks
    assert [one.reason for one in found.withheld] == [NoBlockReason.CAP] * (debtors - blocks)
    assert len(run(14, *claims, clients=everybody, ladder=ladder, is_approved=True).block) == debtors


def test_a_persons_word_does_not_lift_the_other_reasons():
    assert plan_ladder(LADDER, noon(14), _data(None), [ClientStanding("C1")], [claim()], is_approved=True).block == ()
    assert run(14, claim(), clients=(ClientStanding("C1", never_block=True),), is_approved=True).block == ()


def test_protected_clients_do_not_use_up_the_share():
    clients = (ClientStanding("C1", never_block=True), ClientStanding("C2"), ClientStanding("C3", promised_until=date(2026, 5, 1)))
    found = run(14, *(claim(one.client_code, key=one.client_code) for one in clients), clients=clients)
    assert [one.client_code for one in found.block] == ["C2"]


@pytest.mark.parametrize(
    ("standing", "claims", "reason"),
    [
        (ClientStanding("C1", is_blocked=True), (), NoBlockReason.PAID),
        (
            ClientStanding("C1", is_blocked=True),
            (claim(due=DUE + timedelta(days=1)),),
            NoBlockReason.PAID,
        ),  # overdue, but it does not block yet
        (ClientStanding("C1", is_blocked=True, promised_until=date(2026, 5, 1)), (claim(),), NoBlockReason.PROMISE),
        (ClientStanding("C1", is_blocked=True, never_block=True), (claim(),), NoBlockReason.EXEMPT),
        (ClientStanding("C1", is_blocked=True, advance=Decimal("1000.00")), (claim(),), NoBlockReason.ADVANCE),
    ],
)
def test_access_comes_back(standing, claims, reason):
    found = run(14, *claims, clients=(standing,))
    assert [one.reason for one in found.restore] == [reason]
    assert (found.block, found.withheld) == ((), ())


def test_who_still_owes_stays_blocked_and_is_not_blocked_again():
    # domain.md §11, 19: 1000 paid of 3600: 2600 stays overdue
    found = run(14, claim(amount="2600.00"), clients=(ClientStanding("C1", is_blocked=True),))
    assert (found.block, found.restore, found.withheld) == ((), (), ())


def test_only_the_unblocked_part_of_a_ladder_without_blocking():
    ladder = Ladder("NAV", steps=(Step("notice", 1),))
    assert run(100, claim(), ladder=ladder).block == ()
    assert run(100, claim(), ladder=ladder, clients=(ClientStanding("C1", is_blocked=True),)).restore


BY_CATEGORY = Ladder(
    "NAV",
    steps=(Step("notice", 5), Step("block", 20, "block", Decimal("2000.00"))),
    categories={"small": (Step("first", 1), Step("off", 3, "block", Decimal("0.00")))},
)


def test_a_category_has_its_own_steps_and_everybody_else_the_others():
    clients = (ClientStanding("C1", "small"), ClientStanding("C2", "large"), ClientStanding("C3"))
    claims = [claim(client, "1500.00", key=client) for client in ("C1", "C2", "C3")]
    early = run(1, *claims, clients=clients, ladder=BY_CATEGORY)
    assert [(notice.client_code, notice.step.name) for notice in early.notices] == [("C1", "first")]
    assert [block.client_code for block in run(3, *claims, clients=clients, ladder=BY_CATEGORY).block] == ["C1"]
    assert [notice.client_code for notice in run(5, *claims, clients=clients, ladder=BY_CATEGORY).notices] == ["C2", "C3"]


def test_a_step_asks_for_no_less_than_its_own_least_debt():
    # 1999.99 do not block where 2000.00 are asked for; a kopeck does where nothing is
    assert run(20, claim(amount="1999.99"), ladder=BY_CATEGORY).withheld[0].detail == "2000.00"
    assert run(20, claim(amount="2000.00"), ladder=BY_CATEGORY).block
    assert run(3, claim(amount="0.01"), clients=(ClientStanding("C1", "small"),), ladder=BY_CATEGORY).block


@pytest.mark.parametrize(
    ("days", "letters"),
    [
        ((-5, -1), ["reminder", "reminder"]),
        ((1,), ["notice"]),
        ((-3, 2, 9), ["reminder", "notice", "final"]),
        ((1, 2, 3, 4), ["notice", "warning", "warning", "final"]),
    ],
)
def test_a_step_with_a_name_of_its_own_says_what_its_place_asks_for(days, letters):
    steps = with_letters([*(Step(f"s{day}", day) for day in reversed(days)), Step("off", 14, "block")])
    assert [step.letter for step in steps] == [*letters, None]


def test_a_declared_letter_and_a_letters_own_name_stay():
    steps = with_letters((Step("call", 1, letter="warning"), Step("final", 5), Step("late", 9)))
    assert [step.letter for step in steps] == ["warning", "final", "final"]


def test_no_warning_comes_after_the_block():
    # blocked on day 14 without the final letter; the same day taken again, or a later one, sends none for that debt
    blocked = (ClientStanding("C1", is_blocked=True),)
    assert run(14, claim()).notices == ()
    assert run(14, claim(), clients=blocked).notices == ()
    assert run(20, claim(), claim(key="K2", due=date(2026, 4, 29)), clients=blocked).notices == (Notice("K2", "C1", STEPS["notice"]),)


def test_small_debts_block_nobody():
    ladder = Ladder("NAV", least_debt=Decimal("100.00"))
    assert run(14, claim(amount="99.99"), ladder=ladder).block == ()
    assert run(14, claim(amount="60.00"), claim(amount="40.00", key="K2"), ladder=ladder).block


def test_an_advance_that_covers_everything_silences_the_messages():
    assert run(7, claim(), clients=(ClientStanding("C1", advance=Decimal("1000.00")),)).notices == ()
    assert run(7, claim(), clients=(ClientStanding("C1", advance=Decimal("999.00")),)).notices


def test_paid_claims_ask_for_nothing():
    assert run(14, claim(amount="0.00")) == LadderPlan("NAV", date(2026, 4, 24))


@pytest.mark.parametrize(
    "broken",
    [
        {"steps": (Step("a", 1), Step("a", 2))},
        {"steps": (Step("a", 1, "block"), Step("b", 2, "block"))},
        {"categories": {"small": (Step("a", 1, "block"), Step("b", 2, "block"))}},
        {"max_share": Decimal("1.1")},
        {"max_share": Decimal(-1)},
    ],
)
def test_a_ladder_that_contradicts_itself(broken):
    with pytest.raises(ValueError, match="ladder of NAV"):
        Ladder("NAV", **broken)


def test_a_claim_of_an_unknown_client_is_an_error():
    with pytest.raises(ValueError, match="C9"):
        run(14, claim("C9"))


standings = st.builds(
    ClientStanding,
    st.sampled_from(["C1", "C2", "C3"]),
    never_block=st.booleans(),
    is_administrator=st.booleans(),
    clients_below=st.sampled_from([(), ("C9",)]),
    promised_until=st.sampled_from([None, DUE, date(2027, 1, 1)]),
    advance=st.sampled_from([Decimal(0), Decimal(500)]),
    is_blocked=st.booleans(),
)


@given(
    st.lists(standings, unique_by=lambda one: one.client_code, min_size=1),
    st.lists(st.tuples(st.integers(-20, 20), st.sampled_from(["1.00", "700.00"])), max_size=4),
    st.integers(-5, 40),
    st.booleans(),
    st.booleans(),
)
def test_whatever_happens_nobody_protected_is_blocked(clients, debts, days, approved, fresh):
    claims = [
        claim(clients[at % len(clients)].client_code, amount, DUE + timedelta(days=shift), f"K{at}")
        for at, (shift, amount) in enumerate(debts)
    ]
    found = plan_ladder(LADDER, noon(days), _data(noon(days) if fresh else None), clients, claims, is_approved=approved)
    states = {one.client_code: one for one in clients}
    for block in found.block:
        state = states[block.client_code]
        assert fresh
        assert not any((state.never_block, state.is_administrator, state.clients_below, state.is_blocked))
        assert (found.day - block.due_on).days >= DEFAULT_STEPS[-1].days
        assert block.debt > state.advance
    assert len(found.block) <= 1 or approved
    assert all(states[one.client_code].is_blocked for one in found.restore)
    late = {one.client_code for one in claims if (found.day - one.due_on).days >= DEFAULT_STEPS[-1].days}
    assert {code for code, one in states.items() if one.is_blocked and code not in late} <= {one.client_code for one in found.restore}
    decided = [one.client_code for one in (*found.block, *found.restore, *found.withheld)]
    assert len(decided) == len(set(decided))


@pytest.mark.parametrize("days", [-3, 1, 7, 10, 14, 40])
def test_nobody_is_asked_for_a_kopeck(days):
    found = run(days, claim(amount="0.01"))
    assert (found.notices, found.block) == ((), ())
    assert [decision.reason for decision in found.withheld] == [NoBlockReason.SMALL] * (days >= 14)


def test_a_kopeck_left_is_not_dunned_because_a_new_invoice_is_open():
    """The 0.01 is 13 days late, 5000.00 are due in three days: only these are spoken of."""
    found = run(13, claim(amount="0.01", key="K1"), claim(amount="5000.00", key="K2", due=DUE + timedelta(days=16)))
    assert found.notices == (Notice("K2", "C1", STEPS["reminder"]),)


def test_small_debts_add_up():
    """Three of 40.00, 13, 12 and 8 days late: 120.00 are at least 7 days late, 80.00 at least 10."""
    late = [claim(amount="40.00", key=f"K{days}", due=DUE + timedelta(days=13 - days)) for days in (13, 12, 8)]
    assert run(13, *late).notices == (Notice("K8", "C1", STEPS["warning"]),)


def test_who_has_paid_all_but_a_kopeck_comes_back():
    found = run(20, claim(amount="0.01"), clients=(ClientStanding("C1", is_blocked=True),))
    assert [(decision.client_code, decision.reason) for decision in found.restore] == [("C1", NoBlockReason.SMALL)]


def test_a_step_that_waits_is_taken_on_a_working_day():
    """Due on Saturday 18 April: it counts from Monday; the block of Monday + 14 falls on 4 May, and May begins late here."""
    waits = tuple(replace(step, waits_for_work=True) for step in (Step("reminder", -3), Step("notice", 1), Step("block", 14, "block")))
    saturday, stays = DUE + timedelta(days=8), replace(LADDER, steps=(Step("notice", 1), Step("block", 14, "block")))
    moved = replace(LADDER, steps=waits, working_days=WorkingDays(off=frozenset({date(2026, 5, 4)})))
    assert [moved.step_day(saturday, step) for step in waits] == [date(2026, 4, 17), date(2026, 4, 21), date(2026, 5, 5)]
    assert [stays.step_day(saturday, step) for step in stays.steps] == [date(2026, 4, 19), date(2026, 5, 2)]
    late = claim(due=saturday)
    assert [run(days, late, ladder=moved).notices != () for days in (6, 7, 8, 9, 10, 11)] == [False, True, True, False, False, True]
    assert [len(run(days, late, ladder=moved).block) for days in (23, 24, 25)] == [0, 0, 1]
    assert [len(run(days, late, ladder=stays).block) for days in (21, 22)] == [0, 1]


def test_working_days_are_those_of_the_banks_but_for_what_is_said():
    days = WorkingDays(off=frozenset({date(2026, 4, 16)}), work=frozenset({date(2026, 4, 18), date(2026, 5, 9)}))
    assert [days.is_working(date(2026, 4, day)) for day in (15, 16, 17, 18, 19)] == [True, False, True, True, False]
    assert (days.from_day(date(2026, 4, 16)), days.from_day(date(2026, 5, 9))) == (date(2026, 4, 17), date(2026, 5, 9))
    closed = WorkingDays(off=frozenset(date(2026, 4, 1) + timedelta(days=number) for number in range(90)))
    assert closed.from_day(date(2026, 4, 1)) == date(2026, 4, 1)
