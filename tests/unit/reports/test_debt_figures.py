"""What became of a promise, and the days of sales that a month's debts stand for."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.reports.dso import MonthDebts
from pipelines.reports.promises import GivenPromise

GIVEN, UNTIL = date(2026, 3, 10), date(2026, 3, 15)


@pytest.mark.parametrize(
    ("owed", "paid", "replaced_on", "on", "state"),
    [
        ("100.00", "100.00", None, 20, "kept"),
        ("100.00", "100.00", 12, 20, "kept"),
        ("100.00", "99.99", None, 16, "broken"),
        ("100.00", "99.99", None, 15, "open"),
        ("100.00", "0.00", 15, 20, "replaced"),
        ("100.00", "0.00", 16, 20, "broken"),
        ("100.00", "0.00", 14, 13, "open"),
        ("0.00", "0.00", None, 20, "nothing_due"),
    ],
)
def test_states(owed, paid, replaced_on, on, state):
    again = replaced_on and date(2026, 3, replaced_on)
    promise = GivenPromise("ORG", "A", "А", GIVEN, UNTIL, Decimal(owed), Decimal(paid), again, "Анна", "звонил")
    assert promise.state(date(2026, 3, on)) == state


@pytest.mark.parametrize(
    ("issued", "open_", "overdue", "dso", "best", "late", "share"),
    [
        ("1000.00", "500.00", "250.00", "15.0", "7.5", "7.5", "50.0"),
        ("2400.00", "300.00", "300.00", "3.8", "0.0", "3.8", "100.0"),  # 3.75: half-up
        ("0.00", "300.00", "0.00", None, None, None, "0.0"),
        ("-10.00", "300.00", "0.00", None, None, None, "0.0"),
        ("100.00", "0.00", "0.00", "0.0", "0.0", "0.0", None),
    ],
)
def test_days_sales_outstanding(issued, open_, overdue, dso, best, late, share):
    month = MonthDebts("ORG", date(2026, 4, 1), 30, *map(Decimal, (issued, "0.00", open_, overdue)))
    assert [None if value is None else str(value) for value in (month.dso, month.best_dso, month.late_days, month.share)] == [
        dso,
        best,
        late,
        share,
    ]
