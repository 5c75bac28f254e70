"""What the month's finance workbook shows: plain rows, streamed where they are many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipelines.documents.model import InvoiceKind
from pipelines.documents.workbook_money_model import MoneyData
from pipelines.period import Month

CellKind = Literal["text", "whole", "money", "change", "quantity", "share", "percent", "date", "moment"]


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to a row (from 1) of another sheet."""

    text: str
    sheet: str
    row: int


Cell = str | int | Decimal | Fraction | date | datetime | Link | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One invoice. ``status`` is what people call it (выставлен, оплачен…); ``organization``: its name; ``lines``: how many it has."""

    number: str
    kind: InvoiceKind
    status: str
    organization: str
    client_code: str
    client: str
    contract_no: str
    issued_on: date | None
    due_on: date | None
    net: Decimal
    vat: Decimal
    total: Decimal
    paid: Decimal
    lines: int = 1


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One line of an invoice. ``vat_rate`` and ``discount`` in percent, a rate of None: without VAT; ``share``: of the month, exact;
    ``arithmetic``: the computation in Russian."""

    number: str
    line_no: int
    contract_no: str
    client: str
    tariff_code: str
    component: str
    segment_from: date
    segment_to: date
    quantity: Decimal | Fraction
    price: Decimal | None
    share: Decimal | Fraction
    discount: Decimal
    net: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    total: Decimal
    arithmetic: str


@dataclass(frozen=True, slots=True)
class ClientChangeRow:
    """A contract's way from the month before to this one, roubles with VAT. ``group``: of the bridge where it takes the whole difference
    (``moved``), else empty; ``causes``: fleet, terms, tariff, VAT, other; ``why``: in words."""

    client_code: str
    client: str
    contract_no: str
    before: Decimal
    group: str
    moved: Decimal
    causes: tuple[Decimal, ...]
    now: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class FleetRow:
    """Fleet size of a contract on every day of the month, first to last; None: not in force or not covered."""

    contract_no: str
    client: str
    sizes: tuple[int | None, ...]
    peak: int
    average: Decimal | Fraction


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as `fleetbill findings` lists it, with its contract's client.

    ``is_open``: not over; ``owner``: the role it waits for; ``roubles``: what it costs without VAT (None: it has no price);
    ``muted``: until when, by whom and why a person has silenced it.
    """

    kind: str
    subject: str
    contract_no: str | None
    first_seen: date
    last_seen: date
    days: int
    detail: str
    client: str = ""
    is_open: bool = True
    owner: str = ""
    roubles: Decimal | None = None
    muted: str = ""


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A contract left out of a run (``run``: which, in Russian), why, and what to do next.

    Roubles with VAT: ``before`` of the month before, ``estimate`` of this one; None: there is none. ``how``: the estimate's arithmetic.
    """

    contract_no: str
    client: str
    reason: str
    detail: str = ""
    run: str = ""
    before: Decimal | None = None
    estimate: Decimal | None = None
    next_step: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """One platform and day: landed, missing or quarantined. ``taken_at`` in the organization's local time."""

    platform: str
    on: date
    taken_at: datetime | None
    status: str
    rows: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class LedgerTotal:
    """What the ledger says about one kind of invoices: the summary's formulas are checked against it."""

    kind: InvoiceKind
    invoices: int
    net: Decimal
    vat: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: heading, kind of its cells, width in characters; ``total``: summed under the last row."""

    title: str
    kind: CellKind = "text"
    width: float = 14
    total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table sheet; ``rows`` are read once, in order, each as long as ``columns``."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Cell, ...]]
    frozen_columns: int = 1


@dataclass(frozen=True, slots=True)
class WorkbookData:
    """The workbook of one month. Iterables are read once; ``made_at`` is the file's date, naive or aware.

    ``before_by_organization``: last month's total of all invoices by organization's name. ``previous_by_tariff``: last month's revenue
    (total) by tariff code; ``tariff_names``: by code. ``notice``: what a reader must know first, empty for nothing. ``money``: the sheets
    of money. ``more``: further sheets after the fixed ones.
    """

    period: Month
    organization: str
    made_at: datetime
    register: Iterable[RegisterRow]
    charges: Iterable[ChargeRow]
    fleet: Iterable[FleetRow]
    findings: Iterable[FindingRow]
    parked: Iterable[ParkedRow]
    snapshots: Iterable[SnapshotRow]
    ledger: tuple[LedgerTotal, ...]
    notice: str = ""
    changes: Iterable[ClientChangeRow] = ()
    before_by_organization: Mapping[str, Decimal] = field(default_factory=dict)
    tariff_names: Mapping[str, str] = field(default_factory=dict)
    previous_by_tariff: Mapping[str, Decimal] = field(default_factory=dict)
    money: MoneyData = field(default_factory=MoneyData)
    more: tuple[Sheet, ...] = ()
