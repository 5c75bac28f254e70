"""A ladder taken again on past days: as the days themselves took it, from what was known on each."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.receivables.ladder import AccountData, ClientStanding, OpenInvoice, plan_ladder
from pipelines.receivables.ladder_replay import PastClaim, PastHouse, PastRun, StepTaken, replay, side_by_side
from pipelines.receivables.ladder_steps import Ladder, Step

DUE = date(2026, 4, 10)
BORN = datetime(2026, 4, 1, tzinfo=UTC)
LADDER = Ladder("NAV", max_share=Decimal(1))


def noon(days: int) -> datetime:
    return datetime(2026, 4, 10, 9, tzinfo=UTC) + timedelta(days=days)


def past(number: str = "1", client: str = "C1", total: int = 1000, *moves: tuple[int, int], due: date = DUE) -> PastClaim:
    """`moves`: (days after the due date, roubles), an hour after noon."""
    at = tuple((noon(days) + timedelta(hours=1), Decimal(amount)) for days, amount in moves)
    return PastClaim(number, client, due, date(2026, 4, 1), BORN, Decimal(total), at)


def runs(days, **options) -> list[PastRun]:
    return [PastRun(noon(day).date(), noon(day), noon(day), (AccountData("4", noon(day)),), **options) for day in days]


def house(*claims: PastClaim, ladder: Ladder = LADDER, promises=None, clients=("C1",)) -> PastHouse:
    return PastHouse(
        lambda _: ladder, [ClientStanding(client) for client in clients], claims, promises or {}, lambda *_: {}, lambda *_: True
    )


def days_of(steps: list[StepTaken]) -> list[tuple[int, str]]:
    return [((step.day - DUE).days, step.step) for step in steps]


def test_a_debt_climbs_and_access_comes_back_with_the_money_between_two_runs():
    steps = replay(house(past("1", "C1", 1000, (15, 400), (16, 600))), runs(range(-5, 30, 3)))
    assert days_of(steps) == [(-2, "reminder"), (1, "notice"), (7, "warning"), (10, "final"), (16, "block"), (16, "restore")]
    assert [step.amount for step in steps][-2:] == [Decimal(600), Decimal(0)]


def test_another_ladder_would_have_come_earlier_and_would_have_met_fewer():
    strict = replace(LADDER, steps=(Step("notice", 1), Step("block", 5, "block", least_debt=Decimal(900))))
    claims = past("1", "C1"), past("2", "C2", 800)
    assert days_of(replay(house(*claims, ladder=strict, clients=("C1", "C2")), runs(range(20)))) == [
        (1, "notice"),
        (1, "notice"),
        (5, "block"),
    ]
    was = replay(house(*claims, clients=("C1", "C2")), runs(range(20)))
    would = replay(house(*claims, ladder=strict, clients=("C1", "C2")), runs(range(20)))
    assert days_of(would) == [(1, "notice"), (1, "notice"), (5, "block")]
    pairs = [pair for pair in side_by_side(was, would) if "block" in {step.step for step in pair if step}]
    days = [[step and (step.day - DUE).days for step in pair] for pair in pairs]
    assert days == [[14, 5], [14, None]]


def test_a_promise_a_stop_and_old_data_kept_blocks_away_on_the_days_on_which_they_were_known():
    told_late = {"C1": [(noon(16), noon(20).date())]}
    assert days_of(replay(house(past(), promises=told_late), runs(range(13, 23)))) == [
        (13, "final"),
        (14, "block"),
        (16, "restore"),
        (21, "block"),
    ]
    stopped = runs(range(13, 17), stopped="Анна") + runs(range(17, 19))
    assert days_of(replay(house(past()), stopped)) == [(13, "final"), (17, "block")]
    stale = [replace(run, accounts=(AccountData("4", run.moment - timedelta(days=4)),)) for run in runs(range(13, 17))]
    assert days_of(replay(house(past()), stale)) == [(13, "final")]


def test_a_debt_is_not_known_before_it_is_issued():
    late = replace(past(), known_from=noon(9))
    assert days_of(replay(house(late), runs(range(-5, 12)))) == [(9, "warning"), (10, "final")]


MOVES = st.lists(st.tuples(st.integers(-3, 40), st.integers(-300, 900)), max_size=3)
DEBTS = st.lists(st.tuples(st.sampled_from(["C1", "C2", "C3"]), st.integers(50, 2000), st.integers(-3, 20), MOVES), max_size=5)


@settings(max_examples=40)
@given(DEBTS)
@example([("C1", 50, 20, []), ("C1", 100, 0, [(34, 1)])])  # freed by the debts of the day before, blocked again by those of the day
def test_the_replay_of_every_day_is_what_the_ladder_of_that_day_does(debts):
    """Day by day with the state kept by hand, as the live ladder keeps it in its letters and orders: the same steps.

    Money comes a minute before the ladder is taken, and gives back at once whom it frees by the debts of the day before."""
    whole = [
        past(str(no), client, total, *sorted((day, amount) for day, amount in moves if amount), due=DUE + timedelta(days=late))
        for no, (client, total, late, moves) in enumerate(debts)
    ]
    claims = [replace(claim, moves=tuple((at - timedelta(minutes=61), amount) for at, amount in claim.moves)) for claim in whole]
    clients = ("C1", "C2", "C3")
    told, blocked, steps, before = {claim.number: set() for claim in claims}, set(), [], None

    def invoices_at(moment, clients):
        return [
            OpenInvoice(claim.number, claim.client_code, claim.number, claim.due_on, claim.open_at(moment), frozenset(told[claim.number]))
            for claim in claims
            if claim.client_code in clients
        ]

    for run in runs(range(-5, 45)):
        if before:
            standings = [ClientStanding(client, is_blocked=True) for client in blocked]
            paid_by = invoices_at(run.known_at - timedelta(minutes=1), blocked)
            freed = {each.client_code for each in plan_ladder(LADDER, before.moment, before.accounts, standings, paid_by).restore}
            steps += [(run.day, client, "restore") for client in freed]
            blocked -= freed
        before, invoices = run, invoices_at(run.known_at, clients)
        plan = plan_ladder(LADDER, run.moment, run.accounts, [ClientStanding(c, is_blocked=c in blocked) for c in clients], invoices)
        steps += [(run.day, each.client_code, "restore") for each in plan.restore]
        steps += [(run.day, each.client_code, "block") for each in plan.block]
        steps += [(run.day, each.client_code, each.step.name) for each in plan.notices]
        blocked = (blocked - {each.client_code for each in plan.restore}) | {each.client_code for each in plan.block}
        for notice in plan.notices:
            told[notice.key].add(notice.step.name)
    replayed = [(step.day, step.client_code, step.step) for step in replay(house(*claims, clients=clients), runs(range(-5, 45)))]
    assert sorted(replayed) == sorted(steps)
