"""An issued invoice with everything that it rests on, as frozen at issue (domain.md §7). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from pipelines.billing.frozen_json import FrozenMapping
from pipelines.period import Month, Span
from pipelines.rating.charges import Amounts, Billed, Charge
from pipelines.rating.model import Contract, DayUsage, Segment, TariffVersion, Terms, VatMode
from pipelines.rating.segments import cut

Json = Mapping[str, Any]
Mask = int
"""Days of a month as bits: bit 0 is the 1st."""


@dataclass(frozen=True, slots=True)
class EarlierLine(Billed):
    """A line that was issued before, with its place: what a corrective or an adjustment is taken from."""

    number: str = ""
    line_no: int = 0
    invoice_kind: str = ""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle that the contract had in the month, as frozen.

    ``counted``: days on which it was billed; ``why``: (counting rule, days) of those; ``left_out``: (unused | deactivated |
    blocked | duplicate, days) on which it was the contract's and was not billed.
    """

    platform: str
    vehicle_id: str
    name: str | None
    plate: str | None
    counted: Mask
    why: tuple[tuple[str, Mask], ...] = ()
    left_out: tuple[tuple[str, Mask], ...] = ()

    def counts_on(self, day: date) -> bool:
        """Whether it was billed on that day."""
        return has(self.counted, day)

    def reasons_on(self, day: date) -> tuple[str, ...]:
        """Why it counts on that day."""
        return tuple(word for word, days in self.why if has(days, day))

    def left_out_on(self, day: date) -> tuple[str, ...]:
        """Why it does not count on that day, though it was the contract's."""
        return tuple(word for word, days in self.left_out if has(days, day))


@dataclass(frozen=True, slots=True)
class SnapshotsOfDay:
    """One platform and day: digests of its snapshots in the order they were taken.

    Carried: ``source`` is the day whose usage stands for it (None: not known), and ``by`` and ``reason`` are the person's.
    """

    platform: str
    day: date
    digests: tuple[str, ...]
    source: date | None = None
    by: str | None = None
    reason: str | None = None

    @property
    def is_carried(self) -> bool:
        """Whether a person let an earlier day's usage stand for it."""
        return self.by is not None


@dataclass(frozen=True)
class FrozenInvoice:
    """The invoice and its evidence. ``before``: lines issued for the same contract and month by earlier runs.

    ``days`` is empty where the invoice does not rest on usage (an advance). ``modes``: the organization's VAT modes that it was billed
    by; none where it was issued before they were frozen.
    """

    number: str
    kind: str
    cause: str
    purpose: str
    month: Month
    issued_on: date
    due_on: date
    issued_at: datetime
    currency: str
    amounts: Amounts
    contract: Contract
    contract_row: Json
    client: Json
    organization: Json
    approved_by: str
    approved_because: str
    terms: tuple[Terms, ...]
    tariffs: Mapping[str, tuple[TariffVersion, ...]]
    mappings: tuple[FrozenMapping, ...]
    days: tuple[DayUsage, ...]
    lines: tuple[Charge, ...]
    before: tuple[EarlierLine, ...]
    snapshots: tuple[SnapshotsOfDay, ...]
    vehicles: tuple[Vehicle, ...]
    vehicles_path: str
    vehicles_digest: str
    modes: tuple[VatMode, ...] = ()

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The segments of the contract's month under the frozen terms and tariffs."""
        return cut(self.contract, self.month, self.terms, self.tariffs)[0]

    def taken_on(self, day: date) -> tuple[SnapshotsOfDay, ...]:
        """The snapshots of a day, by platform."""
        return tuple(snapshot for snapshot in self.snapshots if snapshot.day == day)

    @property
    def carried(self) -> tuple[SnapshotsOfDay, ...]:
        """Carried platform-days on which the contract was in force."""
        dates = {day.date for day in self.days}
        return tuple(snapshot for snapshot in self.snapshots if snapshot.is_carried and snapshot.day in dates)

    def days_of(self, span: Span) -> tuple[DayUsage, ...]:
        """Usage of the days of a span, in order; days that the invoice does not rest on are not there."""
        return tuple(day for day in self.days if day.date in span)

    def seen_on(self, day: date) -> Iterator[Vehicle]:
        """The vehicles that the contract had on a day, counted or not."""
        for vehicle in self.vehicles:
            if vehicle.counts_on(day) or vehicle.left_out_on(day):
                yield vehicle


@dataclass(frozen=True, slots=True)
class LineDerivation:
    """An issued line and what it follows from: what its component costs, less the lines that billed it before."""

    line: Charge
    new: tuple[Charge, ...] = ()
    before: tuple[EarlierLine, ...] = ()

    @property
    def billed(self) -> Amounts:
        """What was billed before, together."""
        return sum((earlier.amounts for earlier in self.before), Amounts())

    @property
    def now(self) -> Amounts:
        """What the component costs now: billed before and this line."""
        return self.billed + self.line.amounts


@dataclass(frozen=True)
class Explanation:
    """An invoice with the derivation of its lines, and every point on which it does not agree with its evidence (none: proven)."""

    frozen: FrozenInvoice
    lines: tuple[LineDerivation, ...]
    disagreements: tuple[str, ...]


def has(days: Mask, day: date) -> bool:
    """Whether a day of the month is among the bits."""
    return bool(days >> day.day - 1 & 1)


def mask_of(days: Iterable[date]) -> Mask:
    """Days of one month as bits."""
    return sum(1 << day.day - 1 for day in set(days))


def fleet_runs(days: Sequence[DayUsage]) -> list[tuple[Span, int]]:
    """Consecutive days of equal fleet size as one run each."""
    runs: list[tuple[Span, int]] = []
    for day in days:
        if runs and runs[-1][1] == day.fleet_size and (day.date - runs[-1][0].last).days == 1:
            runs[-1] = (Span(runs[-1][0].first, day.date), day.fleet_size)
        else:
            runs.append((Span(day.date, day.date), day.fleet_size))
    return runs
