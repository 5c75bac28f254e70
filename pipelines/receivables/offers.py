"""What a payment that is nobody's may pay, each with the reason: for a person to choose (domain.md §8). Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pipelines.receivables.matching import Book, InvoiceDebt, Unallocated
from pipelines.receivables.mistyped import SLIPS
from pipelines.receivables.numbers import fold
from pipelines.wording.russian import in_roubles

_MOST: Final = 5
_INN: Final = re.compile(r"(?<!\d)(?:\d{12}|\d{10})(?!\d)")
_WORD: Final = re.compile(r"\w+")
_LEGAL_FORMS: Final = frozenset(map(fold, ("ООО", "ОАО", "ЗАО", "ПАО", "АО", "ИП", "НКО", "ГУП", "МУП", "ФГУП", "КФХ", "СПК")))
_SHORTEST_NAME: Final = 4


class OfferReason(StrEnum):
    """Why an invoice is offered, the strongest first."""

    MISTYPED = "mistyped_number"
    SEVERAL_NAMED = "several_clients_named"
    SHARED_INN = "inn_of_several_clients"
    INN_IN_PURPOSE = "inn_in_purpose"
    NAME = "client_named"
    EQUAL_AMOUNT = "equal_amount"


REASONS: Final = {
    OfferReason.MISTYPED: "в назначении «{}»: {}",
    OfferReason.SEVERAL_NAMED: "в назначении названы счета или договоры нескольких клиентов, и этого тоже",
    OfferReason.SHARED_INN: "ИНН плательщика у нескольких клиентов, и у этого тоже",
    OfferReason.INN_IN_PURPOSE: "в назначении ИНН этого клиента: {}",
    OfferReason.NAME: "в назначении или у плательщика название этого клиента: {}",
    OfferReason.EQUAL_AMOUNT: "ровно столько открыто по этому счёту",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An open invoice that a payment may be meant for; `open`: roubles open of it, `why`: in words."""

    number: str
    client_code: str
    open: Decimal
    reason: OfferReason
    why: str

    def line(self, payment_id: str, left: Decimal) -> str:
        """The offer with the command that takes it: so much of the payment as is open of the invoice."""
        amount = min(self.open, left)
        return (
            f"{self.number} клиента {self.client_code}, открыто {in_roubles(self.open)}: {self.why}; "
            f'`fleetbill payments allocate {payment_id} --to "{self.number}={amount:.2f}" --by ИМЯ --reason ПОЧЕМУ`'
        )


def offers(book: Book, money: Unallocated, names: Mapping[str, str] | None = None, payer_name: str = "") -> tuple[Offer, ...]:
    """What the money may pay, at most five invoices: by the strength of the reason, what is open with exactly the amount first.

    `names`: client → its name. An invoice is offered once, for its strongest reason. Nothing is taken from the book.
    """
    listed: dict[str, Offer] = {}
    for offer in _found(book, money, names or {}, payer_name):
        listed.setdefault(offer.number, offer)
    order = list(OfferReason)
    ranked = sorted(listed.values(), key=lambda offer: (order.index(offer.reason), offer.open != money.amount, offer.number))
    return tuple(ranked[:_MOST])


def _found(book: Book, money: Unallocated, names: Mapping[str, str], payer_name: str) -> Iterator[Offer]:
    for debt, suspect in book.suspects(money):
        yield _offer(debt, OfferReason.MISTYPED, suspect.written, SLIPS[suspect.slip])
    meant = book.meant(money)
    reason = OfferReason.SHARED_INN if meant.is_by_payer else OfferReason.SEVERAL_NAMED
    yield from (_offer(debt, reason) for client in meant.clients for debt in book.owed(money.organization_code, client))
    for inn in dict.fromkeys(_INN.findall(money.purpose)):
        for client in book.clients_with(money.organization_code, inn):
            yield from (_offer(debt, OfferReason.INN_IN_PURPOSE, inn) for debt in book.owed(money.organization_code, client))
    words = (*_words(money.purpose), "", *_words(payer_name))
    for client, name in names.items():
        if _is_said(_words(name), words):
            yield from (_offer(debt, OfferReason.NAME, name) for debt in book.owed(money.organization_code, client))
    equal = book.open_with(money.organization_code, money.amount)
    if len(equal) == 1:
        yield _offer(equal[0], OfferReason.EQUAL_AMOUNT)


def _offer(debt: InvoiceDebt, reason: OfferReason, *words: str) -> Offer:
    return Offer(debt.number, debt.client_code, debt.open, reason, REASONS[reason].format(*words))


def _words(text: str) -> tuple[str, ...]:
    """The folded words of a name or purpose, without legal forms."""
    return tuple(word for word in _WORD.findall(fold(text)) if word not in _LEGAL_FORMS)


def _is_said(name: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words of a name stand together among others; a name of a few letters says nothing."""
    if sum(map(len, name)) < _SHORTEST_NAME:
        return False
    return any(tuple(words[at : at + len(name)]) == tuple(name) for at in range(len(words) - len(name) + 1))
