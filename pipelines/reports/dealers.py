"""A dealer's month: its clients with their fleets, sums, debts and dips, and the whole tree by day (domain.md §3, §8, §10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from pipelines.findings import store
from pipelines.master.dealer_trees import all_trees, clients_under
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.leakage import Leak, leakage
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIP = "month_end_dip"


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
    is_of_month: bool


@dataclass(frozen=True, slots=True)
class ClientDip:
    """A fleet that was hidden at the month's end, in words."""

    client: str
    contract_no: str
    seen_on: date
    detail: str


@dataclass(frozen=True, slots=True)
class DealerMonth:
    """A dealer's tree in a month, debts as of ``on``; the dealer itself comes first among its clients.

    ``fleets``: client → day → vehicles; ``leaks``: what was served to the tree and billed to nobody.
    """

    month: Month
    on: date
    dealer_code: str
    clients: tuple[DealerClient, ...]
    fleets: dict[str, dict[date, int]]
    invoices: tuple[DealerInvoice, ...]
    dips: tuple[ClientDip, ...]
    leaks: tuple[Leak, ...] = ()

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


@dataclass(frozen=True, slots=True)
class DealerSummary:
    """One line about a dealer's tree; ``own``: billed to the dealer itself, ``leak``: net, an estimate; other roubles with VAT."""

    dealer_code: str
    dealer: str
    clients: int
    contracts: int
    peak: int | None
    vehicle_days: int
    billed: Decimal
    own: Decimal
    debt: Decimal
    overdue: Decimal
    leak: Decimal


def dealer_month(connection: "Connection", dealer: str, month: Month, on: date) -> DealerMonth:
    """A dealer's month from the stored usage, findings and ledger: its own tree and nobody else. BadInput for an unknown dealer."""
    tree = clients_under(connection, dealer)
    clients, fleets = _clients(connection, tree, month, on)
    invoices = query.rows(connection, "reports/dealer_invoices", DealerInvoice, clients=sorted(tree), month=month.first, on=on)
    dips = _dips(connection, month, {each.client_code: each.client for each in clients.values()})
    return DealerMonth(
        month, on, dealer, _dealer_first(clients, dealer), fleets, tuple(invoices), dips, _leaks(leakage(connection, month), tree)
    )


def summaries(connection: "Connection", month: Month, on: date, leaks: Sequence[Leak] | None = None) -> list[DealerSummary]:
    """A line for every dealer; the tree of a dealer under another one counts in both. The warehouse is asked once for all of them."""
    of_month = leakage(connection, month) if leaks is None else leaks
    trees = all_trees(connection)
    clients, fleets = _clients(connection, frozenset[str]().union(*trees.values()), month, on)
    lines = []
    for dealer, tree in trees.items():
        own = {code: clients[code] for code in tree}
        fleet = {code: fleets[code] for code in tree if code in fleets}
        lines.append(_summary(DealerMonth(month, on, dealer, _dealer_first(own, dealer), fleet, (), (), _leaks(of_month, tree))))
    return lines


def _clients(
    connection: "Connection", tree: frozenset[str], month: Month, on: date
) -> tuple[dict[str, DealerClient], dict[str, dict[date, int]]]:
    """Figures and fleets of clients by their codes."""
    binds = {"clients": sorted(tree), "first": month.first, "last": month.last}
    rows = query.rows(connection, "reports/dealer_clients", DealerClient, **binds, month=month.first, on=on)
    fleets: dict[str, dict[date, int]] = {}
    for row in query.rows(connection, "reports/dealer_days", **binds):
        fleets.setdefault(row.client_code, {})[row.business_date] = row.fleet
    return {row.client_code: row for row in rows}, fleets


def _dealer_first(clients: Mapping[str, DealerClient], dealer: str) -> tuple[DealerClient, ...]:
    return tuple(sorted(clients.values(), key=lambda each: (each.client_code != dealer, each.client_code)))


def _leaks(leaks: Iterable[Leak], tree: frozenset[str]) -> tuple[Leak, ...]:
    return tuple(leak for leak in leaks if leak.client_code in tree and not leak.agreed)


def _dips(connection: "Connection", month: Month, names: Mapping[str, str]) -> tuple[ClientDip, ...]:
    owners = dict(tuple(row) for row in query.rows(connection, "master/contract_clients"))
    of_clients = (each for each in store.listing(connection, month, DIP) if owners.get(each["contract_no"]) in names)
    return tuple(
        ClientDip(names[owners[each["contract_no"]]], each["contract_no"], each["first_seen"], each["detail"]) for each in of_clients
    )


def _summary(of: DealerMonth) -> DealerSummary:
    return DealerSummary(
        of.dealer_code,
        of.dealer,
        len(of.clients) - 1,
        sum(each.contracts for each in of.clients),
        max(of.by_day.values(), default=None),
        of.vehicle_days,
        of.total("billed"),
        of.clients[0].billed,
        of.total("debt"),
        of.total("overdue"),
        sum((leak.roubles for leak in of.leaks), ZERO),
    )
