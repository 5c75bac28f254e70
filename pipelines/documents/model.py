"""What a document shows: plain frozen facts, every figure computed before it comes here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pipelines.documents.requisites import Party
from pipelines.money import ZERO
from pipelines.period import Month, Span
from pipelines.rating.charges import Amounts
from pipelines.reports.dealer_model import DealerMonth

InvoiceKind = Literal["advance", "corrective", "monthly", "adjustment"]


class BilledAhead(StrEnum):
    """What a corrective invoice bills ahead of the close (domain.md §6)."""

    PREPAYMENT = "prepayment"
    """The vehicles agreed, which no invoice had billed yet: an advance that came late."""
    AGREED = "agreed"
    """What other terms cost more: more vehicles agreed, another tariff or discount."""
    EXCEEDED = "exceeded"
    """Vehicles above those paid ahead."""


@dataclass(frozen=True, slots=True)
class PaperContract:
    """The agreement a document rests on."""

    number: str
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class ChainLink:
    """The place of an issued invoice in the chain of its organization's invoices, with the link's digest, whole."""

    link_no: int
    digest: str


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of an invoice or an act.

    ``quantity`` × ``price`` is exactly the amount (domain.md §7): ``total`` when ``price_includes_vat``, else ``net``.
    ``vat_rate`` is in percent; None: without VAT. ``text`` carries the arithmetic and the period. ``service``: what is sold,
    the same for all versions of its tariff.
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
    service: str = ""

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

    ``refers_to``: numbers of the invoices that a corrective or an adjustment changes. ``billed_ahead``: of a corrective,
    what it bills. ``notes``: sentences printed under the sum (carried days, unused prepaid vehicles, reasons).
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
    billed_ahead: tuple[BilledAhead, ...] = ()
    notes: tuple[str, ...] = ()
    link: ChainLink | None = None

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
    """One line of an adjustment: what stood, and the difference; what stands now is their sum."""

    no: int
    title: str
    text: str
    vat_rate: Decimal | None
    old: Amounts
    difference: Amounts

    @property
    def new(self) -> Amounts:
        """What stands now."""
        return self.old + self.difference

    @property
    def net(self) -> Decimal:
        """The difference without VAT."""
        return self.difference.net

    @property
    def vat(self) -> Decimal:
        """The difference of VAT."""
        return self.difference.vat

    @property
    def total(self) -> Decimal:
        """The difference with VAT."""
        return self.difference.total


@dataclass(frozen=True, slots=True)
class ChangedVehicle:
    """A vehicle that counts on other days than before."""

    platform: str
    vehicle_id: str
    name: str
    plate: str
    added: tuple[date, ...]
    removed: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day of other usage than before, of one measure: ``what`` names it; None is not known."""

    on: date
    what: str
    old: Decimal | None
    new: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangedUsage:
    """Which vehicles and days an adjustment comes from; empty where terms or prices alone have changed."""

    vehicles: tuple[ChangedVehicle, ...] = ()
    days: tuple[ChangedDay, ...] = ()


UNCHANGED_USAGE = ChangedUsage()


@dataclass(frozen=True, slots=True)
class CreditUse:
    """An invoice that a credit paid in the moment when it was issued."""

    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AdjustmentDocument:
    """A корректировка of an issued period: what stood, what stands, the difference, and the reason in words.

    ``act``: number of the period's act, dated on its last day; None where there is none. ``before``: what the whole period
    came to, of an adjustment of a closed month. ``credited``: where a credit went at once; the rest waits for further invoices.
    """

    number: str
    issued_on: date
    period: Month
    seller: Party
    buyer: Party
    contract: PaperContract
    act: str | None
    refers_to: tuple[str, ...]
    reason: str
    rows: tuple[ChangedRow, ...]
    net: Decimal
    vat: Decimal
    total: Decimal
    before: Amounts | None = None
    usage: ChangedUsage = UNCHANGED_USAGE
    credited: tuple[CreditUse, ...] = ()
    notes: tuple[str, ...] = ()
    link: ChainLink | None = None

    def __post_init__(self) -> None:
        _agree(self.number, self.rows, self.net, self.vat, self.total)


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One document of an акт сверки by the seller's books: ``debit`` is sold by it, ``credit`` paid, below zero what is taken back."""

    on: date
    text: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class StatementPart:
    """The entries of one contract; ``contract`` None: money that belongs to no contract yet."""

    contract: PaperContract | None
    opening: Decimal
    entries: tuple[StatementEntry, ...]
    debit: Decimal
    credit: Decimal
    closing: Decimal

    def __post_init__(self) -> None:
        _follows(self.opening, self.debit, self.credit, self.closing)
        sums = tuple(sum((getattr(entry, side) for entry in self.entries), ZERO) for side in ("debit", "credit"))
        if (self.debit, self.credit) != sums:
            raise ValueError("the turnover of a contract is not the sum of its entries")


@dataclass(frozen=True, slots=True)
class StatementDocument:
    """An акт сверки for ``first``…``last``; balances > 0 are the client's debt, < 0 its advance. ``notes``: sentences below."""

    first: date
    last: date
    seller: Party
    buyer: Party
    opening: Decimal
    parts: tuple[StatementPart, ...]
    debit: Decimal
    credit: Decimal
    closing: Decimal
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _follows(self.opening, self.debit, self.credit, self.closing)
        for name in ("opening", "debit", "credit", "closing"):
            if getattr(self, name) != sum((getattr(part, name) for part in self.parts), ZERO):
                raise ValueError(f"the statement's {name} is not the sum over its contracts")


@dataclass(frozen=True, slots=True)
class UsageDay:
    """Fleet size of one day; ``carried`` when a person let the previous day's usage stand for it.

    ``measured``: one figure per measure of the document; None is not known.
    """

    on: date
    fleet_size: int
    carried: bool = False
    measured: tuple[Decimal | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvenLine:
    """A line of the invoice with the arithmetic that leads from the days to its amounts; ``before``: what was billed for it before."""

    no: int
    title: str
    period: Span
    arithmetic: str
    amounts: Amounts
    vat_rate: Decimal | None
    vat_arithmetic: str
    before: Amounts | None = None


@dataclass(frozen=True, slots=True)
class UsageDocument:
    """The appendix that shows where the quantities come from: the fleet of every day (domain.md §4), and each line's arithmetic.

    ``measures``: what is counted each day besides vehicles, by the names that the client knows.
    """

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
    measures: tuple[str, ...] = ()
    lines: tuple[ProvenLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DealerDocument:
    """A dealer's report of a month: its clients, the fleet of its tree by day, sums with VAT, debts and dips."""

    seller: Party
    buyer: Party
    figures: DealerMonth

    @property
    def period(self) -> Month:
        """The month."""
        return self.figures.month


Document = InvoiceDocument | ActDocument | AdjustmentDocument | StatementDocument | UsageDocument | DealerDocument


def _agree(number: str, rows: tuple[InvoiceRow, ...] | tuple[ChangedRow, ...], net: Decimal, vat: Decimal, total: Decimal) -> None:
    """The totals are the sums of the lines (domain.md §5), or ValueError."""
    sums = (
        sum((row.net for row in rows), ZERO),
        sum((row.vat for row in rows), ZERO),
        sum((row.total for row in rows), ZERO),
    )
    if sums != (net, vat, total):
        raise ValueError(f"{number}: totals {net}, {vat}, {total} are not the sums of its rows {sums}")


def _follows(opening: Decimal, debit: Decimal, credit: Decimal, closing: Decimal) -> None:
    """Opening + debit − credit is closing, or ValueError."""
    if opening + debit - credit != closing:
        raise ValueError("the statement's closing balance does not follow from its turnover")
