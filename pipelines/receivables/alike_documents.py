"""Documents of a statement that are written alike, key for key, each read in one look (domain.md §8). Pure.

A bank writes the same keys in the same order into every document. The keys of one that was read line by line make a pattern, and what the
pattern fits says the same as its lines would.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from pipelines.receivables.bank_document import (
    MAX_PURPOSE,
    SECTION,
    BankDocument,
    account,
    amount,
    day,
    is_of_format,
    party_inn,
    party_name,
    purpose_part,
    whole_purpose,
)

_MOST_PATTERNS: Final = 16
"""Ways of writing that are learned of a file: a file in which each document is written otherwise is read line by line."""
_MOST_KEYS: Final = 90
_READ: Final = (
    "", "Номер", "Дата", "Сумма", "ДатаПоступило", "ДатаСписано", "ПлательщикСчет", "ПлательщикРасчСчет", "Плательщик", "ПлательщикИНН",
    "Плательщик1", "ПолучательСчет", "ПолучательРасчСчет", "Получатель", "ПолучательИНН", "ВидОплаты",
)  # fmt: skip
"""Keys whose values are read; the empty one stands for the document's title."""


class ReadDocument(NamedTuple):
    """A document, the place in the text where the next line begins, and how many lines it has."""

    document: BankDocument
    end: int
    lines: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One way of writing. `places`: the group of each key of `_READ`, then of each part of the purpose in the order of the parts."""

    text: re.Pattern[str]
    places: tuple[int, ...]
    lines: int


class AlikeDocuments:
    """The ways in which a file writes its documents, the last met first."""

    def __init__(self) -> None:
        self._patterns: list[_Pattern] = []
        self._known: set[tuple[str, ...]] = set()

    def learn(self, lines: list[str]) -> None:
        """The way in which these lines are written, from a title to КонецДокумента.

        Only where each line between them begins with another key of the format: then no line may mean anything else.
        """
        keys = tuple(line.partition("=")[0] if "=" in line else "" for line in lines[1:-1])
        if keys in self._known or len(self._known) >= _MOST_PATTERNS or len(keys) > _MOST_KEYS or len(set(keys)) < len(keys):
            return
        if all(purpose_part(key) is not None or is_of_format(key) for key in keys):
            self._known.add(keys)
            self._patterns.insert(0, _pattern(keys))

    def read(self, text: str, at: int, line: int) -> ReadDocument | None:
        """The document that begins at a place of a text, on that line; None where it is written in no known way, or not readable."""
        for place, pattern in enumerate(self._patterns):
            if fit := pattern.text.match(text, at):
                if place:
                    self._patterns.insert(0, self._patterns.pop(place))
                document = _document(list(map(str.strip, fit.group(*pattern.places))), line)
                return ReadDocument(document, fit.end() + 1, pattern.lines) if document else None
        return None


def _pattern(keys: tuple[str, ...]) -> _Pattern:
    parts = sorted((key for key in keys if purpose_part(key) is not None), key=lambda key: purpose_part(key) or 0)
    wanted = (*_READ, *parts)
    groups = {"": 1}  # the title is the first group
    written = [rf"{SECTION}([^\n]*)\n"]
    for key in keys:
        if key in wanted:
            groups[key] = len(groups) + 1
        written.append(f"{key}=([^\n]*)\n" if key in wanted else f"{key}=[^\n]*\n")
    written.append(r"КонецДокумента(?=\n|\Z)()")  # the last group is empty, and stands for the keys that are missing
    return _Pattern(re.compile("".join(written)), tuple(groups.get(key, len(groups) + 1) for key in wanted), len(keys) + 2)


def _document(values: list[str], line: int) -> BankDocument | None:
    """The document of these values of `_READ` and of its purpose; None where a problem or a notice would have to be remarked."""
    (
        kind, number, on, total, credited_on, debited_on, payer_account, payer_account_too, payer, payer_inn, payer_name, payee_account,
        payee_account_too, payee, payee_inn, payment_code, *purposes,
    ) = values  # fmt: skip
    purpose = whole_purpose(purposes)
    dated, summed, credited, debited = day(on), amount(total), _day(credited_on), _day(debited_on)
    if dated is None or not summed or credited is _NO_DAY or debited is _NO_DAY or len(purpose) > MAX_PURPOSE:
        return None
    payees = [account(each) for each in (payee_account, payee_account_too) if each]
    return BankDocument(
        kind,
        number,
        dated,
        summed,
        credited,
        debited,
        account(payer_account or payer_account_too),
        party_inn(payer_inn, payer),
        party_name(payer_name, payer),
        tuple(dict.fromkeys(filter(None, payees))),
        party_inn(payee_inn, payee),
        purpose,
        payment_code,
        line,
    )


_NO_DAY: Final = date.max


def _day(text: str) -> date | None:
    """The day, None where none is given, `_NO_DAY` where it cannot be read."""
    return (day(text) or _NO_DAY) if text else None
