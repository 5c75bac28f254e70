"""An organization's working days: those of the banks, less and more what its calendar says (domain.md §9). Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.receivables.bank_days import is_bank_day

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """`off`: days off besides those of the banks; `work`: days of work among those off."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether the organization works on a day."""
        return day in self.work or (day not in self.off and is_bank_day(day))

    def from_day(self, day: date) -> date:
        """The day itself where it is worked on, else the next that is; the day itself also where sixty days in a row are off."""
        later = (day + timedelta(days=number) for number in range(_LONGEST))
        return next((each for each in later if self.is_working(each)), day)
