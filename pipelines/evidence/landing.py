"""Land a snapshot: whole or not at all (`domain.md §2.3`). The file goes first, the register second, so a rerun completes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines import period
from pipelines.evidence import gate_verdicts, lake, lake_files, register, sensors
from pipelines.evidence.normalise import IdentifiedSnapshot, arrange, identify
from pipelines.evidence.register import QUARANTINED, SYSTEM, FailedExpectation, Registered
from pipelines.logs import verb
from pipelines.platforms.interface import Snapshot
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.locks import Lock, lock
from pipelines.wording import english

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class LandingResult:
    """What became of a snapshot. ``already``: the same content was registered before, and nothing was done.

    ``quarantined_after``: days after it that were landed and are quarantined now, because they do not go with it.
    """

    digest: str
    business_date: date
    state: str
    rows: int
    failures: tuple[FailedExpectation, ...]
    already: bool
    quarantined_after: tuple[date, ...] = ()

    @property
    def note_on_days_after(self) -> str:
        """What a person is asked when days after this one no longer count: is this the wrong file, or are they?"""
        days = self.quarantined_after
        named = english.days(period.runs(days))
        return (
            f"{english.counted(len(days), 'day')} after it went into quarantine for want of likeness with it: {named}. "
            f"If this file is wrong, `fleetbill snapshot withdraw {self.digest[:12]}` lets them count again; "
            f"if it is right, accept the first of them"
        )


def land(settings: Settings, snapshot: Snapshot, at: datetime) -> LandingResult:
    """Normalise, judge, store and register a snapshot. The same content for the same date is a no-op.

    A critical failure of the gate registers it as quarantined, its rows stored too, so that a person can accept it; landed
    anew it is judged anew. BadInput for columns that cannot be meant; nothing is stored then.
    """
    with verb("evidence", "land", platform=snapshot.platform, day=snapshot.business_date) as done:
        landed = _land(settings, identify(snapshot), at)
        done |= {"digest": landed.digest[:12], "state": landed.state, "vehicles": landed.rows, "already": landed.already}
    return landed


def _land(settings: Settings, made: IdentifiedSnapshot, at: datetime) -> LandingResult:
    listed = sensors.listed(made.snapshot)
    written: dict[str, lake.Written] = {listed.path: sensors.keep(settings, listed)} if listed else {}
    path = lake.snapshot_path(made.snapshot.platform, made.snapshot.business_date, made.digest)
    with transaction(settings) as connection:
        known = register.find(connection, made.digest)
        is_kept = known is not None and not lake_files.faults(settings, lake_files.registered(connection, [path]), is_whole=True)
    if known and known.state != QUARANTINED:
        if not is_kept:  # registered, but its file was lost or damaged: the same content heals it
            written[path] = _keep(settings, path, made)
        with transaction(settings) as connection:
            _record(connection, written)
            return _known_in(connection, known, listed)
    if is_kept:
        content = gate_verdicts.of_content(made, settings)
    else:
        with ThreadPoolExecutor(1) as beside:  # both are done before anything is registered
            kept = beside.submit(_keep, settings, path, made)
            content = gate_verdicts.of_content(made, settings)
            written[path] = kept.result()
    with transaction(settings) as connection:
        lock(connection, Lock.PLATFORM, made.snapshot.platform)
        _record(connection, written)
        landed = _register(connection, settings, made, path, content, at)
        if listed:
            sensors.register(connection, listed, made.digest)
        return landed


def _keep(settings: Settings, path: str, made: IdentifiedSnapshot) -> lake.Written:
    return lake.write(settings, path, arrange(made), made.metadata)


def _record(connection: "Connection", written: Mapping[str, lake.Written]) -> None:
    for path, file in written.items():
        lake_files.record(connection, path, file)


def _register(
    connection: "Connection", settings: Settings, made: IdentifiedSnapshot, path: str, content: list[FailedExpectation], at: datetime
) -> LandingResult:
    """Register a snapshot that is new, or judge one anew that is in quarantine; then judge the days again that follow it."""
    snapshot = made.snapshot
    known = register.find(connection, made.digest)
    if known and known.state != QUARANTINED:  # another process has landed it meanwhile
        return _known_in(connection, known)
    before = register.day_before(connection, snapshot.platform, snapshot.business_date)
    noted = content + gate_verdicts.of_neighbours(connection, settings, made.metadata, gate_verdicts.listed_in(made), before)
    state = gate_verdicts.verdict(noted)
    compared_with = before.digest if before else None
    if known is None:
        _insert(connection, made, path, state, at)
    elif not _is_news(connection, made.digest, compared_with, noted):
        return _known_in(connection, known)
    elif state != known.state:
        reason = f"judged anew: {snapshot.source}"
        register.set_state(connection, made.digest, state, state, SYSTEM, reason, at)
    register.keep_judgement(connection, made.digest, state, compared_with, noted, at)
    again = gate_verdicts.judge_following(connection, settings, snapshot.platform, snapshot.business_date, at)
    for day in (snapshot.business_date, *again):
        register.refresh_findings(connection, day)
    already = known is not None and state == known.state
    after = tuple(day for day, reached in sorted(again.items()) if reached == QUARANTINED)
    return LandingResult(made.digest, snapshot.business_date, state, made.seen.table.num_rows, tuple(noted), already, after)


def _insert(connection: "Connection", made: IdentifiedSnapshot, path: str, state: str, at: datetime) -> None:
    snapshot = made.snapshot
    query.run(
        connection,
        "evidence/insert_snapshot",
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
    )
    query.run(connection, "evidence/insert_event", digest=made.digest, event=state, by_name=SYSTEM, reason=snapshot.source, at=at)


def _is_news(connection: "Connection", digest: str, compared_with: str | None, noted: list[FailedExpectation]) -> bool:
    """Whether a judgement says anything else than the last one."""
    last = query.first(connection, "evidence/last_judgement", digest=digest)
    return last is None or last.compared_with != compared_with or register.failures(connection, digest) != noted


def _known_in(connection: "Connection", known: Registered, listed: sensors.SensorList | None = None) -> LandingResult:
    """What became of a snapshot that is registered already; sensors may have changed though its vehicles have not."""
    if listed:
        sensors.register(connection, listed, known.digest)
    failures = tuple(register.failures(connection, known.digest))
    return LandingResult(known.digest, known.business_date, known.state, known.row_count, failures, already=True)
