"""How the result moves when an assumption is halved or doubled: both ways lived again, fleetbill by the calculator and a retold ladder."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.year.assumptions import Assumptions, varied
from tests.year.modelled import Modelled
from tests.year.old_way import OldWay
from tests.year.outcome import Outcome
from tests.year.people import STEPS
from tests.year.table import WORK, change, minutes
from tests.year.world import Scale

_SHARES_UP_TO = 0.98
# connected vehicles at their peak, counted every month: nothing that a person could not count
_EASY_BY_HAND = {"by_average": 0.0, "counts_used": 0.0, "recounted": 1.0}
_PEOPLE = ("habit", *(f"late_{days}" for days in ("1_30", "31_60", "61_90", "90")), *(f"{step}_effect" for step in STEPS))
Promises = tuple[float | None, float | None]  # errors and overdue debt, in percent of the old way's


@dataclass(frozen=True)
class Moved:
    """What one changed assumption makes of the three promises, in percent."""

    name: str
    factor: float
    value: float
    errors: float | None
    overdue: float | None
    hours: float | None


def moved(scale: Scale, given: Assumptions, counted: Mapping[str, Outcome], kept: Path) -> Iterator[Moved]:
    """The assumptions as they are, contracts that a hand can count, then each assumption halved and doubled.

    ``counted``: the real run, whose counts of work stand; ``kept``: a file that keeps what was lived, so that an interrupted run goes on.
    """
    lives = _Lives(scale, kept)
    yield Moved("as assumed", 1, 0, *lives.of(given), _hours(counted, given))
    easy = replace(given, **_EASY_BY_HAND)
    yield Moved("what a hand can count", 1, 0, *lives.of(easy), _hours(counted, given))
    for each in varied():
        value = getattr(given, each.name)
        for factor in (0.5, 2.0):
            changed = min(value * factor, _SHARES_UP_TO) if value <= 1 else value * factor
            tried = replace(given, **{each.name: changed})
            promises = lives.of(given if each.name in WORK else tried, only_people=each.name in _PEOPLE)
            yield Moved(each.name, factor, changed, *promises, _hours(counted, tried))


class _Lives:
    """Both ways lived with some assumptions, each once."""

    def __init__(self, scale: Scale, kept: Path) -> None:
        self._scale, self._kept = scale, kept
        self._first: tuple[Outcome | None, Outcome | None] = None, None
        self._known: dict[str, Promises] = json.loads(kept.read_text()) if kept.exists() else {}

    def of(self, given: Assumptions, *, only_people: bool = False) -> Promises:
        """Errors and overdue debt; ``only_people``: fleets and bills are those that were lived first."""
        key = json.dumps([str(self._scale), {name: value for name, value in asdict(given).items() if name not in WORK}])
        if key not in self._known:
            bills = self._first if only_people else (None, None)
            old, new = OldWay(self._scale, given).live(bills[0]), Modelled(self._scale, given).live(bills[1])
            self._first = self._first if self._first[0] else (old, new)
            self._known[key] = change(old.errors, new.errors), change(old.average_overdue, new.average_overdue)
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            self._kept.with_suffix(".part").write_text(json.dumps(self._known))
            self._kept.with_suffix(".part").replace(self._kept)
        return self._known[key]


def _hours(counted: Mapping[str, Outcome], given: Assumptions) -> float | None:
    cost = minutes(given)
    return change(counted["old way"].hours(cost), counted["fleetbill"].hours(cost))
