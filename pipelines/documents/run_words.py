"""What the four kinds of runs are called for people."""

from pipelines.billing.model import Purpose
from pipelines.period import Month
from pipelines.wording.russian import month_name

RUN_NAMES = {
    Purpose.CLOSE: "закрытие",
    Purpose.PREPAY: "предоплата",
    Purpose.WATCH: "превышение предоплаты",
    Purpose.CORRECT: "исправление",
}


def run_name(month: Month, purpose: Purpose) -> str:
    """``февраль 2026 г., исправление``; the close is meant where nothing else is said: ``февраль 2026 г.``"""
    return month_name(month) if purpose == Purpose.CLOSE else f"{month_name(month)}, {RUN_NAMES[purpose]}"


def run_heading(month: Month, purpose: Purpose) -> str:
    """The same at the beginning of a line: ``Февраль 2026 г., исправление``."""
    name = run_name(month, purpose)
    return name[0].upper() + name[1:]
