"""Debts by month: what was issued and received, what was open at its end, the share overdue, and days sales outstanding."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class MonthDebts:
    """An organization's month. `month`: its first day; `days`: of the month, only up to the day of the report in its own month.

    Roubles with VAT: `issued` less corrections, `received` from clients less what was given back, `open` and `overdue` at the end.
    """

    organization_code: str
    month: date
    days: int
    issued: Decimal
    received: Decimal
    open: Decimal
    overdue: Decimal

    @property
    def share(self) -> Decimal | None:
        """Of the open debt, overdue, in percent; None where nothing is open."""
        return tenths(Fraction(self.overdue) / Fraction(self.open) * 100) if self.open else None

    @property
    def dso(self) -> Decimal | None:
        """Days sales outstanding: open at the end ÷ issued × days. None: nothing was issued, and the quotient says nothing."""
        return self._in_days(self.open)

    @property
    def best_dso(self) -> Decimal | None:
        """Best possible DSO: the same of what is not overdue; what the terms of payment alone make of it."""
        return self._in_days(self.open - self.overdue)

    @property
    def late_days(self) -> Decimal | None:
        """Average days delinquent, DSO − best possible DSO: what paying late makes of it."""
        return self._in_days(self.overdue)

    def _in_days(self, amount: Decimal) -> Decimal | None:
        return tenths(Fraction(amount) / Fraction(self.issued) * self.days) if self.issued > 0 else None


def tenths(exact: Fraction) -> Decimal:
    """Rounded half-up to one decimal."""
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_TENTH, ROUND_HALF_UP)


def debts_by_month(connection: "Connection", first: Month, last: Month, on: date) -> list[MonthDebts]:
    """Organizations and their months up to the day `on`, as the ledger has them now: payments count by the day of the bank.

    The formulas are those of the Credit Research Foundation (Glossary of terms: Days Sales Outstanding, Best Possible DSO, Average
    Days Delinquent), of one month, with VAT in all parts; opening balances of go-live are open and were issued by nobody here.
    """
    return query.rows(connection, "reports/debts_by_month", MonthDebts, first=first.first, last=last.first, on=on)
