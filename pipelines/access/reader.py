"""Read what the ladder must know on a day: debts, clients, accounts, and who lies under whom in the platforms' trees (domain.md §9)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from pipelines.access.model import BlockTarget, LadderFacts, OrganizationDay, PlatformAccount, PlatformTree, TargetKey, TargetKind
from pipelines.access.promises import plans
from pipelines.access.stop import Stop, stopped
from pipelines.clock import local_date
from pipelines.errors import Refused
from pipelines.evidence import lake
from pipelines.instalments import held
from pipelines.master.sheets import LETTERS
from pipelines.receivables.ladder import AccountData, ClientStanding, OpenInvoice
from pipelines.receivables.ladder_steps import DEFAULT_STEPS, Ladder, Step, with_letters
from pipelines.receivables.working_days import WorkingDays
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def read_facts(settings: Settings, connection: "Connection", on: date, at: datetime) -> LadderFacts:
    """Everything the ladder of a day needs. Debts are those open now: who has paid since that day is not blocked for it."""
    owners: dict[PlatformAccount, list[tuple[str, str]]] = defaultdict(list)
    takes_along: dict[PlatformAccount, frozenset[TargetKind]] = defaultdict(frozenset)
    for row in query.rows(connection, "access/accounts", on=on):
        account = PlatformAccount(row.platform, row.account_id, row.kind)
        owners[account].append((row.organization_code, row.client_code))
        takes_along[account] |= _taken_along(sub_users=row.block_sub_users, vehicles=row.block_vehicles)
    held, lifted = _held(connection)
    trees, unread = account_trees(settings, connection, on)
    return LadderFacts(
        organizations=_organizations(settings, connection, on, at, _below(owners, trees)),
        owners={account: tuple(clients) for account, clients in owners.items()},
        held=held,
        lifted=lifted,
        ours=frozenset(target.key for targets in held.values() for target in targets) - lifted.keys(),
        takes_along=takes_along,
        touched={(row.platform, row.account_id): row.last_day for row in query.rows(connection, "access/touched")},
        trees=trees,
        unread=unread,
    )


def _taken_along(*, sub_users: bool, vehicles: bool) -> frozenset[TargetKind]:
    kinds: tuple[tuple[TargetKind, bool], ...] = (("sub_user", sub_users), ("vehicle", vehicles))
    return frozenset(kind for kind, is_taken in kinds if is_taken)


def _held(
    connection: "Connection",
) -> tuple[dict[tuple[str, str], tuple[BlockTarget, ...]], dict[TargetKey, date]]:
    """What we block, by organization and client, in the order of the orders; and what of it was lifted on which local day."""
    held: dict[tuple[str, str], list[BlockTarget]] = defaultdict(list)
    lifted: dict[TargetKey, date] = {}
    for row in sorted(query.rows(connection, "access/blocked", client_code=None), key=lambda row: row.order_no):
        target = BlockTarget(PlatformAccount(row.platform, row.account_id, row.kind), row.target, row.target_id)
        held[row.organization_code, row.client_code].append(target)
        if row.lifted_at is None:
            lifted.pop(target.key, None)  # blocked again for somebody since
        else:
            lifted[target.key] = local_date(row.lifted_at, row.time_zone)
    return {client: tuple(targets) for client, targets in held.items()}, lifted


def _organizations(
    settings: Settings, connection: "Connection", on: date, at: datetime, below: Mapping[str, set[str]]
) -> tuple[OrganizationDay, ...]:
    clients = _clients(connection, on, below)
    accounts: dict[str, list[AccountData]] = defaultdict(list)
    for row in query.rows(connection, "receivables/payment_data", on=on, known_at=None):
        accounts[row.organization_code].append(AccountData(row.bank_account, row.as_of))
    claims: dict[str, list[OpenInvoice]] = defaultdict(list)
    declared = declared_steps(connection, on)
    halt, calendar = stopped(connection), working_days(connection)
    covered = {whose: held(made, on) for whose, made in plans(connection).items()}
    own = {step.name for steps in declared.values() for step in steps}
    for row in query.rows(connection, "access/claims", on=on, letters=list(LETTERS), steps=sorted(own)):
        days_held, plan = covered.get((row.organization_code, row.client_code), {}).get(row.number, (0, None))
        claim = OpenInvoice(row.number, row.client_code, row.number, row.due_on, row.open, frozenset(row.done), days_held, plan)
        claims[row.organization_code].append(claim)
    return tuple(
        OrganizationDay(
            ladder=ladder_of(settings, row.code, row.time_zone, declared, halt, calendar),
            moment=moment_of(on, at, row.time_zone),
            accounts=tuple(accounts[row.code]),
            last_day=row.last_day,
            clients=tuple(clients.get(row.code, ())),
            claims=tuple(claims[row.code]),
        )
        for row in query.rows(connection, "access/organizations")
    )


def _clients(connection: "Connection", on: date, below: Mapping[str, set[str]]) -> dict[str, list[ClientStanding]]:
    """Organization → its clients; a dealer's in master data and an account's in a platform's tree lie under it alike."""
    clients: dict[str, list[ClientStanding]] = defaultdict(list)
    for row in query.rows(connection, "access/clients", on=on):
        standing = ClientStanding(
            client_code=row.client_code,
            category=row.category,
            never_block=row.never_block,
            clients_below=tuple(sorted({*row.below, *below.get(row.client_code, ())})),
            promised_until=row.promised_until,
            advance=row.unclear,
            is_blocked=row.is_blocked,
        )
        clients[row.organization_code].append(standing)
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
