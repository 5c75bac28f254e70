"""A turnover report of 1C on account 62, as its workbook shows it: оборотно-сальдовая ведомость or карточка счёта. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from pipelines.errors import BadInput, Problem
from pipelines.money import ZERO, round_kopeck
from pipelines.period import Month
from pipelines.receivables.turnover_names import KnownNames
from pipelines.wording.russian import MONTHS, amount

TurnoverKey = tuple[str, str]
"""Client and contract; the contract '' is money of no contract."""

HEAD_ROWS: Final = 40
"""Rows from the top within which the title and the headings stand."""

_SHEET, _CARD = "оборотно-сальдовая ведомость", "карточка"
_WHOLE_62 = re.compile(r"счет[уа]\s+62(?!\.?\d)")
_ACCOUNT = re.compile(r"62(?:\.\d{1,2})?(?:[,. ].*)?")
_IN_62 = re.compile(r"62(?!\d)")
_NO_ROW_OF_A_CLIENT = re.compile(r"(?:итого|всего|обороты за период|развернутое сальдо|контрагенты|договоры|сальдо на)\b")
_NO_CONTRACT = ("<...>", "<…>", "без договора", "договор не указан")
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_OF_A_DOCUMENT = re.compile(r"\d{1,2}:\d{2}:\d{2}$")
_BALANCES = {"начал": "opening", "оборот": "turnover", "кон": "closing"}
_SIDES = {"дебет": "debit", "кредит": "credit"}
_CARD_HEADINGS = {
    "период": "on", "документ": "document", "аналитика дт": "debit_about", "аналитика кт": "credit_about", "дебет": "debit",
    "кредит": "credit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the workbook that is not empty: its number and its cells, texts and numbers as they stand."""

    number: int
    cells: tuple[object, ...]

    def text(self, at: int) -> str:
        """A cell as text, '' where there is none."""
        cell = self.cells[at] if at < len(self.cells) else None
        return cell.strip() if isinstance(cell, str) else f"{cell}" if isinstance(cell, int | float | Decimal) else ""

    def texts(self) -> Iterator[str]:
        """Cells that hold something."""
        return filter(None, map(self.text, range(len(self.cells))))

    def amount(self, at: int) -> Decimal:
        """A figure as a number or as 1C's text (1 234,50), to the kopeck; an empty cell is nothing. ValueError for anything else."""
        text = re.sub(r"[\s\u00a0\u202f]", "", self.text(at)).replace(",", ".")
        if not text:
            return ZERO
        if not re.fullmatch(r"-?\d{1,13}(?:\.\d+)?(?:e-?\d+)?", text):
            raise ValueError(f"{self.text(at)[:40]!r} is not a sum")
        return round_kopeck(Decimal(text))


@dataclass(frozen=True, slots=True)
class OnecEntry:
    """A document of карточка счёта: what it moved, debit above zero."""

    text: str
    amount: Decimal


@dataclass(slots=True)
class OnecTurnover:
    """What 1C says of one contract over the period; balances above zero are the client's debt, None where the report has none."""

    opening: Decimal | None = None
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    closing: Decimal | None = None
    documents: list[OnecEntry] = field(default_factory=list)

    @property
    def movement(self) -> Decimal:
        """Debit less credit; what is set off between 62.01 and 62.02 falls out of it."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TurnoverReport:
    """The report by client and contract; `unread`: every row that nothing is known of, with its number and label, and why."""

    turnovers: Mapping[TurnoverKey, OnecTurnover]
    unread: tuple[str, ...]
    has_balances: bool


def read_report(rows: Sequence[SheetRow], place: str, month: Month, known: KnownNames) -> TurnoverReport:
    """The turnovers of a month by contract. BadInput when it is no report on account 62, of another period, or lacks columns."""
    title = next((text for row in rows[:HEAD_ROWS] for text in row.texts() if _plain(text).startswith((_SHEET, _CARD))), None)
    if title is None:
        raise BadInput.one(place, "is neither «Оборотно-сальдовая ведомость по счету 62» nor «Карточка счета 62»")
    if not _WHOLE_62.search(_plain(title)):
        raise BadInput.one(place, f"{title[:80]!r} is not about the whole of account 62")
    _check_period(title, rows, place, month)
    return _Card(place, known).read(rows) if _plain(title).startswith(_CARD) else _Sheet(place, known).read(rows)


def _plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def _check_period(title: str, rows: Sequence[SheetRow], place: str, month: Month) -> None:
    said = " ".join([title, *(text for row in rows[:HEAD_ROWS] for text in row.texts() if _plain(text).startswith("период:"))])
    days = [date(int(year), int(number), int(day)) for day, number, year in _DAY.findall(said)]
    if len(days) >= 2:
        if (min(days), max(days)) != (month.first, month.last):
            raise BadInput.one(place, f"is of {min(days)} to {max(days)}, and not of {month}")
        return
    named = f"{MONTHS[month.number - 1].capitalize()} {month.year}"  # as 1C writes it: «за Март 2026 г.»
    if not re.search(rf"за {_plain(named)}\b", _plain(said)):
        raise BadInput.one(place, f"does not say that it is of {named}: {title[:120]!r}")


@dataclass(slots=True)
class _Sheet:
    """The reader of оборотно-сальдовая ведомость: a row of a client, and below it a row for each of its contracts.

    `strange`: a row that names nobody we know, until the next one shows what it was: the client by another name, or a stranger.
    """

    place: str
    known: KnownNames
    turnovers: dict[TurnoverKey, OnecTurnover] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    client: str | None = None
    has_contract: bool = False
    strange: SheetRow | None = None

    def read(self, rows: Sequence[SheetRow]) -> TurnoverReport:
        head, columns = _columns(rows, self.place)
        label_width = min(columns.values())
        for row in rows:
            if row.number > head:
                self._take(row, next(SheetRow(row.number, row.cells[:label_width]).texts(), ""), columns)
        self._give_up_strange()
        if self.problems:
            raise BadInput(self.problems)
        return TurnoverReport(self.turnovers, tuple(self.unread), has_balances=True)

    def _take(self, row: SheetRow, label: str, columns: Mapping[tuple[str, str], int]) -> None:
        if _NO_ROW_OF_A_CLIENT.match(_plain(label)):
            return
        if _ACCOUNT.fullmatch(label):
            self._of_client(None)
        elif contract := self.known.contract(label):
            self._of_contract(row, contract, columns)
        elif label.lower() in _NO_CONTRACT and self.client:
            self._give_up_strange()
            self._add(row, (self.client, ""), columns)
        elif client := self.known.client(label):
            self._of_client(client)
        elif not (self.has_contract and _OF_A_DOCUMENT.search(label)) and (label or any(_figures(row))):
            self._give_up_strange()
            self.strange, self.has_contract = row, False

    def _of_client(self, client: str | None) -> None:
        self._give_up_strange()
        self.client, self.has_contract = client, False

    def _of_contract(self, row: SheetRow, contract: str, columns: Mapping[tuple[str, str], int]) -> None:
        owner = self.known.contracts[contract]
        if self.strange is not None and owner != self.client:
            self.client, self.strange = owner, None
        self._give_up_strange()
        if self.client is not None and owner != self.client:
            self.unread.append(self._said(row, f"договор не клиента {self.client}, под которым он стоит"))
            return
        self._add(row, (owner, contract), columns)

    def _add(self, row: SheetRow, key: TurnoverKey, columns: Mapping[tuple[str, str], int]) -> None:
        """A contract stands under 62.01 and under 62.02: its rows add up."""
        self.has_contract = True
        turnover = self.turnovers.setdefault(key, OnecTurnover(ZERO, closing=ZERO))
        try:
            sums = {name: row.amount(at) for name, at in columns.items()}
        except ValueError as error:
            self.problems.append(Problem(f"{self.place}:{row.number}", str(error)))
            return
        turnover.opening = (turnover.opening or ZERO) + sums["opening", "debit"] - sums["opening", "credit"]
        turnover.closing = (turnover.closing or ZERO) + sums["closing", "debit"] - sums["closing", "credit"]
        turnover.debit += sums["turnover", "debit"]
        turnover.credit += sums["turnover", "credit"]

    def _give_up_strange(self) -> None:
        if self.strange is not None:
            label = next(self.strange.texts(), "")
            several = self.known.is_of_several(label)
            self.unread.append(
                self._said(self.strange, "так зовут нескольких клиентов" if several else "ни клиента, ни договора такого нет")
            )
            self.strange = None

    def _said(self, row: SheetRow, why: str) -> str:
        label = next((text for text in row.texts() if not re.fullmatch(r"[\d\s.,-]+", text)), "строка без названия")
        figures = ", ".join(amount(value) for value in _figures(row))
        return f"{self.place}:{row.number}: {label[:80]}: {why}" + (f" ({figures})" if figures else "")


def _figures(row: SheetRow) -> Iterator[Decimal]:
    """The sums of a row that is not understood."""
    for at in range(len(row.cells)):
        try:
            if value := row.amount(at):
                yield value
        except ValueError:
            continue


def _columns(rows: Sequence[SheetRow], place: str) -> tuple[int, dict[tuple[str, str], int]]:
    """The last row of the headings, and where each figure stands: a heading reaches right until the next one of its row."""
    for above, below in pairwise(rows[:HEAD_ROWS]):
        columns: dict[tuple[str, str], int] = {}
        for at in range(len(below.cells)):
            heading = next((_plain(above.text(left)) for left in range(at, -1, -1) if above.text(left)), "")
            group = next((name for begin, name in _BALANCES.items() if begin in heading), None)
            side = _SIDES.get(_plain(below.text(at)))
            if group and side:
                columns.setdefault((group, side), at)
        if len(columns) == len(_BALANCES) * len(_SIDES):
            return below.number, columns
    raise BadInput.one(place, "lacks headings: сальдо на начало, обороты за период, сальдо на конец, each with Дебет and Кредит")


@dataclass(slots=True)
class _Card:
    """The reader of карточка: a row a document, with the account of each side; what goes from 62 to 62 is set off within a contract."""

    place: str
    known: KnownNames
    turnovers: dict[TurnoverKey, OnecTurnover] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, rows: Sequence[SheetRow]) -> TurnoverReport:
        head, columns = self._columns(rows)
        for row in rows:
            document = " ".join(row.text(columns["document"]).split())
            if row.number > head and document and not _NO_ROW_OF_A_CLIENT.match(_plain(document)):
                self._take(row, document, columns)
        if self.problems:
            raise BadInput(self.problems)
        return TurnoverReport(self.turnovers, tuple(self.unread), has_balances=False)

    def _take(self, row: SheetRow, document: str, columns: Mapping[str, int]) -> None:
        is_debit, is_credit = (bool(_IN_62.match(row.text(columns[side]))) for side in ("debit", "credit"))
        key = self._key(row, columns["debit_about"], columns["credit_about"])
        if is_debit and is_credit:
            return
        if key is None or not (is_debit or is_credit):
            self.unread.append(f"{self.place}:{row.number}: {document[:120]}: {'счёт не 62' if key else 'договора такого нет'}")
            return
        try:
            moved = row.amount(columns["debit" if is_debit else "credit"] + 1)
        except ValueError as error:
            self.problems.append(Problem(f"{self.place}:{row.number}", str(error)))
            return
        turnover = self.turnovers.setdefault(key, OnecTurnover())
        turnover.debit += moved if is_debit else ZERO
        turnover.credit += ZERO if is_debit else moved
        turnover.documents.append(OnecEntry(document, moved if is_debit else -moved))

    def _key(self, row: SheetRow, *about: int) -> TurnoverKey | None:
        """Whose document it is: by the contract that its analytics name, else by the client alone."""
        said = [line.strip() for at in about for line in row.text(at).splitlines() if line.strip()]
        contract = next((number for line in said if (number := self.known.contract(line))), None)
        if contract:
            return self.known.contracts[contract], contract
        client = next((code for line in said if (code := self.known.client(line))), None)
        is_without = any(line.lower() in _NO_CONTRACT for line in said)
        return (client, "") if client and is_without else None

    def _columns(self, rows: Sequence[SheetRow]) -> tuple[int, dict[str, int]]:
        for row in rows[:HEAD_ROWS]:
            columns = {_CARD_HEADINGS[text]: at for at in range(len(row.cells)) if (text := _plain(row.text(at))) in _CARD_HEADINGS}
            if len(columns) == len(_CARD_HEADINGS):
                return row.number, columns
        raise BadInput.one(self.place, f"lacks headings: {', '.join(name.capitalize() for name in _CARD_HEADINGS)}")
