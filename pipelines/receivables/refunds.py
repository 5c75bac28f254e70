"""Which documents of a bank's statement give a customer's payment back: reversals, with amounts below zero (domain.md §8)."""

import re
from collections.abc import Collection

from pipelines.receivables.bank_statement import BankDocument, BankStatement, account
from pipelines.receivables.incoming import BankPayment, payment_id

_WORDS = re.compile(r"возвра[тщ]|сторно|ошибочн", re.IGNORECASE)


def refunds(statement: BankStatement, our_accounts: Collection[str]) -> tuple[BankPayment, ...]:
    """Money that left one of `our_accounts` and whose purpose says that it goes back; amounts negative, each document once.

    `payer_account` is where it went: the account that the payment came from. Which payment it takes back is the ledger's to find.
    """
    ours = frozenset(account(known) for known in our_accounts)
    found: dict[str, BankPayment] = {}
    for document in statement.documents:
        if _is_refund(document, ours):
            refund = _refund(document)
            found.setdefault(refund.payment_id, refund)
    return tuple(found.values())


def _is_refund(document: BankDocument, ours: frozenset[str]) -> bool:
    leaves = document.payer_account in ours and document.debited_on is not None
    stays = any(payee in ours for payee in document.payee_accounts)
    return leaves and not stays and bool(document.payee_accounts) and bool(_WORDS.search(document.purpose))


def _refund(document: BankDocument) -> BankPayment:
    payee = document.payee_accounts[0]
    same = payment_id(document.payer_account, document.number, document.on, -document.amount, payee)
    return BankPayment(
        payment_id=same,
        account=document.payer_account,
        number=document.number,
        on=document.on,
        paid_on=document.debited_on or document.on,
        amount=-document.amount,
        payer_account=payee,
        payer_inn=None,
        payer_name="",
        purpose=document.purpose,
        line=document.line,
    )
