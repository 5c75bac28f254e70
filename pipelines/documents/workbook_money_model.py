"""What the workbook's sheets of money show: revenue, debts, payments, leakage, changes of prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pipelines.money import ZERO


@dataclass(frozen=True, slots=True)
class RevenueRow:
    """A component of a tariff, this month and the month before (`before`, with VAT). ``unit``: of the quantity, in Russian."""

    tariff_code: str
    tariff: str
    component: str
    unit: str
    quantity: Decimal | None
    net: Decimal
    vat: Decimal
    total: Decimal
    before: Decimal


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What a client owes an organization by days past due, and what is paid ahead. ``buckets``: one amount per `AGES`; ``invoices``: how
    many are open."""

    organization: str
    client_code: str
    client: str
    inn: str
    buckets: tuple[Decimal, ...]
    total: Decimal
    advance: Decimal
    invoices: int = 0


@dataclass(frozen=True, slots=True)
class DebtRow:
    """An open invoice. ``days``: past its due date, negative before it; ``month``: that it bills."""

    organization: str
    client: str
    inn: str
    number: str
    contract_no: str
    month: date
    issued_on: date
    due_on: date
    days: int
    total: Decimal
    paid: Decimal


AGES = ("Срок не наступил", "Срок сегодня", "1–30 дней", "31–60 дней", "61–90 дней", "Больше 90 дней")


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment or reversal of the month. matched + advance + unknown = amount; ``invoices``: what it paid, each with its roubles."""

    paid_on: date
    source: str
    document_no: str
    payer: str
    inn: str
    client_code: str
    client: str
    amount: Decimal
    matched: Decimal
    advance: Decimal
    unknown: Decimal
    invoices: str
    purpose: str


@dataclass(frozen=True, slots=True)
class LeakRow:
    """What was served and not billed; ``roubles``: an estimate without VAT, ``how``: its arithmetic."""

    kind: str
    subject: str
    contract_no: str
    client_code: str
    client: str
    vehicles: int
    vehicle_days: int
    roubles: Decimal
    how: str
    dealer_code: str = ""
    before: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class GivenRow:
    """What a contract is given on purpose: a discount, or a component that is free; ``roubles``: an estimate without VAT."""

    kind: str
    contract_no: str
    client_code: str
    client: str
    vehicle_days: int
    roubles: Decimal
    how: str


@dataclass(frozen=True, slots=True)
class TariffChangeRow:
    """One changed value of a tariff or of terms; of a whole row that was added or removed: all its values together."""

    at: datetime
    by: str
    reason: str
    what: str
    subject: str
    client: str
    valid_from: date | None
    action: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MoneyLedger:
    """What the ledger says of the same things, asked another way: the summary's formulas are checked against it."""

    revenue: Decimal = ZERO
    revenue_before: Decimal = ZERO
    debts: Decimal = ZERO
    advances: Decimal = ZERO
    payments: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """What a person agreed about a debt: a plan of instalments as it stands, or a write-off. ``paid``: of a plan; ``next_on``: the day of
    its next instalment, or of the one that was missed."""

    kind: str
    agreed_on: date
    organization: str
    client_code: str
    client: str
    numbers: str
    amount: Decimal
    paid: Decimal | None
    state: str
    next_on: date | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class MoneyData:
    """Rows of the sheets of money; iterables are read once. ``on``: the day of the debts; ``stopped``: who has stopped all blocking, in
    words."""

    on: date | None = None
    revenue: Iterable[RevenueRow] = ()
    ageing: Iterable[AgeingRow] = ()
    debts: Iterable[DebtRow] = ()
    payments: Iterable[PaymentRow] = ()
    leaks: Iterable[LeakRow] = ()
    unserved: Iterable[LeakRow] = ()
    given: Iterable[GivenRow] = ()
    changes: Iterable[TariffChangeRow] = ()
    ledger: MoneyLedger = MoneyLedger()
    stopped: str = ""
    agreed: Iterable[AgreedRow] = ()
