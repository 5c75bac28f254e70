"""How figures, dates and outside text are written for Russian readers. Pure."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from pipelines.period import Month

THIN = "\N{NARROW NO-BREAK SPACE}"
FIXED = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
_BREAK = "\N{ZERO WIDTH SPACE}"
_SPACES = re.compile(" {2,}")

_OF_MONTH = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


def amount(value: Decimal) -> str:
    """Roubles with kopecks: ``1 234 567,89`` with narrow no-break spaces.

    ValueError when the value is finer than a kopeck: a document never rounds.
    """
    if value != value.quantize(Decimal("0.01")):
        raise ValueError(f"{value} is finer than a kopeck")
    return _grouped(f"{value:.2f}")


def in_roubles(value: Decimal) -> str:
    """An amount within a sentence: ``18 117,00 ₽``."""
    return f"{amount(value)}{FIXED}₽"


def quantity(value: Decimal) -> str:
    """A quantity or a price without idle zeros: ``10``, ``13,097``, ``1 200,5``."""
    text = f"{value:f}"
    return _grouped(text.rstrip("0").rstrip(".") if "." in text else text)


def price(value: Decimal) -> str:
    """A price: at least two decimals, more where the tariff has more: ``300,00``, ``0,125``."""
    decimals = max(2, -int(value.normalize().as_tuple().exponent))
    return _grouped(f"{value:.{decimals}f}")


def percent(value: Decimal) -> str:
    """A rate in percent: ``22 %``."""
    return f"{quantity(value)}{FIXED}%"


def long_date(day: date) -> str:
    """``1 февраля 2026 г.``"""
    return f"{day.day}{FIXED}{_OF_MONTH[day.month - 1]} {day.year}{FIXED}г."


def short_date(day: date) -> str:
    """``01.02.2026``"""
    return f"{day:%d.%m.}{day.year:04}"


def month_name(month: Month) -> str:
    """``январь 2026 г.``"""
    return f"{_MONTHS[month.number - 1]} {month.year}{FIXED}г."


def counted(number: int, one: str, few: str, many: str) -> str:
    """A number with its noun: ``1 день``, ``3 дня``, ``11 дней``."""
    tail, tens = abs(number) % 10, abs(number) % 100
    noun = one if tail == 1 and tens != 11 else few if 2 <= tail <= 4 and not 12 <= tens <= 14 else many
    return f"{_grouped(str(number))}{FIXED}{noun}"


def in_words(value: Decimal) -> str:
    """The sum in words as accountants write it: ``Три тысячи рублей 00 копеек``.

    Roubles in words, kopecks in digits, each noun in the case of its number.
    """
    kopecks = int(abs(value) * 100)
    if value != value.quantize(Decimal("0.01")):
        raise ValueError(f"{value} is finer than a kopeck")
    from num2words import num2words  # a quick command does not pay for it

    # num2words takes an int for kopecks, so it always gets a Decimal
    words = str(num2words(Decimal(kopecks).scaleb(-2), lang="ru", to="currency", currency="RUB"))
    in_roubles = words.split(",", maxsplit=1)[0]
    noun = counted(kopecks % 100, "копейка", "копейки", "копеек").split(FIXED)[1]
    text = f"{in_roubles} {kopecks % 100:02} {noun}"
    text = f"минус {text}" if value < 0 else text
    return text[0].upper() + text[1:]


def clean(text: str | None) -> str:
    """Outside text, safe to typeset: one line, no control or invisible steering characters, NFC."""
    if not text:
        return ""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()
    kept = (" " if _is_blank(char) else char for char in text if _is_blank(char) or not _is_steering(char))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", "".join(kept))).strip()


def breakable(text: str, longest: int = 28) -> str:
    """The text with a permission to break anywhere inside an unbroken run longer than ``longest`` characters."""
    words = clean(text).replace("№ ", "№" + FIXED).split(" ")
    return " ".join(word if len(word) <= longest else _BREAK.join(word) for word in words)


def unbroken(text: str) -> str:
    """Plain text without the permissions to break that a page needs."""
    return text.replace(_BREAK, "")


def _grouped(number: str) -> str:
    sign, digits = (MINUS, number[1:]) if number.startswith("-") else ("", number)
    whole, _, decimals = digits.partition(".")
    if not digits.strip("0."):
        sign = ""
    head = len(whole) % 3
    groups = [whole[:head]] * bool(head) + [whole[i : i + 3] for i in range(head, len(whole), 3)]
    return sign + THIN.join(groups) + ("," + decimals if decimals else "")


def _is_blank(char: str) -> bool:
    return char in "\t\n\r\v\f\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"


def _is_steering(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}
