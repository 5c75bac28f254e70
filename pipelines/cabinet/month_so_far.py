"""The running month of several contracts together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.cabinet.running_month import Range, RunningMonth
from pipelines.money import ZERO


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """The running month of contracts together, in roubles with VAT; `expected` None: not all of them can be foreseen.

    `total` and `issued` are of the contracts that can be priced, `vehicles` of all whose fleet is known, each on its last known day, as a
    table of them shows them. `known_until`: the earliest of these days; `is_known_further`: some contracts are known to a later one.
    """

    total: Decimal
    issued: Decimal
    expected: Range | None
    vehicles: int
    known_until: date
    is_known_further: bool

    @classmethod
    def of(cls, months: Sequence[RunningMonth]) -> "MonthSoFar | None":
        """Their sum; None where none can be priced by what is known."""
        known = [(month, month.known_until) for month in months if month.known_until is not None]
        priced = [(month, month.total) for month, _ in known if month.total is not None]
        if not priced:
            return None
        ranges = [month.expected for month in months]
        expected = None
        if all(ranges):
            foreseen = [way for way in ranges if way]
            expected = Range(*(sum((getattr(way, side) for way in foreseen), ZERO) for side in ("low", "likely", "high")))
        return cls(
            total=sum((total for _, total in priced), ZERO),
            issued=sum((month.issued for month, _ in priced), ZERO),
            expected=expected,
            vehicles=sum(month.fleet.days[-1].fleet_size for month, _ in known),
            known_until=min(until for _, until in known),
            is_known_further=len({until for _, until in known}) > 1,
        )
