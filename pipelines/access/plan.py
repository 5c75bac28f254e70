"""From the ladder's plan to accounts: which to block, which to give back, which to leave alone and why. Pure (domain.md §9)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from pipelines.access.model import LadderFacts, OrganizationDay, PlatformAccount
from pipelines.money import ZERO
from pipelines.platforms.registry import FILES
from pipelines.receivables.ladder import LadderPlan, NoBlock, NoBlockReason, plan_ladder
from pipelines.wording.russian import in_roubles, short_date

Action = Literal["block", "restore"]

REASONS: Final = {
    NoBlockReason.STALE_DATA: "нет свежих данных о платежах:",
    NoBlockReason.EXEMPT: "клиент не блокируется (never_block)",
    NoBlockReason.ADMINISTRATOR: "администратор платформы",
    NoBlockReason.OTHERS_BELOW: "под ним работают другие клиенты:",
    NoBlockReason.PROMISE: "обещанный платёж до",
    NoBlockReason.ADVANCE: "есть неразнесённые деньги плательщика с тем же ИНН:",
    NoBlockReason.CAP: "больше клиентов за один раз, чем разрешено без решения человека:",
    NoBlockReason.PAID: "блокирующего долга нет",
    NoBlockReason.SMALL: "долг меньше того, за который напоминают и блокируют:",
}
_SHOWN: Final[Mapping[NoBlockReason, Callable[[str], str]]] = {
    NoBlockReason.PROMISE: lambda day: short_date(date.fromisoformat(day)),
    NoBlockReason.SMALL: lambda sum_: in_roubles(Decimal(sum_)),
    NoBlockReason.ADVANCE: lambda sum_: in_roubles(Decimal(sum_)),
}
NOT_ITS_OWN = "учётная запись больше не принадлежит клиенту"


@dataclass(frozen=True, slots=True)
class Order:
    """An order to be given for one account."""

    account: PlatformAccount
    organization_code: str
    client_code: str
    action: Action
    reason: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the plan for people: who, what happens (block, restore, withheld, or a message's step), for what debt, why."""

    organization_code: str
    client_code: str
    action: str
    debt: Decimal
    due_on: date | None
    reason: str
    accounts: tuple[str, ...] = ()

    def __str__(self) -> str:
        owed = f", {self.debt:.2f} due {self.due_on}" if self.debt else ""
        where = f" [{', '.join(self.accounts)}]" if self.accounts else ""
        return f"{self.action} {self.client_code} of {self.organization_code}{owed}: {self.reason}{where}"


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """What one organization's ladder comes to on the day."""

    plan: LadderPlan
    orders: tuple[Order, ...]
    lines: tuple[PlanLine, ...]
    only_restore: bool = False


def plan_access(facts: LadderFacts, organization: OrganizationDay, *, is_approved: bool = False, only_restore: bool = False) -> AccessPlan:
    """The orders of a ladder's day.

    An account that another client works with, or that somebody else has blocked, is left alone; a client with no other
    account does not count for the capped share. An account of ours that is the client's no longer is given back.
    """
    blocks, left = _blocks(facts, organization)
    hopeless = {client for client in left if not blocks[client]}
    standings = [replace(standing, never_block=True) if standing.client_code in hopeless else standing for standing in organization.clients]
    taken = plan_ladder(
        organization.ladder, organization.moment, organization.accounts, standings, organization.claims, is_approved=is_approved
    )
    orders = list(_restored(facts, taken))
    if not only_restore:
        held = {client for client, _ in _held(facts, taken.organization_code)} - {decision.client_code for decision in taken.restore}
        chosen = [*(decision.client_code for decision in taken.block), *sorted(held)]
        orders.extend(order for client in chosen for order in blocks.get(client, ()))
    lines = list(_order_lines(organization, orders))
    if not only_restore:
        exempt = {standing.client_code for standing in organization.clients if standing.never_block}
        lines.extend(_withheld(organization, taken.withheld, {client: left[client] for client in hopeless - exempt}))
        lines.extend(_partly(organization, {decision.client_code for decision in taken.block}, left))
        lines.extend(_notices(organization, taken))
    return AccessPlan(taken, tuple(orders), tuple(lines), only_restore)


def _blocks(facts: LadderFacts, organization: OrganizationDay) -> tuple[dict[str, list[Order]], dict[str, list[str]]]:
    """Client with blocking debts → accounts that may be blocked for them; and why each other account may not."""
    blocks: dict[str, list[Order]] = {}
    left: dict[str, list[str]] = {}
    code = organization.ladder.organization_code
    for standing in organization.clients:
        client = standing.client_code
        claims = organization.blocking(client)
        if not claims:
            continue
        numbers = ", ".join(f"{claim.number} (срок {short_date(claim.due_on)}, {in_roubles(claim.open)})" for claim in claims)
        reason = f"просрочено {in_roubles(sum((claim.open for claim in claims), ZERO))}: {numbers}"
        blocks[client] = []
        accounts = [owned for owned in facts.accounts_of(code, client) if owned not in facts.held.get((code, client), ())]
        for account in accounts:
            if why := _left_alone(facts, account, client):
                left.setdefault(client, []).append(f"{account}: {why}")
            else:
                blocks[client].append(Order(account, code, client, "block", reason))
        if not accounts and not standing.is_blocked:
            left[client] = ["на эту дату нет ни одной учётной записи"]
    return blocks, left


def _left_alone(facts: LadderFacts, account: PlatformAccount, client: str) -> str | None:
    """Why an account of a debtor is not to be touched, or None."""
    others = sorted({other for _, other in facts.owners[account] if other != client})
    if others:
        return f"с учётной записью работают и другие клиенты: {', '.join(others)}"
    if account.platform in facts.unread:
        return f"дерево учётных записей не прочитано: {facts.unread[account.platform]}"
    if account in facts.unwritable:
        return facts.unwritable[account]
    if account.kind != FILES and facts.states is not None and account not in facts.states:
        return "её состояние на платформе не прочитано"
    return "уже заблокирована не нами" if _is_foreign(facts, account) else None


def _is_foreign(facts: LadderFacts, account: PlatformAccount) -> bool:
    """Whether the newest snapshot, younger than our last order for the account, shows it blocked although we do not hold it."""
    tree = facts.trees.get(account.platform)
    held = any(account in accounts for accounts in facts.held.values())
    if tree is None or held or tree.enabled.get(account.account_id, True):
        return False
    ours = facts.touched.get((account.platform, account.account_id))
    return ours is None or tree.business_date > ours


def _restored(facts: LadderFacts, taken: LadderPlan) -> Iterator[Order]:
    code = taken.organization_code
    reasons = {decision.client_code: _reason_in_words(decision) for decision in taken.restore}
    for client, accounts in _held(facts, code):
        for account in accounts:
            if client in reasons:
                yield Order(account, code, client, "restore", reasons[client])
            elif (code, client) not in facts.owners.get(account, ()):
                yield Order(account, code, client, "restore", NOT_ITS_OWN)


def _order_lines(organization: OrganizationDay, orders: Sequence[Order]) -> Iterator[PlanLine]:
    together: dict[tuple[str, str, str], list[str]] = {}
    for order in orders:
        together.setdefault((order.client_code, order.action, order.reason), []).append(str(order.account))
    for (client, action, reason), accounts in together.items():
        yield _line(organization, client, action, reason, tuple(accounts))


def _withheld(organization: OrganizationDay, decisions: Sequence[NoBlock], hopeless: Mapping[str, Sequence[str]]) -> Iterator[PlanLine]:
    for decision in decisions:
        reason = "; ".join(hopeless[decision.client_code]) if decision.client_code in hopeless else _reason_in_words(decision)
        yield _line(organization, decision.client_code, "withheld", reason)


def _partly(organization: OrganizationDay, blocked: set[str], left: Mapping[str, Sequence[str]]) -> Iterator[PlanLine]:
    """Accounts of a blocked client that are left alone."""
    for client in sorted(blocked & left.keys()):
        yield _line(organization, client, "withheld", "; ".join(left[client]))


def _notices(organization: OrganizationDay, taken: LadderPlan) -> Iterator[PlanLine]:
    claims = {claim.key: claim for claim in organization.claims}
    for notice in taken.notices:
        claim = claims[notice.key]
        yield PlanLine(taken.organization_code, notice.client_code, notice.step, claim.open, claim.due_on, f"письмо о счёте {claim.number}")


def _line(organization: OrganizationDay, client: str, action: str, reason: str, accounts: tuple[str, ...] = ()) -> PlanLine:
    claims = organization.blocking(client)
    debt = sum((claim.open for claim in claims), ZERO)
    return PlanLine(organization.ladder.organization_code, client, action, debt, claims[0].due_on if claims else None, reason, accounts)


def _reason_in_words(decision: NoBlock) -> str:
    return f"{REASONS[decision.reason]} {_SHOWN.get(decision.reason, str)(decision.detail)}".strip()


def _held(facts: LadderFacts, code: str) -> Iterator[tuple[str, tuple[PlatformAccount, ...]]]:
    return ((client, accounts) for (organization, client), accounts in sorted(facts.held.items()) if organization == code)
