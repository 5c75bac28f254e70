"""Who a client is, as master data have it now, and for a dealer the sums of those under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.cabinet.papers import ON_A_PAGE, ListPage
from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class ClientCard:
    """A client: `email`, `delivery`, `appendix`, `formats`: where and how its papers go; `dealer_code`: of its dealer."""

    client_code: str
    name: str
    kind: str
    inn: str | None
    email: str | None
    phone: str | None
    address: str | None
    dealer_code: str | None
    delivery: str
    appendix: bool
    formats: str | None


@dataclass(frozen=True, slots=True)
class ClientSums:
    """A client in a dealer's list: billed for a month, open and overdue, in roubles with VAT; `peak` None: its fleet is not known."""

    client_code: str
    name: str
    billed: Decimal
    open: Decimal
    overdue: Decimal
    peak: int | None


def clients(connection: "Connection", codes: Sequence[str]) -> tuple[ClientCard, ...]:
    """The clients of these codes, in the order of their names."""
    return tuple(query.rows(connection, "cabinet/clients", ClientCard, clients=list(codes)))


def client_sums(connection: "Connection", known: Sequence[ClientCard], month: Month, on: date, page: int = 1) -> ListPage[ClientSums]:
    """A page of clients with their sums, in the order of `known`."""
    codes = [client.client_code for client in known]
    listed = codes[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    rows = query.rows(
        connection, "cabinet/client_sums", ClientSums, clients=codes, listed=listed, month=month.first, last=month.last, on=on
    )
    return ListPage(tuple(rows), page, len(codes))
