"""What the peer has not confirmed, read from the warehouse one object at a time, in the order in which 1C needs it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.delivery.onec import assembly
from pipelines.delivery.onec.assembly import Ground, Line
from pipelines.delivery.onec.model import Contract, OnecObject
from pipelines.period import Month
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STREAM = {"stream_results": True, "yield_per": 500}


def objects(connection: "Connection") -> Iterator[OnecObject]:
    """Organizations, clients, contracts, services, invoices, sales of the temporary table `onec_going`.

    Everything as frozen at issue; the catalogues as frozen with the latest invoice. Memory does not grow with the
    number of rows (a server-side cursor per kind).
    """
    for row in _rows(connection, "organizations"):
        yield assembly.organization(row.organization)
    for row in _rows(connection, "clients"):
        yield assembly.counterparty(row.client)
    for row in _rows(connection, "contracts"):
        yield _contract(row)
    for row in _rows(connection, "services"):
        yield assembly.service(row.tariff_code, row.component_no, row.component)
    for row in _rows(connection, "invoices"):
        ground = Ground(str(row.invoice_id), row.number, row.issued_on, row.kind, row.total)
        yield assembly.invoice(ground, _contract(row), [Line.of(values) for values in row.lines])
    for row in _rows(connection, "sales"):
        grounds = [_ground(values) for values in row.invoices]
        lines = [Line.of(values) for values in row.lines]
        made = assembly.sale(row.object_key, Month.of(row.month), _contract(row), grounds, lines, was_sent=row.is_known)
        if made is not None:
            yield made


def _rows(connection: "Connection", name: str) -> Iterator[Any]:
    from sqlalchemy import text

    with connection.execute(text(statement(f"warehouse/delivery/onec/{name}")), execution_options=_STREAM) as found:
        yield from found


def _contract(row: Any) -> Contract:
    return assembly.contract(row.contract, assembly.organization(row.organization), assembly.counterparty(row.client))


def _ground(values: list[Any]) -> Ground:
    key, number, on, kind, total = values
    return Ground(key, number, date.fromisoformat(on), kind, Decimal(total))
