"""What a month is waiting for: platform-days that are neither landed nor carried, and a person who has it drafted."""

from dataclasses import dataclass
from datetime import date

from pipelines.evidence.coverage import coverage
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import query
from pipelines.warehouse.engine import transaction
from pipelines.wording.russian import month_name, short_date

COVERED = ("landed", "carried")
_MONTHS_BACK = 3


@dataclass(frozen=True, order=True, slots=True)
class WaitingDay:
    """A platform-day that is missing or quarantined."""

    platform: str
    day: date
    status: str

    def __str__(self) -> str:
        return f"{self.platform} {self.day}: {self.status}"

    @property
    def russian(self) -> str:
        """The same for finance."""
        state = "снимок в карантине" if self.status == "quarantined" else "снимка нет"
        return f"{self.platform}, {short_date(self.day)}: {state}"


@dataclass(frozen=True, order=True, slots=True)
class Undrafted:
    """A month whose days are all known, with contracts in force, that nobody has drafted."""

    month: Month

    def __str__(self) -> str:
        return f"{self.month}: complete, and nobody has drafted it: trigger close_month, or `fleetbill close --month {self.month}`"

    @property
    def russian(self) -> str:
        """The same for finance."""
        return f"{month_name(self.month)}: все дни известны, но никто не рассчитал: запустите close_month"


def waiting_before(settings: Settings, day: date) -> list[WaitingDay | Undrafted]:
    """Everything that months before ``day`` wait for: platform-days first, then complete months that nobody has drafted."""
    return [*days_before(settings, day), *undrafted_before(settings, day)]


def days_before(settings: Settings, day: date) -> list[WaitingDay]:
    """Every platform-day of the month before ``day``'s and of its own, up to the day before it, that is not covered."""
    month = Month.of(day)
    with transaction(settings) as connection:
        rows = [row for each in (month.previous, month) for row in coverage(connection, each)]
    open_days = (row for row in rows if row["date"] < day and row["status"] not in COVERED)
    return sorted(WaitingDay(row["platform"], row["date"], row["status"]) for row in open_days)


def undrafted_before(settings: Settings, day: date) -> list[Undrafted]:
    """The months that ended before ``day``, three at most, whose days are all covered and whose close nobody has drafted.

    A close is started by the days that `fleet_daily` lands; days landed past it start none, and a start can be lost.
    """
    months = [Month.of(day).shift(-back) for back in range(_MONTHS_BACK, 0, -1)]
    with transaction(settings) as connection:
        return [
            Undrafted(each)
            for each in months
            if query.scalar(connection, "evidence/is_undrafted", month=each.first, last=each.last)
            and all(row["status"] in COVERED for row in coverage(connection, each))
        ]
