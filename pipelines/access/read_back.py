"""Read back what we block, beside every snapshot of a live platform: a block that somebody lifts is a finding (domain.md §9)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipelines import logs
from pipelines.access.connectors import Secrets, connector_of
from pipelines.access.states import states_of
from pipelines.clock import local_date
from pipelines.evidence import register
from pipelines.findings import store
from pipelines.platforms.interface import Edit
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

KINDS = ("block_lifted", "block_stays")
"""Our block that somebody else has lifted; an account that we let in again and that reads as blocked."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the platform said: how many targets were asked about, and the places that are not as our orders left them."""

    asked: int
    drifts: tuple[str, ...] = ()


def read_back(settings: Settings, platform: str, at: datetime, *, secrets: Secrets | None = None) -> ReadBack:
    """Compare a live platform's states with our orders at the moment ``at``, and keep what has changed since the last reading.

    Nothing is written to the platform: what somebody else lifts or blocks stays so until a person, or the next debt, says
    otherwise. Findings of the local day are those of all platforms by what was read last. Raises what the connector raises.
    """
    with logs.verb("access", "read_back", platform=platform) as done:
        with engine.transaction(settings) as warehouse:
            day = local_date(at, register.declared(warehouse, platform).time_zone)
            watched = query.rows(warehouse, "access/watched", platform=platform, on=day)
        changes = _changes(settings, platform, watched, secrets or {}, at) if watched else []
        with engine.transaction(settings) as warehouse:
            lock(warehouse, Lock.ACCESS)
            for change in changes:
                query.run(warehouse, "access/add_reading", at=at, **change)
            drifts = _find(warehouse, day)
        done |= {"asked": len(watched), "changed": len(changes), "drifts": len(drifts)}
    return ReadBack(len(watched), tuple(drifts))


def _changes(settings: Settings, platform: str, watched: Sequence[Any], secrets: Secrets, at: datetime) -> list[dict[str, Any]]:
    """Targets whose state is another than what was known of them, with who has edited them; an unknown state changes nothing."""
    with closing(connector_of(settings, platform, secrets, at)) as connector:
        states = states_of(connector, ((row.target, row.target_id) for row in watched))
        changed: list[tuple[Any, str]] = []
        for row in watched:
            blocked = states.get((row.target, row.target_id), "gone")
            state = "gone" if blocked == "gone" else "blocked" if blocked else "active"
            if blocked is not None and state != row.state:
                changed.append((row, state))
        users = [row for row, _ in changed if row.target != "vehicle"]
        since = min((row.carried_out_at for row in users), default=at)
        edits = connector.last_edits([row.target_id for row in users], since) if users else {}
    return [_reading(row, state, edits) for row, state in changed]


def _reading(row: Any, state: str, edits: Mapping[str, Edit]) -> dict[str, Any]:
    edit = edits.get(row.target_id) if row.target != "vehicle" else None
    return {
        "order_no": row.order_no,
        "last_reading_no": row.last_reading_no,
        "state": state,
        "edited_by": edit.by if edit else None,
        "edited_at": edit.at if edit else None,
    }


def _find(warehouse: "Connection", day: date) -> list[str]:
    """Put the findings of the day in place; their places."""
    rows = query.rows(warehouse, "access/drifts", on=day)
    store.replace(warehouse, KINDS, day, day, _occurrences(rows, day))
    return [f"{row.kind} {row.platform}/{row.account_id}" for row in rows]


def _occurrences(rows: Sequence[Any], day: date) -> Iterator[store.Occurrence]:
    """One finding an account, with what goes down with it."""
    together: dict[tuple[str, str, str, str | None], list[Any]] = defaultdict(list)
    for row in rows:
        together[row.kind, row.platform, row.account_id, row.contract_no].append(row)
    for (kind, platform, account_id, contract_no), targets in together.items():
        yield store.Occurrence(kind, f"{platform}/{account_id}", day, contract_no, _parameters(targets), platform)


def _parameters(targets: Sequence[Any]) -> dict[str, Any]:
    """What the words of a finding need: since when our order stands, when it was undone or that was seen, by whom, and what parts."""
    first = targets[0]
    moment = (first.edited_at or first.state_read_at).astimezone(ZoneInfo(first.time_zone))
    return {
        "since": first.since.isoformat(),
        "at": moment.isoformat(timespec="minutes"),
        "is_told": first.edited_at is not None,
        "by": first.edited_by,
        "parts": [[row.target, row.target_id] for row in targets if row.target != "account"],
    }
