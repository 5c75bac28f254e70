"""The technical team's digest of a day: what is new, what is still open, what is mended since the day before (domain.md §10)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pipelines.delivery.mail.decisions import LetterDecision
from pipelines.findings.details import detail_words
from pipelines.findings.kinds import FINDING_KINDS, KIND_NAMES, FindingOwner
from pipelines.findings.words import subject_words
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.finding_costs import add_costs
from pipelines.warehouse import query
from pipelines.wording import russian

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAMED: Final = 5
"""Findings of a kind that a letter names; the others are counted."""
LONGEST: Final = 140
"""Letters of a finding's words that a letter quotes."""
MONDAY: Final = 0
KINDS: Final = tuple(code for code, kind in FINDING_KINDS.items() if kind.owner is FindingOwner.TECHNICAL)

Digest = Mapping[str, Sequence[Mapping[str, Any]]]
"""`new`, `open`, `mended` → findings with their `roubles`."""


def digest_of(connection: "Connection", day: date) -> Digest:
    """The technical team's findings of a day that nobody has muted, by what has become of them since the covered day before."""
    rows = query.mappings(connection, "findings/changes_of_day", day=day, kinds=list(KINDS))
    add_costs(connection, rows, Month.of(day))
    states: dict[str, list[Mapping[str, Any]]] = {"new": [], "open": [], "mended": []}
    for row in rows:
        states[row["state"]].append(row)
    return states


def is_worth_telling(digest: Digest, day: date) -> bool:
    """Whether something is new or mended; what is only still open is told on Mondays. Pure."""
    return bool(digest["new"] or digest["mended"] or (digest["open"] and day.weekday() == MONDAY))


def decided_digest(connection: "Connection", facts: Mapping[str, Any]) -> LetterDecision:
    """What the digest of a day says now, or that there is nothing (any more) to tell."""
    day = date.fromisoformat(facts["day"])
    digest = digest_of(connection, day)
    if not is_worth_telling(digest, day):
        return LetterDecision(facts, dropped="nothing is new or mended any more")
    return LetterDecision({**facts, **in_words(digest, day)})


def in_words(digest: Digest, day: date) -> dict[str, Any]:
    """Of what is new, open, mended: a line a kind with the findings that it names; and ``counted``, all three in one line. Pure."""
    counted = ", ".join(
        f"{name} {len(digest[state])}"
        for state, name in (("new", "новых"), ("open", "ещё открыто"), ("mended", "устранено"))
        if digest[state]
    )
    return {"counted": counted, **{state: _lists(digest[state], day if state == "open" else None) for state in ("new", "open", "mended")}}


def _lists(rows: Sequence[Mapping[str, Any]], on: date | None) -> list[tuple[str, list[str]]]:
    """``Трекеры без сообщений — 2`` and both of them; the dearest first, then the oldest. ``on``: say for how many days."""
    of_kinds: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        of_kinds[row["kind"]].append(row)
    lines: list[tuple[str, list[str]]] = []
    for kind, of_kind in of_kinds.items():
        ordered = sorted(of_kind, key=lambda row: (-(row["roubles"] or ZERO), row["first_seen"], row["subject"]))
        named = [_named(row, on) for row in ordered[:NAMED]]
        if len(ordered) > NAMED:
            named.append(f"и ещё {len(ordered) - NAMED}")
        total = sum((row["roubles"] or ZERO for row in of_kind), ZERO)
        cost = f", {_roubles(total)}" if total else ""
        lines.append((f"{KIND_NAMES[kind].capitalize()} — {len(of_kind)}{cost}", named))
    return lines


def _named(row: Mapping[str, Any], on: date | None) -> str:
    words = detail_words(row["kind"], row["parameters"], row["detail"]).rstrip(".")
    short = words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"
    since = f"; {russian.counted((on - row['first_seen']).days + 1, 'день', 'дня', 'дней')}" if on else ""
    cost = f"; {_roubles(row['roubles'])}" if row["roubles"] else ""
    return f"{subject_words(row['kind'], row['subject'])}: {short}{since}{cost}"


def _roubles(amount: Decimal) -> str:
    return f"≈ {russian.in_roubles(amount)}"
