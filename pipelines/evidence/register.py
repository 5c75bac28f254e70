"""The register of snapshots in the warehouse, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.errors import BadInput
from pipelines.platforms.interface import Platform
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

LANDED, QUARANTINED, WITHDRAWN = "landed", "quarantined", "withdrawn"
SYSTEM = "fleetbill"
_SHORTEST_DIGEST = 6


class UnknownPlatform(BadInput):
    """No platform of that name is declared in the master data."""


class UnknownSnapshot(BadInput):
    """No snapshot has that digest, or several begin with it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A snapshot as the register has it."""

    digest: str
    platform: str
    business_date: date
    taken_at: datetime
    snapshot_no: int
    state: str
    row_count: int
    path: str


@dataclass(frozen=True, slots=True)
class FailedExpectation:
    """One failed expectation at one row, as the register keeps it; ``row_key`` None: of the whole."""

    severity: str
    expectation: str
    column_name: str | None
    row_key: str | None
    value: str | None
    detail: str
    note: str
    cannot_be_accepted: bool
    is_comparison: bool  # with another snapshot, so it is found anew when that one changes

    def __str__(self) -> str:
        value = f"{self.value!r} " if self.value is not None else ""
        column = f" column {self.column_name}" if self.column_name else ""
        return f"{f'{self.row_key}{column}' if self.row_key else 'the snapshot as a whole'}: {value}{self.detail}"


@dataclass(frozen=True, slots=True)
class DayBefore:
    """The landed snapshot that a day is compared with."""

    digest: str
    business_date: date
    path: str


@dataclass(frozen=True, slots=True)
class OtherPlatformSnapshot:
    """The nearest landed snapshot of another platform."""

    platform: str
    business_date: date
    path: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A snapshot with its last judgement; ``is_accepted``: a person's word was the last thing that happened to it."""

    digest: str
    business_date: date
    state: str
    path: str
    judgement_no: int
    compared_with: str | None
    is_accepted: bool


def declared(connection: "Connection", platform: str) -> Platform:
    """A declared platform. UnknownPlatform otherwise."""
    platform_row = query.first(connection, "evidence/platform", Platform, platform=platform)
    if platform_row is None:
        raise UnknownPlatform.one("--platform", f"platform {platform!r} is not declared in the master data (its sheet `platforms`)")
    return platform_row


def find(connection: "Connection", digest: str) -> Registered | None:
    """The snapshot of a whole digest, or None."""
    return query.first(connection, "evidence/snapshot", Registered, digest=digest)


def resolve(connection: "Connection", written: str) -> Registered:
    """The snapshot whose digest is, or unambiguously begins with, what was written. UnknownSnapshot otherwise."""
    beginning = written.strip().rstrip("…").lower()
    if len(beginning) < _SHORTEST_DIGEST:
        raise UnknownSnapshot.one("DIGEST", f"{written!r} is too short for a digest; give at least {_SHORTEST_DIGEST} of its characters")
    matches = query.rows(connection, "evidence/snapshots_beginning", beginning=beginning)
    if len(matches) > 1:
        listed = ", ".join(f"{match.digest[: len(beginning) + 4]}… ({match.platform} {match.business_date})" for match in matches)
        raise UnknownSnapshot.one("DIGEST", f"several snapshots begin with {written!r}: {listed}")
    registered = find(connection, matches[0].digest) if matches else None
    if registered is None:
        raise UnknownSnapshot.one("DIGEST", f"no snapshot has the digest {written!r}")
    return registered


def day_before(connection: "Connection", platform: str, business_date: date) -> DayBefore | None:
    """The snapshot that this day of a platform is compared with: the largest of the latest landed day before it."""
    return query.first(connection, "evidence/day_before", DayBefore, platform=platform, business_date=business_date)


def failures(connection: "Connection", digest: str) -> list[FailedExpectation]:
    """What the last judgement found in a snapshot, in its order."""
    return query.rows(connection, "evidence/failures", FailedExpectation, digest=digest)


def keep_judgement(
    connection: "Connection", digest: str, verdict: str, compared_with: str | None, noted: Sequence[FailedExpectation], at: datetime
) -> None:
    """Keep a judgement with what it found; from now on it is the last one."""
    number = query.scalar(connection, "evidence/insert_judgement", digest=digest, verdict=verdict, compared_with=compared_with, at=at)
    rows = [
        {"digest": digest, "judgement_no": number, "failure_no": failure_no, **asdict(each)}
        for failure_no, each in enumerate(noted, start=1)
    ]
    query.run_many(connection, "evidence/insert_failure", rows)


def set_state(connection: "Connection", digest: str, state: str, event: str, by: str, reason: str, at: datetime) -> None:
    """Move a registered snapshot into a state, and keep the event that tells of it."""
    query.run(connection, "evidence/set_state", digest=digest, state=state)
    query.run(connection, "evidence/insert_event", digest=digest, event=event, by_name=by, reason=reason, at=at)


def refresh_findings(connection: "Connection", business_date: date) -> None:
    """Derive the gate's findings of a day anew from what is landed and quarantined now."""
    lock(connection, Lock.GATE_FINDINGS, business_date)
    query.run(connection, "evidence/delete_findings", business_date=business_date)
    query.run(connection, "evidence/insert_findings", business_date=business_date)
