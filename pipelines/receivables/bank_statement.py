"""1CClientBankExchange: banks' statements as text, one or several in a file, read as banks really write them (domain.md §8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines.errors import BadInput
from pipelines.receivables.bank_document import SECTION, BankDocument, account, amount, day, line_of, read_document
from pipelines.receivables.statement_text import Remarks, StatementLimits, StatementText, read_text

_ACCOUNT_BEGINS, _ACCOUNT_ENDS = "СекцияРасчСчет", "КонецРасчСчет"
_DOCUMENT_ENDS, _FILE_ENDS = "КонецДокумента", "КонецФайла"
_TOTALS = ("НачальныйОстаток", "ВсегоПоступило", "ВсегоСписано", "КонечныйОстаток")
_ENDS = frozenset((_DOCUMENT_ENDS, _FILE_ENDS))


@dataclass(frozen=True, slots=True)
class AccountSection:
    """What a statement says of one account over a period (СекцияРасчСчет); None where it says nothing readable."""

    line: int
    account: str
    first: date | None
    last: date | None
    opening: Decimal | None
    received: Decimal | None
    spent: Decimal | None
    closing: Decimal | None


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One statement: the accounts it speaks of, its period and the day it was made (None where not given), its documents in order."""

    accounts: tuple[str, ...]
    first: date | None
    last: date | None
    documents: tuple[BankDocument, ...]
    created: date | None = None
    sections: tuple[AccountSection, ...] = ()


@dataclass(frozen=True, slots=True)
class BankFile:
    """The statements of a file in their order, and what a person should know of them."""

    statements: tuple[BankStatement, ...]
    notices: tuple[str, ...]


def parse(data: bytes, name: str, limits: StatementLimits | None = None) -> BankFile:
    """The statements of a file's bytes; `name` is the file's name in messages.

    BadInput lists every problem by line: a file too large or cut off, an unclosed document, bad dates and sums; then nothing of the
    file is taken.
    """
    bounds = limits or StatementLimits()
    text = read_text(data, name, bounds)
    remarks = Remarks(name)
    last = [beginning - 1 for beginning in text.beginnings[1:]] + [len(text.lines)]
    ranges = [_Range(text, first, end, remarks) for first, end in zip(text.beginnings, last, strict=True)]
    count = sum(len(each.documents) for each in ranges)
    if count > bounds.documents:
        raise BadInput.one(f"{name}:1", f"has {count} documents, more than {bounds.documents} (FLEETBILL_BANK_MAX_DOCUMENTS): not read")
    statements = tuple(each.statement() for each in ranges)
    remarks.raise_problems()
    return BankFile(statements, tuple(remarks.notices))


class _Range:
    """One statement's lines in the file: `documents` are the first and last line of each."""

    def __init__(self, text: StatementText, first: int, last: int, remarks: Remarks) -> None:
        self.lines, self.first, self.last, self.remarks = text.lines, first, last, remarks
        self.documents: list[tuple[int, int]] = []
        self.end = self._cut()
        self._look_behind_the_end()

    def _cut(self) -> int:
        """Find the documents; the line of КонецФайла."""
        open_at = 0
        for number, line in enumerate(self.lines[self.first - 1 : self.last], self.first):
            opening = line.startswith(SECTION)
            if not opening and line not in _ENDS:
                continue
            if line == _DOCUMENT_ENDS and open_at:
                self.documents.append((open_at, number))
            elif line == _DOCUMENT_ENDS:
                self.remarks.problem(number, f"{_DOCUMENT_ENDS} without {SECTION[:-1]}")
            elif open_at:
                self.remarks.problem(open_at, f"the document is not closed by {_DOCUMENT_ENDS}")
            open_at = number if opening else 0
            if line == _FILE_ENDS:
                return number
        if open_at:
            self.remarks.problem(open_at, f"the document is not closed by {_DOCUMENT_ENDS}")
        self.remarks.problem(self.last, f"the file is cut off: {_FILE_ENDS} is missing")
        return self.last

    def _look_behind_the_end(self) -> None:
        """What stands after КонецФайла is no statement: a document there is a problem, anything else a notice."""
        behind = [(number, text) for number in range(self.end + 1, self.last + 1) if (text := self.lines[number - 1])]
        if any(text.startswith(SECTION) or text in _ENDS for _, text in behind):
            self.remarks.problem(behind[0][0], f"there is more after {_FILE_ENDS}: a statement begins with its title")
        elif behind:
            self.remarks.notice(behind[0][0], f"what stands after {_FILE_ENDS} is not read")

    def statement(self) -> BankStatement:
        """What the lines say; problems are remarked."""
        documents = [document for start, stop in self.documents if (document := read_document(self.lines, start, stop, self.remarks))]
        header = list(self._header())
        accounts = dict.fromkeys(account(value) for _, key, value in header if key == "РасчСчет" and value)
        first, last, created = (self._day(header, key) for key in ("ДатаНачала", "ДатаКонца", "ДатаСоздания"))
        return BankStatement(tuple(accounts), first, last, tuple(documents), created, tuple(_account_sections(header)))

    def _header(self) -> Iterator[tuple[int, str, str]]:
        """Number, key and value of the lines between the documents."""
        after = self.first
        for start, stop in [*self.documents, (self.end, self.end)]:
            for number in range(after, start):
                key, _, value = self.lines[number - 1].partition("=")
                yield number, key, value.strip()
            after = stop + 1

    def _day(self, header: list[tuple[int, str, str]], key: str) -> date | None:
        text = next((value for _, known, value in header if known == key), "")
        parsed = day(text) if text else None
        if text and parsed is None:
            self.remarks.problem(line_of(self.lines, self.first, key), f"{key} {text[:40]!r} is not a date (ДД.ММ.ГГГГ)")
        return parsed


def _account_sections(header: list[tuple[int, str, str]]) -> Iterator[AccountSection]:
    values: dict[str, str] | None = None
    begun = 0
    for number, key, value in header:
        if key == _ACCOUNT_BEGINS:
            values, begun = {}, number
        elif key == _ACCOUNT_ENDS and values is not None:
            opening, received, spent, closing = (_balance(values.get(name, "")) for name in _TOTALS)
            first, last = (day(values.get(name, "")) for name in ("ДатаНачала", "ДатаКонца"))
            yield AccountSection(begun, account(values.get("РасчСчет", "")), first, last, opening, received, spent, closing)
            values = None
        elif values is not None:
            values.setdefault(key, value)


def _balance(text: str) -> Decimal | None:
    """A balance, below zero where the bank lends; None where it is not given or not readable."""
    balance = amount(text.removeprefix("-"))
    return -balance if balance is not None and text.startswith("-") else balance
