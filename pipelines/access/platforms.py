"""Carry out orders: lists of `files` platforms, accounts of live ones. The only place that writes to platforms (domain.md §9)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipelines.access import block_lists
from pipelines.access.model import LadderFacts, PlatformAccount
from pipelines.evidence import registry
from pipelines.platforms.errors import NotFound, PlatformFailed
from pipelines.platforms.interface import AccountState, Connector
from pipelines.platforms.registry import FILES, connect
from pipelines.settings import Settings, connection
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

Secrets = Mapping[str, str]
"""Platform → its Airflow connection (URI or JSON); platforms that are not named take theirs from the environment."""

_BLOCKED, _ACTIVE, _UNKNOWN = "blocked", "active", "unknown"


def observe(settings: Settings, facts: LadderFacts, accounts: Iterable[PlatformAccount], secrets: Secrets, at: datetime) -> LadderFacts:
    """The facts with the states of live platforms' accounts, as the platforms say at the moment ``at``; reads only.

    An account whose state cannot be read, that is blocked already, or that is an administrator's, must not be written to.
    """
    unwritable: dict[PlatformAccount, str] = {}
    states: dict[PlatformAccount, bool] = {}
    for platform, group in _by_platform(account for account in accounts if account.kind != FILES).items():
        try:
            with closing(_connector(settings, platform, secrets, at)) as connector:
                read = connector.account_state([account.account_id for account in group])
        except PlatformFailed as error:
            unwritable.update(dict.fromkeys(group, str(error)))
            continue
        for account in group:
            state = read.get(account.account_id)
            if state is None:
                unwritable[account] = "платформа её не назвала"
                continue
            if why := _untouchable(state):
                unwritable[account] = why
            states[account] = bool(state.blocked)
    return replace(facts, unwritable=unwritable, states=states)


def state_before(facts: LadderFacts, account: PlatformAccount) -> str:
    """What is known of an account before an order: by the platform itself, else by its newest snapshot."""
    if facts.states is not None and account in facts.states:
        return _BLOCKED if facts.states[account] else _ACTIVE
    tree = facts.trees.get(account.platform)
    if tree is None or account.account_id not in tree.enabled:
        return _UNKNOWN
    return _ACTIVE if tree.enabled[account.account_id] else _BLOCKED


def apply_orders(settings: Settings, at: datetime, secrets: Secrets) -> dict[str, str]:
    """Write what the ledger says to every platform, and read it back; platform → why it was refused. Safe to repeat.

    Block lists are written complete from the ledger each time. A live account is read first and written only when it is not
    as ordered, so that a write whose answer was lost is not repeated.
    """
    refused: dict[str, str] = {}
    with engine.transaction(settings) as warehouse:
        lock(warehouse, Lock.ACCESS)
        held: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in query.mappings(warehouse, "access/blocked", client_code=None):
            held[row["platform"]].append(row)
        listed: dict[str, Sequence[str]] = {}
        for platform in query.scalars(warehouse, "access/file_platforms"):
            path = block_lists.path_of(settings, platform)
            try:
                block_lists.write(path, held[platform])
                listed[platform] = block_lists.read(path)
            except OSError as error:
                refused[platform] = f"{path} cannot be written: {error.strerror}"
        for order in query.rows(warehouse, "access/pending"):
            if order.platform in listed:
                after = _BLOCKED if order.account_id in listed[order.platform] else _ACTIVE
                query.run(warehouse, "access/add_outcome", order_no=order.order_no, state_after=after, at=at)
    refused.update(_apply_live(settings, at, secrets))
    return refused


def _apply_live(settings: Settings, at: datetime, secrets: Secrets) -> dict[str, str]:
    refused: dict[str, str] = {}
    with engine.transaction(settings) as warehouse:
        waiting = [row for row in query.rows(warehouse, "access/pending") if row.kind != FILES]
    connectors: dict[str, Connector] = {}
    with ExitStack() as opened:
        for order in waiting:
            if order.platform in refused:
                continue
            try:
                if order.platform not in connectors:
                    connectors[order.platform] = opened.enter_context(closing(_connector(settings, order.platform, secrets, at)))
                after = _settle(connectors[order.platform], order.account_id, blocked=order.is_blocked)
            except NotFound as error:
                refused.setdefault(order.platform, str(error))
                after = _UNKNOWN
            except PlatformFailed as error:
                refused[order.platform] = str(error)
                continue
            with engine.transaction(settings) as warehouse:
                query.run(warehouse, "access/add_outcome", order_no=order.order_no, state_after=after, at=at)
    return refused


def _settle(connector: Connector, account_id: str, *, blocked: bool) -> str:
    """Bring an account to the state that the ledger wants, unless it is there already; the state read back."""
    state = connector.account_state([account_id]).get(account_id)
    if state is None:
        raise NotFound(f"account {account_id} is not there")
    after = state.blocked if state.blocked == blocked else connector.set_account_blocked(account_id, blocked=blocked).after
    return _UNKNOWN if after is None else _BLOCKED if after else _ACTIVE


def _untouchable(state: AccountState) -> str | None:
    """Why an account must not be blocked: unknown is never taken for "not blocked"."""
    if state.administrator:
        return "администратор платформы"
    if state.blocked is None:
        return "её состояние на платформе неизвестно"
    return "уже заблокирована не нами" if state.blocked else None


def _connector(settings: Settings, platform: str, secrets: Secrets, at: datetime) -> Connector:
    """Connector of a declared platform; NotBuilt for a kind that has none."""
    with engine.transaction(settings) as warehouse:
        declared = registry.declared(warehouse, platform)
    known = secrets.get(platform) or (connection(declared.connection) if declared.connection else None)
    return connect(declared, known, at)


def _by_platform(accounts: Iterable[PlatformAccount]) -> dict[str, list[PlatformAccount]]:
    groups: dict[str, list[PlatformAccount]] = defaultdict(list)
    for account in sorted(accounts):
        groups[account.platform].append(account)
    return groups
