"""Month-end dips of the stored fleets: a fleet hidden in the last days and back in the next week (domain.md §10)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.findings.dips import FAR_BELOW, WEEK, Dip, dip, month_end
from pipelines.findings.store import Occurrence
from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIP = "month_end_dip"


def dips(connection: "Connection", month: Month) -> Iterator[Occurrence]:
    """A finding for each contract whose fleet was hidden at the month's end, as far as the stored days tell.

    Its vehicle-days are those that the low days lack of the peak before: what the count would not have seen.
    """
    next_to = month.last + timedelta(days=WEEK)
    share = Decimal(FAR_BELOW.numerator) / FAR_BELOW.denominator
    for row in query.rows(connection, "usage/month_ends", first=month.first, last=month.last, next_to=next_to, share=share):
        end = month_end(row.fleets, row.next_week, row.next_week_days)
        verdict = dip(end) if end else None
        if end is None or verdict is None:
            continue
        parameters = {
            "peak_before": end.peak_before,
            "low": end.low,
            "since": str(month.last - timedelta(days=end.low_days - 1)),
            "next_week": end.next_week if verdict is Dip.CONFIRMED else None,
        }
        yield Occurrence(DIP, row.contract_no, month.last, row.contract_no, parameters, vehicle_days=end.hidden)
