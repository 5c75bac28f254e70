"""What a client owes each organization and what it is to pay now, with the QR code of that payment (domain.md §8)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.documents import qr
from pipelines.documents.requisites import Seller, seller
from pipelines.money import ZERO
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class OwedPaper:
    """An invoice, or a debt of go-live (`invoice_id` None), of which something is open; amounts in roubles."""

    number: str
    invoice_id: str | None
    organization_code: str
    client_code: str
    contract_no: str | None
    month: date
    issued_on: date
    due_on: date
    total: Decimal
    paid: Decimal
    open: Decimal

    def days_late(self, on: date) -> int:
        """Days past the due date, 0 on it and before."""
        return max((on - self.due_on).days, 0)


@dataclass(frozen=True, slots=True)
class Account:
    """A client's account with one organization: open debts, oldest first, and its money that pays none of them yet."""

    seller: Seller
    client_code: str
    debts: tuple[OwedPaper, ...]
    free: Decimal

    @property
    def open(self) -> Decimal:
        """All that is open."""
        return sum((debt.open for debt in self.debts), ZERO)

    def overdue(self, on: date) -> Decimal:
        """What is open past its due date."""
        return sum((debt.open for debt in self.debts if debt.due_on < on), ZERO)

    @property
    def to_pay(self) -> Decimal:
        """What is to be sent: all that is open, less what the client has paid ahead."""
        return max(self.open - max(self.free, ZERO), ZERO)

    @property
    def advance(self) -> Decimal:
        """What the client has paid beyond all that is open."""
        return max(self.free - self.open, ZERO)

    @property
    def purpose(self) -> str:
        """The purpose of one payment for all of it."""
        numbers = [debt.number for debt in self.debts if debt.invoice_id]
        if not numbers:
            return qr.purpose_of_a_debt(", ".join(debt.number for debt in self.debts))
        return qr.purpose_of_one(numbers[0]) if len(numbers) == 1 else qr.purpose_of_several(numbers)

    @property
    def payment_text(self) -> str | None:
        """What the QR code of that payment says; None where nothing is to be paid."""
        return qr.payload_of(self.seller, self.to_pay, self.purpose) if self.to_pay > 0 else None

    @property
    def payment_code(self) -> str | None:
        """That code as an SVG drawing."""
        text = self.payment_text
        return text and qr.picture(text)


def sellers(connection: "Connection", clients: Sequence[str]) -> dict[str, Seller]:
    """Organization → its requisites of today, of those that the clients have to do with."""
    return {row["code"]: seller(row) for row in query.mappings(connection, "cabinet/sellers", clients=list(clients))}


def accounts(connection: "Connection", clients: Sequence[str]) -> tuple[Account, ...]:
    """An account for each client and organization between which there is anything open, by client and organization."""
    listed = list(clients)
    debts: dict[tuple[str, str], list[OwedPaper]] = defaultdict(list)
    for debt in query.rows(connection, "cabinet/open_debts", OwedPaper, clients=listed):
        debts[debt.client_code, debt.organization_code].append(debt)
    free = {(row.client_code, row.organization_code): row.amount for row in query.rows(connection, "cabinet/free_money", clients=listed)}
    known = sellers(connection, listed)
    return tuple(
        Account(known[whose[1]], whose[0], tuple(debts.get(whose, ())), free.get(whose, ZERO))
        for whose in sorted(debts.keys() | free.keys())
        if whose[1] in known
    )
