"""Values as EnterpriseData writes them: text made safe, sums, quantities and numbers held to the schema's widths."""

import re
from decimal import Decimal
from functools import lru_cache
from xml.sax.saxutils import escape

from pipelines.delivery.onec.model import NotForOnec

NAME_WIDTH = 100
"""Наименование in 1C's own catalogues; the schema sets none. What is cut off stays in НаименованиеПолное."""
NUMBER_WIDTH = 256
_NO_XML = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_UNWRITABLE = re.compile(f"[{_NO_XML}]")
_ODD_SPACE = re.compile(r"[^\S ]|  |^ | $")
_SUM = re.compile(r"-?[0-9]{1,13}\.[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,12}")
_SUM_LIMIT = Decimal(10) ** 13
_QUANTITY_LIMIT = Decimal(10) ** 12


@lru_cache(maxsize=4096)
def text(value: str) -> str:
    """Free text, escaped; characters that XML cannot hold are left out, line ends become `\\n`."""
    if _is_plain(value):
        return value
    return escape(_UNWRITABLE.sub("", value).replace("\r\n", "\n").replace("\r", "\n"))


def line(value: str) -> str:
    """Free text on one line, escaped, with single spaces."""
    return value if _is_tidy(value) else escape(" ".join(_UNWRITABLE.sub("", value).split()))


def name(value: str, what: str) -> str:
    """A Наименование: one line of at most 100 characters, never empty (NotForOnec names `what`)."""
    if len(value) <= NAME_WIDTH and _is_tidy(value):
        return value
    shown = " ".join(_UNWRITABLE.sub("", value).split())[:NAME_WIDTH].rstrip()
    if not shown:
        raise NotForOnec(f"{what}: the name is empty")
    return escape(shown)


def code(value: str, width: int, what: str) -> str:
    """An identifier (number, ИНН, account): taken as it is or refused, for it must never change on the way."""
    if len(value) > width:
        raise NotForOnec(f"{what}: {value!r} is longer than {width} characters")
    if _is_tidy(value):
        return value
    if not value.strip() or _UNWRITABLE.search(value) or _ODD_SPACE.search(value):
        raise NotForOnec(f"{what}: {value!r} is empty or has characters that 1C would not keep")
    return escape(value)


def money(amount: Decimal, what: str) -> str:
    """A sum with two decimals, at most 15 digits; refused rather than rounded."""
    shown = _sum(amount)
    if shown is None:
        raise NotForOnec(f"{what}: {amount} is not a sum of at most 15 digits, two of them decimals")
    return shown


@lru_cache(maxsize=16384)
def _sum(amount: Decimal) -> str | None:
    """The sum as it is written; None where it is none. Prices and what they come to are the same in many rows."""
    plain = str(amount) if amount else "0.00"
    if _SUM.fullmatch(plain):
        return plain
    shown = f"{amount:.2f}"
    return None if not amount.is_finite() or Decimal(shown) != amount or abs(amount) >= _SUM_LIMIT else shown


@lru_cache(maxsize=16384)
def money_bytes(amount: Decimal) -> bytes | None:
    """`money` in UTF-8; None where it would be refused."""
    shown = _sum(amount)
    return None if shown is None else shown.encode()


def quantity(amount: Decimal, what: str) -> str:
    """A quantity with at most 3 decimals and 15 digits; refused rather than rounded."""
    shown = _count(amount)
    if shown is None:
        raise NotForOnec(f"{what}: {amount} is not a quantity of at most 15 digits, three of them decimals")
    return shown


@lru_cache(maxsize=4096)
def _count(amount: Decimal) -> str | None:
    """The quantity as it is written; None where it is none."""
    plain = str(amount)
    if _WHOLE.fullmatch(plain):
        return plain
    if not amount.is_finite() or amount != round(amount, 3) or abs(amount) >= _QUANTITY_LIMIT:
        return None
    return f"{amount.normalize():f}"


@lru_cache(maxsize=4096)
def quantity_bytes(amount: Decimal) -> bytes | None:
    """`quantity` in UTF-8; None where it would be refused."""
    shown = _count(amount)
    return None if shown is None else shown.encode()


@lru_cache(maxsize=64)
def vat_rate(rate: Decimal | None) -> str:
    """The content of СтавкаНДС for a rate in percent; None: без НДС. NotForOnec for a rate that does not exist.

    22 %, 5 % and 7 % exist from version 1.17 on, below which nothing is written at all.
    """
    if rate is None:
        return "<РасчетнаяСтавка>false</РасчетнаяСтавка><НеОблагается>true</НеОблагается><ВидСтавки>БезНДС</ВидСтавки>"
    kind = _RATE_KINDS.get(rate)
    if kind is None:
        raise NotForOnec(f"VAT of {rate} % does not exist")
    return (
        f"<Ставка>{rate.normalize():f}</Ставка><РасчетнаяСтавка>false</РасчетнаяСтавка>"
        f"<НеОблагается>false</НеОблагается><ВидСтавки>{kind}</ВидСтавки>"
    )


_RATE_KINDS = {
    Decimal(22): "Общая",
    Decimal(20): "Общая",
    Decimal(18): "Общая",
    Decimal(10): "Пониженная",
    Decimal(7): "Пониженная",
    Decimal(5): "Пониженная",
    Decimal(0): "Нулевая",
}


def _is_plain(value: str) -> bool:
    """Nothing to escape and nothing to leave out; the quick way for nearly all texts."""
    return value.isprintable() and "&" not in value and "<" not in value and ">" not in value


def _is_tidy(value: str) -> bool:
    """Plain, and on one line with single spaces, not empty."""
    return bool(value) and " " not in (value[0], value[-1]) and "  " not in value and _is_plain(value)
