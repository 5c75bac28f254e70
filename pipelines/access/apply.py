"""Carry out orders: lists of `files` platforms, targets on live ones. The only place that writes to platforms (domain.md §9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines.access import block_lists
from pipelines.access.connectors import Secrets, connector_of
from pipelines.access.settling import GONE, Accepted, Outcome, PendingOrder, after_write, without_write
from pipelines.access.states import states_of
from pipelines.access.stop import stopped
from pipelines.platforms import retries
from pipelines.platforms.errors import AccessDenied, Conflict, InvalidInput, NotFound, PlatformFailed, RateLimited, Transient
from pipelines.platforms.interface import Blocking, Connector
from pipelines.platforms.kinds import FILES
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_OF_ONE_TARGET = (NotFound, AccessDenied, Conflict, InvalidInput)  # failures that say nothing of the other targets
_LOST_IN_A_ROW = 2  # answers, after which a platform is left to the next run


def apply_orders(settings: Settings, at: datetime, secrets: Secrets) -> dict[str, str]:
    """Write what the ledger says to every platform, and read it back; platform, or target on it → why it was refused. Safe to repeat.

    Block lists are written complete from the ledger each time. A live target is read first and written only when it is not
    as ordered, so that a write whose answer was lost is not repeated. While a person has stopped blocking, no block is carried out:
    that is asked before each write.
    """
    refused: dict[str, str] = {}
    with engine.transaction(settings) as warehouse:
        lock(warehouse, Lock.ACCESS)
        held: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        halted = stopped(warehouse) is not None
        pending = query.rows(warehouse, "access/pending", PendingOrder, order_no=None)
        kept_back = {order.order_no for order in pending if halted and order.action == "block"}
        for row in query.mappings(warehouse, "access/blocked", client_code=None, with_debts=False):
            if row["order_no"] not in kept_back:
                held[row["platform"]].append(row)
        listed: dict[str, Sequence[str]] = {}
        for platform in query.scalars(warehouse, "access/file_platforms"):
            path = block_lists.path_of(settings, platform)
            try:
                block_lists.write(path, held[platform])
                listed[platform] = block_lists.read(path)
            except OSError as error:
                refused[platform] = f"{path} cannot be written: {error.strerror}"
            except block_lists.NotOurList as error:
                refused[platform] = str(error)
        for order in pending:
            if order.platform in listed and order.order_no not in kept_back:
                after = Outcome("blocked" if order.account_id in listed[order.platform] else "active", is_ours=True)
                _store(warehouse, order, after, at)
    refused.update(_apply_live(settings, at, secrets))
    return refused


def _apply_live(settings: Settings, at: datetime, secrets: Secrets) -> dict[str, str]:
    """Carry out what waits on live platforms, one run at a time: between the reading and the writing of a target no other run comes."""
    refused: dict[str, str] = {}
    with engine.transaction(settings) as turn:
        lock(turn, Lock.PLATFORM_WRITES)
        with engine.transaction(settings) as warehouse:
            waiting = [order for order in query.rows(warehouse, "access/pending", PendingOrder, order_no=None) if order.kind != FILES]
        for platform, orders in groupby(sorted(waiting, key=lambda order: (order.platform, order.order_no)), lambda order: order.platform):
            try:
                with closing(connector_of(settings, platform, secrets, at)) as connector:
                    _settle_all(settings, connector, list(orders), refused, at)
            except PlatformFailed as error:
                refused[platform] = str(error)
    return refused


def _settle_all(settings: Settings, connector: Connector, orders: Sequence[PendingOrder], refused: dict[str, str], at: datetime) -> None:
    """Carry out the orders of one platform in their order; `refused` gets the place of each that was not, and why.

    Every target is settled by itself: one that is gone, or may not be written to, holds up no other. PlatformFailed for what
    concerns all of them; after two lost answers in a row the rest waits for the next run.
    """
    states = states_of(connector, ((order.target, order.target_id) for order in orders))
    under_way: set[tuple[str, str]] = set()
    lost = 0
    for waiting in orders:
        try:
            _settle(settings, connector, waiting, states, under_way, at)
            lost = 0
        except _OF_ONE_TARGET as error:
            refused[waiting.place] = str(error)
        except Transient as error:
            refused[waiting.place] = str(error)
            lost += 1
        if lost >= _LOST_IN_A_ROW:
            return


def _settle(
    settings: Settings,
    connector: Connector,
    waiting: PendingOrder,
    states: dict[tuple[str, str], bool | None],
    under_way: set[tuple[str, str]],
    at: datetime,
) -> None:
    """Bring a target to the state that the ledger wants, unless it is there already, and store what was read.

    `under_way`: targets of which the platform has accepted a write that its next cycle carries out. They are left until that is read,
    also by later orders: a block that is still to come would undo what they find.
    """
    with engine.transaction(settings) as warehouse:
        order = query.first(warehouse, "access/pending", PendingOrder, order_no=waiting.order_no)
        halted = stopped(warehouse) is not None
    if order is None:
        return
    key = (order.target, order.target_id)
    outcome: Outcome | Accepted | None = GONE
    if key in states:
        blocked = states[key]
        if blocked is None:
            raise Conflict(f"{order.place}: the platform does not say whether it is blocked")
        if order.is_under_way(at) and blocked is not (order.action == "block"):
            under_way.add(key)
        if key in under_way:
            return
        outcome = without_write(order, blocked=blocked)
        if outcome is None and halted and order.action == "block":
            return  # a person has stopped all blocking; the order waits
        if outcome is None:
            with engine.transaction(settings) as warehouse:
                query.run(warehouse, "access/add_attempt", order_no=order.order_no, at=at)
            outcome = _written(connector, order)
    if outcome is None:
        raise Conflict(f"{order.place}: it was written, and the platform does not say whether it is blocked")
    if isinstance(outcome, Accepted):
        with engine.transaction(settings) as warehouse:
            query.run(warehouse, "access/add_acceptance", order_no=order.order_no, at=at)
        under_way.add(key)
        return
    states[key] = None if outcome.state == "gone" else outcome.state == "blocked"
    with engine.transaction(settings) as warehouse:
        _store(warehouse, order, outcome, at)


def _written(connector: Connector, order: PendingOrder) -> Outcome | Accepted | None:
    """One write; once more when the platform asks to wait a while, for then nothing was done. A target that has gone is GONE."""
    try:
        return after_write(order, _write(connector, order))
    except RateLimited as error:
        if not retries.rested(error):
            raise
    except NotFound:
        return GONE
    return after_write(order, _write(connector, order))


def _write(connector: Connector, order: PendingOrder) -> Blocking:
    blocked = order.action == "block"
    if order.target == "vehicle":
        return connector.set_vehicle_blocked(order.target_id, blocked=blocked)
    if order.target == "share_link":
        return connector.set_share_link_blocked(order.target_id, blocked=blocked)
    return connector.set_account_blocked(order.target_id, blocked=blocked)


def _store(warehouse: "Connection", order: PendingOrder, outcome: Outcome, at: datetime) -> None:
    query.run(warehouse, "access/add_outcome", order_no=order.order_no, state_after=outcome.state, is_ours=outcome.is_ours, at=at)
