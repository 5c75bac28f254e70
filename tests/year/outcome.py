"""What a year came to, one way or the other."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

Amounts = list[list[Decimal]]  # month → contract → net roubles


@dataclass
class Outcome:
    """``true``: what was owed; ``billed``: the first invoices of each month; ``corrected``: those with all corrections.

    ``overdue``: roubles past due at the end of each day, with VAT; ``work``: minutes by kind of work; ``counts``: how often it was done.
    """

    true: Amounts = field(default_factory=list)
    billed: Amounts = field(default_factory=list)
    corrected: Amounts = field(default_factory=list)
    overdue: list[Decimal] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def owed(self) -> Decimal:
        """Net roubles owed in the whole year."""
        return _sum(self.true)

    @property
    def errors(self) -> Decimal:
        """Σ |billed − true| over contracts and months, first invoices."""
        return sum((abs(billed - true) for billed, true in self._pairs(self.billed)), Decimal(0))

    @property
    def wrong(self) -> int:
        """Contract-months whose first invoices differ from the true bill by a kopeck or more."""
        return sum(billed != true for billed, true in self._pairs(self.billed))

    @property
    def bills(self) -> int:
        """Contract-months in which something was owed or billed."""
        return sum(bool(billed or true) for billed, true in self._pairs(self.billed))

    @property
    def leaked(self) -> Decimal:
        """Net roubles that were owed and never billed, corrections included."""
        return sum((max(true - billed, Decimal(0)) for billed, true in self._pairs(self.corrected)), Decimal(0))

    @property
    def overbilled(self) -> Decimal:
        """Net roubles that were billed and never owed, corrections included."""
        return sum((max(billed - true, Decimal(0)) for billed, true in self._pairs(self.corrected)), Decimal(0))

    @property
    def average_overdue(self) -> Decimal:
        """Roubles past due on an average day."""
        return sum(self.overdue, Decimal(0)) / max(len(self.overdue), 1)

    def hours(self, minutes: dict[str, float]) -> float:
        """Hours of people's work, by minutes for each kind."""
        return sum(count * minutes[kind] for kind, count in self.counts.items()) / 60

    def _pairs(self, amounts: Amounts) -> list[tuple[Decimal, Decimal]]:
        return [pair for month, owed in zip(amounts, self.true, strict=True) for pair in zip(month, owed, strict=True)]


def _sum(amounts: Amounts) -> Decimal:
    return sum((amount for month in amounts for amount in month), Decimal(0))
