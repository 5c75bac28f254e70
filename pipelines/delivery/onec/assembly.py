"""Frozen rows of issued invoices as what goes to 1C: parties, invoices, and one sale per contract and month. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.delivery.onec.model import (
    Contract,
    DocumentRow,
    Invoice,
    InvoiceLink,
    ObjectKind,
    Removal,
    Sale,
    Service,
)
from pipelines.documents.requisites import Buyer, Seller
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.wording.russian import roubles, short_date

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SaleLine:
    """An issued line as 1C needs it. ``quantity`` × ``price`` is ``total`` where the price includes VAT, else ``net``.

    ``invoice``: index of its invoice among those of the document.
    """

    tariff_code: str
    component_no: int
    component: str
    prices_include_vat: bool
    net: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    total: Decimal
    quantity: Decimal
    price: Decimal
    text: str
    invoice: int = 0

    @classmethod
    def of(cls, values: Sequence[Any]) -> "SaleLine":
        """From a JSON array of invoices.sql or sales.sql; money and quantities come as text."""
        tariff, component_no, component, included, net, rate, vat, total, quantity, price, text, invoice = values
        return cls(
            tariff, component_no, component, included, Decimal(net), None if rate is None else Decimal(rate), Decimal(vat), Decimal(total),
            Decimal(quantity), Decimal(price), text, invoice,
        )  # fmt: skip

    @property
    def service(self) -> Service:
        """What is sold: one component of a tariff."""
        return service(self.tariff_code, self.component_no, self.component)

    def amount(self, *, with_vat: bool) -> Decimal:
        """The sum in the document's own prices."""
        return self.total if with_vat else self.net


@dataclass(frozen=True, slots=True)
class SaleGround:
    """An issued invoice that a sale rests on."""

    key: str
    number: str
    on: date
    kind: str
    total: Decimal

    @property
    def title(self) -> str:
        """ "счёт № ВМ26-000001 от 01.02.2026"."""
        return f"{'счёт' if self.total > 0 else 'корректировка'} № {self.number} от {short_date(self.on)}"


def contract(row: Json, seller: Seller, buyer: Buyer) -> Contract:
    """A frozen contract between its parties."""
    signed_on = row.get("signed_on")
    return Contract(row["contract_no"], seller, buyer, date.fromisoformat(signed_on) if signed_on else None)


def service(tariff_code: str, component_no: int, component: str) -> Service:
    """A component of a tariff as Номенклатура: the same object for all its versions."""
    return Service(f"{tariff_code}:{component_no}", component)


def invoice(ground: SaleGround, agreement: Contract, lines: Sequence[SaleLine]) -> Invoice:
    """A счёт with its rows as printed."""
    with_vat = _with_vat(lines)
    return Invoice(
        ground.key, ground.number, ground.on, agreement, tuple(_printed(line, "", with_vat=with_vat) for line in lines), with_vat
    )


def sale(
    key: str, month: Month, agreement: Contract, grounds: Sequence[SaleGround], lines: Sequence[SaleLine], *, was_sent: bool
) -> Sale | Removal | None:
    """All that was issued for a contract and month, of every kind, as one sale on the month's last day (domain.md §7).

    Rows are those of the invoices. What was corrected downwards is one row of what is left of the component, with the
    arithmetic; nothing left of it, no row. Nothing left at all: the sale that 1C knows is removed, another is not made.
    The number is the monthly invoice's (the act's), without one that of the first invoice. One invoice to be paid is
    the sale's ground; of several, each row names its own.
    """
    with_vat = _with_vat(lines)
    several = len(grounds) > 1
    rows: list[DocumentRow] = []
    for group in _components(lines):
        if all(line.total >= 0 for line in group):
            rows += [_printed(line, f" ({grounds[line.invoice].title})" if several else "", with_vat=with_vat) for line in group]
        elif any(sum((part(line) for line in group), ZERO) for part in (_net, _vat)):
            rows.append(_left(group, grounds, with_vat=with_vat))
    if not rows:
        return Removal(ObjectKind.SALE, key) if was_sent else None
    payable = [ground for ground in grounds if ground.total > 0]
    number = next((ground.number for ground in grounds if ground.kind == "monthly"), grounds[0].number)
    link = InvoiceLink(payable[0].key, payable[0].number, payable[0].on) if len(payable) == 1 else None
    return Sale(key, number, month.last, agreement, tuple(rows), with_vat, link)


def _with_vat(lines: Sequence[SaleLine]) -> bool:
    """A document has one flag for all its rows: with VAT only where every line's price includes it."""
    return all(line.prices_include_vat for line in lines)


def _printed(line: SaleLine, suffix: str, *, with_vat: bool) -> DocumentRow:
    if line.prices_include_vat == with_vat:
        return DocumentRow(
            line.service, line.quantity, line.price, line.amount(with_vat=with_vat), line.vat_rate, line.vat, line.text + suffix
        )
    return DocumentRow(
        line.service, Decimal(1), line.net, line.net, line.vat_rate, line.vat, f"{line.text}, без НДС {roubles(line.net)}{suffix}"
    )


def _components(lines: Sequence[SaleLine]) -> list[list[SaleLine]]:
    """Lines by component and VAT rate, in the order in which they begin; the top-up to the minimum belongs to no tariff."""
    groups: dict[tuple[str, int, Decimal | None], list[SaleLine]] = {}
    for line in lines:
        groups.setdefault((line.tariff_code if line.component_no else "", line.component_no, line.vat_rate), []).append(line)
    return list(groups.values())


def _left(group: Sequence[SaleLine], grounds: Sequence[SaleGround], *, with_vat: bool) -> DocumentRow:
    amounts = [line.amount(with_vat=with_vat) for line in group]
    arithmetic = ""
    for line, amount in zip(group, amounts, strict=True):
        sign = " − " if amount < 0 else " + "
        arithmetic += f"{sign if arithmetic or amount < 0 else ''}{roubles(abs(amount))} ({grounds[line.invoice].title})"
    amount = sum(amounts, ZERO)
    vat = sum((line.vat for line in group), ZERO)
    first = group[0]
    text = f"{first.component}: {arithmetic.strip()} = {roubles(amount)}"
    return DocumentRow(first.service, Decimal(1), amount, amount, first.vat_rate, vat, text)


def _net(line: SaleLine) -> Decimal:
    return line.net


def _vat(line: SaleLine) -> Decimal:
    return line.vat
