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

CellKind = Literal["text", "long", "whole", "money", "quantity", "date", "moment"]  # long: text that may take several lines
Cell = str | int | Decimal | Fraction | date | datetime | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One invoice. ``status`` is what people call it (выставлен, оплачен…)."""

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


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One line of an invoice. ``vat_rate`` in percent, None: without VAT; ``share`` as it is explained, e.g. ``15/31``."""

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
    share: str
    net: Decimal
    vat_rate: Decimal | None
    vat: Decimal
    total: Decimal


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
    """A finding as `fleetbill findings` lists it, with its contract's client; ``is_open``: still seen on the newest known day."""

    kind: str
    subject: str
    contract_no: str | None
    first_seen: date
    last_seen: date
    days: int
    detail: str
    client: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A contract left out of a run (``run``: which, in Russian), and why."""

    contract_no: str
    client: str
    reason: str
    detail: str = ""
    run: str = ""


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

    ``previous_by_tariff``: last month's revenue (total) by tariff code. ``money``: the sheets of money. ``more``: further
    sheets after the fixed ones.
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
    previous_by_tariff: Mapping[str, Decimal] = field(default_factory=dict)
    money: MoneyData = field(default_factory=MoneyData)
    more: tuple[Sheet, ...] = ()
