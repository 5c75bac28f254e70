"""Why an issued invoice is that much, down to the vehicles of a day; read from what was frozen at its issue (domain.md §7).

Who asks has seen first that the invoice is its own: the use-case that explains knows no readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.audit.explain import explain, require_agreement
from pipelines.audit.model import Explanation, LineDerivation, SnapshotsOfDay, Vehicle
from pipelines.audit.rows import rests_on_fleet
from pipelines.cabinet.papers import ON_A_PAGE, ListPage
from pipelines.period import Span
from pipelines.rating.model import DayUsage
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT = 8  # explanations of large clients hold tens of thousands of vehicles


@lru_cache(maxsize=_KEPT)
def explained(settings: Settings, number: str) -> Explanation:
    """An invoice with its evidence; the same for ever, so the last few are kept. DoesNotAgree where it does not follow from it."""
    explanation = explain(settings, number)
    require_agreement(explanation)
    return explanation


@dataclass(frozen=True, slots=True)
class VehicleOfDay:
    """A vehicle of a contract on a day: whether it was billed, and by which words of `audit` or why not."""

    vehicle: Vehicle
    counts: bool
    why: tuple[str, ...]


def days_of(explanation: Explanation, line: LineDerivation) -> Sequence[DayUsage]:
    """The days that a line rests on; none for a fixed price."""
    return explanation.frozen.days_of(line.line.span) if rests_on_fleet(line.line) else ()


def line_of(explanation: Explanation, line_no: int) -> LineDerivation | None:
    """The line of that number, from 1; None where there is none."""
    return explanation.lines[line_no - 1] if 1 <= line_no <= len(explanation.lines) else None


def vehicles_on(explanation: Explanation, day: date, page: int = 1, only: str = "") -> ListPage[VehicleOfDay]:
    """A page of the vehicles that a contract had on a day, those that count first; ``only``: whose name, plate or number has this in it."""
    wanted = only.casefold().strip()
    seen = [each for each in _seen(explanation, day) if not wanted or wanted in _text(each.vehicle)]
    seen.sort(key=lambda each: (not each.counts, (each.vehicle.name or each.vehicle.vehicle_id).casefold(), each.vehicle.vehicle_id))
    return ListPage(tuple(seen[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]), page, len(seen))


def snapshots_of(explanation: Explanation, day: date) -> tuple[SnapshotsOfDay, ...]:
    """The snapshots that prove a day, by platform."""
    return explanation.frozen.taken_on(day)


def span_of(explanation: Explanation) -> Span:
    """The month of the invoice."""
    return explanation.frozen.month.span


def _seen(explanation: Explanation, day: date) -> "Iterator[VehicleOfDay]":
    for vehicle in explanation.frozen.seen_on(day):
        counts = vehicle.counts_on(day)
        yield VehicleOfDay(vehicle, counts, vehicle.reasons_on(day) if counts else vehicle.left_out_on(day))


def _text(vehicle: Vehicle) -> str:
    return " ".join(filter(None, (vehicle.name, vehicle.plate, vehicle.vehicle_id))).casefold()
