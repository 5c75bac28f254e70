"""From the ladder's plan to accounts: which to block, which to give back, which to leave alone and why. Pure (domain.md §9)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from pipelines.access.model import BlockTarget, LadderFacts, OrganizationDay, PlatformAccount
from pipelines.instalments import PlanState
from pipelines.money import ZERO
from pipelines.platforms.kinds import FILES
from pipelines.receivables.ladder import LadderPlan, NoBlock, NoBlockReason, OpenInvoice, halted_by, plan_ladder
from pipelines.wording.russian import in_roubles, short_date

Action = Literal["block", "restore"]

REASONS: Final = {
    NoBlockReason.STALE_DATA: "нет свежих данных о платежах:",
    NoBlockReason.EXEMPT: "клиент не блокируется (never_block)",
    NoBlockReason.ADMINISTRATOR: "администратор платформы",
    NoBlockReason.OTHERS_BELOW: "под ним работают другие клиенты:",
    NoBlockReason.PROMISE: "обещанный платёж до",
    NoBlockReason.PLAN: "рассрочка соблюдается, следующий платёж",
    NoBlockReason.ADVANCE: "есть неразнесённые деньги плательщика с тем же ИНН:",
    NoBlockReason.CAP: "больше клиентов за один раз, чем разрешено без решения человека:",
    NoBlockReason.PAID: "блокирующего долга нет",
    NoBlockReason.STOPPED: "отключения остановлены:",
    NoBlockReason.SMALL: "долг меньше того, за который напоминают и блокируют:",
}
_SHOWN: Final[Mapping[NoBlockReason, Callable[[str], str]]] = {
    NoBlockReason.PROMISE: lambda day: short_date(date.fromisoformat(day)),
    NoBlockReason.PLAN: lambda next_: _instalment(*next_.split(" ")),
    NoBlockReason.SMALL: lambda sum_: in_roubles(Decimal(sum_)),
    NoBlockReason.ADVANCE: lambda sum_: in_roubles(Decimal(sum_)),
}
NOT_ITS_OWN = "учётная запись больше не принадлежит клиенту"


@dataclass(frozen=True, slots=True)
class Order:
    """An order to be given for one target."""

    target: BlockTarget
    organization_code: str
    client_code: str
    action: Action
    reason: str

    @property
    def account(self) -> PlatformAccount:
        """The account that it is given for."""
        return self.target.account


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the plan for people: who, what happens (block, restore, withheld, or a message's step), for what debt, why.

    `parts`: what goes down (or comes back) with the accounts.
    """

    organization_code: str
    client_code: str
    action: str
    debt: Decimal
    due_on: date | None
    reason: str
    accounts: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        owed = f", {self.debt:.2f} due {self.due_on}" if self.debt else ""
        places = (*self.accounts, *self.parts)
        where = f" [{', '.join(places)}]" if places else ""
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
    account does not count for the capped share. An account of ours that is the client's no longer is given back. What somebody
    else has let in again is blocked again when a debt has come to its block since, or a person insists: not before. What has come to
    an account since we block it, goes down too. While payment data are stale, or a person has stopped it, nothing more is blocked of
    anybody.
    """
    blocks, left = _blocks(facts, organization)
    halted = halted_by(organization.ladder, organization.moment, organization.accounts)  # nobody asks the platforms then
    hopeless = set() if halted else _hopeless(organization, blocks, left)
    taken = _ladder_without(organization, hopeless, is_approved=is_approved)
    orders = list(_restored(facts, taken))
    if not only_restore:
        held = {client for client, _ in _held(facts, taken.organization_code)} - {decision.client_code for decision in taken.restore}
        newly = [decision.client_code for decision in taken.block]
        waiting = [client for client in sorted(held) if halted and (blocks.get(client) or client in left)]
        held = set() if halted else held
        orders.extend(order for client in (*newly, *sorted(held)) for order in _block_orders(organization, client, blocks.get(client, ())))
    lines = list(_order_lines(organization, orders))
    if not only_restore:
        exempt = {standing.client_code for standing in organization.clients if standing.never_block}
        lines.extend(_withheld(organization, taken.withheld, {client: left[client] for client in hopeless - exempt}))
        lines.extend(_partly(organization, {*newly, *held}, left))
        if halted:
            lines.extend(_withheld(organization, [NoBlock(client, *halted) for client in waiting], {}))
        lines.extend(_notices(organization, taken))
    return AccessPlan(taken, tuple(orders), tuple(lines), only_restore)


def may_be_blocked(facts: LadderFacts, organization_code: str, client_code: str) -> bool:
    """Whether any account of a client of whom nothing is blocked may be."""
    return any(_left_alone(facts, account, client_code) is None for account in facts.accounts_of(organization_code, client_code))


def _hopeless(organization: OrganizationDay, blocks: Mapping[str, Sequence[BlockTarget]], left: Mapping[str, Sequence[str]]) -> set[str]:
    """Debtors of whom no account may be blocked."""
    blocked = {standing.client_code for standing in organization.clients if standing.is_blocked}
    return {client for client in left if not blocks[client] and client not in blocked}


def _ladder_without(organization: OrganizationDay, hopeless: set[str], *, is_approved: bool = False) -> LadderPlan:
    """The ladder of the day, with these clients left alone."""
    standings = [replace(standing, never_block=True) if standing.client_code in hopeless else standing for standing in organization.clients]
    return plan_ladder(
        organization.ladder, organization.moment, organization.accounts, standings, organization.claims, is_approved=is_approved,
        client_count=organization.client_count,
    )  # fmt: skip


def _reason(claims: Sequence[OpenInvoice]) -> str:
    """Such as «просрочено 3 600,00 ₽: ВМ26-000001 (срок 10.03.2026, 3 600,00 ₽)»."""
    numbers = ", ".join(f"{claim.number} (срок {short_date(claim.due_on)}, {in_roubles(claim.open)})" for claim in claims)
    return f"просрочено {in_roubles(sum((claim.open for claim in claims), ZERO))}: {numbers}{_broken(claims)}"


def _block_orders(organization: OrganizationDay, client: str, targets: Sequence[BlockTarget]) -> Iterator[Order]:
    """The orders for what may be blocked of a client, with the debts that it is blocked for."""
    if targets:
        reason = _reason(organization.blocking(client))
        yield from (Order(target, organization.ladder.organization_code, client, "block", reason) for target in targets)


def _blocks(facts: LadderFacts, organization: OrganizationDay) -> tuple[dict[str, list[BlockTarget]], dict[str, list[str]]]:
    """Client with blocking debts → what may be blocked for them; and why each other account may not."""
    blocks: dict[str, list[BlockTarget]] = {}
    left: dict[str, list[str]] = {}
    code = organization.ladder.organization_code
    for standing in organization.clients:
        client = standing.client_code
        if not organization.blocking(client):
            continue
        blocks[client] = []
        held = {target.account for target in facts.held.get((code, client), ()) if target.kind == "account"}
        accounts = [owned for owned in facts.accounts_of(code, client) if owned not in held or _lifted_on(facts, owned)]
        for account in accounts:
            why = _still_lifted(facts, organization, account, client) if account in held else None
            if why := why or _left_alone(facts, account, client):
                left.setdefault(client, []).append(f"{account}: {why}")
            else:
                blocks[client] += [*facts.parts.get(account, ()), BlockTarget.of(account)]
        for account in facts.accounts_of(code, client):
            if account not in accounts and not _left_alone(facts, account, client):
                blocks[client] += _come_since(facts, code, client, account)
        if not accounts and not standing.is_blocked:
            left[client] = ["на эту дату нет ни одной учётной записи"]
    return blocks, left


def _broken(claims: Sequence[OpenInvoice]) -> str:
    """That a plan of instalments for one of the debts was broken, and how; or nothing."""
    standings = (claim.plan for claim in claims if claim.plan and claim.plan.state is PlanState.BROKEN)
    missed = next((standing.next for standing in standings if standing.next), None)
    if missed is None:
        return ""
    return f"; рассрочка нарушена: до {short_date(missed.due_on)} не пришло {in_roubles(missed.amount)}"


def _come_since(facts: LadderFacts, code: str, client: str, account: PlatformAccount) -> list[BlockTarget]:
    """What would go down with an account that we block, and was not there when we did: a share link made since, a user.

    Nothing of an account that reads as not blocked: somebody else has let it in again.
    """
    if facts.states is None or not facts.states.get(account):
        return []
    known = {target.key for target in facts.held[code, client]}
    return [target for target in facts.parts.get(account, ()) if target.key not in known and not facts.is_ours(target)]


def _lifted_on(facts: LadderFacts, account: PlatformAccount) -> date | None:
    """The day on which somebody else was seen to have lifted our block of an account, or None."""
    return facts.lifted.get(BlockTarget.of(account).key)


def _still_lifted(facts: LadderFacts, organization: OrganizationDay, account: PlatformAccount, client: str) -> str | None:
    """Why an account whose block somebody else has lifted is not blocked again yet, or None."""
    lifted_on = _lifted_on(facts, account)
    is_insisted = (organization.ladder.organization_code, client) in facts.insisted
    if lifted_on is None or is_insisted or organization.has_step_since(client, lifted_on):
        return None
    return f"нашу блокировку сняли не мы ({short_date(lifted_on)}); снова заблокируем по слову человека или за следующий долг"


def _left_alone(facts: LadderFacts, account: PlatformAccount, client: str) -> str | None:
    """Why an account of a debtor is not to be touched, or None."""
    others = [other for _, other in facts.owners[account] if other != client]
    if others:
        return f"с учётной записью работают и другие клиенты: {', '.join(sorted(set(others)))}"
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
    if tree is None or facts.is_ours(BlockTarget.of(account)) or tree.enabled.get(account.account_id, True):
        return False
    ours = facts.touched.get((account.platform, account.account_id))
    return ours is None or tree.business_date > ours


def _restored(facts: LadderFacts, taken: LadderPlan) -> Iterator[Order]:
    """What is given back, in the reverse of the order in which it was blocked: accounts before what went down with them."""
    code = taken.organization_code
    reasons = {decision.client_code: _reason_in_words(decision) for decision in taken.restore}
    for client, targets in _held(facts, code):
        for target in reversed(targets):
            if client in reasons:
                yield Order(target, code, client, "restore", reasons[client])
            elif (code, client) not in facts.owners.get(target.account, ()):
                yield Order(target, code, client, "restore", NOT_ITS_OWN)


def _order_lines(organization: OrganizationDay, orders: Sequence[Order]) -> Iterator[PlanLine]:
    together: dict[tuple[str, str, str], list[BlockTarget]] = {}
    for order in orders:
        together.setdefault((order.client_code, order.action, order.reason), []).append(order.target)
    for (client, action, reason), targets in together.items():
        accounts = tuple(sorted(str(target) for target in targets if target.kind == "account"))
        parts = tuple(str(target) for target in targets if target.kind != "account")
        yield replace(_line(organization, client, action, reason), accounts=accounts, parts=parts)


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
        yield PlanLine(
            taken.organization_code, notice.client_code, notice.step.name, claim.open, claim.due_on, f"письмо о счёте {claim.number}"
        )


def _line(organization: OrganizationDay, client: str, action: str, reason: str) -> PlanLine:
    claims = organization.blocking(client) or organization.held(client)
    debt = sum((claim.open for claim in claims), ZERO)
    return PlanLine(organization.ladder.organization_code, client, action, debt, claims[0].due_on if claims else None, reason)


def _instalment(day: str, amount: str) -> str:
    return f"{in_roubles(Decimal(amount))} до {short_date(date.fromisoformat(day))}"


def _reason_in_words(decision: NoBlock) -> str:
    return f"{REASONS[decision.reason]} {_SHOWN.get(decision.reason, str)(decision.detail)}".strip()


def _held(facts: LadderFacts, code: str) -> Iterator[tuple[str, tuple[BlockTarget, ...]]]:
    return ((client, targets) for (organization, client), targets in sorted(facts.held.items()) if organization == code)
