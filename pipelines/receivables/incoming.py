"""Which documents of a bank's statement are customers' payments, and what makes two of them the same (domain.md §8)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b

from pipelines.receivables.bank_statement import BankDocument, BankStatement, account

_ROUBLES = ("810", "643")
_BANK_ORDER_CODE = "17"


@dataclass(frozen=True, slots=True)
class BankPayment:
    """Money that came in. `on` is the document's own date, `paid_on` the day the bank credited it."""

    payment_id: str
    account: str
    number: str
    on: date
    paid_on: date
    amount: Decimal
    payer_account: str
    payer_inn: str | None
    payer_name: str
    purpose: str
    line: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document that is no customer's payment, and why."""

    document: BankDocument
    reason: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """Every document of the statement: a payment or skipped with a reason."""

    payments: tuple[BankPayment, ...]
    skipped: tuple[Skipped, ...]


def incoming(statement: BankStatement, our_accounts: Collection[str]) -> Incoming:
    """Customers' payments to `our_accounts` (20 digits each), in the statement's order; the rest with its reason."""
    ours = frozenset(account(known) for known in our_accounts)
    payments: dict[str, BankPayment] = {}
    skipped: list[Skipped] = []
    for document in statement.documents:
        receiving = _receiving_account(document, statement, ours)
        reason = _no_payment(document, receiving, ours)
        if reason is None and receiving and document.credited_on:
            payment = _payment(document, receiving, document.credited_on)
            if payments.setdefault(payment.payment_id, payment) is payment:
                continue
            reason = f"the same payment stands on line {payments[payment.payment_id].line}"
        skipped.append(Skipped(document, reason or "not credited"))
    return Incoming(tuple(payments.values()), tuple(skipped))


def payment_id(our_account: str, number: str, on: date, amount: Decimal, payer_account: str) -> str:
    """What makes a payment the same wherever it comes from: 20 hexadecimal characters, the same for ever.

    `number` without leading zeros, for banks and 1C differ in them; `on` is the payment document's own date.
    """
    plain = number.strip().upper().lstrip("0")
    parts = (account(our_account), plain, on.isoformat(), f"{amount:.2f}", account(payer_account))
    return blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


def _receiving_account(document: BankDocument, statement: BankStatement, ours: frozenset[str]) -> str | None:
    """Our account that received; the statement's only account stands in when the document names no payee's."""
    for payee in document.payee_accounts:
        if payee in ours:
            return payee
    if not document.payee_accounts and len(statement.accounts) == 1 and statement.accounts[0] in ours:
        return statement.accounts[0]
    return None


def _no_payment(document: BankDocument, receiving: str | None, ours: frozenset[str]) -> str | None:
    if receiving is None:
        return "outgoing" if document.payer_account in ours else "the payee's account is not ours"
    if document.credited_on is None:
        return "not credited: ДатаПоступило is empty"
    if document.payer_account in ours:
        return "a transfer between our own accounts"
    if document.kind.casefold() == "банковский ордер" or document.payment_code == _BANK_ORDER_CODE:
        return "a bank order is no customer's payment"
    if len(receiving) == 20 and receiving[5:8] not in _ROUBLES:
        return f"the account is not in roubles (currency code {receiving[5:8]})"
    return None


def _payment(document: BankDocument, receiving: str, paid_on: date) -> BankPayment:
    return BankPayment(
        payment_id=payment_id(receiving, document.number, document.on, document.amount, document.payer_account),
        account=receiving,
        number=document.number,
        on=document.on,
        paid_on=paid_on,
        amount=document.amount,
        payer_account=document.payer_account,
        payer_inn=document.payer_inn,
        payer_name=document.payer_name,
        purpose=document.purpose,
        line=document.line,
    )
