"""What the four kinds of runs are called for people."""

from pipelines.billing.model import Purpose

RUN_NAMES = {
    Purpose.CLOSE: "закрытие",
    Purpose.PREPAY: "предоплата",
    Purpose.WATCH: "превышение предоплаты",
    Purpose.CORRECT: "исправление",
}


def told_apart(purpose: Purpose) -> str:
    """The name beside a month; empty of the close, which is meant where nothing else is said."""
    return "" if purpose == Purpose.CLOSE else RUN_NAMES[purpose]
