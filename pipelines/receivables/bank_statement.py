"""1CClientBankExchange: banks' statements as text, one or several in a file, read as banks really write them (domain.md §8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipelines import garbage_collection
from pipelines.errors import BadInput
from pipelines.receivables.alike_documents import AlikeDocuments
from pipelines.receivables.bank_document import SECTION, BankDocument, account, amount, day, read_document
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
    with garbage_collection.paused():
        return _parse(data, name, limits or StatementLimits())


def _parse(data: bytes, name: str, bounds: StatementLimits) -> BankFile:
    remarks, of_documents = Remarks(name), Remarks(name)
    alike = AlikeDocuments()
    ranges = [_Range(statement, alike, remarks, of_documents) for statement in read_text(data, name, bounds)]
    count = sum(each.count for each in ranges)
    if count > bounds.documents:
        raise BadInput.one(f"{name}:1", f"has {count} documents, more than {bounds.documents} (FLEETBILL_BANK_MAX_DOCUMENTS): not read")
    remarks.add(of_documents)
    statements = tuple(each.statement() for each in ranges)
    remarks.raise_problems()
    return BankFile(statements, tuple(remarks.notices))


class _Range:
    """One statement of a file while it is read: its documents, how many they are, and the lines between them with their numbers."""

    def __init__(self, of: StatementText, alike: AlikeDocuments, remarks: Remarks, of_documents: Remarks) -> None:
        self._of, self._alike, self._remarks, self._of_documents = of, alike, remarks, of_documents
        self._at, self._line = 0, of.first  # where the next line begins, and its number
        self._header: list[tuple[int, str]] = []
        self._documents: list[BankDocument] = []
        self.count = 0
        self._look_behind_the_end(self._read())

    def _read(self) -> int:
        """Read up to КонецФайла; its line."""
        opened: list[str] = []
        open_at = 0
        while self._at <= len(self._of.text):
            if not opened and self._take_alike():
                continue
            number, line = self._line, self._next()
            opening = line.startswith(SECTION)
            if not opening and line not in _ENDS:
                opened.append(line) if opened else self._header.append((number, line))
                continue
            if line == _DOCUMENT_ENDS and opened:
                self._take([*opened, line], open_at)
            elif line == _DOCUMENT_ENDS:
                self._remarks.problem(number, f"{_DOCUMENT_ENDS} without {SECTION[:-1]}")
            elif opened:
                self._remarks.problem(open_at, f"the document is not closed by {_DOCUMENT_ENDS}")
            opened, open_at = ([line], number) if opening else ([], 0)
            if line == _FILE_ENDS:
                return number
        if opened:
            self._remarks.problem(open_at, f"the document is not closed by {_DOCUMENT_ENDS}")
        self._remarks.problem(self._line - 1, f"the file is cut off: {_FILE_ENDS} is missing")
        return self._line - 1

    def _next(self) -> str:
        """The next line without the blanks around it."""
        text, begun = self._of.text, self._at
        end = text.find("\n", begun)
        end = len(text) if end < 0 else end
        self._at, self._line = end + 1, self._line + 1
        return text[begun:end].strip()

    def _take_alike(self) -> bool:
        """Whether a document was taken that is written like an earlier one."""
        read = self._alike.read(self._of.text, self._at, self._line)
        if read is None:
            return False
        self._documents.append(read.document)
        self.count += 1
        self._at, self._line = read.end, self._line + read.lines
        return True

    def _take(self, lines: list[str], first: int) -> None:
        """Read a document line by line, and learn how it is written."""
        self.count += 1
        document = read_document(lines, first, self._of_documents)
        if document is not None:
            self._documents.append(document)
            self._alike.learn(lines)

    def _look_behind_the_end(self, end: int) -> None:
        """What stands after КонецФайла is no statement: a document there is a problem, anything else a notice."""
        behind = [(number, line) for number, text in enumerate(self._of.text[self._at :].split("\n"), end + 1) if (line := text.strip())]
        if any(text.startswith(SECTION) or text in _ENDS for _, text in behind):
            self._remarks.problem(behind[0][0], f"there is more after {_FILE_ENDS}: a statement begins with its title")
        elif behind:
            self._remarks.notice(behind[0][0], f"what stands after {_FILE_ENDS} is not read")

    def statement(self) -> BankStatement:
        """What the lines say; problems are remarked."""
        header = [(number, key, value.strip()) for number, line in self._header for key, _, value in (line.partition("="),)]
        accounts = dict.fromkeys(account(value) for _, key, value in header if key == "РасчСчет" and value)
        first, last, created = (self._day(header, key) for key in ("ДатаНачала", "ДатаКонца", "ДатаСоздания"))
        return BankStatement(tuple(accounts), first, last, tuple(self._documents), created, tuple(_account_sections(header)))

    def _day(self, header: list[tuple[int, str, str]], key: str) -> date | None:
        number, text = next(((number, value) for number, known, value in header if known == key), (0, ""))
        parsed = day(text) if text else None
        if text and parsed is None:
            self._remarks.problem(number, f"{key} {text[:40]!r} is not a date (ДД.ММ.ГГГГ)")
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
