"""What the platforms say against the ledger of access, once a day: every difference is a finding with its age (domain.md §9).

Nothing is written to a platform. What we own is mended by the ladder that follows; what others have blocked is theirs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines import logs
from pipelines.access.connectors import Secrets, connector_of
from pipelines.access.model import PlatformTree
from pipelines.access.read_back import read_back
from pipelines.access.reader import account_trees
from pipelines.errors import Refused
from pipelines.findings import store
from pipelines.master import house_clock
from pipelines.platforms.errors import PlatformFailed
from pipelines.platforms.kinds import FILES
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

KINDS = ("block_of_others", "block_not_applied")
"""An account of a client that somebody else has blocked; a block list that a `files` platform has not carried out a day later."""
_EDITS_OF = timedelta(days=31)


class PlatformsNotRead(Refused):
    """Platforms that could not be compared with our orders, and why; the others were."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How many accounts and parts were asked about, the places that differ, and platforms that could not be read, with why."""

    day: date
    asked: int
    drifts: tuple[str, ...]
    unread: Mapping[str, str]

    @property
    def lines(self) -> tuple[str, ...]:
        """For logs, one line each."""
        return (*self.drifts, *(f"{platform} was not read: {why}" for platform, why in sorted(self.unread.items())))


def reconcile(settings: Settings, at: datetime, *, secrets: Secrets | None = None) -> Reconciliation:
    """Compare every platform with our orders at the moment ``at``: live ones by asking them, `files` ones by their newest snapshot.

    A platform that cannot be read holds up no other; what stood on it stands, and says when it was read last.
    """
    keys = secrets or {}
    with logs.verb("access", "reconcile") as done:
        with engine.transaction(settings) as warehouse:
            day = house_clock.today(warehouse, at)
            trees, damaged = account_trees(settings, warehouse, day)
            kinds = {row.platform: row.kind for row in query.rows(warehouse, "access/platforms")}
            accounts = {platform: query.rows(warehouse, "access/mapped_accounts", platform=platform, on=day) for platform in kinds}
        unread = {platform: why for platform, why in damaged.items() if kinds.get(platform) == FILES}
        asked, drifts, seen = 0, [], []
        for platform, kind in kinds.items():
            if kind == FILES:
                seen += list(_of_list(platform, accounts[platform], trees[platform], day)) if platform in trees else []
                asked += len(accounts[platform]) if platform in trees else 0
                continue
            try:
                blocks = read_back(settings, platform, at, secrets=keys)
                seen += _of_others(settings, platform, accounts[platform], keys, day, at)
            except PlatformFailed as error:
                unread[platform] = str(error)
                continue
            asked, drifts = asked + len(accounts[platform]), list(blocks.drifts)  # of all platforms, by what was read last
        with engine.transaction(settings) as warehouse:
            seen += _still_standing(warehouse, day, list(unread))
            _keep(warehouse, day, seen)
        places = sorted({*drifts, *(f"{each.kind} {each.subject}" for each in seen)})
        done |= {"asked": asked, "drifts": len(places), "unread": ",".join(sorted(unread))}
    return Reconciliation(day, asked, tuple(places), unread)


def _of_others(
    settings: Settings, platform: str, accounts: Sequence[Any], secrets: Secrets, day: date, at: datetime
) -> list[store.Occurrence]:
    """Accounts that read as blocked on a live platform and are neither held nor given back by us, with who edited them last."""
    theirs = {row.account_id: row for row in accounts if row.held_since is None and row.given_back_on is None}
    if not theirs:
        return []
    with closing(connector_of(settings, platform, secrets, at)) as connector:
        states = connector.account_state(list(theirs))
        blocked = [account for account in theirs if account in states and states[account].blocked]
        edits = connector.last_edits(blocked, at - _EDITS_OF) if blocked else {}
    return [
        store.Occurrence(
            "block_of_others",
            f"{platform}/{account}",
            day,
            theirs[account].contract_no,
            {"by": edits[account].by, "at": edits[account].at.isoformat()} if account in edits else {},
            platform,
        )
        for account in blocked
    ]


def _of_list(platform: str, accounts: Sequence[Any], tree: PlatformTree, day: date) -> Iterator[store.Occurrence]:
    """What the newest snapshot of a `files` platform says of our list; one of the day of an order is too early to tell. Pure."""
    for row in accounts:
        is_enabled, ordered_on = tree.enabled.get(row.account_id), row.held_since or row.given_back_on
        is_held = row.held_since is not None
        if is_enabled is None or is_enabled != is_held:
            continue
        parameters: dict[str, Any] = {"of": tree.business_date.isoformat()}
        if ordered_on is None:
            yield store.Occurrence("block_of_others", f"{platform}/{row.account_id}", day, row.contract_no, parameters, platform)
        elif ordered_on < tree.business_date:
            parameters |= {"since": ordered_on.isoformat(), "is_block": is_held}
            yield store.Occurrence("block_not_applied", f"{platform}/{row.account_id}", day, row.contract_no, parameters, platform)


def _still_standing(warehouse: "Connection", day: date, unread: Sequence[str]) -> Iterator[store.Occurrence]:
    """What stood on platforms that could not be read, by their last reading, the day before or earlier on the day: it is not over."""
    for row in query.rows(warehouse, "access/standing_findings", kinds=list(KINDS), platforms=list(unread), day=day) if unread else ():
        parameters = {"read_on": row.last_day.isoformat(), **row.parameters}
        yield store.Occurrence(row.kind, row.subject, day, row.contract_no, parameters, row.platform)


def _keep(warehouse: "Connection", day: date, seen: Sequence[store.Occurrence]) -> None:
    lock(warehouse, Lock.ACCESS)
    store.replace(warehouse, KINDS, day, day, seen)
