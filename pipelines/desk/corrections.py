"""Corrections: closed months whose facts have changed since, what waits as a draft, and what was issued lately, each with its cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_ADJUSTMENTS: Final = 60
FACTS: Final[Mapping[str, str]] = {
    "snapshots": "снимки платформ",
    "carried days": "перенесённые дни",
    "terms": "условия договоров",
    "tariffs": "тарифы",
    "components": "цены тарифов",
    "tiers": "ступени тарифов",
    "accounts": "учётные записи договоров",
    "contracts": "договоры",
    "vat_modes": "режим НДС",
}
"""Kinds of facts that may change after a close (`runs/changed_since_close`), in words."""


@dataclass(frozen=True, slots=True)
class ChangedMonth:
    """A closed month with the kinds of facts that have changed since: (in words, how many contracts they may touch)."""

    month: Month
    facts: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Corrections:
    """``adjustments``: rows of `desk/adjustments`, of ``whole`` that there are."""

    changed: Sequence[ChangedMonth]
    adjustments: Sequence[Any]
    whole: int


def corrections(connection: "Connection") -> Corrections:
    """What finance has to know of corrections: drafts first, then the newest."""
    facts: dict[str, list[tuple[str, int]]] = {}
    for row in query.rows(connection, "runs/changed_since_close"):
        facts.setdefault(row.month, []).append((FACTS.get(row.what, row.what), row.contracts))
    adjustments = query.rows(connection, "desk/adjustments", most=MOST_ADJUSTMENTS)
    changed = [ChangedMonth(Month.parse(month), of_month) for month, of_month in facts.items()]
    return Corrections(changed, adjustments, adjustments[0].whole if adjustments else 0)
