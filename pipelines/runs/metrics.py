"""What the house did and how it stands, kept by day in `runs.metrics` and given to a monitor: written here, for every verb alike.

A process hears of its own verbs and adds them up at its end: one row for each metric and day, whoever wrote to it. `count` is how often,
`total` their sum, `most` the greatest, `last` the last. Of `ROOM.VERB.failed` `last` says how the last try ended: 1 failed, 0 not.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any

from pipelines import telemetry
from pipelines.logs import VerbDone, listening
from pipelines.master import house_clock
from pipelines.settings import Settings
from pipelines.telemetry import Measurement
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading, transaction

COLUMNS = ("day", "metric", "count", "total", "most", "last")
FAILED, REFUSED, SECONDS = "failed", "refused", "seconds"

log = logging.getLogger("fleetbill.runs")


@dataclass(slots=True)
class Sums:
    """What came together of one metric."""

    kind: telemetry.MeasureKind
    count: int = 0
    total: Decimal = Decimal(0)
    most: Decimal = Decimal("-Infinity")
    last: Decimal = Decimal(0)

    def add(self, value: Decimal) -> None:
        """One value more."""
        self.count, self.total, self.most, self.last = self.count + 1, self.total + value, max(self.most, value), value


@dataclass(slots=True)
class Tally:
    """Metric → its sums, of one process; as large as there are metrics, however long the process lives."""

    sums: dict[str, Sums] = field(default_factory=dict)
    _held: Any = field(default_factory=Lock)

    def hear(self, done: VerbDone) -> None:
        """Add what a verb says of itself."""
        verb = f"{done.room}.{done.name}"
        with self._held:
            self._add(f"{verb}.{SECONDS}", "seconds", done.seconds)
            self._add(f"{verb}.{FAILED}", "count", int(done.is_failed))
            if done.is_refused:
                self._add(f"{verb}.{REFUSED}", "count", 1)
            for name, value in done.counts.items():
                self._add(f"{verb}.{name}", "count", value)

    def state(self, name: str, value: Decimal) -> None:
        """How something stands now."""
        self._add(name, "state", value)

    def _add(self, metric: str, kind: telemetry.MeasureKind, value: float | Decimal) -> None:
        self.sums.setdefault(metric, Sums(kind)).add(Decimal(str(value)))

    def measures(self) -> list[Measurement]:
        """What a monitor is given: sums of counts, the longest duration, states."""
        values = {"count": lambda each: each.total, "seconds": lambda each: each.most, "state": lambda each: each.last}
        return [Measurement(name, each.kind, float(values[each.kind](each))) for name, each in sorted(self.sums.items())]


@contextmanager
def measured(settings: Settings, clock: Callable[[], datetime]) -> Iterator[None]:
    """Whatever is done inside is kept and given on at the end, also when it fails; that this is impossible is logged, and no failure."""
    tally = Tally()
    try:
        with listening(tally.hear):
            yield
    finally:
        keep(settings, tally, clock())


def keep(settings: Settings, tally: Tally, at: datetime) -> None:
    """Add a process's metrics to those of the day, and give them to the monitor. Nothing is raised: the work itself is done."""
    if not tally.sums:
        return
    try:
        with transaction(settings) as connection:
            add(connection, tally, at)
    except Exception as error:  # noqa: BLE001 - an old schema, a server that is gone, a disk that is full: no metric is worth the work
        log.info("metrics are not kept: %s", type(error).__name__)
    telemetry.give(tally.measures(), at, statsd=settings.statsd, otlp=settings.otlp)


def add(connection: Any, tally: Tally, at: datetime) -> None:
    """Add the sums to the rows of the house's day."""
    rows = [
        {"metric": metric, "count": each.count, "total": str(each.total), "most": str(each.most), "last": str(each.last)}
        for metric, each in sorted(tally.sums.items())
    ]
    query.run(connection, "runs/add_metrics", day=house_clock.today(connection, at), metrics=json.dumps(rows), at=at)


def listing(settings: Settings, first: date | None, last: date | None, prefix: str) -> list[dict[str, Any]]:
    """Metrics by day (`COLUMNS`), of days from ``first`` to ``last`` (None: no bound) whose name begins so."""
    with reading(settings) as connection:
        return query.mappings(connection, "runs/metrics", first=first, last=last, prefix=prefix)
