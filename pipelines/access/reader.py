"""Read what the ladder must know on a day: debts, clients, accounts, and who lies under whom in the platforms' trees (domain.md §9)."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from pipelines.access.model import BlockTarget, LadderFacts, OrganizationDay, PlatformAccount, PlatformTree, TargetKey, TargetKind
from pipelines.access.promises import plans
from pipelines.access.stop import Stop, stopped
from pipelines.clock import local_date
from pipelines.errors import Refused
from pipelines.evidence import lake
from pipelines.instalments import PlanStanding, held
from pipelines.master.sheets import LETTERS
from pipelines.platforms.kinds import FILES
from pipelines.receivables.ladder import AccountData, ClientStanding, OpenInvoice
from pipelines.receivables.ladder_steps import DEFAULT_STEPS, Ladder, Step, with_letters
from pipelines.receivables.working_days import WorkingDays
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


_NO_PLANS: Final[Mapping[str, tuple[int, PlanStanding | None]]] = {}
_NOTHING: Final[frozenset[str]] = frozenset()


class Whom(Enum):
    """Whose facts are read: of whom the ladder may say something today, everybody with an open debt, or only those whom we block."""

    ASKED = "asked"
    DEBTORS = "debtors"
    BLOCKED = "blocked"


def read_facts(settings: Settings, connection: "Connection", on: date, at: datetime, *, whom: Whom = Whom.ASKED) -> LadderFacts:
    """Everything the ladder of a day needs. Debts are those open now: who has paid since that day is not blocked for it.

    Whoever is blocked is always among them; of the rest only `whom`, with the number of the others.
    """
    query.run(connection, "access/drop_claims")
    query.run(connection, "access/stage_claims")
    held, lifted = _held(connection)
    declared = declared_steps(connection, on)
    ladders = _ladders(settings, connection, declared)
    claims = _claims(connection, on, ladders, sorted({step.name for steps in declared.values() for step in steps}), held, whom)
    named = _Named.of({*((code, claim.client_code) for code, listed in claims.items() for claim in listed), *held})
    trees, unread = account_trees(settings, connection, on)
    owners, takes_along = _accounts(connection, on, named, _read_whole(connection, trees))
    clients = _clients(connection, on, _below(owners, trees), named)
    return LadderFacts(
        organizations=_organizations(connection, on, at, ladders, clients, claims),
        owners=owners,
        held=held,
        lifted=lifted,
        ours=frozenset(target.key for targets in held.values() for target in targets) - lifted.keys(),
        takes_along=takes_along,
        touched={(row.platform, row.account_id): row.last_day for row in query.rows(connection, "access/touched")} if trees else {},
        trees=trees,
        unread=unread,
    )


def other_debtors(connection: "Connection", organization: OrganizationDay) -> Mapping[tuple[str | None, date], int]:
    """How many debtors an organization has besides its clients here, by category and the day from which their oldest debt is asked for.

    By the debts that `read_facts` has read in this transaction.
    """
    code = organization.ladder.organization_code
    known = [client.client_code for client in organization.clients]
    rows = query.rows(connection, "access/other_debtors", on=organization.day, organization_code=code, clients=_as_array(known))
    return {(row.category, row.due_on): row.clients for row in rows}


@dataclass(frozen=True, slots=True)
class _Named:
    """Clients of organizations, side by side, as statements take them."""

    organizations: list[str]
    clients: list[str]

    @classmethod
    def of(cls, whose: Iterable[tuple[str, str]]) -> "_Named":
        ordered = sorted(whose)
        return cls([organization for organization, _ in ordered], [client for _, client in ordered])

    @property
    def binds(self) -> dict[str, str]:
        return {"organizations": _as_array(self.organizations), "clients": _as_array(self.clients)}


def _as_array(codes: Iterable[str]) -> str:
    """Codes as one literal of PostgreSQL: a list of thousands would be read value by value."""
    return "{" + ",".join('"' + code.replace("\\", "\\\\").replace('"', '\\"') + '"' for code in codes) + "}"


def _days_asked(ladder: Ladder, category: str | None, on: date, own: Collection[str]) -> Iterator[dict[str, Any]]:
    """For each step of a category's clients the days from which a debt is asked for, if it is due for that debt on a day."""
    whose = {"organization_code": ladder.organization_code, "category": category or ""}
    if block := ladder.block_step_for(category):
        yield {**whose, "step": None, "first": str(date.min), "last": str(ladder.asked_until(block, on))}
    for step, first, last in ladder.messages_due(category, on):
        yield {**whose, "step": step.name, "is_own": step.name in own, "first": str(first), "last": str(last)}


def _read_whole(connection: "Connection", trees: Mapping[str, PlatformTree]) -> list[str]:
    """Platforms of which all mapped accounts are needed: where one may lie under another, by the platform or its newest snapshot."""
    kinds = {row.platform: row.kind for row in query.rows(connection, "access/platforms")}
    return [platform for platform, kind in kinds.items() if kind != FILES or (platform in trees and any(trees[platform].parents.values()))]


def _accounts(
    connection: "Connection", on: date, named: _Named | None, platforms: list[str] | None
) -> tuple[dict[PlatformAccount, tuple[tuple[str, str], ...]], Mapping[PlatformAccount, frozenset[TargetKind]]]:
    """Mapped account → clients mapped to it, and what goes down with it; all of some platforms (None: of every one), else of the named."""
    owners: dict[PlatformAccount, list[tuple[str, str]]] = {}
    takes_along: dict[PlatformAccount, frozenset[TargetKind]] = defaultdict(frozenset)
    binds = named.binds if named else {"organizations": None, "clients": None}
    for platform, kind, number, client, code, sub_users, vehicles in query.rows(
        connection, "access/accounts", on=on, platforms=platforms, **binds
    ):
        account = PlatformAccount(platform, number, kind)
        owners.setdefault(account, []).append((code, client))
        if sub_users or vehicles:
            takes_along[account] |= _taken_along(sub_users=sub_users, vehicles=vehicles)
    return {account: tuple(clients) for account, clients in owners.items()}, takes_along


def _taken_along(*, sub_users: bool, vehicles: bool) -> frozenset[TargetKind]:
    kinds: tuple[tuple[TargetKind, bool], ...] = (("sub_user", sub_users), ("vehicle", vehicles))
    return frozenset(kind for kind, is_taken in kinds if is_taken)


def _held(
    connection: "Connection",
) -> tuple[dict[tuple[str, str], tuple[BlockTarget, ...]], dict[TargetKey, date]]:
    """What we block, by organization and client, in the order of the orders; and what of it was lifted on which local day."""
    held: dict[tuple[str, str], list[BlockTarget]] = defaultdict(list)
    lifted: dict[TargetKey, date] = {}
    for row in sorted(query.rows(connection, "access/blocked", client_code=None, with_debts=False), key=lambda row: row.order_no):
        target = BlockTarget(PlatformAccount(row.platform, row.account_id, row.kind), row.target, row.target_id)
        held[row.organization_code, row.client_code].append(target)
        if row.lifted_at is None:
            lifted.pop(target.key, None)  # blocked again for somebody since
        else:
            lifted[target.key] = local_date(row.lifted_at, row.time_zone)
    return {client: tuple(targets) for client, targets in held.items()}, lifted


def _ladders(
    settings: Settings, connection: "Connection", declared: Mapping[tuple[str, str | None], tuple[Step, ...]]
) -> dict[str, Ladder]:
    """Organization → its ladder."""
    halt, calendar = stopped(connection), working_days(connection)
    return {
        row.code: ladder_of(settings, row.code, row.time_zone, declared, halt, calendar)
        for row in query.rows(connection, "access/organizations")
    }


def _organizations(
    connection: "Connection",
    on: date,
    at: datetime,
    ladders: Mapping[str, Ladder],
    clients: Mapping[str, Sequence[ClientStanding]],
    claims: Mapping[str, Sequence[OpenInvoice]],
) -> tuple[OrganizationDay, ...]:
    counts = {row.organization_code: row.clients for row in query.rows(connection, "access/client_counts", on=on)}
    accounts: dict[str, list[AccountData]] = defaultdict(list)
    for row in query.rows(connection, "receivables/payment_data", on=on, known_at=None):
        accounts[row.organization_code].append(AccountData(row.bank_account, row.as_of))
    return tuple(
        OrganizationDay(
            ladder=ladders[row.code],
            moment=moment_of(on, at, row.time_zone),
            accounts=tuple(accounts[row.code]),
            last_day=row.last_day,
            clients=tuple(clients.get(row.code, ())),
            claims=tuple(claims.get(row.code, ())),
            client_count=counts.get(row.code, 0),
        )
        for row in query.rows(connection, "access/organizations")
    )


def _claims(
    connection: "Connection",
    on: date,
    ladders: Mapping[str, Ladder],
    own: list[str],
    held_clients: Collection[tuple[str, str]],
    whom: Whom,
) -> dict[str, list[OpenInvoice]]:
    """Organization → open debts. `own`: names of declared steps, which may stand in the keys of letters.

    Of most debts only the step that is due is of interest; one that a plan of instalments covers may have come to an earlier one.
    """
    claims: dict[str, list[OpenInvoice]] = defaultdict(list)
    covered = {whose: held(made, on) for whose, made in plans(connection).items()}
    planned = [number for numbers in covered.values() for number in numbers]
    queued: dict[str, set[str]] = defaultdict(set)
    for row in query.rows(connection, "access/told", numbers=planned, letters=list(LETTERS), steps=own) if planned else ():
        queued[row.number].add(row.step)
    categories = (None, *query.scalars(connection, "access/categories"))
    steps = [step for ladder in ladders.values() for category in categories for step in _days_asked(ladder, category, on, own)]
    rows = query.rows(
        connection, "access/claims", on=on, letters=list(LETTERS), whom=whom.value, steps=json.dumps(steps), **_Named.of(held_clients).binds
    )
    for number, code, client, due_on, amount, step in rows:
        days_held, plan = covered.get((code, client), _NO_PLANS).get(number, (0, None))
        done = frozenset(queued[number]) if plan else frozenset((step,)) if step else _NOTHING
        claims[code].append(OpenInvoice(number, client, number, due_on, amount, done, days_held, plan))
    return claims


def standings(settings: Settings, connection: "Connection", on: date) -> dict[str, list[ClientStanding]]:
    """Organization → all of its clients, with those that lie under them, and whether they are blocked."""
    owners, _ = _accounts(connection, on, None, None)
    trees, _ = account_trees(settings, connection, on)
    return _clients(connection, on, _below(owners, trees), None)


def _clients(connection: "Connection", on: date, below: Mapping[str, set[str]], named: _Named | None) -> dict[str, list[ClientStanding]]:
    """Organization → the named clients (None: all); a dealer's in master data and an account's in a platform's tree lie under it alike."""
    clients: dict[str, list[ClientStanding]] = defaultdict(list)
    binds = named.binds if named else {"organizations": None, "clients": None}
    for code, client, category, never_block, promised_until, unclear, dealt, is_blocked in query.rows(
        connection, "access/clients", on=on, **binds
    ):
        under = below.get(client, ())
        clients[code].append(
            ClientStanding(
                client_code=client,
                category=category,
                never_block=never_block,
                clients_below=tuple(sorted({*dealt, *under})) if dealt or under else (),
                promised_until=promised_until,
                advance=unclear,
                is_blocked=is_blocked,
            )
        )
    return clients


def declared_steps(connection: "Connection", on: date) -> dict[tuple[str, str | None], tuple[Step, ...]]:
    """(Organization, category or None) → the steps that the master data declare for it on a day."""
    steps: dict[tuple[str, str | None], list[Step]] = defaultdict(list)
    for row in query.rows(connection, "access/ladder", on=on):
        steps[row.organization_code, row.category].append(
            step_of(row.step, row.days, row.action, row.least_debt, row.letter, row.on_days_off)
        )
    return {whose: with_letters(listed) for whose, listed in steps.items()}


def step_of(
    name: str, days: int, action: Literal["message", "block"], least_debt: Decimal | None, letter: str | None, on_days_off: str
) -> Step:
    """A step as the sheet `ladder` declares it."""
    return Step(name, days, action, least_debt, letter, waits_for_work=on_days_off == "next_working_day")


def working_days(connection: "Connection") -> dict[str, WorkingDays]:
    """Organization → its working days, where its calendar says anything."""
    named: dict[str, dict[str, set[date]]] = defaultdict(lambda: {"off": set(), "work": set()})
    for row in query.rows(connection, "access/calendar"):
        named[row.organization_code][row.kind].add(row.day)
    return {code: WorkingDays(frozenset(days["off"]), frozenset(days["work"])) for code, days in named.items()}


def ladder_of(
    settings: Settings,
    code: str,
    time_zone: str,
    declared: Mapping[tuple[str, str | None], tuple[Step, ...]],
    halt: Stop | None = None,
    calendar: Mapping[str, WorkingDays] | None = None,
) -> Ladder:
    """An organization's ladder: what is declared for it and its categories, the usual steps for everybody else."""
    return Ladder(
        organization_code=code,
        steps=declared.get((code, None)) or _usual_steps(settings.block_after_days),
        categories={category: steps for (whose, category), steps in declared.items() if whose == code and category is not None},
        time_zone=time_zone,
        payment_data_limit=timedelta(hours=settings.blocking_data_hours),
        max_share=settings.blocking_max_share,
        least_debt=settings.least_debt,
        working_days=(calendar or {}).get(code, WorkingDays()),
        stopped=halt.in_words(ZoneInfo(time_zone)) if halt else "",
        is_released=halt is not None and halt.is_released,
    )


def _usual_steps(block_after_days: int) -> tuple[Step, ...]:
    messages = (step for step in DEFAULT_STEPS if step.action == "message" and step.days < block_after_days)
    return with_letters((*messages, Step("block", block_after_days, "block")))


def moment_of(on: date, at: datetime, time_zone: str) -> datetime:
    """The moment at which the ladder of a day is taken: now when that is today, else the last second of that day."""
    if at.astimezone(ZoneInfo(time_zone)).date() == on:
        return at
    return datetime.combine(on + timedelta(days=1), time(), ZoneInfo(time_zone)) - timedelta(seconds=1)


def account_trees(settings: Settings, connection: "Connection", on: date) -> tuple[dict[str, PlatformTree], dict[str, str]]:
    """Platform → the account tree of its newest snapshot up to a day; and platforms whose snapshot cannot be read, with why."""
    trees: dict[str, PlatformTree] = {}
    unread: dict[str, str] = {}
    for row in query.rows(connection, "access/trees", on=on):
        try:
            accounts = lake.read_metadata(settings, row.path).accounts
        except Refused as error:
            unread[row.platform] = str(error)
        else:
            trees[row.platform] = PlatformTree(
                row.business_date, {listed[0]: listed[1] for listed in accounts}, {listed[0]: listed[3] for listed in accounts}
            )
    return trees, unread


def _below(owners: Mapping[PlatformAccount, Sequence[tuple[str, str]]], trees: Mapping[str, PlatformTree]) -> dict[str, set[str]]:
    """Client → other clients whose accounts lie under one of its own."""
    clients = {(account.platform, account.account_id): {client for _, client in owning} for account, owning in owners.items()}
    below: dict[str, set[str]] = defaultdict(set)
    for (platform, account_id), own in clients.items():
        if tree := trees.get(platform):
            for ancestor in _ancestors(account_id, tree.parents):
                for client in clients.get((platform, ancestor), ()):
                    below[client] |= own - {client}
    return {client: others for client, others in below.items() if others}


def _ancestors(account_id: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    seen = {account_id}
    at = parents.get(account_id)
    while at is not None and at not in seen:
        yield at
        seen.add(at)
        at = parents.get(at)
