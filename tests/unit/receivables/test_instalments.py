"""A plan of instalments: kept, broken, fulfilled, replaced; and a ladder that stands still for it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.instalments import Instalment, InstalmentPlan, PlanState, faults, held
from pipelines.receivables.ladder import ClientStanding, NoBlockReason
from tests.unit.receivables.test_ladder import DUE, claim, run

MADE = DUE + timedelta(days=5)
FIRST, SECOND = MADE + timedelta(days=10), MADE + timedelta(days=40)
PLAN = InstalmentPlan(MADE, (Instalment(FIRST, Decimal(400)), Instalment(SECOND, Decimal(600))), frozenset({"K1"}))
DAY = timedelta(days=1)


def paying(*payments: tuple[date, int], **options) -> InstalmentPlan:
    return replace(PLAN, payments=[(day, Decimal(amount)) for day, amount in payments], **options)


@pytest.mark.parametrize(
    ("plan", "on", "state", "days_held", "waits"),
    [
        (PLAN, MADE, "kept", 0, (FIRST, 400)),
        (PLAN, FIRST, "kept", 10, (FIRST, 400)),  # the day itself is the payer's
        (PLAN, FIRST + DAY, "broken", 10, (FIRST, 400)),
        (paying((FIRST, 399)), FIRST + DAY, "broken", 10, (FIRST, 1)),
        (paying((FIRST + DAY, 1000)), SECOND, "broken", 10, (FIRST, 400)),  # late: what was missed stays missed
        (paying((FIRST, 400)), FIRST + DAY, "kept", 11, (SECOND, 600)),
        (paying((FIRST, 500)), FIRST + DAY, "kept", 11, (SECOND, 500)),
        (paying((FIRST, 400)), SECOND + DAY, "broken", 40, (SECOND, 600)),
        (paying((MADE, 1000)), MADE + DAY, "fulfilled", 0, None),
        (paying((MADE, 1300), paid_before=Decimal(300)), SECOND + DAY, "fulfilled", 0, None),
        (paying((MADE, 700), (SECOND, 300), paid_before=Decimal(300)), FIRST + DAY, "kept", 11, (SECOND, 600)),
        (replace(PLAN, replaced_on=MADE + DAY), FIRST + DAY, "replaced", 1, None),
        (replace(PLAN, replaced_on=MADE - DAY), FIRST + DAY, "replaced", 0, None),  # the clock had jumped back between the two
        (replace(PLAN, replaced_on=FIRST + 2 * DAY), SECOND, "broken", 10, (FIRST, 400)),
        (paying((MADE, 1000), replaced_on=SECOND), SECOND + DAY, "fulfilled", 0, None),
        (paying((FIRST, 400), (FIRST + DAY, -400)), SECOND, "broken", 10, (FIRST, 400)),  # it came in time, and went back
    ],
)
def test_how_a_plan_stands(plan, on, state, days_held, waits):
    standing = plan.standing(on)
    expected = None if waits is None else Instalment(waits[0], Decimal(waits[1]))
    assert (standing.state, standing.days_held, standing.next) == (PlanState(state), days_held, expected)


def test_the_ladder_stands_still_while_it_is_kept_and_goes_on_from_there():
    """Agreed five days after the due date; the notice has been told. The day after the missed one is the sixth."""

    def at(days: int, *, blocked: bool = False):
        days_held, standing = held([PLAN], DUE + timedelta(days=days))["K1"]
        told = frozenset({"notice"})
        planned = replace(claim(), done=told, days_held=days_held, plan=standing)
        found = run(days, planned, clients=(ClientStanding("C1", is_blocked=blocked),))
        return [notice.step.name for notice in found.notices], len(found.block), [each.reason for each in (*found.withheld, *found.restore)]

    assert at(5) == at(13) == ([], 0, [])
    assert at(15) == ([], 0, [NoBlockReason.PLAN])
    assert at(15, blocked=True) == ([], 0, [NoBlockReason.PLAN])
    assert at(16) == ([], 0, [])
    assert at(17) == (["warning"], 0, [])
    assert at(23) == (["final"], 0, [])
    assert at(24) == ([], 1, [])


def test_a_debt_beside_the_plan_climbs_as_ever():
    days_held, standing = held([PLAN], FIRST)["K1"]
    kept = replace(claim(), days_held=days_held, plan=standing)
    found = run(15, kept, claim(key="K2", amount="70.00", due=DUE - timedelta(days=30)))
    assert [notice.key for notice in found.notices] == []
    assert found.block == ()  # 70 roubles are less than the least debt
    found = run(15, kept, claim(key="K2", amount="170.00", due=DUE - timedelta(days=30)))
    assert [(block.debt, block.keys) for block in found.block] == [(Decimal("170.00"), ("K2",))]


def test_what_is_no_plan_is_said():
    said = faults([Instalment(MADE - DAY, Decimal(1)), Instalment(FIRST, Decimal(9)), Instalment(FIRST, Decimal(9))], MADE, Decimal(10))
    assert [str(each) for each in said] == [
        f"{MADE - DAY}: is over already",
        f"{FIRST}: stands twice",
        "19.00 are promised, and only 10.00 are owed",
    ]


@given(
    sums=st.lists(st.integers(1, 50), min_size=1, max_size=5),
    paid=st.lists(st.tuples(st.integers(0, 120), st.integers(1, 60)), max_size=6),
    on=st.integers(0, 130),
)
def test_whoever_has_paid_in_time_is_never_asked(sums, paid, on):
    """Kept or fulfilled exactly while at the end of each day that is over so much was paid as was promised by it."""
    parts = tuple(Instalment(MADE + timedelta(days=20 * place), Decimal(amount)) for place, amount in enumerate(sums, 1))
    payments = [(MADE + timedelta(days=day), Decimal(amount)) for day, amount in paid]
    plan = InstalmentPlan(MADE, parts, frozenset({"K1"}), payments)
    day = MADE + timedelta(days=on)
    is_in_time = all(
        sum(amount for paid_on, amount in payments if paid_on <= part.due_on) >= sum(sums[: place + 1])
        for place, part in enumerate(parts)
        if part.due_on < day
    )
    standing = plan.standing(day)
    assert (standing.state is not PlanState.BROKEN) == is_in_time
    assert 0 <= standing.days_held <= on
