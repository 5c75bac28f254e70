"""One document of a bank's statement: its keys as banks really write them, and what they say (domain.md §8)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from pipelines.receivables.statement_text import Remarks

SECTION: Final = "СекцияДокумент="
MAX_PURPOSE: Final = 10_000
"""Characters of a purpose that are kept; the format's own limit is 210, people's files know none."""

_PURPOSE = re.compile(r"НазначениеПлатежа([0-9]{0,2})")
_DECISIVE = frozenset(
    (
        "Номер", "Дата", "Сумма", "ДатаПоступило", "ДатаСписано", "ПлательщикСчет", "ПлательщикРасчСчет", "ПлательщикИНН", "ПолучательСчет",
        "ПолучательРасчСчет", "ПолучательИНН", "ВидОплаты",
    )
)  # fmt: skip
"""Keys that decide whose money it is, and how much."""
_OTHERS = frozenset(
    (
        "ВидПлатежа", "Код", "КодНазПлатежа", "СтатусСоставителя", "ОКАТО", "ОКТМО", "Очередность", "СрокАкцепта", "ВидАккредитива",
        "СрокПлатежа", "ПлатежПоПредст", "ДополнУсловия", "НомерСчетаПоставщика", "ДатаОтсылкиДок", "УникальныйИдентификаторПлатежа",
        "ИдентификаторПлатежа", "УИП", "УИН",
    )
)  # fmt: skip
_FAMILIES = re.compile(r"(?:Плательщик|Получатель|Показатель|Квитанция|УсловиеОплаты)[А-Яа-яЁё]*[0-9]*")
_USUAL = _DECISIVE.union(
    _OTHERS,
    (f"{party}{rest}" for party in ("Плательщик", "Получатель") for rest in ("", "1", "КПП", "Банк1", "БИК", "Корсчет")),
    ("КвитанцияДата", "КвитанцияВремя", "КвитанцияСодержание"),
)
_KEY = re.compile(r"[А-Яа-яЁёA-Za-z_]+[0-9]*")
_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
_USUAL_AMOUNT = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
_SPACES = re.compile(r"[ \u00a0\u2009\u202f]")
_NAME_PREFIX = re.compile(r"(?:ИНН\s*)?(?P<inn>[0-9]{12}|[0-9]{10})(?:\s*/\s*[0-9]{9})?(?:\s*КПП\s*[0-9]{9})?[\s,;]+(?=\D)")
_INN = re.compile(r"(?<![0-9])(?:[0-9]{12}|[0-9]{10})(?![0-9])")


class BankDocument(NamedTuple):
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
    payee_inn: str | None
    purpose: str
    payment_code: str
    line: int


@dataclass(slots=True)
class _Keys:
    """The keys of one document while its lines are read."""

    values: dict[str, str] = field(default_factory=dict)
    purposes: dict[str, list[str]] = field(default_factory=dict)
    after_purpose: set[str] = field(default_factory=set)
    purpose: list[str] | None = None

    def take(self, line: str, number: int, remarks: Remarks) -> None:
        """One line that is not empty.

        Equal keys of the purpose join, any other stays as it came first. Once the purpose has begun, a line that is not the first of a
        key of the format belongs to it: payers write «Сумма=500» and «ИНН=…» there.
        """
        key, equals, value = line.partition("=")
        if equals and (part := _PURPOSE.fullmatch(key)):
            self.purpose = self.purposes.setdefault(part[1], [])
            self.purpose.append(value.strip())
        elif equals and key not in self.values and is_of_format(key):
            self.values[key] = value.strip()
            if self.purpose is not None:
                self.after_purpose.add(key)
        elif self.purpose is not None:
            self._continue(line, key, value.strip(), number, remarks)
        elif equals and is_of_format(key):
            self._again(key, value.strip(), number, remarks)
        elif not (equals and _KEY.fullmatch(key)):
            remarks.problem(number, f"{line[:40]!r} is neither a key nor a section")

    def _continue(self, line: str, key: str, value: str, number: int, remarks: Remarks) -> None:
        """A further line of the purpose. Which of two decisive values after a purpose is the document's own, nobody can tell."""
        if key in self.after_purpose and not self.values[key]:
            self.values[key] = value
        elif key in self.after_purpose and key in _DECISIVE and value != self.values[key]:
            remarks.problem(
                number, f"{key} stands twice after the purpose, as {self.values[key][:40]!r} and {value[:40]!r}: which is meant?"
            )
        elif self.purpose is not None:
            self.purpose.append(line)

    def _again(self, key: str, value: str, number: int, remarks: Remarks) -> None:
        known = self.values[key]
        if not known:
            self.values[key] = value
        elif key in _DECISIVE and value not in ("", known):
            remarks.notice(number, f"{key} stands again, as {value[:40]!r}; the first, {known[:40]!r}, holds")

    def whole_purpose(self, line: int, remarks: Remarks) -> str:
        """The purpose in one piece: НазначениеПлатежа, then what its numbered parts say beyond it."""
        parts = (" ".join(filter(None, lines)) for _, lines in sorted(self.purposes.items(), key=lambda item: int(item[0] or 0)))
        whole = whole_purpose(parts)
        if len(whole) > MAX_PURPOSE:
            remarks.notice(line, f"the purpose is longer than {MAX_PURPOSE} characters; the rest of it is not kept")
        return whole[:MAX_PURPOSE]


def read_document(lines: list[str], start: int, remarks: Remarks) -> BankDocument | None:
    """The document of these lines, from its title on line `start` to КонецДокумента, or None with its problems remarked."""
    keys = _Keys()
    values = keys.values
    for number, line in enumerate(lines[1:-1], start + 1):
        key, equals, value = line.partition("=")
        if equals and keys.purpose is None and key in _USUAL and key not in values:  # most lines by far
            values[key] = value.strip()
        elif line:
            keys.take(line, number, remarks)
    kind = lines[0].removeprefix(SECTION).strip()
    return _document(kind, keys, lines, start, remarks)


def account(text: str) -> str:
    """An account number without the spaces and dots that people put into it."""
    return text if text.isdigit() else text.strip().replace(" ", "").replace("\u00a0", "").replace(".", "")


@lru_cache(maxsize=4096)
def day(text: str) -> date | None:
    """A date written ДД.ММ.ГГГГ, or None."""
    match = _DATE.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def amount(text: str) -> Decimal | None:
    """A sum from 0.00 on, below a trillion roubles, or None."""
    if _USUAL_AMOUNT.fullmatch(text):
        return Decimal(text)
    plain = _SPACES.sub("", text)
    return Decimal(plain.replace(",", ".")).quantize(Decimal("0.01")) if _AMOUNT.fullmatch(plain) else None


@lru_cache(maxsize=1024)
def is_of_format(key: str) -> bool:
    """Whether the format, or what banks add to it, has such a key; those of the purpose apart."""
    return key in _USUAL or _FAMILIES.fullmatch(key) is not None


def purpose_part(key: str) -> int | None:
    """Which part of the purpose a key holds (0: НазначениеПлатежа itself); None for any other key."""
    part = _PURPOSE.fullmatch(key)
    return int(part[1] or 0) if part else None


def whole_purpose(parts: Iterable[str]) -> str:
    """The parts of a purpose in one piece, each only where it says something beyond the earlier ones; somewhat over MAX_PURPOSE at most."""
    given = list(filter(None, parts))
    if len(given) == 1:
        return given[0].strip()
    whole, letters = "", ""
    for part in given:
        plain = "".join(part[:MAX_PURPOSE].split())
        if plain not in letters and len(whole) <= MAX_PURPOSE:
            whole, letters = f"{whole} {part}".strip(), letters + plain
    return whole


def party_inn(given: str, whole: str) -> str | None:
    """ИНН of a party: as it is given, or where `whole` begins with it as "ИНН 7728168971 ООО …" or "7728168971, ООО …"."""
    if match := _INN.search(given):
        return match[0]
    prefix = _NAME_PREFIX.match(whole)
    return prefix["inn"] if prefix else None


def party_name(given: str, whole: str) -> str:
    """Name of a party: as it is given, or the rest of `whole` after its ИНН."""
    if given:
        return given
    prefix = _NAME_PREFIX.match(whole)
    return whole[prefix.end() if prefix else 0 :].strip()


def _document(kind: str, keys: _Keys, lines: list[str], start: int, remarks: Remarks) -> BankDocument | None:
    before = len(remarks.problems)
    values = keys.values
    days: dict[str, date | None] = {}
    for key in ("Дата", "ДатаПоступило", "ДатаСписано"):
        text = values.get(key, "")
        days[key] = day(text) if text else None
        if days[key] is None and (text or key == "Дата"):
            remarks.problem(_line_of(lines, start, key), f"{key} {text[:40]!r} is not a date (ДД.ММ.ГГГГ)")
    total = amount(values.get("Сумма", ""))
    if not total:
        remarks.problem(_line_of(lines, start, "Сумма"), f"Сумма {values.get('Сумма', '')[:40]!r} is not a sum above zero")
    on = days["Дата"]
    if len(remarks.problems) > before or on is None or not total:
        return None
    payees = (account(values.get(key, "")) for key in ("ПолучательСчет", "ПолучательРасчСчет"))
    return BankDocument(
        kind=kind,
        number=values.get("Номер", ""),
        on=on,
        amount=total,
        credited_on=days["ДатаПоступило"],
        debited_on=days["ДатаСписано"],
        payer_account=account(values.get("ПлательщикСчет") or values.get("ПлательщикРасчСчет", "")),
        payer_inn=party_inn(values.get("ПлательщикИНН", ""), values.get("Плательщик", "")),
        payer_name=party_name(values.get("Плательщик1", ""), values.get("Плательщик", "")),
        payee_accounts=tuple(dict.fromkeys(payee for payee in payees if payee)),
        payee_inn=party_inn(values.get("ПолучательИНН", ""), values.get("Получатель", "")),
        purpose=keys.whole_purpose(start, remarks),
        payment_code=values.get("ВидОплаты", ""),
        line=start,
    )


def _line_of(lines: list[str], start: int, key: str) -> int:
    """The line on which a document has a key; its title's, `start`, when the key is missing."""
    return next((number for number, line in enumerate(lines, start) if line.partition("=")[0] == key), start)
