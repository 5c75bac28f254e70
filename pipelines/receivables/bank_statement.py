"""1CClientBankExchange: a bank's statement as text, read as banks really write it (domain.md §8)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pipelines.errors import BadInput, Problem

_TITLE = "1CClientBankExchange"
_ENCODINGS = ("cp1251", "utf-8", "cp866")
_LANDMARKS = ("Кодировка=", "ВерсияФормата=", "СекцияДокумент=", "КонецДокумента", "КонецФайла")
_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_AMOUNT = re.compile(r"[0-9]{1,13}(?:[.,][0-9]{1,2})?")
_SPACES = re.compile(r"[ \u00a0\u2009\u202f]")
_KEY = re.compile(r"[А-Яа-яЁёA-Za-z_]+[0-9]*")
_PURPOSE = "НазначениеПлатежа"
_DOCUMENT = "СекцияДокумент="
_MARKS = (_DOCUMENT, "КонецДокумента", "КонецФайла")
_PAYER = ("Плательщик", "Плательщик1", "ПлательщикИНН", "ПлательщикСчет", "ПлательщикРасчСчет")
_PURPOSES = (_PURPOSE, *(f"{_PURPOSE}{part}" for part in range(1, 7)))
_KNOWN = frozenset(
    ("Номер", "Дата", "Сумма", "ДатаПоступило", "ДатаСписано", "ПолучательСчет", "ПолучательРасчСчет", "ВидОплаты", *_PAYER, *_PURPOSES)
)
_NAME_PREFIX = re.compile(r"(?:ИНН\s*)?(?P<inn>[0-9]{12}|[0-9]{10})(?:\s*/\s*[0-9]{9})?(?:\s*КПП\s*[0-9]{9})?[\s,;]+(?=\D)")
_INN = re.compile(r"(?<![0-9])(?:[0-9]{12}|[0-9]{10})(?![0-9])")


@dataclass(frozen=True, slots=True)
class BankDocument:
    """One document of a statement. `kind` is its title ("Платежное поручение"), `line` where it begins.

    `credited_on` (ДатаПоступило) and `debited_on` (ДатаСписано) are None where the bank left them empty.
    `payee_accounts`: ПолучательСчет and ПолучательРасчСчет, as far as filled.
    """

    kind: str
    number: str
    on: date
    amount: Decimal
    credited_on: date | None
    debited_on: date | None
    payer_account: str
    payer_inn: str | None
    payer_name: str
    payee_accounts: tuple[str, ...]
    purpose: str
    payment_code: str
    line: int


@dataclass(frozen=True, slots=True)
class BankStatement:
    """A parsed file: the accounts it speaks of, its period and the day it was made (None where not given), its documents in order."""

    accounts: tuple[str, ...]
    first: date | None
    last: date | None
    documents: tuple[BankDocument, ...]
    created: date | None = None


def parse(data: bytes, name: str) -> BankStatement:
    """A statement from a file's bytes; `name` is the file's name in messages.

    The encoding is found in the bytes (cp1251, cp866, UTF-8, UTF-16 with a mark), whatever the header says. BadInput lists every
    problem by line: a file cut off, an unclosed document, bad dates and sums; then nothing of the file is taken.
    """
    lines = _lines(data, name)
    problems: list[Problem] = []
    sections, end = _sections(lines, name, problems)
    documents = [
        document
        for start, stop in sections
        if (document := _document(_fields(lines, start, stop, name, problems), lines, start, name, problems))
    ]
    header = [line.strip().partition("=") for line in _outside(lines, sections, end)]
    first, last, created = (_header_date(header, key, lines, name, problems) for key in ("ДатаНачала", "ДатаКонца", "ДатаСоздания"))
    if problems:
        raise BadInput(sorted(problems, key=lambda problem: int(problem.place.rpartition(":")[2])))
    accounts = dict.fromkeys(account(value) for key, _, value in header if key == "РасчСчет" and value.strip())
    return BankStatement(tuple(accounts), first, last, tuple(documents), created)


def _sections(lines: list[str], name: str, problems: list[Problem]) -> tuple[list[tuple[int, int]], int]:
    """Lines on which each document begins and ends (from 1, both inclusive), and the line of КонецФайла."""
    sections: list[tuple[int, int]] = []
    open_at, end = 0, 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line.startswith(_MARKS):
            continue
        closing = line == "КонецДокумента"
        if closing and open_at:
            sections.append((open_at, number))
        elif closing:
            problems.append(Problem(f"{name}:{number}", "КонецДокумента without СекцияДокумент"))
        elif open_at:
            problems.append(Problem(f"{name}:{open_at}", "the document is not closed by КонецДокумента"))
        open_at = number if line.startswith(_DOCUMENT) else 0
        if line == "КонецФайла":
            end = number
            break
    if open_at:
        problems.append(Problem(f"{name}:{open_at}", "the document is not closed by КонецДокумента"))
    if not end:
        problems.append(Problem(f"{name}:{len(lines)}", "the file is cut off: КонецФайла is missing"))
    return sections, end or len(lines)


def _fields(lines: list[str], start: int, stop: int, name: str, problems: list[Problem]) -> dict[str, str]:
    """Keys of one document; a line without a key continues the purpose, elsewhere it is a problem."""
    fields = {"kind": lines[start - 1].strip().removeprefix(_DOCUMENT).strip()}
    last_key = ""
    for number in range(start + 1, stop):
        line = lines[number - 1].strip()
        key, equals, value = line.partition("=")
        if equals and key in _KNOWN:
            fields[key] = value.strip()
            last_key = key
        elif equals and _KEY.fullmatch(key):
            last_key = key
        elif line and last_key.startswith(_PURPOSE):
            fields[last_key] = f"{fields[last_key]} {line}".strip()
        elif line:
            problems.append(Problem(f"{name}:{number}", f"{line[:40]!r} is neither a key nor a section"))
    return fields


def _outside(lines: list[str], sections: list[tuple[int, int]], end: int) -> Iterator[str]:
    """The lines between the documents."""
    after = 1
    for start, stop in [*sections, (end, end)]:
        yield from lines[after - 1 : start - 1]
        after = stop + 1


def account(text: str) -> str:
    """An account number without the spaces and dots that people put into it."""
    return text.strip().replace(" ", "").replace("\u00a0", "").replace(".", "")


def _lines(data: bytes, name: str) -> list[str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    elif data.startswith(b"\xef\xbb\xbf"):
        text = data.decode("utf-8-sig", errors="replace")
    else:
        text = data.decode(_encoding(data, name), errors="replace")
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").rstrip("\x00\x1a")
    lines = text.lstrip("\ufeff").split("\n")
    if "\x00" in text:
        raise BadInput(
            Problem(f"{name}:{at}", "the line has NUL bytes: the file is damaged") for at, line in enumerate(lines, 1) if "\x00" in line
        )
    begun = next((line.strip() for line in lines if line.strip()), "")
    if begun != _TITLE:
        raise BadInput.one(f"{name}:1", f"is not a statement for 1C: it begins with {begun[:40]!r} and not with {_TITLE}")
    return lines


def _encoding(data: bytes, name: str) -> str:
    """The encoding in which the format's own words stand in the bytes; the header's Кодировка is not believed."""
    hits = {encoding: sum(data.count(word.encode(encoding)) for word in _LANDMARKS) for encoding in _ENCODINGS}
    best = max(_ENCODINGS, key=lambda encoding: hits[encoding])
    if not hits[best]:
        raise BadInput.one(f"{name}:1", f"is not a statement for 1C in {', '.join(_ENCODINGS)}: none of the format's words is in it")
    return best


def _document(fields: dict[str, str], lines: list[str], start: int, name: str, problems: list[Problem]) -> BankDocument | None:
    """The document, or None with its problems noted."""
    before = len(problems)
    values: dict[str, date | None] = {}
    for key in ("Дата", "ДатаПоступило", "ДатаСписано"):
        text = fields.get(key, "")
        values[key] = _date(text) if text else None
        if values[key] is None and (text or key == "Дата"):
            problems.append(Problem(f"{name}:{_where(lines, start, key)}", f"{key} {text!r} is not a date (ДД.ММ.ГГГГ)"))
    amount = _amount(fields.get("Сумма", ""))
    if amount is None:
        problems.append(Problem(f"{name}:{_where(lines, start, 'Сумма')}", f"Сумма {fields.get('Сумма', '')!r} is not a sum above zero"))
    on = values["Дата"]
    if len(problems) > before or on is None or amount is None:
        return None
    inn, payer = _payer(fields)
    payees = (account(fields.get(key, "")) for key in ("ПолучательСчет", "ПолучательРасчСчет"))
    return BankDocument(
        kind=fields["kind"],
        number=fields.get("Номер", ""),
        on=on,
        amount=amount,
        credited_on=values["ДатаПоступило"],
        debited_on=values["ДатаСписано"],
        payer_account=account(fields.get("ПлательщикСчет") or fields.get("ПлательщикРасчСчет", "")),
        payer_inn=inn,
        payer_name=payer,
        payee_accounts=tuple(dict.fromkeys(payee for payee in payees if payee)),
        purpose=fields.get(_PURPOSE) or " ".join(filter(None, map(fields.get, _PURPOSES))),
        payment_code=fields.get("ВидОплаты", ""),
        line=start,
    )


def _payer(fields: dict[str, str]) -> tuple[str | None, str]:
    """ИНН and name; either may stand in `Плательщик` as "ИНН 7728168971 ООО …" or "7728168971, ООО …"."""
    whole = fields.get("Плательщик", "")
    prefix = _NAME_PREFIX.match(whole)
    given = _INN.search(fields.get("ПлательщикИНН", ""))
    inn = given[0] if given else prefix["inn"] if prefix else None
    return inn, fields.get("Плательщик1") or whole[prefix.end() if prefix else 0 :].strip()


@lru_cache(maxsize=4096)
def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    plain = _SPACES.sub("", text)
    if not _AMOUNT.fullmatch(plain):
        return None
    amount = Decimal(plain.replace(",", ".")).quantize(Decimal("0.01"))
    return amount if amount > 0 else None


def _header_date(header: list[tuple[str, str, str]], key: str, lines: list[str], name: str, problems: list[Problem]) -> date | None:
    text = next((value.strip() for known, _, value in header if known == key), "")
    found = _date(text) if text else None
    if text and found is None:
        problems.append(Problem(f"{name}:{_where(lines, 1, key)}", f"{key} {text!r} is not a date (ДД.ММ.ГГГГ)"))
    return found


def _where(lines: list[str], start: int, key: str) -> int:
    """The line on which a key stands, counted from `start`; `start` itself when the key is missing."""
    for number in range(start, len(lines) + 1):
        line = lines[number - 1].strip()
        if line.partition("=")[0] == key:
            return number
        if line == "КонецДокумента":
            break
    return start
