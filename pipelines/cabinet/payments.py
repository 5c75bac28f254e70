"""A client's payments, and which invoices each of them pays by which rule (domain.md §8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.cabinet.papers import ON_A_PAGE, ListPage
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class PaidPart:
    """So much of a payment pays an invoice; `rule`: by which it was found."""

    number: str
    amount: Decimal
    rule: str


@dataclass(frozen=True, slots=True)
class ShownPayment:
    """A payment, or (below zero) money that was given back; `matched`: what of it pays invoices."""

    payment_id: str
    organization_code: str
    client_code: str
    source: str
    document_no: str
    paid_on: date
    amount: Decimal
    purpose: str | None
    matched: Decimal
    pays: tuple[PaidPart, ...] = ()

    @property
    def advance(self) -> Decimal:
        """What of it pays nothing yet."""
        return self.amount - self.matched


def payments(connection: "Connection", clients: Sequence[str], page: int = 1) -> ListPage[ShownPayment]:
    """A page of the clients' payments, newest first, each with what it pays."""
    whose = list(clients)
    rows = query.rows(connection, "cabinet/payments", clients=whose, most=ON_A_PAGE, skipped=(page - 1) * ON_A_PAGE)
    pays: dict[str, list[PaidPart]] = defaultdict(list)
    if rows:
        for row in query.rows(connection, "cabinet/allocations", clients=whose, payments=[row.payment_id for row in rows]):
            pays[row.payment_id].append(PaidPart(row.number, row.amount, row.rule))
    listed = tuple(_payment(row, pays) for row in rows)
    return ListPage(listed, page, rows[0].found if rows else 0)


def _payment(row: Any, pays: Mapping[str, Sequence[PaidPart]]) -> ShownPayment:
    return ShownPayment(
        row.payment_id, row.organization_code, row.client_code, row.source, row.document_no, row.paid_on, row.amount, row.purpose,
        row.matched, tuple(pays.get(row.payment_id, ())),
    )  # fmt: skip
