"""What live platforms say of accounts that are to be blocked, and of what would go down with them; reads only (domain.md §9)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.access.connectors import Secrets, connector_of
from pipelines.access.model import BlockTarget, LadderFacts, PlatformAccount
from pipelines.platforms.errors import PlatformFailed
from pipelines.platforms.interface import OWNERS_COLUMN, AccountBelow, AccountState, Capability, Connector, Fleet
from pipelines.platforms.kinds import FILES
from pipelines.settings import Settings


def observe(settings: Settings, facts: LadderFacts, accounts: Iterable[PlatformAccount], secrets: Secrets, at: datetime) -> LadderFacts:
    """The facts with the states of live platforms' accounts and with what hangs on them, as the platforms say at the moment ``at``.

    An account must not be written to when the service user may not block, when its state cannot be read, when it is blocked already,
    when it is an administrator's, or when another client or the service user works under it.
    """
    unwritable: dict[PlatformAccount, str] = {}
    states: dict[PlatformAccount, bool] = {}
    parts: dict[PlatformAccount, tuple[BlockTarget, ...]] = {}
    for platform, group in _by_platform(account for account in accounts if account.kind != FILES).items():
        try:
            with closing(connector_of(settings, platform, secrets, at)) as connector:
                seen = _Seen.by(connector, facts, group)
        except PlatformFailed as error:
            unwritable.update(dict.fromkeys(group, str(error)))
            continue
        if Capability.BLOCK_ACCOUNT not in seen.may:
            unwritable.update(dict.fromkeys(group, "служебный пользователь не вправе блокировать на этой платформе"))
            continue
        for account in group:
            state, below = seen.states.get(account.account_id), seen.below.get(account.account_id, ())
            if why := _untouchable(facts, account, state, below):
                unwritable[account] = why
            if state is not None:
                states[account] = bool(state.blocked)
                parts[account] = tuple(_parts(facts, account, below, seen.owners))
    return replace(facts, unwritable=unwritable, states=states, parts=parts)


def state_before(facts: LadderFacts, target: BlockTarget, action: str) -> str:
    """What is known of a target before an order: by the platform itself, else by its newest snapshot."""
    if target.kind != "account":
        return "active" if action == "block" else "blocked"
    account = target.account
    if facts.states is not None and account in facts.states:
        return "blocked" if facts.states[account] else "active"
    tree = facts.trees.get(account.platform)
    if tree is None or account.account_id not in tree.enabled:
        return "unknown"
    return "active" if tree.enabled[account.account_id] else "blocked"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one platform says: what the service user may do, states of accounts, what is under each, and, where vehicles are to be
    blocked and may be, who owns each active one.
    """

    may: frozenset[Capability]
    states: Mapping[str, AccountState]
    below: Mapping[str, tuple[AccountBelow, ...]]
    owners: Mapping[str, frozenset[str]]

    @classmethod
    def by(cls, connector: Connector, facts: LadderFacts, accounts: Sequence[PlatformAccount]) -> "_Seen":
        ids = [account.account_id for account in accounts]
        may = connector.probe().capabilities
        wanted = any("vehicle" in facts.takes_along.get(account, ()) for account in accounts)
        owners = _owners_of_active(connector.fleet()) if wanted and Capability.BLOCK_VEHICLE in may else {}
        return cls(may, connector.account_state(ids), connector.accounts_below(ids), owners)


def _owners_of_active(fleet: Fleet) -> dict[str, frozenset[str]]:
    """Vehicle → its owners, of every vehicle that is not blocked or deactivated."""
    several = OWNERS_COLUMN in fleet.vehicles.column_names
    owners = fleet.vehicles[OWNERS_COLUMN if several else "account_id"].to_pylist()
    rows = zip(fleet.vehicles["vehicle_id"].to_pylist(), fleet.vehicles["state"].to_pylist(), owners, strict=True)
    return {vehicle: frozenset((own or ()) if several else filter(None, [own])) for vehicle, state, own in rows if state == "active"}


def _untouchable(facts: LadderFacts, account: PlatformAccount, state: AccountState | None, below: Sequence[AccountBelow]) -> str | None:
    """Why an account must not be blocked: unknown is never taken for "not blocked"."""
    if state is None:
        return "платформа её не назвала"
    if state.administrator:
        return "администратор платформы"
    if any(each.is_our_own for each in below):
        return "под ней работает наш служебный пользователь"
    if others := _other_clients(facts, account, below):
        return f"под ней работают другие клиенты: {', '.join(others)}"
    if state.blocked is None:
        return "её состояние на платформе неизвестно"
    return "уже заблокирована не нами" if state.blocked and not facts.is_ours(BlockTarget.of(account)) else None


def _other_clients(facts: LadderFacts, account: PlatformAccount, below: Sequence[AccountBelow]) -> list[str]:
    """Clients whose accounts lie under this one by the platform's own word, and that do not work with it themselves."""
    own = {client for _, client in facts.owners.get(account, ())}
    under = (PlatformAccount(account.platform, each.account_id, account.kind) for each in below)
    return sorted({client for each in under for _, client in facts.owners.get(each, ())} - own)


def _parts(
    facts: LadderFacts, account: PlatformAccount, below: Sequence[AccountBelow], owners: Mapping[str, frozenset[str]]
) -> Iterator[BlockTarget]:
    """What goes down with an account, in the order of blocking: vehicles, share links, users under it, the farthest first.

    Only what reads as not blocked, or is blocked by us for another debt already: what somebody else has blocked stays theirs.
    """
    taken = facts.takes_along.get(account, frozenset())
    targets = [BlockTarget(account, "share_link" if each.is_share_link else "sub_user", each.account_id) for each in below]
    free = {target: each for target, each in zip(targets, below, strict=True) if each.blocked is False or facts.is_ours(target)}
    mapped = {each.account_id for each in facts.owners if each.platform == account.platform}
    users = [target for target in free if target.kind == "sub_user" and "sub_user" in taken and target.target_id not in mapped]
    makers = {account.account_id, *(user.target_id for user in users)}
    if "vehicle" in taken:
        under = {account.account_id, *(each.account_id for each in below)}
        own = under | _accounts_of_the_same(facts, account)
        yield from (BlockTarget(account, "vehicle", vehicle) for vehicle, of in sorted(owners.items()) if of & under and of <= own)
    yield from (target for target, each in free.items() if target.kind == "share_link" and each.above in makers)
    yield from reversed(users)


def _accounts_of_the_same(facts: LadderFacts, account: PlatformAccount) -> set[str]:
    """Accounts of the platform with which only the clients of this one work."""
    clients = {client for _, client in facts.owners.get(account, ())}
    same = (
        each for each, owning in facts.owners.items() if each.platform == account.platform and {client for _, client in owning} <= clients
    )
    return {each.account_id for each in same}


def _by_platform(accounts: Iterable[PlatformAccount]) -> dict[str, list[PlatformAccount]]:
    groups: dict[str, list[PlatformAccount]] = defaultdict(list)
    for account in sorted(accounts):
        groups[account.platform].append(account)
    return groups
