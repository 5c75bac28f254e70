"""How far the close of a month has come, and so whether the month may be compared with the one before."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class MonthClosing:
    """Contracts of the month that are `closed`, and those in force that its close has not `untouched`; whether its drafts wait.
    `closed_before`: of the month before; `is_billed_before`: that one has invoices."""

    is_drafted: bool
    closed: int
    closed_before: int
    is_billed_before: bool
    untouched: int

    @property
    def has_begun(self) -> bool:
        """The close has drafted or closed something: until then a month has advances and what exceeded them alone."""
        return self.is_drafted or self.closed > 0

    @property
    def is_before_open(self) -> bool:
        """The month before has invoices and was not closed: what it comes to is not known either."""
        return self.is_billed_before and not self.closed_before

    @property
    def is_comparable(self) -> bool:
        """Both months are whole enough for a difference between them to say something."""
        return self.has_begun and not self.is_before_open


def month_closing(connection: "Connection", month: Month) -> MonthClosing:
    """The close of a month as it stands."""
    closing = query.first(connection, "reports/closing", MonthClosing, month=month.first, last=month.last, previous=month.previous.first)
    if closing is None:
        raise LookupError("the close of a month is always one row")
    return closing
