"""How figures, dates and sums are written for Russian readers. Pure.

A minus is a true one everywhere. Pages and workbooks part thousands by narrow spaces: `amount`, `quantity`, `price`. Text
that is stored with an invoice or goes to 1C keeps to wide no-break spaces: `roubles`, `number`, `full_number`, `in_units`.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from pipelines.period import Month, Span

THIN = "\N{NARROW NO-BREAK SPACE}"
FIXED = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DAY = ("день", "дня", "дней")
VEHICLE = ("машина", "машины", "машин")
VEHICLE_DAY = ("машино-день", "машино-дня", "машино-дней")
NO_WORD = "одобрено в командной строке"
"""What stands for the word of an approver who said none; it is never printed on a paper."""
_THOUSANDTH = Decimal("0.001")
_MOST_DECIMALS = 20

_OF_MONTH = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
MONTHS = (
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
    return _grouped(_without_idle_zeros(f"{value:f}"))


def price(value: Decimal) -> str:
    """A price: at least two decimals, more where the tariff has more: ``300,00``, ``0,125``."""
    return _grouped(_at_least_kopecks(value))


def roubles(value: Decimal) -> str:
    """A price or an amount within stored text: ``3 000,00`` with a no-break space; a price keeps its further decimals: ``0,125``."""
    return _grouped(_at_least_kopecks(value), FIXED)


def number(value: Fraction | Decimal | int) -> str:
    """A quantity within stored text, at most three decimals: ``12``, ``13,5``; a longer one is rounded for the eye: ``13,097``."""
    if isinstance(value, int):
        return _grouped(str(value), FIXED)
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else value
    return _grouped(_without_idle_zeros(f"{exact.quantize(_THOUSANDTH, ROUND_HALF_UP):f}"), FIXED)


def full_number(value: Fraction | Decimal | int) -> str:
    """A quantity within stored text with all its decimals: ``13,0625``; one without an end as a fraction: ``406/31``."""
    ratio = Fraction(value)
    if ratio.denominator == 1:
        return _grouped(str(ratio.numerator), FIXED)
    decimals = next((places for places in range(_MOST_DECIMALS) if not 10**places % ratio.denominator), None)
    if decimals is None:
        return f"{number(ratio.numerator)}/{number(ratio.denominator)}"
    return _grouped(f"{Decimal(ratio.numerator) / ratio.denominator:.{decimals}f}", FIXED)


def in_units(value: Fraction | Decimal | int, one: str, few: str, many: str) -> str:
    """A quantity within stored text with its noun: ``1 машина``, ``12 машин``, ``46,194 машины``."""
    return f"{number(value)}{FIXED}{noun(int(value), one, few, many) if value == int(value) else few}"


def percent(value: Decimal) -> str:
    """A rate in percent: ``22 %``."""
    return f"{quantity(value)}{FIXED}%"


def long_date(day: date) -> str:
    """``1 февраля 2026 г.``"""
    return f"{day.day}{FIXED}{_OF_MONTH[day.month - 1]} {day.year}{FIXED}г."


def short_date(day: date) -> str:
    """``01.02.2026``"""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def days(spans: Iterable[Span], *, whole_dates: bool = False) -> str:
    """Runs of days: ``03.01.2026, 05.01–07.01.2026``; with ``whole_dates`` ``05.01.2026–07.01.2026``."""
    run = (lambda span: f"{short_date(span.first)}–{short_date(span.last)}") if whole_dates else period
    return ", ".join(short_date(span.first) if span.days == 1 else run(span) for span in spans)


def period(span: Span) -> str:
    """A span by both its ends, also when they are one day: ``16.01–31.01.2026``."""
    return f"{span.first:%d.%m}–{short_date(span.last)}"


def month_or_period(span: Span) -> str:
    """``январь 2026 г.`` of a whole month, ``16.01–31.01.2026`` of a part, ``16.01.2026`` of a day."""
    month = Month.of(span.first)
    if span == month.span:
        return month_name(month)
    return short_date(span.first) if span.days == 1 else period(span)


def month_name(month: Month) -> str:
    """``январь 2026 г.``"""
    return f"{MONTHS[month.number - 1]} {month.year}{FIXED}г."


def month_heading(month: Month) -> str:
    """``Январь 2026 г.``, at the beginning of a line."""
    return month_name(month).capitalize()


def counted(number: int, one: str, few: str, many: str) -> str:
    """A number with its noun: ``1 день``, ``3 дня``, ``11 дней``."""
    return f"{_grouped(str(number))}{FIXED}{noun(number, one, few, many)}"


def noun(number: int, one: str, few: str, many: str) -> str:
    """The noun alone, in the form that its number asks for."""
    tail, tens = abs(number) % 10, abs(number) % 100
    return one if tail == 1 and tens != 11 else few if 2 <= tail <= 4 and not 12 <= tens <= 14 else many


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
    text = f"{in_roubles} {kopecks % 100:02} {noun(kopecks % 100, 'копейка', 'копейки', 'копеек')}"
    text = f"минус {text}" if value < 0 else text
    return text[0].upper() + text[1:]


def _at_least_kopecks(value: Decimal) -> str:
    decimals = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{decimals}f}"


def _without_idle_zeros(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _grouped(written: str, space: str = THIN) -> str:
    sign, digits = (MINUS, written[1:]) if written.startswith("-") else ("", written)
    whole, _, decimals = digits.partition(".")
    if not digits.strip("0."):
        sign = ""
    head = len(whole) % 3
    groups = [whole[:head]] * bool(head) + [whole[i : i + 3] for i in range(head, len(whole), 3)]
    return sign + space.join(groups) + ("," + decimals if decimals else "")
