"""What a document shows: plain frozen facts, every figure computed before it comes here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pipelines.documents.requisites import Party
from pipelines.money import ZERO
from pipelines.period import Month

InvoiceKind = Literal["advance", "corrective", "monthly", "adjustment"]


@dataclass(frozen=True, slots=True)
class PaperContract:
    """The agreement a document rests on."""

    number: str
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of an invoice or an act.

    ``quantity`` × ``price`` is exactly the amount (domain.md §7): ``total`` when ``price_includes_vat``, else ``net``.
    ``vat_rate`` is in percent; None: without VAT. ``text`` carries the arithmetic and the period.
    """

    no: int
    title: str
    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    total: Decimal
    price_includes_vat: bool = False

    def __post_init__(self) -> None:
        if self.net + self.vat != self.total:
            raise ValueError(f"row {self.no}: {self.net} + {self.vat} is not {self.total}")
        amount = self.total if self.price_includes_vat else self.net
        if self.quantity * self.price != amount:
            raise ValueError(f"row {self.no}: {self.quantity} × {self.price} is not {amount}")


@dataclass(frozen=True, slots=True)
class Offset:
    """What already pays the invoice: a credit or an advance, and where it comes from. ``amount`` > 0."""

    text: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """A счёт на оплату. ``to_pay`` = ``total`` − Σ offsets, never below zero (domain.md §7, credits).

    ``refers_to``: numbers of the invoices that a corrective or an adjustment changes. ``notes``: sentences printed
    under the sum (carried days, unused prepaid vehicles, reasons).
    """

    kind: InvoiceKind
    number: str
    issued_on: date
    due_on: date
    period: Month
    seller: Party
    buyer: Party
    contract: PaperContract
    rows: tuple[InvoiceRow, ...]
    net: Decimal
    vat: Decimal
    total: Decimal
    to_pay: Decimal
    offsets: tuple[Offset, ...] = ()
    refers_to: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _agree(self.number, self.rows, self.net, self.vat, self.total)
        due = max(ZERO, self.total - sum((offset.amount for offset in self.offsets), ZERO))
        if self.to_pay != due:
            raise ValueError(f"{self.number}: to pay {self.to_pay}, but total less offsets is {due}")


@dataclass(frozen=True, slots=True)
class ActDocument:
    """An акт of services rendered: one per contract and month, dated on the period's last day."""

    number: str
    dated: date
    period: Month
    seller: Party
    buyer: Party
    contract: PaperContract
    rows: tuple[InvoiceRow, ...]
    net: Decimal
    vat: Decimal
    total: Decimal
    invoices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _agree(self.number, self.rows, self.net, self.vat, self.total)


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One line of an adjustment: what stood (VAT included), what stands now, and the difference new − old."""

    no: int
    title: str
    text: str
    vat_rate: Decimal | None
    old_total: Decimal
    new_total: Decimal
    net: Decimal
    vat: Decimal
    total: Decimal

    def __post_init__(self) -> None:
        if self.new_total - self.old_total != self.total or self.net + self.vat != self.total:
            raise ValueError(f"row {self.no}: the difference does not agree with its parts")


@dataclass(frozen=True, slots=True)
class AdjustmentDocument:
    """A корректировка of an issued period: old, new, difference, and the reason in words."""

    number: str
    issued_on: date
    period: Month
    seller: Party
    buyer: Party
    contract: PaperContract
    refers_to: tuple[str, ...]
    reason: str
    rows: tuple[ChangedRow, ...]
    net: Decimal
    vat: Decimal
    total: Decimal
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _agree(self.number, self.rows, self.net, self.vat, self.total)


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One entry of an акт сверки by the seller's books: ``debit`` raises the client's debt, ``credit`` lowers it."""

    on: date
    text: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """An акт сверки for ``first``…``last``; balances > 0 are the client's debt, < 0 its advance."""

    first: date
    last: date
    seller: Party
    buyer: Party
    opening: Decimal
    entries: tuple[StatementEntry, ...]
    debit: Decimal
    credit: Decimal
    closing: Decimal
    contract: PaperContract | None = None

    def __post_init__(self) -> None:
        if self.opening + self.debit - self.credit != self.closing:
            raise ValueError("the statement's closing balance does not follow from its turnover")
        if (self.debit, self.credit) != (
            sum((entry.debit for entry in self.entries), ZERO),
            sum((entry.credit for entry in self.entries), ZERO),
        ):
            raise ValueError("the statement's turnover is not the sum of its entries")


@dataclass(frozen=True, slots=True)
class UsageDay:
    """Fleet size of one day; ``carried`` when a person let the previous day's usage stand for it."""

    on: date
    fleet_size: int
    carried: bool = False


@dataclass(frozen=True, slots=True)
class UsageDocument:
    """The appendix that shows where the quantities come from: the fleet of every day (domain.md §4)."""

    period: Month
    seller: Party
    buyer: Party
    contract: PaperContract
    days: tuple[UsageDay, ...]
    peak: int
    peak_on: date | None
    average: Decimal
    vehicle_days: int
    invoices: tuple[str, ...] = ()


Document = InvoiceDocument | ActDocument | AdjustmentDocument | StatementDocument | UsageDocument


def _agree(number: str, rows: tuple[InvoiceRow, ...] | tuple[ChangedRow, ...], net: Decimal, vat: Decimal, total: Decimal) -> None:
    """The totals are the sums of the lines (domain.md §5), or ValueError."""
    sums = (
        sum((row.net for row in rows), ZERO),
        sum((row.vat for row in rows), ZERO),
        sum((row.total for row in rows), ZERO),
    )
    if sums != (net, vat, total):
        raise ValueError(f"{number}: totals {net}, {vat}, {total} are not the sums of its rows {sums}")
