"""When money for an open invoice is expected: by the client's own habit, by the like, by the due date."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports.forecast import ForecastPart, by_client, by_week
from pipelines.reports.payment_habits import Habit, HabitBasis, Habits, OpenClaim, PaidInvoice, expect, quantile

ON = date(2026, 4, 2)


def claim(client: str, due: date, amount: str = "100.00", category: str | None = None) -> OpenClaim:
    return OpenClaim("ORG", client, category, f"{client} {due}", due, Decimal(amount))


def paid(client: str, *days: int, category: str | None = None, organization: str = "ORG") -> list[PaidInvoice]:
    return [PaidInvoice(organization, client, category, each) for each in days]


def test_whose_habit_it_is():
    habits = Habits(
        [*paid("A", 5, 7, 5), *paid("B", 30, 40, category="big"), *paid("C", 50, category="big"), *paid("X", 1, organization="SEC")]
    )
    assert [(habit.basis, habit.days) for habit in (
        habits.of("ORG", "A", None), habits.of("ORG", "B", "big"), habits.of("ORG", "NEW", "small"), habits.of("SEC", "X", None),
    )] == [
        (HabitBasis.OWN, (5, 5, 7)), (HabitBasis.CATEGORY, (30, 40, 50)), (HabitBasis.ALL, (5, 5, 7, 30, 40, 50)),
        (HabitBasis.DUE_DATE, ()),
    ]  # fmt: skip


def test_who_is_late_is_expected_as_those_that_were_as_late():
    """Of delays 0, 5, 9, 20: half are paid by the 5th day. One that is six days late is expected after 9 or 20, never yesterday."""
    habit, due = Habit(HabitBasis.OWN, (0, 5, 9, 20)), ON - timedelta(days=6)
    assert habit.median == 5
    assert [getattr(expect(claim("A", ON + timedelta(days=10)), habit, ON), when) for when in ("early", "day", "late")] == [
        ON + timedelta(days=10 + days) for days in (0, 5, 9)
    ]
    late = expect(claim("A", due), habit, ON)
    assert [(when - due).days for when in (late.early, late.day, late.late)] == [9, 9, 20]
    assert expect(claim("A", ON - timedelta(days=20)), habit, ON).day is None
    assert expect(claim("A", ON), Habit(HabitBasis.DUE_DATE, ()), ON).day is None  # due today, not paid, and nothing is known of anybody
    assert expect(claim("A", ON + timedelta(days=1)), Habit(HabitBasis.DUE_DATE, ()), ON).late == ON + timedelta(days=1)


_ROWS = st.tuples(
    st.sampled_from("ABC"), st.integers(-90, 90), st.decimals("0.01", "9999", places=2), st.lists(st.integers(-40, 60), max_size=6)
)


@given(st.lists(_ROWS, max_size=12), st.integers(1, 9))
def test_every_rouble_stands_in_one_line_and_the_range_holds_what_is_expected(rows, weeks):
    habits = Habits([invoice for client, _, _, days in rows for invoice in paid(client, *days)])
    claims = sorted(
        (claim(client, ON + timedelta(days=due), str(amount)) for client, due, amount, _ in rows), key=lambda each: each.client_code
    )
    expected = [expect(each, habits.of("ORG", each.client_code, None), ON) for each in claims]
    assert all(each.day is None or ON < each.early <= each.day <= each.late for each in expected)
    lines = by_week(expected, ON, weeks)
    total = sum((each.open for each in claims), Decimal(0))
    assert sum(line.due for line in lines) == sum(line.expected for line in lines) == total
    by_then = Decimal(0)
    for line in lines:
        if line.part is ForecastPart.WEEK:
            by_then += line.expected
            assert line.least <= line.by_then == by_then <= line.most <= total
    clients = list(by_client(expected, ON, weeks))
    assert sum(each.open for each in clients) == total
    assert sum(each.expected for each in clients) == by_then


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=9), st.integers(1, 4))
def test_a_quantile_is_one_of_them(days, part):
    ordered = sorted(days)
    value = quantile(ordered, part, 4)
    assert 4 * sum(each <= value for each in ordered) >= part * len(ordered)
    assert 4 * sum(each < value for each in ordered) < part * len(ordered)
