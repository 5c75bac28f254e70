"""Land a snapshot: whole or not at all (`domain.md §2.3`). The file goes first, the register second, so a rerun completes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.evidence import frames, gate, lake, registry
from pipelines.evidence.normalise import Identified, arrange, identify
from pipelines.evidence.registry import LANDED, QUARANTINED, Noted, Registered
from pipelines.platforms.interface import Snapshot
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

SYSTEM = "fleetbill"
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of a snapshot. ``already``: the same content was registered before, and nothing was done."""

    digest: str
    state: str
    rows: int
    failures: tuple[Noted, ...]
    already: bool


def land(settings: Settings, snapshot: Snapshot, at: datetime) -> Landed:
    """Normalise, judge, store and register a snapshot. The same content for the same date is a no-op.

    A critical failure of the gate registers it as quarantined, its rows stored too, so that a person can accept it.
    BadInput for columns that cannot be meant; nothing is stored then.
    """
    made = identify(snapshot)
    with transaction(settings) as connection:
        known = registry.find(connection, made.digest)
        before = None if known else _before(settings, connection, snapshot)
    if known and lake.exists(settings, known.path):
        return _known(settings, known)
    path = lake.snapshot_path(snapshot.platform, snapshot.business_date, made.digest)
    if known:  # registered, but its file was lost: the same content heals it
        _keep(settings, path, made)
        return _known(settings, known)
    with ThreadPoolExecutor(1) as beside:  # both are done before anything is registered
        kept = beside.submit(_keep, settings, path, made)
        noted = judged(made, before, settings)
        kept.result()
    return _register(settings, made, path, noted, at)


def judged(made: Identified, before: frames.Before | None, settings: Settings) -> list[Noted]:
    """What the gate says about a snapshot, each failure with its place in the source."""
    looked_at = {
        "snapshot": frames.vehicles(made),
        "snapshot_facts": frames.facts(made, before),
        "snapshot_accounts": frames.accounts(made),
    }
    bounds = {"max_drop": float(settings.snapshot_max_drop), "max_growth": float(settings.snapshot_max_growth)}
    found = gate.judge(looked_at, bounds)
    return [_noted(failure, made, looked_at) for failure in found]


def _keep(settings: Settings, path: str, made: Identified) -> None:
    lake.write(settings, path, arrange(made), made.metadata)


def _before(settings: Settings, connection: "Connection", snapshot: Snapshot) -> frames.Before | None:
    found = registry.run(connection, "day_before", platform=snapshot.platform, business_date=snapshot.business_date).one_or_none()
    if found is None:
        return None
    facts = lake.read_metadata(settings, found.path).facts
    return frames.Before(found.row_count, facts["messages"], facts["old_messages"])


def _known(settings: Settings, known: Registered) -> Landed:
    with transaction(settings) as connection:
        return Landed(known.digest, known.state, known.row_count, tuple(registry.failures(connection, known.digest)), already=True)


def _register(settings: Settings, made: Identified, path: str, noted: list[Noted], at: datetime) -> Landed:
    snapshot = made.snapshot
    state = QUARANTINED if any(each.severity == gate.CRITICAL for each in noted) else LANDED
    with transaction(settings) as connection:
        lock(connection, Lock.PLATFORM, snapshot.platform)
        inserted = registry.run(
            connection,
            "insert_snapshot",
            digest=made.digest,
            platform=snapshot.platform,
            business_date=snapshot.business_date,
            taken_at=snapshot.taken_at,
            state=state,
            row_count=made.seen.table.num_rows,
            columns=list(snapshot.columns),
            time_zone=snapshot.time_zone,
            tree_digest=made.tree_digest,
            path=path,
        ).rowcount
        if inserted:
            registry.run(connection, "insert_event", digest=made.digest, event=state, by_name=SYSTEM, reason=snapshot.source, at=at)
            registry.note_failures(connection, made.digest, noted)
            registry.refresh_findings(connection, snapshot.business_date)
            return Landed(made.digest, state, made.seen.table.num_rows, tuple(noted), already=False)
        other = registry.find(connection, made.digest)
    if other is None:
        raise lake.EvidenceLost(f"snapshot {made.digest} vanished from the register")
    return _known(settings, other)


def _noted(failure: gate.Failure, made: Identified, looked_at: Mapping[str, Any]) -> Noted:
    return Noted(
        failure.severity,
        failure.expectation,
        failure.column or None,
        _place(failure, made, looked_at),
        _storable(failure.value),
        failure.detail,
        failure.note,
        failure.cannot_be_accepted,
    )


def _place(failure: gate.Failure, made: Identified, looked_at: Mapping[str, Any]) -> str | None:
    """`file:line (vehicle V)`, or the account, or None for the snapshot as a whole."""
    if failure.row is None or failure.suite == "snapshot_facts":
        return None
    if failure.suite == "snapshot_accounts":
        account = looked_at[failure.suite]["account_id"].iloc[failure.row]
        return f"account {account}" if account else f"accounts row {failure.row + 1}"
    vehicle = made.seen.table["vehicle_id"][failure.row].as_py()
    where = made.snapshot.place(failure.row) if made.snapshot.place else f"{made.snapshot.source} row {failure.row + 1}"
    return _storable(f"{where} (vehicle {vehicle})" if vehicle else where)


def _storable(text: str | None) -> str | None:
    """Text that PostgreSQL can keep, shortened."""
    if text is None:
        return None
    clean = text.replace("\0", "\\0")
    return clean if len(clean) <= LONGEST_VALUE else f"{clean[:LONGEST_VALUE]}…"
