"""What the gate says of a snapshot: by itself, and beside its neighbours; said again when a neighbour changes (domain.md §2.3).

The verdict follows from the content of the platform's days and from people's words, never from the order in which the days
landed: a day is compared with the latest landed day before it, and whenever that one becomes another, it is judged again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.evidence import frames, gate, lake, register
from pipelines.evidence.lake import Metadata
from pipelines.evidence.normalise import IdentifiedSnapshot
from pipelines.evidence.register import LANDED, QUARANTINED, DayBefore, FailedExpectation, Judged, OtherPlatformSnapshot
from pipelines.findings.words import REMARKS
from pipelines.period import ONE_DAY, Month
from pipelines.platforms.interface import Remark
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

NEAR_DAYS = 31  # a day further back says nothing about how many vehicles there should be
LONGEST_VALUE = 200
_NAMING = ["vehicle_id", "device_key"]
_SAME_LIST = 0.5  # share of marked vehicles from which on two lists are those of one platform
_FEWEST_MARKS = 5


Listed = Callable[[], "pa.Table"]


def listed_in(made: IdentifiedSnapshot) -> Listed:
    """What names the vehicles of a snapshot that is not kept yet."""

    def listed() -> "pa.Table":
        import pyarrow as pa

        return pa.table({"vehicle_id": made.ordered["vehicle_id"], "device_key": made.device_keys})

    return listed


def of_content(made: IdentifiedSnapshot, settings: Settings) -> list[FailedExpectation]:
    """What the gate says about a snapshot by itself, each failure with its place in the source."""
    columns = {
        "snapshot": frames.vehicles(made),
        "snapshot_facts": frames.facts(made),
        "snapshot_accounts": frames.accounts(made),
    }
    parameters = {"may_break": settings.snapshot_max_broken, "max_duplicates": float(settings.snapshot_max_duplicates)}
    judged = [_noted(failure, _place(failure, made, columns)) for failure in gate.judge(columns, parameters)]
    return judged + [_remarked(remark) for remark in made.snapshot.remarks]


def of_neighbours(
    connection: "Connection", settings: Settings, mine: Metadata, listed: Listed, before: DayBefore | None
) -> list[FailedExpectation]:
    """What the gate says about a snapshot beside the platform's day before, and beside the lists of other platforms.

    ``listed`` gives vehicle_id and device_key of the snapshot that is judged, if anybody asks.
    """
    known = lake.read_metadata(settings, before.path) if before else None
    platform, platform_day, share = _most_alike(connection, settings, mine, known)
    near = before is not None and (mine.business_date - before.business_date).days <= NEAR_DAYS
    columns = {
        "snapshot_neighbours": frames.neighbours(
            mine, known, near_in_time=near, foreign_share=share, renamed_share=_renamed_share(settings, mine, listed, known, before)
        ),
        "snapshot_branches": frames.branches(mine, known),
    }
    parameters = {"max_drop": float(settings.snapshot_max_drop), "max_growth": float(settings.snapshot_max_growth)}
    words = {
        "day": str(before.business_date) if before else "",
        "vehicles": str(known.facts["rows"]) if known else "",
        "platform": platform,
        "platform_day": platform_day,
    }
    accounts = columns["snapshot_branches"]["account_id"]
    return [
        _noted(failure, f"account {accounts[failure.row]}" if failure.suite == "snapshot_branches" and failure.row is not None else None)
        for failure in gate.judge(columns, parameters, words)
    ]


def verdict(noted: Sequence[FailedExpectation]) -> str:
    """The state that these failures leave a snapshot in, as long as nobody has ruled on it."""
    return QUARANTINED if any(each.severity == gate.CRITICAL for each in noted) else LANDED


def judge_following(connection: "Connection", settings: Settings, platform: str, day: date, at: datetime) -> dict[date, str | None]:
    """Judge the days after ``day`` again that have another day before them than when they were judged: day → the state it came to.

    None where no state changed; of several snapshots of a day, quarantine is told first.

    The caller holds the platform's lock, and derives the findings of these days anew. What a person accepted stays landed.
    """
    judged: dict[date, str | None] = {}
    while following := query.rows(connection, "evidence/next_judged_day", Judged, platform=platform, business_date=day):
        day = following[0].business_date
        before = register.day_before(connection, platform, day)
        other = [each for each in following if each.compared_with != (before.digest if before else None)]
        if not other:
            break
        reached = [_judge_again(connection, settings, each, before, at) for each in other]
        judged[day] = QUARANTINED if QUARANTINED in reached else next(filter(None, reached), None)
    return judged


def judge_month_again(settings: Settings, month: Month, at: datetime) -> list[tuple[str, date]]:
    """Judge the platform-days of a month again that are not compared with the day before them: (platform, day) of changed states.

    Landing and ruling leave none; a close asks all the same before it relies on the month.
    """
    with transaction(settings) as connection:
        judged: dict[tuple[str, date], str | None] = {}
        for stale in query.rows(connection, "evidence/days_to_judge_again", first=month.first, last=month.last):
            platform, day = stale.platform, stale.business_date
            lock(connection, Lock.PLATFORM, platform)
            again = judge_following(connection, settings, platform, day - ONE_DAY, at)
            judged |= {(platform, each): reached for each, reached in again.items()}
        for day in sorted({day for _, day in judged}):
            register.refresh_findings(connection, day)
        return [key for key, reached in judged.items() if reached]


def _judge_again(connection: "Connection", settings: Settings, judged: Judged, before: DayBefore | None, at: datetime) -> str | None:
    """Judge a registered snapshot beside another day before it; the state that it came to, None where that is what it was."""
    content = [each for each in register.failures(connection, judged.digest) if not each.is_comparison]
    mine = lake.read_metadata(settings, judged.path)
    noted = content + of_neighbours(connection, settings, mine, lambda: lake.read(settings, judged.path, _NAMING), before)
    reached = verdict(noted)
    register.keep_judgement(connection, judged.digest, reached, before.digest if before else None, noted, at)
    if judged.is_accepted or reached == judged.state:
        return None
    reason = f"judged again beside {before.business_date}" if before else "judged again: no day before it is landed"
    register.set_state(connection, judged.digest, reached, reached, register.SYSTEM, reason, at)
    return reached


def _most_alike(connection: "Connection", settings: Settings, mine: Metadata, before: Metadata | None) -> tuple[str, str, float]:
    """(platform, day, share of vehicles in common) of the other platform whose list this is; share 0 when it is its own."""
    marks = set(mine.facts.get("marks", ()))
    if len(marks) < _FEWEST_MARKS or (before is not None and _share(marks, before) >= _SAME_LIST):
        return "", "", 0.0
    alike = ("", "", 0.0)
    for other in query.rows(
        connection, "evidence/nearest_elsewhere", OtherPlatformSnapshot, platform=mine.platform, business_date=mine.business_date
    ):
        share = _share(marks, lake.read_metadata(settings, other.path))
        if share > alike[2]:
            alike = (other.platform, str(other.business_date), share)
    return alike


def _renamed_share(settings: Settings, mine: Metadata, listed: Listed, known: Metadata | None, before: DayBefore | None) -> float:
    """Share of the devices that are those of the day before, where no vehicle id is; 0 where any is.

    Both lists are read only when no marked vehicle of one is marked in the other.
    """
    marks = set(mine.facts.get("marks", ()))
    if known is None or before is None or len(marks) < _FEWEST_MARKS or _share(marks, known) > 0:
        return 0.0
    now, then = listed(), lake.read(settings, before.path, _NAMING)
    if _in_common(now["vehicle_id"], then["vehicle_id"]):
        return 0.0
    devices = now["device_key"].drop_null()
    return _in_common(devices, then["device_key"]) / len(devices) if len(devices) >= _FEWEST_MARKS else 0.0


def _in_common(values: "pa.ChunkedArray", others: "pa.ChunkedArray") -> int:
    import pyarrow.compute as pc

    return pc.sum(pc.is_in(values, value_set=others.drop_null().unique())).as_py() or 0


def _share(marks: set[str], of: Metadata) -> float:
    others = set(of.facts.get("marks", ()))
    return len(marks & others) / min(len(marks), len(others)) if len(others) >= _FEWEST_MARKS else 0.0


def _remarked(remark: Remark) -> FailedExpectation:
    """What a connector met, as a warning beside those of the gate."""
    _, note = REMARKS[remark.name]
    return FailedExpectation(gate.WARNING, remark.name, None, remark.place, None, remark.detail, note, False, False)  # noqa: FBT003 - a row


def _noted(failure: gate.Failure, place: str | None) -> FailedExpectation:
    return FailedExpectation(
        failure.severity,
        failure.expectation,
        failure.column or None,
        place,
        _storable(failure.value),
        failure.detail,
        failure.note,
        failure.cannot_be_accepted,
        failure.suite in gate.COMPARISON,
    )


def _place(failure: gate.Failure, made: IdentifiedSnapshot, columns: Mapping[str, Any]) -> str | None:
    """`file:line (vehicle V)`, or the account, or None for the snapshot as a whole."""
    if failure.row is None or failure.suite == "snapshot_facts":
        return None
    if failure.suite == "snapshot_accounts":
        account = columns[failure.suite]["account_id"][failure.row].as_py()
        return _storable(f"account {account}" if account else f"accounts row {failure.row + 1}")
    vehicle = made.seen.table["vehicle_id"][failure.row].as_py()
    where = made.snapshot.place(failure.row) if made.snapshot.place else f"{made.snapshot.source} row {failure.row + 1}"
    return _storable(f"{where} (vehicle {vehicle})" if vehicle else where)


def _storable(text: str | None) -> str | None:
    """Text that PostgreSQL can keep, shortened."""
    if text is None:
        return None
    clean = text.replace("\0", "\\0")
    return clean if len(clean) <= LONGEST_VALUE else f"{clean[:LONGEST_VALUE]}…"
