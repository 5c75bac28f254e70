"""Findings kept day by day; each room replaces its own kinds of its own days (domain.md §10)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Occurrence(NamedTuple):
    """A finding seen on one day. ``subject``: such as 'gps1/4711', a contract, a payment; ``detail``: for people, in Russian."""

    kind: str
    subject: str
    seen_on: date
    contract_no: str | None
    detail: str


Row = tuple[str, str, date, str | None, str]  # an Occurrence, or its plain tuple


def replace(connection: "Connection", kinds: Sequence[str], first: date, last: date, rows: Iterable[Row]) -> int:
    """Put rows in place of everything of these kinds from ``first`` to ``last``; of equal (kind, subject, day) the first counts."""
    query.run(connection, "findings/forget", kinds=list(kinds), first=first, last=last)
    unique: dict[tuple[str, str, date], Row] = {}
    for row in rows:
        unique.setdefault((row[0], row[1], row[2]), row)
    if unique:
        columns = ("kind", "subject", "seen_on", "contract_no", "detail")
        query.copy(connection, "findings.occurrences", columns, (row for _, row in sorted(unique.items())))
    return len(unique)


def listing(
    connection: "Connection",
    month: Month | None = None,
    kind: str | None = None,
    *,
    client: str | None = None,
    contract_no: str | None = None,
) -> list[dict[str, Any]]:
    """Findings by kind and subject: kind, subject, contract_no, first_seen, last_seen, days, detail, is_open.

    With a month, as seen in its days alone; with a client or a contract, those about its contracts. ``is_open``: still
    seen on the newest day that has evidence.
    """
    binds = {
        "first": month.first if month else None,
        "last": month.last if month else None,
        "kind": kind,
        "client": client,
        "contract": contract_no,
    }
    return query.mappings(connection, "findings/listing", **binds)
