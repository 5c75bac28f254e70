"""How the house stands, measured when asked: parked contracts, leakage, the age of what has not left, the share of blocked clients."""

from datetime import datetime, timedelta
from decimal import Decimal

from pipelines import telemetry
from pipelines.delivery.onec.status import status as exchange
from pipelines.evidence.waiting import days_before
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.period import Month
from pipelines.reports.leakage import leakage, lost
from pipelines.runs.metrics import Tally, add
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import reading, transaction

COLUMNS = ("metric", "value")
_HOUR = timedelta(hours=1)
_PLACES = Decimal("0.0001")


def take(settings: Settings, at: datetime) -> dict[str, Decimal]:
    """Measure, keep the states with the metrics of the day, give them to the monitor; metric → value."""
    with verb("runs", "measure") as done:
        with reading(settings) as connection:
            today = house_clock.today(connection, at)
            row = query.first(connection, "runs/gauges", day=today)
            leaks = leakage(connection, Month.of(row.counted_month)) if row.counted_month else ()
        waits = [peer.oldest_queued_at for peer in exchange(settings, at) if not peer.is_over and peer.oldest_queued_at]
        states = {
            "contracts.parked": Decimal(row.parked),
            "leakage.roubles": lost(leaks),
            "leakage.vehicles": Decimal(sum(leak.vehicles for leak in leaks if not leak.agreed)),
            "outbox.mail.hours": _hours(row.oldest_letter_at, at),
            "outbox.onec.hours": _hours(min(waits, default=None), at),
            "access.blocked_share": Decimal(row.blocked_share).quantize(_PLACES),
            "snapshots.missing_days": Decimal(sum(1 for _ in days_before(settings, today))),
        }
        tally = Tally()
        for name, value in states.items():
            tally.state(name, value)
        with transaction(settings) as connection:
            add(connection, tally, at)
        done["states"] = len(states)
    telemetry.give(tally.measures(), at, statsd=settings.statsd, otlp=settings.otlp)
    return states


def _hours(since: datetime | None, at: datetime) -> Decimal:
    return Decimal(0) if since is None else Decimal(max(at - since, timedelta()) / _HOUR).quantize(_PLACES)
