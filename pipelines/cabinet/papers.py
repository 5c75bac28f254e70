"""What was issued to a client: invoices and corrections, acts, and the files of them, the moment they are issued (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

ON_A_PAGE = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """Some of a list: `number` of the page from 1, of `pages` (at least 1); `found`: rows of the whole list, `most`: those of a page."""

    rows: tuple[T, ...]
    number: int
    found: int
    most: int = ON_A_PAGE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(-(-self.found // self.most), 1)


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An issued invoice, of any kind; `paid` of one below zero is what it has paid elsewhere, below zero too. Roubles."""

    number: str
    kind: str
    month: date
    organization_code: str
    client_code: str
    contract_no: str
    issued_on: date
    due_on: date
    net: Decimal
    vat: Decimal
    total: Decimal
    paid: Decimal

    @property
    def open(self) -> Decimal:
        """What is still to be paid (of a credit: what is left of it, below zero)."""
        return self.total - self.paid

    @property
    def is_credit(self) -> bool:
        """Whether it takes back and is nothing to be paid."""
        return self.total <= 0

    def is_overdue(self, on: date) -> bool:
        """Whether something is open past its due date."""
        return self.open > 0 and self.due_on < on


@dataclass(frozen=True, slots=True)
class Act:
    """The act of a contract's closed month; `ids`: of the invoices that it is about."""

    contract_no: str
    month: date
    organization_code: str
    client_code: str
    number: str
    ids: tuple[str, ...]
    net: Decimal
    vat: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an issued invoice with its computation in words."""

    line_no: int
    component: str
    kind: str
    first: date
    last: date
    discount: Decimal
    arithmetic: str
    net: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class PaidBy:
    """A payment, credit or advance that pays an invoice, with what of it does."""

    payment_id: str
    source: str
    document_no: str
    paid_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """An invoice with its lines and what has paid it."""

    invoice_id: str
    invoice: IssuedInvoice
    lines: tuple[InvoiceLine, ...]
    paid_by: tuple[PaidBy, ...]


def invoices(
    connection: "Connection", clients: Sequence[str], page: int = 1, *, kinds: Sequence[str] | None = None, only_open: bool = False
) -> ListPage[IssuedInvoice]:
    """A page of the clients' invoices, newest first; `kinds` None: of every kind. A page that there is not is an empty one."""
    rows = query.rows(
        connection, "cabinet/invoices", clients=list(clients), kinds=kinds and list(kinds), number=None, only_open=only_open,
        most=ON_A_PAGE, skipped=(page - 1) * ON_A_PAGE,
    )  # fmt: skip
    return ListPage(tuple(map(_invoice, rows)), page, rows[0].found if rows else 0)


def acts(connection: "Connection", clients: Sequence[str], page: int = 1) -> ListPage[Act]:
    """A page of the clients' acts, newest first."""
    rows = query.rows(connection, "cabinet/acts", clients=list(clients), number=None, most=ON_A_PAGE, skipped=(page - 1) * ON_A_PAGE)
    return ListPage(tuple(_act(row) for row in rows), page, rows[0].found if rows else 0)


def act(connection: "Connection", clients: Sequence[str], number: str) -> Act | None:
    """The act of that number, if it is the clients'."""
    row = query.first(connection, "cabinet/acts", clients=list(clients), number=number, most=1, skipped=0)
    return row and _act(row)


def _act(row: Any) -> Act:
    return Act(*row[:-1])


def invoice(connection: "Connection", clients: Sequence[str], number: str) -> ShownInvoice | None:
    """An invoice of the clients by its number; None where they have none of that number."""
    whose = {"clients": list(clients), "number": number}
    row = query.first(connection, "cabinet/invoices", **whose, kinds=None, only_open=False, most=1, skipped=0)
    if row is None:
        return None
    return ShownInvoice(
        str(row.invoice_id),
        _invoice(row),
        tuple(query.rows(connection, "cabinet/invoice_lines", InvoiceLine, **whose)),
        tuple(query.rows(connection, "cabinet/paid_by", PaidBy, **whose)),
    )


def _invoice(row: Any) -> IssuedInvoice:
    return IssuedInvoice(*row[:-2])
