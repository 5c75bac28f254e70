"""How the result moves when an assumption is halved or doubled: both ways lived again, fleetbill by the calculator and a retold ladder."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.year.assumptions import Assumptions, varied
from tests.year.modelled import Modelled
from tests.year.old_way import OldWay
from tests.year.outcome import Outcome
from tests.year.table import WORK, change, minutes
from tests.year.world import Scale

_SHARES_UP_TO = 0.98


@dataclass(frozen=True)
class Moved:
    """What one changed assumption makes of the three promises, in percent."""

    name: str
    factor: float
    value: float
    errors: float | None
    overdue: float | None
    hours: float | None


def moved(scale: Scale, given: Assumptions, old: Outcome, new: Outcome) -> Iterator[Moved]:
    """The assumptions as they are, then each halved and doubled. ``old``, ``new``: the real run, whose counts of work are kept."""
    base = OldWay(scale, given).live(), Modelled(scale, given).live()
    yield _compared("as assumed", 1, 0, base, given, (old, new))
    for each in varied():
        value = getattr(given, each.name)
        for factor in (0.5, 2.0):
            changed = value * factor
            if value <= 1:
                changed = min(changed, _SHARES_UP_TO)
            tried = replace(given, **{each.name: changed})
            lived = base if each.name in WORK else (OldWay(scale, tried).live(), Modelled(scale, tried).live())
            yield _compared(each.name, factor, changed, lived, tried, (old, new))


def _compared(
    name: str, factor: float, value: float, lived: tuple[Outcome, Outcome], given: Assumptions, counted: tuple[Outcome, Outcome]
) -> Moved:
    old, new = lived
    cost = minutes(given)
    return Moved(
        name, factor, value, change(old.errors, new.errors), change(old.average_overdue, new.average_overdue),
        change(counted[0].hours(cost), counted[1].hours(cost)),
    )  # fmt: skip
