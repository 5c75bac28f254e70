"""Money under a plan of instalments is expected in its sums on its days; everything that is open is expected once."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipelines.instalments import Instalment, InstalmentPlan
from pipelines.reports.forecast import by_week, expect_of_client
from pipelines.reports.payment_habits import Habits, OpenClaim, PaidInvoice

ON = date(2026, 4, 6)
HABITS = Habits([PaidInvoice("NAV", "A", None, 10)] * 3)


def claim(number, due_on, amount):
    return OpenClaim("NAV", "A", None, number, due_on, Decimal(amount))


def plan(*instalments, covers=("1", "2"), **options):
    return InstalmentPlan(
        date(2026, 4, 1), tuple(Instalment(day, Decimal(amount)) for day, amount in instalments), frozenset(covers), **options
    )


def test_instalments_stand_on_their_days_and_what_they_leave_and_do_not_cover_stays_with_habit():
    """1000 and 500 are owed since March, 400 of it was paid by the plan; 300 more of a later invoice."""
    owed = [claim("1", date(2026, 3, 10), "600"), claim("2", date(2026, 3, 20), "500"), claim("3", date(2026, 4, 20), "300")]
    agreed = plan((ON - timedelta(days=3), 400), (ON, 100), (ON + timedelta(days=20), 700), payments=[(date(2026, 4, 2), Decimal(400))])
    expected = list(expect_of_client(owed, agreed, HABITS, ON))
    assert [(each.claim.number, each.claim.open, each.day) for each in expected] == [
        ("1", Decimal(100), ON + timedelta(days=1)),
        ("1", Decimal(500), date(2026, 4, 26)),
        ("2", Decimal(200), date(2026, 4, 26)),
        ("2", Decimal(300), None),  # later than the client has ever paid
        ("3", Decimal(300), date(2026, 4, 30)),
    ]
    weeks = by_week(expected, ON, 3)
    assert [(line.due, line.expected) for line in weeks] == [
        (Decimal(300), Decimal(0)),
        (Decimal(100), Decimal(100)),
        (Decimal(300), Decimal(0)),
        (Decimal(700), Decimal(700)),
        (Decimal(0), Decimal(300)),
        (Decimal(0), Decimal(300)),
    ]


@given(
    st.lists(st.tuples(st.integers(-40, 40), st.integers(1, 900)), max_size=4),
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 900)), max_size=4, unique_by=lambda each: each[0]),
    st.integers(0, 900),
)
def test_all_that_is_open_is_expected_once(debts, instalments, paid):
    owed = [claim(str(number), ON + timedelta(days=due), amount) for number, (due, amount) in enumerate(debts)]
    listed = ((ON + timedelta(days=day), amount) for day, amount in sorted(instalments))
    agreed = plan(*listed, covers=("0", "1", "2"), payments=[(ON, Decimal(paid))])
    expected = list(expect_of_client(owed, agreed, HABITS, ON))
    for debt in owed:
        assert sum(each.claim.open for each in expected if each.claim.number == debt.number) == debt.open
    lines = by_week(expected, ON, 4)
    assert sum(line.due for line in lines) == sum(line.expected for line in lines) == sum(debt.open for debt in owed)
