"""Who owes: debts by days past due, the blocked and why, promises that run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pipelines.access.listing import blocked
from pipelines.access.promises import plans_listed
from pipelines.money import ZERO
from pipelines.period import Span
from pipelines.receivables.listing import ageing, ageing_by
from pipelines.reports.ageing import AGES
from pipelines.reports.promises import GivenPromise, PromiseState, promises_given
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPINGS: Final = {"client": "клиентам", "dealer": "дилерам", "manager": "менеджерам", "organization": "организациям"}
MOST_DEBTORS = 60
_NEITHER_DUE: Final = 2
MOST_BLOCKED = 60
MOST_PROMISES = 40
PARTS_OFFERED: Final = 6
PROMISES_OF: Final = timedelta(days=60)
STATES: Final = {
    PromiseState.OPEN: "срок не вышел",
    PromiseState.KEPT: "исполнено",
    PromiseState.BROKEN: "не исполнено",
    PromiseState.REPLACED: "заменено новым",
    PromiseState.NOTHING_DUE: "долга не было",
}


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes (a client with an organization, or a group of clients): roubles by age, as `reports.ageing.AGES` names them."""

    code: str
    name: str
    organization: str
    ages: Sequence[Decimal]
    total: Decimal
    overdue: Decimal


@dataclass(frozen=True, slots=True)
class Debts:
    """Debts as of a day: the largest overdue ones first, of ``whole`` that there are, and the sums of all."""

    debtors: Sequence[Debtor]
    whole: int
    ages: Sequence[Decimal]
    total: Decimal
    overdue: Decimal


def debts(settings: Settings, on: date, by: str, *, is_overdue: bool = False) -> Debts:
    """Open debts on a day by client, dealer, manager or organization."""
    listed = _of_clients(settings, on, is_overdue=is_overdue) if by == "client" else _of_groups(settings, on, by, is_overdue=is_overdue)
    listed.sort(key=lambda each: (-each.overdue, -each.total, each.code))
    ages = [sum((each.ages[place] for each in listed), ZERO) for place in range(len(AGES))]
    total, overdue = (sum((getattr(each, name) for each in listed), ZERO) for name in ("total", "overdue"))
    return Debts(listed[:MOST_DEBTORS], len(listed), ages, total, overdue)


def blocked_now(settings: Settings) -> list[dict[str, Any]]:
    """Accounts that are blocked, as `fleetbill access` lists them, each with its client's name."""
    return _named(settings, blocked(settings))


def promises(settings: Settings, on: date) -> list[tuple[GivenPromise, str]]:
    """Promises of the last weeks with what became of them in words; those that run come first."""
    with engine.reading(settings) as connection:
        given = promises_given(connection, Span(on - PROMISES_OF, on), on)
    states = [(promise, promise.state(on)) for promise in given]
    states.sort(key=lambda each: each[1] is not PromiseState.OPEN)
    return [(promise, STATES[state]) for promise, state in states]


def running_plans(settings: Settings, on: date) -> list[dict[str, Any]]:
    """Plans of instalments that are not over."""
    return _named(settings, [plan for plan in plans_listed(settings, on) if plan["state"] in ("kept", "broken")])


def _of_clients(settings: Settings, on: date, *, is_overdue: bool) -> list[Debtor]:
    names = _names(settings)
    return [
        _debtor(row, row["client_code"], names.get(row["client_code"], ""), row["organization_code"])
        for row in ageing(settings, on, is_overdue=is_overdue)
    ]


def _of_groups(settings: Settings, on: date, by: str, *, is_overdue: bool) -> list[Debtor]:
    names = _names(settings) if by == "dealer" else {}
    without = {"dealer": "без дилера", "manager": "без менеджера"}.get(by, "")
    return [
        _debtor(row, row["code"] or "", names.get(row["code"], "") if row["code"] else without, "")
        for row in ageing_by(settings, on, by, is_overdue=is_overdue)  # type: ignore[arg-type]  # one of its words, but for client
    ]


def _debtor(row: "Mapping[str, Any]", code: str, name: str, organization: str) -> Debtor:
    ages = [row[age] for age in AGES]
    return Debtor(code, name, organization, ages, row["total"], sum(ages[_NEITHER_DUE:], ZERO))


def _named(settings: Settings, rows: "Sequence[Mapping[str, Any]]") -> list[dict[str, Any]]:
    """Rows about clients, each with its client's name."""
    codes = sorted({row["client_code"] for row in rows})
    if not codes:
        return []
    with engine.reading(settings) as connection:
        names = {row.client_code: row.name for row in query.rows(connection, "desk/client_names", codes=codes)}
    return [{**row, "client": names.get(row["client_code"], "")} for row in rows]


def _names(settings: Settings) -> dict[str, str]:
    with engine.reading(settings) as connection:
        return {row.client_code: row.name for row in query.rows(connection, "master/client_names")}
