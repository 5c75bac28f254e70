"""What the peer has not confirmed, read from the warehouse one object at a time, in the order in which 1C needs it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.delivery.onec import assembly
from pipelines.delivery.onec.model import Contract, OnecObject
from pipelines.documents.requisites import buyer, seller
from pipelines.documents.sale_rows import SaleGround
from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def objects(connection: "Connection") -> Iterator[OnecObject]:
    """Organizations, clients, contracts, services, invoices, sales of the temporary table `onec_going`.

    Everything as frozen at issue; the catalogues as frozen with the latest invoice. Memory does not grow with the
    number of rows (a server-side cursor per kind).
    """
    for row in query.stream(connection, "delivery/onec/organizations"):
        yield seller(row.organization)
    for row in query.stream(connection, "delivery/onec/clients"):
        yield buyer(row.client)
    for row in query.stream(connection, "delivery/onec/contracts"):
        yield _contract(row)
    for row in query.stream(connection, "delivery/onec/services"):
        yield assembly.service(row.tariff_code, row.component_no, row.component)
    for row in query.stream(connection, "delivery/onec/invoices"):
        ground = SaleGround(str(row.invoice_id), row.number, row.issued_on, row.kind, row.total)
        yield assembly.invoice(ground, _contract(row), [assembly.line(values) for values in row.lines], row.due_on)
    for row in query.stream(connection, "delivery/onec/sales"):
        grounds = [_ground(values) for values in row.invoices]
        lines = [assembly.line(values) for values in row.lines]
        made = assembly.sale(row.object_key, Month.of(row.month), _contract(row), grounds, lines, was_sent=row.is_known)
        if made is not None:
            yield made


def _contract(row: Any) -> Contract:
    return assembly.contract(row.contract, seller(row.organization), buyer(row.client))


def _ground(values: list[Any]) -> SaleGround:
    key, number, on, kind, total = values
    return SaleGround(key, number, date.fromisoformat(on), kind, Decimal(total))
