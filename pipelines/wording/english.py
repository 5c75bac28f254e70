"""How counts, days and months are written on the terminal and in refusals. Amounts there are `money.shown`. Pure."""

from collections.abc import Iterable, Sequence

from pipelines.period import Month, Span


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 contract``, ``12 contracts``."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def first_few(names: Sequence[str], most: int) -> str:
    """At most so many names, and how many follow: ``K1, K2 and 3 more``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def days(spans: Iterable[Span]) -> str:
    """Runs of days: ``2026-01-03, 2026-01-05…2026-01-07``."""
    return ", ".join(str(span.first) if span.days == 1 else str(span) for span in spans)


def months(run: Sequence[Month]) -> str:
    """A run of months, in order: ``2026-01``, ``2026-01…2026-03``."""
    return str(run[0]) if len(run) == 1 else f"{run[0]}…{run[-1]}"
