"""MT940 (SWIFT): statements of foreign banks, read by the library mt-940 (domain.md §8)."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pipelines.errors import BadInput
from pipelines.receivables.bank_document import BankDocument
from pipelines.receivables.bank_statement import AccountSection, BankFile, BankStatement
from pipelines.receivables.foreign_party import BANK_ORDER, ROUBLES, account_of, accounts_in, first_named, purpose_of, taxpayer_in
from pipelines.receivables.statement_text import Remarks, StatementLimits

_BANKS_OWN = frozenset(("CHG", "COM", "INT", "BRF"))
_BEGINNING = re.compile(r"^:20:")
_MOVEMENT: Final = ":61:"
_CLOSING = re.compile(r"^:62[FM]:")
_WORDS = re.compile(r"/(ORDP|BENM|REMI|NAME|CNTP|IBAN|ACCT|ACC|BIC|EREF|KREF|PREF|INN|PURP|ADDR|TRCD)/")
_PARTIES = ("ORDP", "BENM", "CNTP", "NAME")


def parse(data: bytes, name: str, limits: StatementLimits) -> BankFile:
    """The movements of every statement, each with the line of its :61:.

    BadInput lists every problem by line: a statement without account or closing balance (cut off), lines that cannot be read, sums of
    parts of a kopeck, a currency other than roubles.
    """
    logging.getLogger("mt940").setLevel(logging.CRITICAL)  # what it cannot read, it would write whole into the log
    remarks = Remarks(name)
    statements = [_statement(block, remarks) for block in _blocks(_decoded(data, name))]
    remarks.raise_problems()
    count = sum(len(each.documents) for each in statements if each)
    if count > limits.documents:
        raise BadInput.one(f"{name}:1", f"has {count} documents, more than {limits.documents} (FLEETBILL_BANK_MAX_DOCUMENTS): not read")
    return BankFile(tuple(each for each in statements if each), tuple(remarks.notices))


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one statement; `first`: number of its first line in the file."""

    first: int
    lines: list[str]

    def line_of(self, beginning: str) -> int:
        """The line in the file that begins so; the first where none does."""
        return self.first + next((at for at, line in enumerate(self.lines) if line.startswith(beginning)), 0)

    @property
    def movements(self) -> list[int]:
        """Lines in the file of every :61:."""
        return [self.first + at for at, line in enumerate(self.lines) if line.startswith(_MOVEMENT)]


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise BadInput.one(f"{name}:1", "is no text in UTF-8 or cp1251")


def _blocks(text: str) -> Iterator[_Block]:
    """The statements of a file: each from its :20: on, without the envelope of SWIFT around it."""
    first, lines = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.rpartition("{4:")[2] if "{4:" in line else line
        if _BEGINNING.match(plain.lstrip()):
            if first:
                yield _Block(first, lines)
            first, lines = number, []
            plain = plain.lstrip()
        if first and not plain.startswith("-}") and plain.strip() != "-":
            lines.append(plain)
    if first:
        yield _Block(first, lines)


def _statement(block: _Block, remarks: Remarks) -> BankStatement | None:
    from mt940 import Options
    from mt940 import parse as parse_block

    if not any(map(_CLOSING.match, block.lines)):
        remarks.problem(block.first + len(block.lines) - 1, "the statement is cut off: its closing balance (:62F:) is missing")
        return None
    try:
        read = parse_block("\n".join(block.lines) + "\n", options=Options.all())
    except (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        remarks.problem(_line_of_error(block, error), "the line cannot be read as MT940")
        return None
    lines = block.movements
    if len(lines) != len(read.transactions):
        remarks.problem(block.first, f"{len(lines)} movements (:61:) stand in the statement, and {len(read.transactions)} can be read")
        return None
    return _read(block, read, lines, remarks)


def _line_of_error(block: _Block, error: Exception) -> int:
    """The line that the library could not read: its text is among the error's arguments."""
    said = [each.split("\n")[0] for each in error.args if isinstance(each, str)]
    places = (at for at, line in enumerate(block.lines) if line.rpartition(":")[2] and line.rpartition(":")[2] in said)
    return block.first + next(places, 0)


def _read(block: _Block, read: Any, lines: list[int], remarks: Remarks) -> BankStatement | None:
    account = account_of(_without_currency(read.data.get("account_identification") or ""))
    if not account:
        remarks.problem(block.first, "the statement does not name its account (:25:)")
        return None
    opening, closing = (_balance(read.data, kind) for kind in ("opening", "closing"))
    if closing is None:
        remarks.problem(block.first, "the closing balance (:62F:) cannot be read")
        return None
    if closing.amount.currency not in ROUBLES:
        remarks.problem(block.line_of(":62"), f"account {account} is in {closing.amount.currency}, and only roubles are taken")
        return None
    movements = zip(lines, read.transactions, strict=True)
    documents = [each for line, movement in movements if (each := _document(block, line, movement, account, remarks))]
    last = _plain(closing.date)
    opened = opening.amount.amount if opening is not None else None
    section = AccountSection(block.line_of(":62"), account, None, last, opened, None, None, closing.amount.amount)
    return BankStatement((account,), None, last, tuple(documents), None, (section,))


def _balance(data: dict[str, Any], kind: str) -> Any:
    return data.get(f"final_{kind}_balance") or data.get(f"intermediate_{kind}_balance")


def _document(block: _Block, line: int, movement: Any, ours: str, remarks: Remarks) -> BankDocument | None:
    said = movement.data
    day = block.lines[line - block.first].removeprefix(_MOVEMENT)[:6]
    if day != f"{said['date']:%y%m%d}":  # the library makes the last day of the month of a day that there is not
        remarks.problem(line, f"{day} is no day (YYMMDD)")
        return None
    amount: Decimal = said["amount"].amount
    if amount != round(amount, 2) or not amount:
        remarks.problem(line, f"{amount} is not a sum in roubles and kopecks")
        return None
    is_credit, booked, about = amount > 0, _plain(said.get("entry_date") or said["date"]), _About(said, ours)
    return BankDocument(
        kind=BANK_ORDER if str(said.get("id") or "")[1:] in _BANKS_OWN else "",
        number=first_named(said.get("customer_reference"), said.get("end_to_end_reference"), about.reference, said.get("bank_reference")),
        on=_plain(said["date"]),
        amount=abs(amount).quantize(Decimal("0.01")),
        credited_on=booked if is_credit else None,
        debited_on=None if is_credit else booked,
        payer_account=about.account if is_credit else ours,
        payer_inn=about.inn if is_credit else None,
        payer_name=about.name if is_credit else "",
        payee_accounts=(ours if is_credit else about.account,),
        payee_inn=None if is_credit else about.inn,
        purpose=about.purpose,
        payment_code="",
        line=line,
    )


class _About:
    """Who and what for, of a movement's :86: in subfields (?20…), in words (/REMI/…) or in plain text."""

    def __init__(self, said: dict[str, Any], ours: str) -> None:
        details = said.get("transaction_details") or ""
        words = _in_words(details)
        party = next((words[name] for name in _PARTIES if words.get(name)), "")
        whole = " ".join(filter(None, (details, said.get("purpose"), said.get("applicant_name"), said.get("extra_details"))))
        self.purpose = purpose_of(words.get("REMI") or said.get("purpose") or details or said.get("extra_details") or "")
        self.name = purpose_of(said.get("applicant_name") or party)[:255]
        self.inn = words.get("INN") or taxpayer_in(party) or taxpayer_in(whole)
        self.reference = words.get("EREF") or words.get("KREF")
        named = said.get("applicant_iban") or words.get("IBAN") or words.get("ACCT") or words.get("ACC")
        self.account = account_of(named) if named else next((each for each in accounts_in(whole) if each != ours), "")


def _in_words(details: str) -> dict[str, str]:
    """What stands after each of the words between slashes; the first of a word holds."""
    pieces = _WORDS.split(details)
    words: dict[str, str] = {}
    for word, text in zip(pieces[1::2], pieces[2::2], strict=True):
        words.setdefault(word, " ".join(text.split()))
    return words


def _without_currency(text: str) -> str:
    return re.sub(r"\s*(?:RUB|RUR)$", "", text.strip())


def _plain(day: date) -> date:
    """The library's own kind of date as the usual one."""
    return date(day.year, day.month, day.day)
