"""What is expected to come in: by due dates, and by each client's own habit of paying late, with a range."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from pipelines.instalments import Instalment, InstalmentPlan, plan_of
from pipelines.money import ZERO
from pipelines.reports.payment_habits import Expectation, HabitBasis, Habits, OpenClaim, PaidInvoice, expect
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

WEEK = timedelta(days=7)


class ForecastPart(StrEnum):
    """What a line of the forecast is about."""

    OVERDUE = "overdue"
    WEEK = "week"
    LATER = "later"
    NO_HABIT = "no_habit"


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """Seven days, or what lies before, after and beside all of them. `due`: open invoices by their due dates; `expected`: by habit; each
    adds up to all that is open. `by_then`, between `least` and `most`: what should have come in by the end of `last` since the day of
    the forecast; None where there is no such day."""

    part: ForecastPart
    first: date | None
    last: date | None
    due: Decimal
    expected: Decimal
    least: Decimal | None = None
    by_then: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ClientForecast:
    """A client with open invoices. `habit_days`: half of the like were paid so many days after the due date; `paid_invoices`: how many
    that rests on; `next_on`: the first day on which money is expected (None: no habit speaks for any of its debts)."""

    organization_code: str
    client_code: str
    open: Decimal
    overdue: Decimal
    basis: HabitBasis
    habit_days: int
    paid_invoices: int
    next_on: date | None
    expected: Decimal
    no_habit: Decimal


def expectations(connection: "Connection", on: date) -> list[Expectation]:
    """Every invoice that is open at the end of a day, with the day on which its money is expected; in the order of clients.

    Habits are those of the year before: invoices that were due in it and paid by that day. What a plan of instalments covers is expected
    in its sums on its days while it is kept, whatever the due dates and habits.
    """
    habits = Habits(query.rows(connection, "reports/paid_invoices", PaidInvoice, on=on))
    claims = query.rows(connection, "reports/open_claims", OpenClaim, on=on)
    kept: dict[tuple[str, str], InstalmentPlan] = {}
    for row in query.rows(connection, "access/plans", organization_code=None, client_code=None):
        if (plan := plan_of(row)).made_on <= on and plan.standing(on).is_kept:
            kept[row.organization_code, row.client_code] = plan
    return [
        expectation
        for (organization, client), owed in groupby(claims, key=lambda claim: (claim.organization_code, claim.client_code))
        for expectation in expect_of_client(list(owed), kept.get((organization, client)), habits, on)
    ]


def expect_of_client(claims: Sequence[OpenClaim], plan: InstalmentPlan | None, habits: Habits, on: date) -> Iterator[Expectation]:
    """When a client's open invoices are expected to be paid; those of its plan by the plan's instalments, the oldest first. Pure.

    What the instalments leave of a covered invoice is expected as without a plan; one that is due on the day itself, on the next.
    """
    instalments = list(plan.left(on)) if plan else []
    for claim in claims:
        habit, open_ = habits.of(claim.organization_code, claim.client_code, claim.category), claim.open
        while plan and claim.number in plan.covers and instalments and open_ > 0:
            [instalment, *later] = instalments
            part = min(open_, instalment.amount)
            rest = instalment.amount - part
            instalments, open_ = [Instalment(instalment.due_on, rest), *later] if rest else later, open_ - part
            day = max(instalment.due_on, on + timedelta(days=1))
            yield Expectation(replace(claim, due_on=day, open=part), habit, day, day, day)
        if open_ > 0:
            yield expect(replace(claim, open=open_), habit, on)


def by_week(expected: Sequence[Expectation], on: date, weeks: int) -> list[ForecastLine]:
    """The overdue, so many weeks from the day after `on`, what is later, and what no habit speaks for."""
    claims = [each.claim for each in expected]
    end = on + weeks * WEEK
    lines = [ForecastLine(ForecastPart.OVERDUE, None, on, _open(claim for claim in claims if claim.due_on <= on), ZERO)]
    for week in range(weeks):
        first, last = on + timedelta(days=1) + week * WEEK, on + (week + 1) * WEEK
        lines.append(
            ForecastLine(
                ForecastPart.WEEK,
                first,
                last,
                due=_open(claim for claim in claims if first <= claim.due_on <= last),
                expected=_open(each.claim for each in expected if each.day and first <= each.day <= last),
                least=_open(each.claim for each in expected if each.late and each.late <= last),
                by_then=_open(each.claim for each in expected if each.day and each.day <= last),
                most=_open(each.claim for each in expected if each.early and each.early <= last),
            )
        )
    later = _open(each.claim for each in expected if each.day and each.day > end)
    lines.append(
        ForecastLine(ForecastPart.LATER, end + timedelta(days=1), None, _open(claim for claim in claims if claim.due_on > end), later)
    )
    lines.append(ForecastLine(ForecastPart.NO_HABIT, None, None, ZERO, _open(each.claim for each in expected if each.day is None)))
    return lines


def by_client(expected: Iterable[Expectation], on: date, weeks: int) -> Iterator[ClientForecast]:
    """A line for each client of an organization; `expected`: what should come of it within the weeks."""
    end = on + weeks * WEEK
    for (organization, client), group in groupby(expected, key=lambda each: (each.claim.organization_code, each.claim.client_code)):
        listed = list(group)
        habit = listed[0].habit
        yield ClientForecast(
            organization,
            client,
            open=_open(each.claim for each in listed),
            overdue=_open(each.claim for each in listed if each.claim.due_on < on),
            basis=habit.basis,
            habit_days=habit.median,
            paid_invoices=len(habit.days),
            next_on=min((each.day for each in listed if each.day), default=None),
            expected=_open(each.claim for each in listed if each.day and each.day <= end),
            no_habit=_open(each.claim for each in listed if each.day is None),
        )


def _open(claims: Iterable[OpenClaim]) -> Decimal:
    return sum((claim.open for claim in claims), ZERO)
