"""A promise of payment: of one day, or of several with their sums; while it holds nobody is blocked for it (domain.md §9)."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.clock import Authorship, local_date
from pipelines.errors import BadInput, Problem, Refused
from pipelines.instalments import Instalment, InstalmentPlan, PlanFault, faults, plan_of
from pipelines.money import ZERO
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


Whose = tuple[str, str]
"""Organization and client."""


class NotPutOff(Refused):
    """A client cannot put off by its own word what it owes; the message says why."""


class PromisedMeanwhile(Refused):
    """The client has given another word since a moment: ``until`` when, who took it (``by``), ``at``, and why."""

    def __init__(self, until: date, by: str, at: datetime, reason: str) -> None:
        self.until, self.by, self.at, self.reason = until, by, at, reason
        super().__init__(f"{by}, {at}: promised until {until} ({reason})")


class NotItsOrganization(BadInput):
    """A promise to an organization that the client has no contract with, or to none of several; ``own``: those it has contracts with, none
    of a client that nobody knows."""

    def __init__(self, client_code: str, organization_code: str | None, own: Sequence[str]) -> None:
        self.client_code, self.organization_code, self.own = client_code, organization_code, tuple(own)
        named = ", ".join(own)
        if not own:
            problem = Problem("--client", f"no client {client_code!r} with a contract")
        elif organization_code is None:
            problem = Problem("--organization", f"{client_code} has contracts with {named}: say whose debt is paid in parts")
        else:
            problem = Problem("--organization", f"{client_code} has no contract with {organization_code!r}, only with {named}")
        super().__init__([problem])


class PlanRefused(BadInput):
    """Instalments that cannot be agreed so: every one of their ``faults``."""

    def __init__(self, found: Sequence[PlanFault]) -> None:
        self.faults = tuple(found)
        super().__init__([Problem("--pays", str(fault)) for fault in found])


PLAN_COLUMNS = (
    "client_code",
    "organization_code",
    "promised_on",
    "until",
    "state",
    "promised",
    "paid",
    "next_on",
    "next_amount",
    "by_name",
    "reason",
)


@dataclass(frozen=True, slots=True)
class PlannedDebt:
    """A plan that was agreed with an organization, and what is owed it now, in roubles."""

    organization_code: str
    instalments: tuple[Instalment, ...]
    owed: Decimal


def promise(
    settings: Settings,
    client_code: str,
    until: date,
    author: Authorship,
    organization_code: str | None = None,
    *,
    since: datetime | None = None,
) -> tuple[str, ...]:
    """Take a client's word that it pays until a day (inclusive), for one organization or for all of its own; their codes.

    The last promise counts, also a shorter one. NotItsOrganization: also of an unknown client.
    ``since``: PromisedMeanwhile where another promise of the client was taken after that; of two at once the second is refused.
    """
    with engine.transaction(settings) as connection:
        lock(connection, Lock.ACCESS)
        _refuse_newer(connection, client_code, since)
        codes = _organizations(connection, client_code, organization_code)
        for code in codes:
            _add(connection, code, client_code, author, until)
    return codes


def promise_once(settings: Settings, client_code: str, organization_code: str, days: int, author: Authorship) -> date:
    """Take a client's own word, given without a person, that it pays within so many days; the day, inclusive.

    Once for a debt: NotPutOff when nothing is late, and when a promise was made since the oldest late debt was due. Two at once are one:
    the second waits for the first and is refused. NotItsOrganization: also of an unknown client.
    """
    with engine.transaction(settings) as connection:
        lock(connection, Lock.ACCESS)
        [code] = _organizations(connection, client_code, organization_code)
        today = local_date(author.at, query.scalar(connection, "access/time_zone", organization_code=code))
        debt = query.first(connection, "access/put_off", organization_code=code, client_code=client_code, on=today)
        if debt.late_since is None:
            raise NotPutOff(f"{client_code} owes {code} nothing that is late")
        if debt.promised_on is not None and debt.promised_on > debt.late_since:
            raise NotPutOff(f"{client_code} has promised {code} already on {debt.promised_on} what is late since {debt.late_since}")
        until = today + timedelta(days=days)
        _add(connection, code, client_code, author, until)
    return until


def promise_instalments(
    settings: Settings,
    client_code: str,
    instalments: Sequence[Instalment],
    author: Authorship,
    organization_code: str | None = None,
    *,
    since: datetime | None = None,
) -> PlannedDebt:
    """Take a client's word that it pays what it owes now in parts, each by its day; what organization, and how much of the debt that is.

    It covers every debt that is open now; a later invoice is asked for as ever. While it is kept no step is taken for what it covers, and
    who is blocked for it comes back at once. The last promise counts. NotItsOrganization: also of an unknown client, and of several
    organizations where none is named; PlanRefused: days that are over or stand twice, and sums above the debt. ``since``: as of `promise`.
    """
    with engine.transaction(settings) as connection:
        lock(connection, Lock.ACCESS)
        _refuse_newer(connection, client_code, since)
        codes = _organizations(connection, client_code, organization_code)
        if len(codes) > 1:
            raise NotItsOrganization(client_code, None, codes)
        [code] = codes
        debts = query.rows(connection, "access/open_debts_of_client", organization_code=code, client_code=client_code)
        owed = sum((debt.open for debt in debts), ZERO)
        ordered = tuple(sorted(instalments))
        today = local_date(author.at, query.scalar(connection, "access/time_zone", organization_code=code))
        if wrong := faults(ordered, today, owed):
            raise PlanRefused(wrong)
        covers = {debt.number: f"{debt.paid:.2f}" for debt in debts}
        _add(connection, code, client_code, author, ordered[-1].due_on, ordered, covers)
    return PlannedDebt(code, ordered, owed)


def plans(connection: "Connection") -> dict[Whose, list[InstalmentPlan]]:
    """(Organization, client) → its plans of instalments in the order of making, also those that are over."""
    whose: dict[Whose, list[InstalmentPlan]] = defaultdict(list)
    for row in query.rows(connection, "access/plans", organization_code=None, client_code=None):
        whose[row.organization_code, row.client_code].append(plan_of(row))
    return whose


def plans_listed(settings: Settings, on: date, client_code: str | None = None) -> list[dict[str, Any]]:
    """Every plan of instalments as it stands on a day, by client, the last one first.

    `state`: kept, broken, fulfilled, replaced; `next_on`, `next_amount`: what it waits for, or (broken) what was missed. BadInput for an
    unknown client.
    """
    with engine.transaction(settings) as connection:
        if client_code is not None:
            _organizations(connection, client_code, None)
        rows = query.rows(connection, "access/plans", organization_code=None, client_code=client_code)
    made = sorted(rows, key=lambda row: (row.client_code, row.organization_code, -row.promise_no))
    return [_plan_listed(row, plan_of(row), on) for row in made if row.made_on <= on]


def _plan_listed(row: Any, plan: InstalmentPlan, on: date) -> dict[str, Any]:
    standing = plan.standing(on)
    return {
        **{column: getattr(row, column) for column in ("client_code", "organization_code", "by_name", "reason")},
        "promised_on": plan.made_on,
        "until": plan.instalments[-1].due_on,
        "state": standing.state.value,
        "promised": plan.promised,
        "paid": standing.paid,
        "next_on": standing.next.due_on if standing.next else None,
        "next_amount": standing.next.amount if standing.next else None,
    }


def _add(
    connection: "Connection", organization_code: str, client_code: str, author: Authorship, until: date,
    instalments: Sequence[Instalment] | None = None, covers: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    parts = None if instalments is None else json.dumps([[each.due_on.isoformat(), f"{each.amount:.2f}"] for each in instalments])
    query.run(
        connection,
        "access/add_promise",
        organization_code=organization_code,
        client_code=client_code,
        until=until,
        instalments=parts,
        covers=None if covers is None else json.dumps(covers),
        by_name=author.by,
        reason=author.reason,
        at=author.at,
    )


def _refuse_newer(connection: "Connection", client_code: str, since: datetime | None) -> None:
    newer = query.first(connection, "access/newest_promise", client_code=client_code, since=since) if since else None
    if newer is not None:
        raise PromisedMeanwhile(newer.until, newer.by_name, newer.at, newer.reason)


def _organizations(connection: "Connection", client_code: str, organization_code: str | None) -> tuple[str, ...]:
    own = tuple(query.scalars(connection, "access/organizations_of_client", client_code=client_code))
    if not own or (organization_code is not None and organization_code not in own):
        raise NotItsOrganization(client_code, organization_code, own)
    return own if organization_code is None else (organization_code,)
