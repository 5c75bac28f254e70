"""What the peer has not confirmed, read from the warehouse one object at a time, in the order in which 1C needs it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.delivery.onec import assembly
from pipelines.delivery.onec.model import (
    AccessProperty,
    Contract,
    Correction,
    Counterparty,
    DocumentLink,
    ObjectKind,
    OnecObject,
    PaymentStatus,
    PriceType,
    Removal,
    Sale,
    Service,
)
from pipelines.delivery.onec.outgoing import ExchangeScope
from pipelines.delivery.onec.peers import Takes
from pipelines.delivery.onec.price_list import description
from pipelines.documents.requisites import buyer, seller
from pipelines.documents.sale_rows import SaleGround, SaleLine
from pipelines.period import Month
from pipelines.warehouse import query
from pipelines.wording.russian import short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection


def objects(connection: "Connection", peer: str, of: ExchangeScope, takes: Takes) -> Iterator[OnecObject]:
    """Organizations, clients, contracts, services, prices, invoices, sales, corrections and statuses of the table `onec_going`.

    Documents as frozen at issue; of the catalogues what the base was told of by itself as master data have it, the rest as frozen with
    the latest invoice. Memory does not grow with the number of rows (a server-side cursor per kind).
    """
    yield from _catalogues(connection, peer, of, takes)
    for row in query.stream(connection, "delivery/onec/invoices"):
        ground = SaleGround(str(row.invoice_id), row.number, row.issued_on, row.kind, row.total)
        lines = [assembly.line(values) for values in row.lines]
        yield assembly.invoice(ground, _contract(row), lines, row.due_on, is_order=takes.orders)
    for row in query.stream(connection, "delivery/onec/sales", peer=peer):
        made = _correction(row) if row.object_kind == "correction" else _sale(row, is_order=takes.orders)
        if made is not None:
            yield made
    if takes.payment_statuses:
        for row in query.stream(connection, "delivery/onec/payments"):
            order = DocumentLink(str(row.invoice_id), row.number, row.issued_on)
            yield PaymentStatus(seller(row.organization), order, row.total, row.paid, row.paid_on)


def _catalogues(connection: "Connection", peer: str, of: ExchangeScope, takes: Takes) -> Iterator[OnecObject]:
    for row in query.stream(connection, "delivery/onec/organizations"):
        yield seller(row.organization)
    yield from _clients(connection, peer, of, takes)
    for row in query.stream(connection, "delivery/onec/contracts", peer=peer, organizations=of.organizations):
        if row.contract:
            yield _contract(row)
        elif row.is_known:
            yield Removal(ObjectKind.CONTRACT, row.contract_no)
    yield from _services(connection, peer, of)
    if takes.prices:
        yield from _prices(connection, takes)


def _clients(connection: "Connection", peer: str, of: ExchangeScope, takes: Takes) -> Iterator[OnecObject]:
    """Clients; before the first whose access is told the property that tells it."""
    has_property = False
    for row in query.stream(connection, "delivery/onec/clients", peer=peer, organizations=of.organizations):
        if row.client is None:
            if row.is_known:
                yield Removal(ObjectKind.COUNTERPARTY, row.client_code)
            continue
        if not row.is_current:
            yield buyer(row.client)
            continue
        if takes.properties and not has_property:
            yield AccessProperty()
            has_property = True
        access = _access(row.blocked_on) if takes.properties else None
        yield Counterparty(buyer(row.client), row.client["category"], access)


def _access(blocked_on: date | None) -> str:
    return f"закрыт с {short_date(blocked_on)}" if blocked_on else "открыт"


def _services(connection: "Connection", peer: str, of: ExchangeScope) -> Iterator[OnecObject]:
    for row in query.stream(connection, "delivery/onec/services", peer=peer, today=of.today):
        if row.component is None:
            if row.is_known:
                yield Removal(ObjectKind.SERVICE, row.object_key)
        elif row.pricing is None:
            yield Service(row.object_key, row.component)
        else:
            yield Service(row.object_key, row.component, f"{row.tariff}: {row.component}", description(row.pricing))


def _prices(connection: "Connection", takes: Takes) -> Iterator[OnecObject]:
    """PriceList in the order of their days, each kind of them after its type."""
    kinds: set[bool] = set()
    for row in query.stream(connection, "delivery/onec/prices"):
        if row.name is None:
            if row.is_known:
                yield Removal(ObjectKind.PRICES, row.object_key)
            continue
        if takes.price_types and row.prices_include_vat not in kinds:
            yield PriceType(row.prices_include_vat)
            kinds.add(row.prices_include_vat)
        version = (row.object_key, row.tariff_code, row.name, row.valid_from, row.components)
        yield assembly.prices(*version, includes_vat=row.prices_include_vat)


def _sale(row: Any, *, is_order: bool) -> Sale | Removal | None:
    grounds, lines = _issued(row)
    return assembly.sale(row.object_key, Month.of(row.month), _contract(row), grounds, lines, was_sent=row.is_known, is_order=is_order)


def _correction(row: Any) -> Correction:
    grounds, lines = _issued(row)
    return assembly.correction(row.sale_key, Month.of(row.month), _contract(row), grounds, lines, row.runs, row.known_run)


def _issued(row: Any) -> tuple[list[SaleGround], list[SaleLine]]:
    return [_ground(values) for values in row.invoices], [assembly.line(values) for values in row.lines]


def _contract(row: Any) -> Contract:
    return assembly.contract(row.contract, seller(row.organization), buyer(row.client))


def _ground(values: list[Any]) -> SaleGround:
    key, number, on, kind, total = values
    return SaleGround(key, number, date.fromisoformat(on), kind, Decimal(total))
