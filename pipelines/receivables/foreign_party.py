"""Who pays and for what, as statements of foreign formats say it in free text: ИНН, accounts, what is no customer's payment. Pure."""

import re

from pipelines.receivables.bank_document import MAX_PURPOSE

BANK_ORDER = "Банковский ордер"
"""The kind of a document that is the bank's own: charges, interest."""
ROUBLES = frozenset(("RUB", "RUR"))
UNNAMED = frozenset(("", "NONREF", "NOTPROVIDED", "NOTPROVIDED.", "N/A"))
"""References that say that there is none."""

_TAXPAYER = re.compile(r"(?:ИНН|INN|KIO)[\s:./]{0,3}([0-9]{12}|[0-9]{10})(?![0-9])", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?<![0-9A-Z])[0-9]{20}(?![0-9])")
_RUSSIAN_IBAN = re.compile(r"RU[0-9]{2}[0-9]{9}([0-9]{20})")


def account_of(text: str) -> str:
    """The account of a text that names one: twenty digits where they are in it, also of an IBAN; else the text without blanks."""
    plain = "".join(text.split()).upper()
    if iban := _RUSSIAN_IBAN.fullmatch(plain):
        return iban[1]
    digits = _ACCOUNT.search(plain)
    return digits[0] if digits else plain


def accounts_in(text: str) -> list[str]:
    """Every account of twenty digits in a free text, in its order."""
    return _ACCOUNT.findall(text)


def taxpayer_in(text: str) -> str | None:
    """The ИНН that a free text names, None without one."""
    number = _TAXPAYER.search(text)
    return number[1] if number else None


def purpose_of(text: str) -> str:
    """A purpose in one line, as long as one is kept."""
    return " ".join(text.split())[:MAX_PURPOSE]


def first_named(*references: str | None) -> str:
    """The first reference that says something; empty where none does."""
    return next((text.strip() for text in references if text and text.strip().upper() not in UNNAMED), "")
