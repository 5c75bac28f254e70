"""Which payment an outgoing one gives back: by a number, or by the whole amount, never by a word (domain.md §8). Pure."""

import re
from collections.abc import Callable, Iterable, Sequence

from pipelines.receivables.numbers import CONTRACT_CUE, INVOICE_CUE, PAYMENT_CUE, Cue, NumberIndex, PurposeWords
from pipelines.receivables.payment import Payment, StoredPayment

_QUESTION = re.compile(r"возвра[тщ]|сторно|ошибочн", re.IGNORECASE)


def may_be_refund(outgoing: Payment) -> bool:
    """Whether the purpose speaks of giving back: a question to a person, and no more than that."""
    return bool(_QUESTION.search(outgoing.purpose))


def refunded_payment(outgoing: Payment, payments: Iterable[StoredPayment]) -> StoredPayment | None:
    """The payment that `outgoing` (below zero) gives back, or None.

    It came to the same organization, not later, and so much of it is left. The purpose names its number or that of an invoice that
    it paid, and the money goes to its ИНН, or to its account where either ИНН is unknown; or the money is the whole of it and goes
    back to its account. A payment of equal amount comes before a larger one, then the latest.
    """
    sum_ = -outgoing.amount
    theirs = [
        payment
        for payment in payments
        if payment.organization_code == outgoing.organization_code
        and payment.paid_on <= outgoing.paid_on
        and payment.left >= sum_
        and _same(outgoing, payment)
    ]
    purpose = PurposeWords.of(outgoing.purpose)
    invoices = _named(purpose, theirs, lambda payment: payment.numbers, INVOICE_CUE, CONTRACT_CUE)
    numbered = _named(
        purpose, theirs, lambda payment: (payment.document_no,), PAYMENT_CUE, Cue((*CONTRACT_CUE.beginnings, *INVOICE_CUE.beginnings))
    )
    whole = [payment for payment in theirs if payment.amount == payment.left == sum_ and payment.payer_account == outgoing.payer_account]
    for candidates in (numbered, invoices, whole):
        if candidates:
            return max(candidates, key=lambda payment: (payment.left == sum_, payment.paid_on, payment.payment_id))
    return None


def named_invoices(purpose: str, numbers: Iterable[str]) -> list[str]:
    """Those of the numbers of invoices that a purpose names."""
    return NumberIndex(((number, number) for number in numbers), INVOICE_CUE, CONTRACT_CUE).find(PurposeWords.of(purpose))


def _same(outgoing: Payment, payment: StoredPayment) -> bool:
    """Whether the money goes to whom it came from: by ИНН (a client may have changed its bank), or by account where an ИНН is unknown.

    Two ИНН on one account are two payers: banks send what many people pay from one account of their own. Zeros, which they write for
    people without an ИНН, are none.
    """
    theirs, given = _known(payment.payer_inn), _known(outgoing.payer_inn)
    if theirs and given:
        return theirs == given
    return bool(payment.payer_account) and payment.payer_account == outgoing.payer_account


def _known(inn: str | None) -> str:
    return "" if inn is None or not inn.strip("0") else inn


def _named(
    purpose: PurposeWords, payments: Sequence[StoredPayment], numbers: Callable[[StoredPayment], Sequence[str]], own: Cue, foreign: Cue
) -> list[StoredPayment]:
    """Payments with a number that the purpose names."""
    every = dict.fromkeys(number for payment in payments for number in numbers(payment) if number)
    named = set(NumberIndex(((number, number) for number in every), own, foreign).find(purpose))
    return [payment for payment in payments if named.intersection(numbers(payment))]
