"""Month-end dips of the stored fleets: a fleet hidden in the last week and back in the next (domain.md §10)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from pipelines.findings.dips import WEEK, Dip, MonthEnd, dip
from pipelines.findings.store import Occurrence
from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIP = "month_end_dip"


def dips(connection: "Connection", month: Month) -> Iterator[Occurrence]:
    """A finding for each contract whose fleet was hidden at the month's end, as far as the stored days tell."""
    binds = {
        "first": month.first,
        "last": month.last,
        "week_from": month.last - timedelta(days=WEEK - 1),
        "next_to": month.last + timedelta(days=WEEK),
    }
    for contract_no, *fleets in query.rows(connection, "usage/month_ends", **binds):
        end = MonthEnd(*fleets)
        verdict = dip(end)
        if verdict is None:
            continue
        next_week = end.next_week if verdict is Dip.CONFIRMED else None
        parameters = {"peak_before": end.peak_before, "last_week": end.last_week, "next_week": next_week}
        yield Occurrence(DIP, contract_no, month.last, contract_no, parameters)
