"""Rows of счета, acts and sales from issued lines: the same for the papers and for 1C (domain.md §7). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.wording.russian import month_name, roubles, short_date

SERVICE_UNIT = "усл."


@dataclass(frozen=True, slots=True)
class SaleLine:
    """An issued line. ``quantity`` × ``price`` is ``total`` where the price includes VAT, else ``net``.

    ``invoice``: index of its invoice among those of the document; ``unit``: of the quantity, for papers.
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
    unit: str = SERVICE_UNIT

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
        """``счёт № ВМ26-000001 от 01.02.2026``."""
        return f"{'счёт' if self.total > 0 else 'корректировка'} № {self.number} от {short_date(self.on)}"


class SaleRow(NamedTuple):
    """One row: ``quantity`` × ``price`` is exactly ``amount``, which includes ``vat`` when the document's prices do."""

    line: SaleLine
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    vat: Decimal
    text: str


def includes_vat(lines: Sequence[SaleLine]) -> bool:
    """A document has one flag for all its rows: with VAT only where every line's price includes it."""
    return all(line.prices_include_vat for line in lines)


def invoice_rows(lines: Sequence[SaleLine]) -> list[SaleRow]:
    """The rows of one invoice, as printed."""
    with_vat = includes_vat(lines)
    return [_printed(line, "", with_vat=with_vat) for line in lines]


def sale_rows(month: Month, grounds: Sequence[SaleGround], lines: Sequence[SaleLine], *, with_vat: bool | None = None) -> list[SaleRow]:
    """The rows of all invoices of a contract and month together.

    What was corrected downwards is one row of what is left of the component, with the arithmetic; nothing left of it, no row.
    `with_vat`: whose prices the document is in; None: as its lines are.
    """
    if with_vat is None:
        with_vat = includes_vat(lines)
    several = len(grounds) > 1
    rows: list[SaleRow] = []
    for group in _components(lines):
        if all(line.total >= 0 for line in group):
            rows += [_printed(line, f" ({grounds[line.invoice].title})" if several else "", with_vat=with_vat) for line in group]
        elif sum((line.net for line in group), ZERO) or sum((line.vat for line in group), ZERO):
            rows.append(_left(month, group, grounds, with_vat=with_vat))
    return rows


def _printed(line: SaleLine, suffix: str, *, with_vat: bool) -> SaleRow:
    if line.prices_include_vat == with_vat:
        return SaleRow(line, line.quantity, line.unit, line.price, line.amount(with_vat=with_vat), line.vat, line.text + suffix)
    text = f"{line.text}, без НДС {roubles(line.net)}{suffix}"
    return SaleRow(line, Decimal(1), SERVICE_UNIT, line.net, line.net, line.vat, text)


def _components(lines: Sequence[SaleLine]) -> list[list[SaleLine]]:
    """Lines by component and VAT rate, in the order in which they begin; the top-up to the minimum belongs to no tariff."""
    groups: dict[tuple[str, int, Decimal | None], list[SaleLine]] = {}
    for line in lines:
        groups.setdefault((line.tariff_code if line.component_no else "", line.component_no, line.vat_rate), []).append(line)
    return list(groups.values())


def _left(month: Month, group: Sequence[SaleLine], grounds: Sequence[SaleGround], *, with_vat: bool) -> SaleRow:
    amounts = [line.amount(with_vat=with_vat) for line in group]
    arithmetic = ""
    for line, amount in zip(group, amounts, strict=True):
        sign = " − " if amount < 0 else " + "
        arithmetic += f"{sign if arithmetic or amount < 0 else ''}{roubles(abs(amount))} ({grounds[line.invoice].title})"
    amount = sum(amounts, ZERO)
    vat = sum((line.vat for line in group), ZERO)
    text = f"{group[0].component} за {month_name(month)}: {arithmetic.strip()} = {roubles(amount)}"
    return SaleRow(group[0], Decimal(1), SERVICE_UNIT, amount, amount, vat, text)
