"""Whether what one source tells of is a payment that another has told of already (domain.md §8). Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from pipelines.receivables.bank_days import bank_days

BANK_DAYS: Final = 1
"""Bank days between the day of a statement and that of 1C's document."""
DOUBTFUL_DAYS: Final = 5
"""Days within which an equal sum of the same payer may be the same payment."""
FARTHEST_DAYS: Final = 14
"""Days within which the next bank day comes, the longest holidays among them."""
_DIGITS = re.compile(r"[0-9]+$")


@dataclass(frozen=True, slots=True)
class ToldPayment:
    """What a source says of a payment; `amount` below zero: money that left. Empty where it does not say."""

    payment_id: str
    organization_code: str
    document_no: str
    paid_on: date
    amount: Decimal
    payer_inn: str
    payer_account: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """`same`: id told now → id of the payment that it is. `doubtful`: id told now → id of one that it may be."""

    same: dict[str, str]
    doubtful: dict[str, str]


def pair(told: Sequence[ToldPayment], known: Iterable[ToldPayment]) -> Pairs:
    """Pair payments of one source with those of others, one to one, nearest day first; doubt is left to a person.

    The same are: one organization and sum, equal numbers (zeros before them apart), at most one bank day between them, and no payer that
    contradicts. Doubtful are those of the same payer, or of equal number, within five days.
    """
    groups: dict[tuple[str, Decimal], list[ToldPayment]] = defaultdict(list)
    for payment in known:
        groups[payment.organization_code, payment.amount].append(payment)
    pairs, taken = Pairs({}, {}), set[str]()
    for relation, test in ((pairs.same, _is_same), (pairs.doubtful, _is_doubtful)):
        for payment in told:
            if payment.payment_id in pairs.same:
                continue
            others = [
                other
                for other in groups.get((payment.organization_code, payment.amount), ())
                if other.payment_id not in taken and test(payment, other)
            ]
            if others:
                nearest = min(others, key=lambda other: (abs(other.paid_on - payment.paid_on), other.payment_id))
                relation[payment.payment_id] = nearest.payment_id
                taken.add(nearest.payment_id)
    return pairs


def plain_number(number: str) -> str:
    """The digits that a number ends with, without zeros before them: banks and 1C differ in zeros and in 1C's prefix (0000-000123)."""
    digits = _DIGITS.search(number.strip())
    return digits.group().lstrip("0") or "0" if digits else number.strip().upper()


def _is_same(told: ToldPayment, known: ToldPayment) -> bool:
    if _differ(told.payer_account, known.payer_account):
        return False
    has_same_payer = bool(told.payer_account) and told.payer_account == known.payer_account
    if _differ(told.payer_inn, known.payer_inn) and not has_same_payer:
        return False
    is_near = abs(told.paid_on - known.paid_on).days <= FARTHEST_DAYS and bank_days(told.paid_on, known.paid_on) <= BANK_DAYS
    return is_near and plain_number(told.document_no) == plain_number(known.document_no) != ""


def _is_doubtful(told: ToldPayment, known: ToldPayment) -> bool:
    has_same_payer = bool(told.payer_inn) and told.payer_inn == known.payer_inn
    has_same_number = plain_number(told.document_no) == plain_number(known.document_no) != ""
    return abs(told.paid_on - known.paid_on).days <= DOUBTFUL_DAYS and (has_same_payer or has_same_number)


def _differ(one: str, other: str) -> bool:
    """Whether both are said, and not the same."""
    return bool(one) and bool(other) and one != other
