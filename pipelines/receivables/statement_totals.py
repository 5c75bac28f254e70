"""Whether a statement's own totals agree with its documents: banks sum up what each file should hold (domain.md §8). Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from pipelines.money import ZERO, shown
from pipelines.receivables.bank_statement import BankStatement


@dataclass(frozen=True, slots=True)
class TotalsDiffer:
    """A total of a section that its documents do not add up to; `line` of the section in the file."""

    line: int
    account: str
    total: str
    said: Decimal
    added: Decimal

    def __str__(self) -> str:
        return f"{self.total} of account {self.account} is {shown(self.said)}, what the file holds comes to {shown(self.added)}"


def compare_totals(statement: BankStatement) -> Iterator[TotalsDiffer]:
    """Every total of every section that differs from the documents of its account and days; some banks' totals are wrong themselves."""
    moved = _moved(statement)
    for section in statement.sections:
        received, spent = (moved.get((section.account, way), _Days()).within(section.first, section.last) for way in ("in", "out"))
        checks = [("ВсегоПоступило", section.received, received), ("ВсегоСписано", section.spent, spent)]
        if section.opening is not None:
            checks.append(
                ("КонечныйОстаток", section.closing, section.opening + _or(section.received, received) - _or(section.spent, spent))
            )
        for total, said, added in checks:
            if said is not None and said != added:
                yield TotalsDiffer(section.line, section.account, total, said, added)


class _Days:
    """Sums by day, so that the sum of any run of days is two looks."""

    def __init__(self, by_day: Mapping[date, Decimal] | None = None) -> None:
        self._days = sorted(by_day or ())
        self._until = list(accumulate(((by_day or {})[day] for day in self._days), initial=ZERO))

    def within(self, first: date | None, last: date | None) -> Decimal:
        """Σ from `first` to `last`, both inclusive; None: no bound."""
        start = bisect_left(self._days, first) if first else 0
        stop = bisect_right(self._days, last) if last else len(self._days)
        return self._until[max(start, stop)] - self._until[start]


def _moved(statement: BankStatement) -> dict[tuple[str, str], _Days]:
    """What the documents credit to ("in") and debit from ("out") each account, by days."""
    sums: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    stands_in = statement.accounts if len(statement.accounts) == 1 else ()
    for document in statement.documents:
        if document.credited_on:
            for payee in document.payee_accounts or stands_in:
                sums[payee, "in"][document.credited_on] += document.amount
        if document.debited_on:
            sums[document.payer_account, "out"][document.debited_on] += document.amount
    return {key: _Days(by_day) for key, by_day in sums.items()}


def _or(said: Decimal | None, added: Decimal) -> Decimal:
    return added if said is None else said
