"""What a corrective invoice bills: a late prepayment, other terms, or vehicles above those paid ahead (domain.md §6). Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.billing import frozen_json
from pipelines.billing.model import Purpose
from pipelines.documents.model import BilledAhead
from pipelines.period import Month, Span
from pipelines.rating.model import DayUsage

Json = Mapping[str, Any]


def billed_ahead(row: Any) -> tuple[BilledAhead, ...]:
    """What the lines of a corrective bill, by the terms and the days frozen with it; ``row`` of issued_invoices.sql."""
    terms = [
        (date.fromisoformat(version["valid_from"]), version["prepaid_vehicles"], version["basis"]) for version in row.evidence["terms"]
    ]
    until = date.fromisoformat(row.cause[:10]) if row.purpose == Purpose.WATCH else Month.of(row.month).last
    days = [day for day in frozen_json.days(Month.of(row.month), row.evidence) if day.date <= until]
    return tuple(sorted({what for line in row.lines for what in _line_billed_ahead(line, terms, days)}, key=list(BilledAhead).index))


def _line_billed_ahead(line: Json, terms: Sequence[tuple[date, int, str]], days: Sequence[DayUsage]) -> set[BilledAhead]:
    """What nothing had billed before is a prepayment, whatever exceeds it besides; a difference has one cause."""
    span = Span(date.fromisoformat(line["segment_from"]), date.fromisoformat(line["segment_to"]))
    is_exceeded = _is_exceeded([day for day in days if day.date in span], terms)
    if not line["stood"]:
        return {BilledAhead.PREPAYMENT, BilledAhead.EXCEEDED} if is_exceeded else {BilledAhead.PREPAYMENT}
    return {BilledAhead.EXCEEDED if is_exceeded else BilledAhead.AGREED}


def _is_exceeded(counted: Sequence[DayUsage], terms: Sequence[tuple[date, int, str]]) -> bool:
    """Whether more vehicles counted than were paid ahead: on a day, or by the terms' basis on average."""
    for day in counted:
        _, agreed, basis = max((row for row in terms if row[0] <= day.date), default=(day.date, 0, "peak"))
        used = Fraction(sum(counted_day.fleet_size for counted_day in counted), len(counted)) if basis == "average" else day.fleet_size
        if used > agreed:
            return True
    return False
