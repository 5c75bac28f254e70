"""What a month is waiting for: the platform-days that are neither landed nor carried."""

from dataclasses import dataclass
from datetime import date

from pipelines.evidence.coverage import coverage
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse.engine import transaction

COVERED = ("landed", "carried")


@dataclass(frozen=True, order=True, slots=True)
class Waiting:
    """A platform-day that is missing or quarantined."""

    platform: str
    day: date
    status: str

    def __str__(self) -> str:
        return f"{self.platform} {self.day}: {self.status}"


def waiting_before(settings: Settings, day: date) -> list[Waiting]:
    """Every platform-day of the month before ``day``'s and of its own, up to the day before it, that is not covered."""
    month = Month.of(day)
    with transaction(settings) as connection:
        rows = [row for each in (month.previous, month) for row in coverage(connection, each)]
    open_days = (row for row in rows if row["date"] < day and row["status"] not in COVERED)
    return sorted(Waiting(row["platform"], row["date"], row["status"]) for row in open_days)
