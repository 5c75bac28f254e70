"""Who may pay for an account that nobody pays for: by ИНН or contract number in its name, its neighbours, the nearest name. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

from pipelines.master.lookalikes import folded
from pipelines.master.requisites import inn_problem

CERTAIN: Final = 95
"""A suggestion with at least this score stands in the ready line; a nearer look is needed below."""
NEAREST: Final = 80
"""Names that are less alike than this (of 100) are another client's."""
_INN = re.compile(r"(?<!\d)(\d{10}|\d{12})(?!\d)")
_WORD = re.compile(r"[^\W_]+")
_FORMS = frozenset(
    {
        "ооо", "оао", "зао", "пао", "ао", "нао", "ип", "кфх", "тк", "тд", "гк", "фгуп", "муп", "гуп", "общество", "с", "ограниченной",
        "ответственностью", "индивидуальный", "предприниматель", "llc", "ltd", "ooo", "zao", "oao", "pao", "ao", "ip", "client", "клиент",
    }
)  # fmt: skip
_LATIN: Final = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
        "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownPayer:
    """A client with its contracts that are in force, in byte order."""

    client_code: str
    name: str
    full_name: str | None
    inn: str | None
    contracts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnpaidAccount:
    """An account that holds vehicles and leads to no contract in force.

    ``parents``: names (or ids) of the accounts above it, the nearest first; ``beside``: contracts of the accounts under the same
    parent; ``ended``: the contract that it led to, which is over.
    """

    platform: str
    account_id: str
    name: str | None
    parents: tuple[str, ...]
    beside: tuple[str, ...]
    vehicles: int
    first_seen: date
    last_seen: date
    roubles: Decimal | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who may pay: a client and one of its contracts (None: a person must choose, or draft a new one); score of 100; why, in Russian."""

    account: UnpaidAccount
    client_code: str | None
    contract_no: str | None
    score: int
    reason: str
    inn: str | None = None

    @property
    def is_certain(self) -> bool:
        """Whether the contract may stand in the ready line."""
        return self.contract_no is not None and self.score >= CERTAIN


class Payers:
    """What is known of those who pay, for many accounts. ``contract_clients``: every contract, also one that is over → its client."""

    def __init__(self, payers: Sequence[KnownPayer], contract_clients: Mapping[str, str]) -> None:
        self._payers = {payer.client_code: payer for payer in payers}
        self._contract_clients = contract_clients

    @cached_property
    def _by_inn(self) -> dict[str, list[KnownPayer]]:
        by_inn: dict[str, list[KnownPayer]] = {}
        for payer in self._payers.values():
            if payer.inn:
                by_inn.setdefault(payer.inn, []).append(payer)
        return by_inn

    @cached_property
    def _by_contract(self) -> dict[str, tuple[str, KnownPayer]]:
        return {spelled(contract): (contract, payer) for payer in self._payers.values() for contract in payer.contracts}

    @cached_property
    def _names(self) -> tuple[list[str], list[KnownPayer]]:
        pairs = [
            (name, payer)
            for payer in self._payers.values()
            for name in dict.fromkeys(plain_name(each) for each in (payer.name, payer.full_name) if each)
            if name
        ]
        return [name for name, _ in pairs], [payer for _, payer in pairs]

    def suggest(self, account: UnpaidAccount) -> Suggestion:
        """The best suggestion for an account."""
        suggestions = [*self._of_text(account, account.name or "", ""), *self._of_parents(account), *self._of_others(account)]
        inn = next(iter(inns_in(account.name or "")), None)
        if not suggestions:
            what = f"ИНН {inn} ни у кого из клиентов" if inn else "ни ИНН, ни номера договора, ни похожего названия"
            return Suggestion(account, None, None, 0, what, inn)
        return max(suggestions, key=lambda each: each.score)

    def _of_text(self, account: UnpaidAccount, text: str, where: str) -> Iterable[Suggestion]:
        """By what stands in a name; ``where``: whose name, when it is not the account's own, which costs 15 points."""
        less = 15 if where else 0
        for inn in inns_in(text):
            for payer in self._by_inn.get(inn, ()):
                yield self._suggestion(account, payer, 100 - less, f"ИНН {inn} в названии{where}", inn)
        for word in text.split():
            known = self._by_contract.get(spelled(word.strip('()[]«»",;:№')))
            if known:
                contract, payer = known
                yield Suggestion(account, payer.client_code, contract, 98 - less, f"номер договора {contract} в названии{where}")
        nearest = self._nearest(text)
        if nearest:
            payer, likeness = nearest
            score = max(0, int(likeness * 0.9) - less)
            yield self._suggestion(account, payer, score, f"похожее название{where}: «{payer.name}», {int(likeness)} из 100")

    def _of_parents(self, account: UnpaidAccount) -> Iterable[Suggestion]:
        for parent in account.parents:
            yield from self._of_text(account, parent, f" родительской учётной записи «{parent}»")

    def _of_others(self, account: UnpaidAccount) -> Iterable[Suggestion]:
        if account.ended:
            payer = self._payers.get(self._contract_clients.get(account.ended, ""))
            if payer:
                yield self._suggestion(account, payer, 90, f"договор {account.ended} этой учётной записи окончен")
        if len(account.beside) == 1:
            [contract] = account.beside
            _, payer = self._by_contract.get(spelled(contract), (contract, None))
            if payer:
                yield Suggestion(account, payer.client_code, contract, 60, f"соседние учётные записи — по договору {contract}")

    def _nearest(self, text: str) -> tuple[KnownPayer, float] | None:
        from rapidfuzz import fuzz, process

        names, payers = self._names
        name = plain_name(text)
        if len(name) < 4:
            return None
        best = process.extractOne(name, names, scorer=fuzz.token_sort_ratio, score_cutoff=NEAREST)
        return None if best is None else (payers[best[2]], best[1])

    @staticmethod
    def _suggestion(account: UnpaidAccount, payer: KnownPayer, score: int, reason: str, inn: str | None = None) -> Suggestion:
        """With the client's contract where it has one alone; of several a person chooses."""
        if len(payer.contracts) == 1:
            return Suggestion(account, payer.client_code, payer.contracts[0], score, reason, inn)
        which = f"договоры на выбор: {', '.join(payer.contracts)}" if payer.contracts else "действующего договора нет"
        return Suggestion(account, payer.client_code, None, score, f"{reason}; {which}", inn)


def inns_in(text: str) -> list[str]:
    """The numbers of a text that are an ИНН by their checksum."""
    return [inn for inn in _INN.findall(text) if inn_problem(inn, "legal" if len(inn) == 10 else "entrepreneur") is None]


def spelled(code: str) -> str:
    """A contract number as a person reads it: look-alike letters, case and signs between do not count."""
    return "".join(_WORD.findall(folded(code.upper()))).casefold()


def plain_name(text: str) -> str:
    """A name for comparing: its words in Latin letters, without the legal form and without numbers."""
    words = [word for word in _WORD.findall(text.casefold()) if word not in _FORMS and not word.isdecimal()]
    return " ".join(words).translate(_LATIN)
