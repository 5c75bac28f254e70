"""The running month of several contracts together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.cabinet.running_month import Range, RunningMonth
from pipelines.money import ZERO


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """The running month of contracts together, in roubles with VAT; `expected` None: not all of them can be foreseen."""

    total: Decimal
    issued: Decimal
    expected: Range | None
    vehicles: int
    known_until: date

    @classmethod
    def of(cls, months: Sequence[RunningMonth]) -> "MonthSoFar | None":
        """Their sum; None where nothing is known of any."""
        known = [month for month in months if month.known_until is not None and month.total is not None]
        if not known:
            return None
        ranges = [month.expected for month in months]
        expected = None
        if all(ranges):
            foreseen = [way for way in ranges if way]
            expected = Range(*(sum((getattr(way, side) for way in foreseen), ZERO) for side in ("low", "likely", "high")))
        return cls(
            total=sum((month.total or ZERO for month in known), ZERO),
            issued=sum((month.issued for month in months), ZERO),
            expected=expected,
            vehicles=sum(month.fleet.days[-1].fleet_size for month in known if month.fleet.days),
            known_until=max(month.known_until for month in known if month.known_until),
        )
