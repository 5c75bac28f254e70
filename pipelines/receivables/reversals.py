"""Reversals in the ledger: which outgoing money gives which payment back, and what that re-opens (domain.md §8)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.receivables.payment import Payment, StoredPayment
from pipelines.receivables.refunds import may_be_refund, named_invoices, refunded_payment
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Reversal:
    """Outgoing money and the payment that it gives back."""

    outgoing: Payment
    payment: StoredPayment


@dataclass(frozen=True, slots=True)
class FoundReversals:
    """What outgoing money turned out to be. `to_store`: not stored before: reversals, and what a person must rule on; `known`: ids of
    the outgoing that are reversals, stored now or before."""

    reversals: tuple[Reversal, ...]
    to_store: tuple[Payment, ...]
    known: frozenset[str]


def find(connection: "Connection", outgoing: Sequence[Payment], *, is_for_customers: bool = False) -> FoundReversals:
    """Look for the payment that each outgoing one gives back, also for stored reversals that have none yet; oldest first.

    `is_for_customers`: who tells of them says that they went to customers, so that all of them ask a person where no payment is found.
    The payments of the same file must be stored before, and the lock of the ledger be held.
    """
    stored = set(query.scalars(connection, "receivables/known_payments", ids=[each.payment_id for each in outgoing])) if outgoing else set()
    fresh = {each.payment_id: each for each in outgoing if each.payment_id not in stored}
    waiting = query.rows(connection, "receivables/open_reversals", Payment)
    candidates = sorted((*waiting, *fresh.values()), key=lambda each: (each.paid_on, each.payment_id))
    reversals = tuple(_pair(connection, candidates))
    returned = {each.outgoing.payment_id for each in reversals}
    to_store = tuple(each for key, each in fresh.items() if key in returned or is_for_customers or may_be_refund(each))
    return FoundReversals(reversals, to_store, frozenset((*stored, *(each.payment_id for each in to_store))))


def take_back(connection: "Connection", matched: FoundReversals, at: datetime) -> None:
    """Let every reversal re-open what its payment paid."""
    for each in matched.reversals:
        reopen(connection, each.outgoing, each.payment, at)


def reopen(connection: "Connection", outgoing: Payment | StoredPayment, payment: StoredPayment, at: datetime) -> None:
    """Let outgoing money give a payment back: what that paid is open again, beyond what was still free of it; the invoices that the
    purpose names first."""
    query.run(connection, "receivables/set_reversed", payment_id=outgoing.payment_id, reverses=payment.payment_id)
    named = named_invoices(outgoing.purpose, payment.numbers)
    query.run(connection, "receivables/take_back", payment_id=outgoing.payment_id, named=named, at=at)


def _pair(connection: "Connection", candidates: Sequence[Payment]) -> Iterator[Reversal]:
    """Each outgoing payment with the one that it gives back; a later one sees what the earlier ones left."""
    if not candidates:
        return
    refundable = _refundable(connection, candidates)
    by_account, by_inn = _grouped(refundable)
    for outgoing in candidates:
        theirs = {
            each.payment_id: each
            for each in (*by_account.get(outgoing.payer_account, ()), *(by_inn.get(outgoing.payer_inn, ()) if outgoing.payer_inn else ()))
        }
        if payment := refunded_payment(outgoing, theirs.values()):
            payment.left += outgoing.amount
            yield Reversal(outgoing, payment)


def _refundable(connection: "Connection", candidates: Sequence[Payment]) -> list[StoredPayment]:
    accounts = sorted({each.payer_account for each in candidates if each.payer_account})
    inns = sorted({each.payer_inn for each in candidates if each.payer_inn})
    return query.rows(connection, "receivables/refundable", StoredPayment, accounts=accounts, inns=inns)


def _grouped(payments: Iterable[StoredPayment]) -> tuple[dict[str, list[StoredPayment]], dict[str, list[StoredPayment]]]:
    by_account: dict[str, list[StoredPayment]] = defaultdict(list)
    by_inn: dict[str, list[StoredPayment]] = defaultdict(list)
    for each in payments:
        by_account[each.payer_account].append(each)
        if each.payer_inn:
            by_inn[each.payer_inn].append(each)
    return by_account, by_inn
