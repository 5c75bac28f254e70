"""The ladder of overdue debts: what to tell, whom to block, whom to let in again; it fails safe (domain.md §9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipelines.instalments import PlanStanding
from pipelines.money import ZERO
from pipelines.receivables.ladder_steps import Ladder, Step


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with an open amount above zero, and the names of the steps that have happened for it.

    `days_held`: for so many days plans of instalments have kept the ladder from it; `plan`: how the last of them stands.
    """

    key: str
    client_code: str
    number: str
    due_on: date
    open: Decimal
    done: frozenset[str] = frozenset()
    days_held: int = 0
    plan: PlanStanding | None = None

    @property
    def is_held(self) -> bool:
        """Whether a plan of instalments that is kept covers it: nothing is asked for it."""
        return self.plan is not None and self.plan.is_kept

    @property
    def asked_from(self) -> date:
        """The day from which the ladder counts."""
        return self.due_on + timedelta(days=self.days_held) if self.days_held else self.due_on

    def has_reached(self, step: Step, day: date, ladder: Ladder) -> bool:
        """Whether a step is due for it on a day or before."""
        if self.is_held:
            return False
        if step.waits_for_work:
            return ladder.step_day(self.asked_from, step) <= day
        return (day - self.asked_from).days >= step.days


@dataclass(frozen=True, slots=True)
class ClientStanding:
    """What the ladder must know of a client of the organization; every client in force, not only debtors.

    `category`: which steps are its. `clients_below`: clients whose accounts lie under this one's (a dealer's, or a dealer's ancestor's).
    `promised_until` is inclusive. `advance`: money of the client that pays no invoice yet. `is_blocked`: by us, for this organization.
    """

    client_code: str
    category: str | None = None
    never_block: bool = False
    is_administrator: bool = False
    clients_below: tuple[str, ...] = ()
    promised_until: date | None = None
    advance: Decimal = ZERO
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class AccountData:
    """How far statements of a bank account in force reach; `as_of` None: none has come yet."""

    account: str
    as_of: datetime | None


class NoBlockReason(StrEnum):
    """Why a client is not blocked, or is let in again."""

    STALE_DATA = "stale_payment_data"
    EXEMPT = "exempt"
    ADMINISTRATOR = "administrator"
    OTHERS_BELOW = "other_clients_below"
    PROMISE = "promised_payment"
    PLAN = "instalment_plan"
    ADVANCE = "advance_covers_debt"
    CAP = "share_of_clients_exceeded"
    PAID = "no_blocking_debt"
    SMALL = "debt_below_the_least"
    STOPPED = "blocking_stopped"


@dataclass(frozen=True, slots=True)
class Block:
    """A client to be blocked: its blocking debt, and since when the oldest part of it is due."""

    client_code: str
    debt: Decimal
    due_on: date
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoBlock:
    """A client that is let in again or not blocked, and why; `detail` names dates, clients or counts."""

    client_code: str
    reason: NoBlockReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message step that is due for a claim and has not happened."""

    key: str
    client_code: str
    step: Step


@dataclass(frozen=True, slots=True)
class LadderPlan:
    """What one run would do for an organization on its local `day`; nothing has been done yet."""

    organization_code: str
    day: date
    block: tuple[Block, ...] = ()
    restore: tuple[NoBlock, ...] = ()
    withheld: tuple[NoBlock, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(slots=True)
class _Debtor:
    """A client, the step that blocks it, and what it owes."""

    standing: ClientStanding
    step: Step | None
    claims: list[OpenInvoice] = field(default_factory=list)
    blocking: list[OpenInvoice] = field(default_factory=list)
    kept_plan: PlanStanding | None = None

    @property
    def blocking_debt(self) -> Decimal:
        return sum((claim.open for claim in self.blocking), ZERO)

    def owed_at(self, step: Step, day: date, ladder: Ladder) -> Decimal:
        """What is open of invoices that are as late as a step asks."""
        return sum((claim.open for claim in self.claims if claim.has_reached(step, day, ladder)), ZERO)


def plan_ladder(
    ladder: Ladder,
    at: datetime,
    accounts: Sequence[AccountData],
    clients: Iterable[ClientStanding],
    claims: Iterable[OpenInvoice],
    *,
    is_approved: bool = False,
    client_count: int | None = None,
) -> LadderPlan:
    """The run of a ladder at an aware moment.

    `accounts`: how far the payment data of each account in force reach; one that is too old keeps everybody from being blocked,
    for whoever owes may have paid there. `is_approved`: a person has agreed to more blocks than the share allows. Beyond the
    share nobody is blocked: a wave of blocks is more often wrong data than bad payers. `client_count`: of how many clients that is a share,
    where `clients` leaves out those of whom the ladder says nothing.
    ValueError for a claim of a client that is not among `clients`.
    """
    day = at.astimezone(ZoneInfo(ladder.time_zone)).date()
    debtors = _debtors(ladder, day, clients, claims)
    wanted: list[_Debtor] = []
    restore: list[NoBlock] = []
    withheld: list[NoBlock] = []
    for debtor in debtors:
        shield = _shield(ladder, debtor, day)
        if debtor.standing.is_blocked:
            restore.extend([shield] if shield else [])
        elif shield and (debtor.blocking or shield.reason is NoBlockReason.PLAN):
            withheld.append(shield)
        elif debtor.blocking:
            wanted.append(debtor)
    why = halted_by(ladder, at, accounts) or _above_the_share(
        ladder, len(wanted), len(debtors) if client_count is None else client_count, is_approved=is_approved
    )
    if why:
        withheld.extend(NoBlock(debtor.standing.client_code, *why) for debtor in wanted)
        wanted = []
    blocked = {debtor.standing.client_code for debtor in wanted}
    return LadderPlan(
        ladder.organization_code,
        day,
        block=tuple(map(_block, sorted(wanted, key=lambda debtor: (debtor.blocking[0].due_on, debtor.standing.client_code)))),
        restore=tuple(restore),
        withheld=tuple(sorted(withheld, key=lambda decision: decision.client_code)),
        notices=tuple(
            notice for debtor in debtors if debtor.standing.client_code not in blocked for notice in _notices(ladder, day, debtor)
        ),
    )


def _debtors(ladder: Ladder, day: date, clients: Iterable[ClientStanding], claims: Iterable[OpenInvoice]) -> Sequence[_Debtor]:
    """Every client in the order of its code, with its open claims, oldest first, and those that block."""
    debtors = {
        standing.client_code: _Debtor(standing, ladder.block_step_for(standing.category))
        for standing in sorted(clients, key=lambda client: client.client_code)
    }
    for claim in sorted(claims, key=lambda due: (due.due_on, due.key)):
        debtor = debtors.get(claim.client_code)
        if debtor is None:
            raise ValueError(f"claim {claim.key}: client {claim.client_code} is not among the organization's clients")
        if claim.open > 0:
            debtor.claims.append(claim)
            if debtor.step and claim.has_reached(debtor.step, day, ladder):
                debtor.blocking.append(claim)
            elif debtor.step and claim.is_held and ladder.step_day(claim.due_on, debtor.step) <= day:
                debtor.kept_plan = claim.plan
    return list(debtors.values())


def _shield(ladder: Ladder, debtor: _Debtor, day: date) -> NoBlock | None:
    """What keeps this client from being blocked."""
    standing = debtor.standing
    code = standing.client_code
    if debtor.kept_plan and debtor.kept_plan.next and not debtor.blocking:
        return NoBlock(code, NoBlockReason.PLAN, f"{debtor.kept_plan.next.due_on} {debtor.kept_plan.next.amount}")
    if not debtor.blocking or debtor.step is None:
        return NoBlock(code, NoBlockReason.PAID)
    if ladder.is_released:
        return NoBlock(code, NoBlockReason.STOPPED, ladder.stopped)
    if debtor.blocking_debt < (least := ladder.least_for(debtor.step)):
        return NoBlock(code, NoBlockReason.SMALL, f"{least:.2f}")
    if standing.never_block:
        return NoBlock(code, NoBlockReason.EXEMPT)
    if standing.is_administrator:
        return NoBlock(code, NoBlockReason.ADMINISTRATOR)
    if standing.clients_below:
        return NoBlock(code, NoBlockReason.OTHERS_BELOW, ", ".join(standing.clients_below))
    if standing.promised_until and day <= standing.promised_until:
        return NoBlock(code, NoBlockReason.PROMISE, standing.promised_until.isoformat())
    if standing.advance >= debtor.blocking_debt:
        return NoBlock(code, NoBlockReason.ADVANCE, f"{standing.advance:.2f}")
    return None


def halted_by(ladder: Ladder, at: datetime, accounts: Sequence[AccountData]) -> tuple[NoBlockReason, str] | None:
    """What keeps everybody from being blocked, whatever they owe: a person's stop, or payment data that are too old, in words."""
    if ladder.stopped:
        return NoBlockReason.STOPPED, ladder.stopped
    stale = _stale(ladder, at, accounts)
    return (NoBlockReason.STALE_DATA, stale) if stale else None


def _stale(ladder: Ladder, at: datetime, accounts: Sequence[AccountData]) -> str:
    """Which payment data are too old to block anybody by, in words; empty: none."""
    stale = [each for each in accounts if each.as_of is None or at - each.as_of > ladder.payment_data_limit]
    return "; ".join(_how_far(each, ladder) for each in stale) if accounts else "нет ни одного счёта"


def _above_the_share(ladder: Ladder, wanted: int, clients: int, *, is_approved: bool) -> tuple[NoBlockReason, str] | None:
    """What keeps the whole run from blocking more clients than it may without a person's word."""
    allowed = ladder.blocks_allowed(clients)
    if wanted > allowed and not is_approved:
        return NoBlockReason.CAP, f"{wanted} из {clients}, разрешено {allowed}"
    return None


def _how_far(data: AccountData, ladder: Ladder) -> str:
    known = f"известны до {data.as_of.astimezone(ZoneInfo(ladder.time_zone)):%d.%m.%Y %H:%M}" if data.as_of else "не получены ни разу"
    return f"по счёту {data.account} {known}"


def _block(debtor: _Debtor) -> Block:
    return Block(
        debtor.standing.client_code, debtor.blocking_debt, debtor.blocking[0].due_on, tuple(claim.key for claim in debtor.blocking)
    )


def _notices(ladder: Ladder, day: date, debtor: _Debtor) -> Iterable[Notice]:
    """For each claim the latest message that is due, once; what was missed before it is not told late, nor after the block."""
    if debtor.standing.advance >= sum((claim.open for claim in debtor.claims), ZERO):
        return
    for claim in debtor.claims:
        if debtor.standing.is_blocked and claim in debtor.blocking:
            continue
        latest = _latest_message(ladder, ladder.steps_for(debtor.standing.category), claim, day)
        if latest and latest.name not in claim.done and debtor.owed_at(latest, day, ladder) >= ladder.least_for(latest):
            yield Notice(claim.key, claim.client_code, latest)


def _latest_message(ladder: Ladder, steps: Iterable[Step], claim: OpenInvoice, day: date) -> Step | None:
    """The message that is due for a claim on a day; what speaks of a debt that is not due yet is none once it is."""
    is_late = day > claim.due_on
    due = [step for step in steps if step.action == "message" and claim.has_reached(step, day, ladder) and not (step.days <= 0 and is_late)]
    return max(due, key=lambda step: step.days, default=None)
