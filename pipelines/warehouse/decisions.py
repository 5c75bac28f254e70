"""What people decided, as every room's history tells it: one kind of record, read by one statement per source."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a sheet are read: columns in their order (others follow as they come), those that the key says already,
    and those that hold decimals, of which 900 and 900.00 are the same."""

    columns: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    decimals: frozenset[str] = frozenset()

    def same(self, column: str, one: str, other: str) -> bool:
        """Whether two texts of a column are one value."""
        return one == other or bool(column in self.decimals and one and other and Decimal(one) == Decimal(other))


@dataclass(frozen=True, slots=True)
class DecisionSource:
    """One statement (``ROOM/NAME``) that reads a room's history, and the sheets that it tells of.

    It gives ``sheet, key, action, before, after, by_name, reason, at`` in the order in which it happened: rows as JSON text,
    NULL for one that was not there. It takes the binds of `Question`.
    """

    statement: str
    sheets: Mapping[str, Layout]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: everything, or what concerns any of these; from ``since`` to before ``until`` (None: no bound)."""

    everything: bool = True
    contracts: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    tariffs: list[str] = field(default_factory=list)
    sheet: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One change of one row: the row before and after as column → text, None where it was not there."""

    sheet: str
    key: str
    action: str
    before: dict[str, str] | None
    after: dict[str, str] | None
    by: str
    reason: str
    at: datetime


def read(connection: "Connection", source: DecisionSource, question: Question) -> Iterator[Decision]:
    """The decisions of one source in the order in which they were made."""
    values = {name: getattr(question, name) for name in ("everything", "contracts", "clients", "tariffs", "sheet", "since", "until")}
    for row in query.run(connection, source.statement, **values):
        if question.sheet in (None, row.sheet):
            layout = source.sheets[row.sheet]
            before, after = _ordered(row.before, layout), _ordered(row.after, layout)
            yield Decision(row.sheet, row.key, row.action, before, after, row.by_name, row.reason, row.at)


def _ordered(row: str | None, layout: Layout) -> dict[str, str] | None:
    if row is None:
        return None
    given = json.loads(row, parse_float=Decimal)
    names = [name for name in layout.columns if name in given]
    return {name: _text(given[name]) for name in (*names, *(name for name in given if name not in layout.columns))}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
