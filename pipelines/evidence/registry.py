"""The register of snapshots in the warehouse: one statement each, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput
from pipelines.platforms.interface import Platform
from pipelines.warehouse.locks import Lock, lock
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

LANDED, QUARANTINED, WITHDRAWN = "landed", "quarantined", "withdrawn"
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
class Noted:
    """One failed expectation at one row, as the register keeps it; ``row_key`` None: of the whole."""

    severity: str
    expectation: str
    column_name: str | None
    row_key: str | None
    value: str | None
    detail: str
    note: str
    cannot_be_accepted: bool

    def __str__(self) -> str:
        value = f"{self.value!r} " if self.value is not None else ""
        column = f" column {self.column_name}" if self.column_name else ""
        return f"{f'{self.row_key}{column}' if self.row_key else 'the snapshot as a whole'}: {value}{self.detail}"


def run(connection: "Connection", name: str, **values: Any) -> Any:
    """Execute `sql/warehouse/evidence/NAME.sql`."""
    from sqlalchemy import text

    return connection.execute(text(statement(f"warehouse/evidence/{name}")), values)


def declared(connection: "Connection", platform: str) -> Platform:
    """A declared platform. UnknownPlatform otherwise."""
    found = run(connection, "platform", platform=platform).one_or_none()
    if found is None:
        raise UnknownPlatform.one("--platform", f"platform {platform!r} is not declared in the master data")
    return Platform(*found)


def find(connection: "Connection", digest: str) -> Registered | None:
    """The snapshot of a whole digest, or None."""
    found = run(connection, "snapshot", digest=digest).one_or_none()
    return Registered(*found) if found else None


def resolve(connection: "Connection", written: str) -> Registered:
    """The snapshot whose digest is, or unambiguously begins with, what was written. UnknownSnapshot otherwise."""
    beginning = written.strip().rstrip("…").lower()
    if len(beginning) < _SHORTEST_DIGEST:
        raise UnknownSnapshot.one("DIGEST", f"{written!r} is too short for a digest; give at least {_SHORTEST_DIGEST} of its characters")
    matches = run(connection, "snapshots_beginning", beginning=beginning).all()
    if not matches:
        raise UnknownSnapshot.one("DIGEST", f"no snapshot has the digest {written!r}")
    if len(matches) > 1:
        listed = ", ".join(f"{match.digest[: len(beginning) + 4]}… ({match.platform} {match.business_date})" for match in matches)
        raise UnknownSnapshot.one("DIGEST", f"several snapshots begin with {written!r}: {listed}")
    found = find(connection, matches[0].digest)
    if found is None:
        raise UnknownSnapshot.one("DIGEST", f"no snapshot has the digest {written!r}")
    return found


def failures(connection: "Connection", digest: str) -> list[Noted]:
    """What the gate found in a snapshot, in its order."""
    return [Noted(*row) for row in run(connection, "failures", digest=digest)]


def note_failures(connection: "Connection", digest: str, noted: Sequence[Noted]) -> None:
    """Keep what the gate found."""
    from sqlalchemy import text

    rows = [
        {
            "digest": digest,
            "failure_no": number,
            "severity": each.severity,
            "expectation": each.expectation,
            "column_name": each.column_name,
            "row_key": each.row_key,
            "value": each.value,
            "detail": each.detail,
            "note": each.note,
            "cannot_be_accepted": each.cannot_be_accepted,
        }
        for number, each in enumerate(noted, start=1)
    ]
    if rows:
        connection.execute(text(statement("warehouse/evidence/insert_failure")), rows)


def refresh_findings(connection: "Connection", business_date: date) -> None:
    """Derive the gate's findings of a day anew from what is landed and quarantined now."""
    lock(connection, Lock.GATE_FINDINGS, business_date)
    run(connection, "delete_findings", business_date=business_date)
    run(connection, "insert_findings", business_date=business_date)
