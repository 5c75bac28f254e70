"""Which documents of a bank's statement are customers' payments, which may give one back, and which concern nobody (domain.md §8). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.receivables.bank_document import BankDocument, account
from pipelines.receivables.bank_statement import BankStatement
from pipelines.receivables.payment import Identity, Payment

OUTGOING = "outgoing"
"""Why money that left us is no payment; the ledger knows which of it gives a payment back."""

_ROUBLES = ("810", "643")
_BANK_ORDER_CODE = "17"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document that is no customer's payment, and why."""

    document: BankDocument
    reason: str


@dataclass(slots=True)
class SortedDocuments:
    """Every document of a statement, in its order: a payment, or skipped with a reason.

    `outgoing`: of the skipped, money that left one of our accounts for one that is not ours (amounts below zero).
    `accounts`: those of ours that payments came to, or money left.
    """

    payments: list[Payment] = field(default_factory=list)
    outgoing: list[Payment] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)


def sort_documents(statement: BankStatement, owners: Mapping[str, str]) -> SortedDocuments:
    """Sort a statement's documents; `owners`: our account (20 digits) → the organization whose it is or was."""
    done = SortedDocuments()
    occurrences: dict[str, int] = {}
    for document in statement.documents:
        ours = _receiving_account(document, statement, owners)
        reason = _no_payment(document, ours, owners)
        if reason is None and ours is not None:
            done.payments.append(_payment(document, ours, owners[ours], occurrences))
            done.accounts.add(ours)
            continue
        done.skipped.append(Skipped(document, reason or "not credited"))
        if reason == OUTGOING and document.debited_on and document.payee_accounts:
            done.accounts.add(document.payer_account)
            done.outgoing.append(_outgoing(document, owners[document.payer_account], occurrences))
    return done


def _receiving_account(document: BankDocument, statement: BankStatement, owners: Mapping[str, str]) -> str | None:
    """Our account that received; the statement's only account stands in when the document names no payee's."""
    for payee in document.payee_accounts:
        if payee in owners:
            return payee
    if not document.payee_accounts and len(statement.accounts) == 1 and statement.accounts[0] in owners:
        return statement.accounts[0]
    return None


def _no_payment(document: BankDocument, receiving: str | None, owners: Mapping[str, str]) -> str | None:
    if receiving is None:
        return OUTGOING if document.payer_account in owners else "the payee's account is not ours"
    if document.credited_on is None:
        return "not credited: ДатаПоступило is empty"
    if document.payer_account in owners:
        return "a transfer between our own accounts"
    if document.kind.casefold() == "банковский ордер" or document.payment_code == _BANK_ORDER_CODE:
        return "a bank order is no customer's payment"
    if len(receiving) == 20 and receiving[5:8] not in _ROUBLES:
        return f"the account is not in roubles (currency code {receiving[5:8]})"
    return None


def _payment(document: BankDocument, ours: str, organization_code: str, occurrences: dict[str, int]) -> Payment:
    identity = Identity(account(ours), document.number, document.on, document.amount, document.payer_account)
    return Payment(
        payment_id=_counted(identity, occurrences),
        organization_code=organization_code,
        document_no=document.number,
        paid_on=document.credited_on or document.on,
        amount=document.amount,
        payer_inn=document.payer_inn,
        payer_name=document.payer_name,
        payer_account=document.payer_account,
        purpose=document.purpose,
    )


def _outgoing(document: BankDocument, organization_code: str, occurrences: dict[str, int]) -> Payment:
    """Money that left us: the account and ИНН that it went to stand where a payment has its payer's."""
    payee = document.payee_accounts[0]
    identity = Identity(document.payer_account, document.number, document.on, -document.amount, payee)
    return Payment(
        payment_id=_counted(identity, occurrences),
        organization_code=organization_code,
        document_no=document.number,
        paid_on=document.debited_on or document.on,
        amount=-document.amount,
        payer_inn=document.payee_inn,
        payer_name="",
        payer_account=payee,
        purpose=document.purpose,
    )


def _counted(identity: Identity, occurrences: dict[str, int]) -> str:
    """The payment's id as the n-th equal document of its statement."""
    first = identity.payment_id()
    occurrence = occurrences[first] = occurrences.get(first, 0) + 1
    return first if occurrence == 1 else identity.payment_id(occurrence)
