"""Frozen rows of issued invoices as what goes to 1C: parties, invoices, and one sale per contract and month. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from pipelines.delivery.onec.model import (
    Contract,
    Correction,
    CorrectionRow,
    DocumentLink,
    Invoice,
    InvoiceLink,
    ObjectKind,
    OnecRow,
    PriceList,
    PriceType,
    Removal,
    Sale,
    Service,
)
from pipelines.delivery.onec.price_list import listed_price
from pipelines.documents.requisites import Buyer, Seller
from pipelines.documents.sale_rows import SaleGround, SaleLine, SaleRow, includes_vat, invoice_rows, sale_rows
from pipelines.period import Month

Json = Mapping[str, Any]


def contract(row: Json, seller: Seller, buyer: Buyer) -> Contract:
    """A frozen contract between its parties."""
    signed_on, ends_on = (date.fromisoformat(day) if day else None for day in (row.get("signed_on"), row.get("ends_on")))
    return Contract(row["contract_no"], seller, buyer, signed_on, ends_on)


def service(tariff_code: str, component_no: int, component: str) -> Service:
    """A component of a tariff as Номенклатура: the same object for all its versions."""
    return Service(f"{tariff_code}:{component_no}", component)


def line(values: Sequence[Any]) -> SaleLine:
    """A line from a JSON array of invoices.sql or sales.sql; money and quantities come as text."""
    tariff, component_no, component, included, net, rate, vat, total, quantity, price, text, invoice = values
    return SaleLine(
        tariff, component_no, component, included, Decimal(net), None if rate is None else Decimal(rate), Decimal(vat), Decimal(total),
        Decimal(quantity), Decimal(price), text, invoice,
    )  # fmt: skip


def prices(key: str, tariff_code: str, name: str, valid_from: date, components: Sequence[Json], *, includes_vat: bool) -> PriceList:
    """The prices of a version of a tariff; a component that lists none has no row."""
    listed = [(service(tariff_code, each["component_no"], each["name"]), listed_price(each)) for each in components]
    rows = tuple((of, price) for of, price in listed if price is not None)
    return PriceList(key, tariff_code, name, valid_from, PriceType(includes_vat), rows)


def invoice(
    ground: SaleGround, agreement: Contract, lines: Sequence[SaleLine], due_on: date | None = None, *, is_order: bool = False
) -> Invoice:
    """A счёт with its rows as printed. `due_on`: to be paid by; `is_order`: for a base that knows it as an order."""
    rows = _rows(invoice_rows(lines))
    return Invoice(ground.key, ground.number, ground.on, agreement, rows, includes_vat(lines), due_on, is_order)


def sale(
    key: str,
    month: Month,
    agreement: Contract,
    grounds: Sequence[SaleGround],
    lines: Sequence[SaleLine],
    *,
    was_sent: bool,
    is_order: bool = False,
) -> Sale | Removal | None:
    """All that was issued for a contract and month, of every kind, as one sale on the month's last day (domain.md §7).

    Rows are those of the act. Nothing left at all: the sale that 1C knows is removed, another is not made.
    The number is the monthly invoice's (the act's), without one that of the first invoice. One invoice to be paid is
    the sale's ground; of several, each row names its own.
    """
    rows = _rows(sale_rows(month, grounds, lines))
    if not rows:
        return Removal(ObjectKind.SALE, key) if was_sent else None
    payable = [ground for ground in grounds if ground.total > 0]
    link = InvoiceLink(payable[0].key, payable[0].number, payable[0].on, is_order) if len(payable) == 1 else None
    return Sale(key, _sale_number(grounds), month.last, agreement, rows, includes_vat(lines), link)


def correction(
    sale_key: str,
    month: Month,
    agreement: Contract,
    grounds: Sequence[SaleGround],
    lines: Sequence[SaleLine],
    runs: Sequence[int],
    known_run: int,
) -> Correction:
    """What the last of these runs changed in the sale of a closed month, row by row with what stood there before.

    `runs`: of each ground the run that issued it; `known_run`: the last one that the sale itself holds; what later ones changed are
    corrections, each on the ground of the one before.
    """
    run = runs[-1]
    before = [place for place, of in enumerate(runs) if of < run]
    with_vat = includes_vat(lines)
    then = sale_rows(month, [grounds[place] for place in before], [line for line in lines if line.invoice in before], with_vat=with_vat)
    now = sale_rows(month, grounds, lines, with_vat=with_vat)
    ground = DocumentLink(sale_key, _sale_number([of for of, at in zip(grounds, runs, strict=True) if at <= known_run]), month.last)
    previous = [(of, at) for of, at in zip(grounds, runs, strict=True) if known_run < at < run]
    if previous:
        last_run = previous[-1][1]
        first = next(of for of, at in previous if at == last_run)
        ground = DocumentLink(f"{sale_key}|{last_run}", first.number, first.on)
    own = grounds[runs.index(run)]
    return Correction(f"{sale_key}|{run}", own.number, own.on, agreement, ground, bool(previous), _compared(then, now), with_vat)


def _sale_number(grounds: Sequence[SaleGround]) -> str:
    return next((ground.number for ground in grounds if ground.kind == "monthly"), grounds[0].number)


def _compared(then: Sequence[SaleRow], now: Sequence[SaleRow]) -> tuple[CorrectionRow, ...]:
    """Rows side by side, those of one component and rate in their order."""
    groups: dict[tuple[str, int, Decimal | None], tuple[list[OnecRow], list[OnecRow]]] = {}
    for rows, side in ((then, 0), (now, 1)):
        for sold, row in zip(rows, _rows(rows), strict=True):
            key = (sold.line.tariff_code if sold.line.component_no else "", sold.line.component_no, sold.line.vat_rate)
            groups.setdefault(key, ([], []))[side].append(row)
    return tuple(CorrectionRow(before, after) for sides in groups.values() for before, after in zip_longest(*sides))


def _rows(rows: Sequence[SaleRow]) -> tuple[OnecRow, ...]:
    return tuple(
        OnecRow(
            service(row.line.tariff_code, row.line.component_no, row.line.component),
            row.quantity, row.price, row.amount, row.line.vat_rate, row.vat, row.text,
        )
        for row in rows
    )  # fmt: skip
