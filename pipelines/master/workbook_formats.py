"""Number formats of a workbook: whether one shows a date, and what date a number is. Pure."""

import re
from datetime import datetime, timedelta

_LITERAL = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|\\.|_.', re.IGNORECASE)
_DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_BUILT_IN_FORMATS = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 49: "@"}
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - a workbook's dates have no zone
_LEAP_DAY_THAT_NEVER_WAS = 60  # 29 February 1900, which the format counts
_DAY = 24 * 60 * 60 * 1000


def is_date(number_format: str) -> bool:
    """Whether a number format shows a number as a date or a time of day."""
    return bool(_DATE_LETTER.search(_LITERAL.sub("", number_format.partition(";")[0])))


def moment(number: float, number_format: str, *, from_1904: bool) -> datetime | timedelta:
    """A number as its date format shows it: a date, or for a time alone how long after midnight. OverflowError beyond all dates."""
    since = timedelta(milliseconds=round(number * _DAY))
    if 0 <= number < 1 or _ELAPSED.search(number_format):
        return since
    if not from_1904 and number < _LEAP_DAY_THAT_NEVER_WAS:
        since += timedelta(days=1)
    return _EPOCHS[from_1904] + since


def built_in(style: str) -> str:
    """The format that a number below 164 stands for; dates of every language are one date to us."""
    number = int(style) if style.isdecimal() else 0
    return "yyyy-mm-dd" if number in _BUILT_IN_DATES else _BUILT_IN_FORMATS.get(number, "General")
