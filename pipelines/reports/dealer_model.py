"""What a dealer's month is made of: its clients, their fleets, invoices and dips. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.money import ZERO
from pipelines.period import Month


@dataclass(frozen=True, slots=True)
class DealerClient:
    """A client of a dealer in a month. ``peak`` None: no day of it is known; roubles with VAT; ``days``: with a known fleet."""

    client_code: str
    client: str
    dealer_code: str | None
    contracts: int
    days: int
    peak: int | None
    vehicle_days: int
    billed: Decimal
    debt: Decimal
    overdue: Decimal

    @property
    def average(self) -> Fraction | None:
        """Vehicle-days by known day."""
        return Fraction(self.vehicle_days, self.days) if self.days else None


@dataclass(frozen=True, slots=True)
class DealerInvoice:
    """An invoice of the month, or an open one of any month; ``open``: roubles left to pay."""

    number: str
    client_code: str
    client: str
    contract_no: str
    kind: str
    month: date
    issued_on: date
    due_on: date
    total: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True)
class ClientDip:
    """A fleet that was hidden at the month's end, in words; ``since``: its first low day."""

    client: str
    contract_no: str
    since: date
    detail: str


@dataclass(frozen=True, slots=True)
class DealerMonth:
    """A dealer's tree in a month, debts as of ``on``; the dealer itself comes first among its clients.

    ``fleets``: client → day → vehicles.
    """

    month: Month
    on: date
    dealer_code: str
    clients: tuple[DealerClient, ...]
    fleets: dict[str, dict[date, int]]
    invoices: tuple[DealerInvoice, ...]
    dips: tuple[ClientDip, ...]

    @property
    def dealer(self) -> str:
        """The dealer's name."""
        return self.clients[0].client

    @property
    def by_day(self) -> dict[date, int]:
        """Vehicles of the whole tree on every day that is known of anybody."""
        days = sorted({day for fleet in self.fleets.values() for day in fleet})
        return {day: sum(fleet.get(day, 0) for fleet in self.fleets.values()) for day in days}

    @property
    def vehicle_days(self) -> int:
        """Billable vehicle-days of the tree."""
        return sum(each.vehicle_days for each in self.clients)

    def total(self, column: str) -> Decimal:
        """The sum of `billed`, `debt` or `overdue` over the tree, roubles with VAT."""
        return sum((getattr(each, column) for each in self.clients), ZERO)
