"""Findings for whoever they wait for: kinds with their number and roubles, and those of one kind, the dearest first."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.findings.kinds import FINDING_KINDS, KIND_NAMES, OWNER_NAMES
from pipelines.findings.words import subject_words
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.finding_costs import priced_findings

if TYPE_CHECKING:
    from sqlalchemy import Connection

ON_A_PAGE = 40


@dataclass(slots=True)
class KindOfFindings:
    """Findings of one kind: how many, how many of them are open, muted by people, and what they cost (roubles without VAT, an estimate)."""

    kind: str
    number: int = 0
    open: int = 0
    muted: int = 0
    roubles: Decimal = ZERO

    @property
    def name(self) -> str:
        """What people call it."""
        return KIND_NAMES.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding as the page shows it; ``subject`` is its code, ``words`` what is read instead."""

    kind: str
    subject: str
    words: str
    contract_no: str | None
    first_seen: date
    last_seen: date
    days: int
    detail: str
    is_open: bool
    roubles: Decimal | None
    muted_until: date | None
    muted_by: str | None
    muted_for: str | None


def by_owner(connection: "Connection", month: Month) -> list[tuple[str, Sequence[KindOfFindings]]]:
    """Who looks after them → the kinds that the month has, the dearest first."""
    kinds: dict[str, KindOfFindings] = {}
    for row in priced_findings(connection, month):
        kind = kinds.setdefault(row["kind"], KindOfFindings(row["kind"]))
        kind.number += 1
        kind.open += row["is_open"] and not row["muted_until"]
        kind.muted += row["muted_until"] is not None
        kind.roubles += row["roubles"] or ZERO
    owners: dict[str, list[KindOfFindings]] = {code: [] for code in OWNER_NAMES}
    for kind in kinds.values():
        declared = FINDING_KINDS.get(kind.kind)
        owners.setdefault(declared.owner.value if declared else "", []).append(kind)
    return [
        (OWNER_NAMES.get(code, "без ответственного"), sorted(of_owner, key=lambda kind: (-kind.roubles, kind.name)))
        for code, of_owner in owners.items()
        if of_owner
    ]


def of_kind(connection: "Connection", month: Month, kind: str) -> tuple[list[ShownFinding], int]:
    """The findings of a kind in a month, open and dear ones first, and how many there are."""
    number = 0

    def counted() -> Any:
        nonlocal number
        for row in priced_findings(connection, month, kind):
            number += 1
            yield row

    most = heapq.nsmallest(ON_A_PAGE, counted(), key=_order)
    return [_shown(row) for row in most], number


def _order(row: dict[str, Any]) -> tuple[bool, bool, Decimal, str]:
    return row["muted_until"] is not None, not row["is_open"], -(row["roubles"] or ZERO), row["subject"]


def _shown(row: dict[str, Any]) -> ShownFinding:
    words = subject_words(row["kind"], row["subject"])
    kept = {name: row[name] for name in ShownFinding.__slots__ if name != "words"}
    return ShownFinding(**kept, words=words)
