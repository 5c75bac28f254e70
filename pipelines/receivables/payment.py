"""A payment in the ledger, and what makes two payments the same one (domain.md §8). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import NamedTuple

from pipelines.receivables.bank_document import account


class Payment(NamedTuple):
    """Money that came to an organization; `amount` below zero: money that left it, to the account and ИНН named as the payer's.

    `payment_id` is the same whatever source tells of it; `paid_on`: the day on which the bank credited or debited it.
    """

    payment_id: str
    organization_code: str
    document_no: str
    paid_on: date
    amount: Decimal
    payer_inn: str | None
    payer_name: str
    payer_account: str
    purpose: str


@dataclass(slots=True)
class StoredPayment:
    """A payment, or money that left (`amount` below zero), as the ledger has it.

    `left`: what was not given back of it; `numbers`: the invoices that it paid; `reverses`: the payment that it gives back.
    """

    payment_id: str
    organization_code: str
    client_code: str | None
    document_no: str
    paid_on: date
    amount: Decimal
    left: Decimal
    payer_account: str
    payer_inn: str | None
    numbers: Sequence[str]
    purpose: str = ""
    reverses: str | None = None


class Identity(NamedTuple):
    """What a payment's document says of itself; documents of one statement that agree in it are as many payments."""

    our_account: str
    number: str
    on: date
    amount: Decimal
    payer_account: str

    def payment_id(self, occurrence: int = 1) -> str:
        """20 hexadecimal characters, the same for ever, for the n-th equal document of a statement.

        `number` without leading zeros, for banks and 1C differ in them; `on` is the payment document's own date.
        """
        plain = self.number.strip().upper().lstrip("0")
        written = str(self.amount)
        amount = written if written[-3:-2] == "." else f"{self.amount:.2f}"  # two decimals as nearly always: need no rounding
        parts = [account(self.our_account), plain, self.on.isoformat(), amount, account(self.payer_account)]
        if occurrence > 1:
            parts.append(str(occurrence))
        return blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
