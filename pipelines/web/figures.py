"""Sums, days and months as pages write them, in Russian or English. Pure."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from pipelines.period import Month
from pipelines.wording import russian

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_ENGLISH = str.maketrans({russian.FIXED: ",", ",": "."})


def in_language(write: Callable[..., str], language: str) -> Callable[..., str]:
    """A filter of one language."""
    return partial(write, language=language)


def money(amount: Decimal | int, *, language: str = "ru") -> str:
    """``1 234 567,80`` or ``1,234,567.80``, with a minus as wide as a figure; the currency stands beside it. 0: a sum of nothing."""
    return _marked(russian.roubles(Decimal(amount)), language)


def count(number: int | Decimal, *, language: str = "ru") -> str:
    """A whole number in groups of three; of a fraction at most three decimals."""
    return _marked(russian.number(number), language)


def percent(rate: Decimal, *, language: str = "ru") -> str:
    """``2,5 %`` or ``2.5%``."""
    return russian.percent(rate) if language == "ru" else f"{count(rate, language=language)}%"


def day(when: date, *, language: str = "ru") -> str:
    """``5 января 2026 г.`` or ``5 January 2026``."""
    return russian.long_date(when) if language == "ru" else f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def short_day(when: date, *, language: str = "ru") -> str:
    """``05.01.2026`` or ``5 Jan 2026``."""
    return russian.short_date(when) if language == "ru" else f"{when.day} {MONTHS[when.month - 1][:3]} {when.year}"


def month(when: Any, *, language: str = "ru") -> str:
    """``январь 2026`` or ``January 2026``, of a month or a day in it."""
    period = when if isinstance(when, Month) else Month.of(when)
    return russian.month_name(period) if language == "ru" else f"{MONTHS[period.first.month - 1]} {period.first.year}"


def _marked(written: str, language: str) -> str:
    """A figure as Russian writes it, with the marks of the language."""
    return written if language == "ru" else written.translate(_ENGLISH)
