"""Who has come to a page of the desk, and with what: all that a page or an action needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from pipelines.desk.drafts import ShownRuns
from pipelines.desk.kept import KeptReadings
from pipelines.desk.orchestrator import Orchestrator, Person
from pipelines.desk.seal import Seal
from pipelines.errors import Refused
from pipelines.period import Month
from pipelines.settings import Settings

LONGEST_TEXT = 1000
LAST_PAGE = 10_000


class Unreadable(Refused):
    """A field of the address or of a form cannot be read; the message says which, in words."""


@dataclass(frozen=True, slots=True)
class DeskMemory:
    """What a process of the desk keeps between visits; without it, everything is read again."""

    readings: KeptReadings = field(default_factory=KeptReadings)
    shown: ShownRuns = field(default_factory=ShownRuns)


@dataclass(frozen=True, slots=True)
class DeskVisit:
    """A visit of a person at a moment. ``root``: the path under which the desk lies; ``given``: fields of the address, or of the form."""

    settings: Settings
    orchestrator: Orchestrator
    person: Person
    at: datetime
    seal: Seal
    root: str
    given: Mapping[str, Sequence[str]]
    memory: DeskMemory

    def text(self, name: str) -> str:
        """A field as it was typed, without blanks around it; empty where there is none."""
        return next(iter(self.given.get(name, ())), "").strip()[:LONGEST_TEXT]

    def whole_text(self, name: str, title: str, longest: int) -> str:
        """A field of which nothing may be lost, as `text`. Unreadable above so many characters."""
        text = next(iter(self.given.get(name, ())), "").strip()
        if len(text) > longest:
            raise Unreadable(f"{title}: {len(text)} знаков, больше {longest} не принимается. Ничего не сделано.")
        return text

    def texts(self, name: str) -> list[str]:
        """All values of a field that may be there more than once."""
        return [value.strip()[:LONGEST_TEXT] for value in self.given.get(name, ())]

    def month(self) -> Month | None:
        """The month that is asked for; None where none is named. Unreadable."""
        text = self.text("month")
        try:
            return Month.parse(text) if text else None
        except ValueError:
            raise Unreadable(f"«{text[:20]}» — не месяц: нужно, например, 2026-02.") from None

    def day(self, name: str, title: str) -> date | None:
        """A date field; None where it is empty. Unreadable."""
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise Unreadable(f"{title}: «{text[:20]}» — не дата, нужно ГГГГ-ММ-ДД.") from None

    def moment(self, name: str) -> datetime:
        """The moment at which the page was shown, as its form carries it. Unreadable."""
        text = self.text(name)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Unreadable("Форма не говорит, когда её показали: загрузите страницу заново.") from None
        if moment.tzinfo is None:
            raise Unreadable("Форма не говорит, когда её показали: загрузите страницу заново.")
        return moment

    def page(self) -> int:
        """Which page of a long list, from 1."""
        text = self.text("page")
        return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and int(text[:9]) else 1

    def address(self, path: str, **fields: object) -> str:
        """Address of a page of the desk with these fields; those that are None or empty are left out."""
        asked = {name: str(value) for name, value in fields.items() if value not in (None, "")}
        return f"{self.root}{path}" + (f"?{urlencode(asked)}" if asked else "")
