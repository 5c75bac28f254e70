"""A person's word that a block which somebody else has lifted is set again: never done by machine for the same debt (domain.md §9)."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines import logs
from pipelines.access.apply import apply_orders
from pipelines.access.connectors import Secrets
from pipelines.access.model import LadderFacts, OrganizationDay
from pipelines.access.observe import observe
from pipelines.access.orders import DunningResult, plan_lines, settled_ledger, store_orders
from pipelines.access.plan import AccessPlan, PlanLine, plan_access
from pipelines.access.reader import Whom, read_facts
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.money import ZERO
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class NotToBeBlocked(Refused):
    """The client's accounts are not to be blocked, or may not be written to; the message says why."""


def reblock(settings: Settings, client_code: str, author: Authorship, *, secrets: Secrets | None = None) -> DunningResult:
    """Block again the accounts of a client whose block somebody else has lifted, in a person's name, and what goes down with them.

    Safe to repeat: an order that a person has given already and that did not reach its platform is carried out, and given no second
    time. BadInput for a client of whom nothing was lifted; NotToBeBlocked when no debt blocks it any more, or nothing may be written.
    """
    keys = secrets or {}
    with logs.verb("access", "reblock", client=client_code) as done:
        with settled_ledger(settings, author.at) as ledger:
            days = [row.last_day for row in query.rows(ledger.connection, "access/organizations") if row.last_day]
            on = max(days, default=author.at.date())
            read = read_facts(settings, ledger.connection, on, author.at, whom=Whom.BLOCKED)
            waiting = () if _lifted(read, client_code) else _waiting(ledger.connection, client_code)
        if waiting:
            done |= {"orders": 0, "waiting": len(waiting)}
            return DunningResult(on, waiting, apply_orders(settings, author.at, keys), is_done=True)
        facts = _insisted(read, client_code)
        wanted = {order.account for plan in _plans(facts, client_code) for order in plan.orders}
        seen = observe(settings, facts, wanted, keys, author.at)
        with settled_ledger(settings, author.at) as ledger:
            now = _insisted(read_facts(settings, ledger.connection, on, author.at, whom=Whom.BLOCKED), client_code)
            now = replace(now, unwritable=seen.unwritable, states=seen.states, parts=seen.parts)
            plans = _plans(now, client_code)
            if not any(plan.orders for plan in plans):
                raise NotToBeBlocked(f"{client_code}: {_why_not(plans)}")
            store_orders(ledger.connection, now, plans, author, author.at)
            ledger.is_kept = True
        result = DunningResult(on, plan_lines(plans), apply_orders(settings, author.at, keys), is_done=True)
        done |= {"orders": sum(len(plan.orders) for plan in plans), "refused": ",".join(sorted(result.refused))}
    return result


def _insisted(facts: LadderFacts, client_code: str) -> LadderFacts:
    """The facts with a person's word for one client. BadInput when nothing of it was lifted."""
    lifted = _lifted(facts, client_code)
    if not lifted:
        raise BadInput.one("--client", f"of {client_code!r} we block nothing that somebody else has lifted")
    return replace(facts, insisted=lifted)


def _lifted(facts: LadderFacts, client_code: str) -> frozenset[tuple[str, str]]:
    """Organization and client, where something that we block of the client was lifted by somebody else."""
    held = {owner: targets for owner, targets in facts.held.items() if owner[1] == client_code}
    return frozenset(owner for owner, targets in held.items() if any(target.key in facts.lifted for target in targets))


def _waiting(connection: "Connection", client_code: str) -> tuple[PlanLine, ...]:
    """What a person has had blocked again and no platform has carried out, a line for every target."""
    return tuple(
        PlanLine(
            row.organization_code, client_code, "block", ZERO, None, f"приказ уже дан ({row.approved_by}), но ещё не был исполнен",
            accounts=(f"{row.platform}/{row.account_id}",) if row.target == "account" else (),
            parts=() if row.target == "account" else (f"{row.platform}/{row.account_id} {row.target} {row.target_id}",),
        )
        for row in query.rows(connection, "access/asked_again", client_code=client_code)
    )  # fmt: skip


def _plans(facts: LadderFacts, client_code: str) -> list[AccessPlan]:
    return [_of_client(facts, organization, client_code) for organization in facts.organizations]


def _of_client(facts: LadderFacts, organization: OrganizationDay, client_code: str) -> AccessPlan:
    """What the ladder would block again for one client, and its lines; nothing else of the plan."""
    plan = plan_access(facts, organization)
    orders = tuple(
        order
        for order in plan.orders
        if order.client_code == client_code and order.action == "block" and (order.organization_code, client_code) in facts.insisted
    )
    lines = tuple(line for line in plan.lines if line.client_code == client_code and line.action in ("block", "restore", "withheld"))
    return replace(plan, orders=orders, lines=lines)


def _why_not(plans: list[AccessPlan]) -> str:
    return "; ".join(line.reason for line in plan_lines(plans)) or "no debt of it blocks any more"
