"""The arithmetic of a line, which is stored in Russian with its invoice, in the language of a page. Pure.

`rating` writes it by a few fixed turns; each of them has its English here, figures keep their values. Papers stay Russian.
"""

import re
from datetime import date

from pipelines.web import figures
from pipelines.wording import russian

_NUMBER = r"\d[\d\u00a0\u202f]*(?:,\d+)?(?:/\d[\d\u00a0\u202f]*)?"
_ENGLISH_UNITS = {
    russian.DAY: ("day", "days"),
    russian.VEHICLE: ("vehicle", "vehicles"),
    russian.VEHICLE_DAY: ("vehicle-day", "vehicle-days"),
    ("минута", "минуты", "минут"): ("minute", "minutes"),
    ("час", "часа", "часов"): ("hour", "hours"),
    ("пакет", "пакета", "пакетов"): ("package", "packages"),
}
_UNITS = {form: english for forms, english in _ENGLISH_UNITS.items() for form in forms}
_COUNTED = re.compile(rf"({_NUMBER})([\s\u00a0]+)({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b(?!-)")
_PHRASES = (
    ("услуга не начисляется", "the service is not charged"),
    ("ранее выставленные", "billed before"),
    ("ранее выставлено", "billed before"),
    ("предоплата", "paid ahead for"),
    ("максимум", "at most"),
    ("в среднем", "on average"),
    ("на связи", "online"),
    ("начислено", "charged"),
    ("разница", "difference"),
    ("минимум", "minimum"),
    ("скидка", "discount"),
    ("учтено", "counted"),
    ("цена", "price"),
    (" по ", " of "),
)
_DATE = re.compile(r"\b(\d\d)\.(\d\d)\.(\d{4})\b")
_PERIOD = re.compile(r"\b(\d\d)\.(\d\d)–(?=\d\d\.\d\d\.(\d{4}))")
_MONTH = re.compile(rf"\b({'|'.join(russian.MONTHS)}) (\d{{4}})\u00a0г\.")
_GROUPS = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))")
_PERCENT = re.compile(r"(?<=\d)[ \u00a0]%")
_DECIMALS = re.compile(r"(?<=\d),(?=\d)")


def arithmetic(text: str, *, language: str = "ru") -> str:
    """``максимум 47 машин (14.01.2026); 47 × 300,00 = 14 100,00`` or ``at most 47 vehicles (14 Jan 2026); 47 × 300.00 = 14,100.00``."""
    if language == "ru":
        return text
    said = _COUNTED.sub(_in_units, text)
    for written, english in _PHRASES:
        said = said.replace(written, english)
    said = _MONTH.sub(lambda found: f"{figures.MONTHS[russian.MONTHS.index(found[1])]} {found[2]}", said)
    said = _PERIOD.sub(lambda found: f"{found[1]}.{found[2]}.{found[3]} – ", said)
    said = _DATE.sub(lambda found: figures.short_day(date(int(found[3]), int(found[2]), int(found[1])), language=language), said)
    return _PERCENT.sub("%", _GROUPS.sub(",", _DECIMALS.sub(".", said)))


def _in_units(counted: re.Match[str]) -> str:
    singular, plural = _UNITS[counted[3]]
    return f"{counted[1]}{counted[2]}{singular if counted[1] == '1' else plural}"
