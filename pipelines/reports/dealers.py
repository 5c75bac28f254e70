"""A dealer's month: its clients with their fleets, sums, debts and dips, and the whole tree by day (domain.md §3, §8, §10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput
from pipelines.findings import store
from pipelines.master.dealer_trees import all_trees, clients_under
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.dealer_model import ClientDip, DealerClient, DealerInvoice, DealerMonth
from pipelines.reports.leakage import UNBILLED, Leak, leakage
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

DIP = "month_end_dip"


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
    return DealerMonth(month, on, dealer, _dealer_first(clients, dealer), fleets, tuple(invoices), dips)


def summaries(connection: "Connection", month: Month, on: date, leaks: Sequence[Leak] | None = None) -> list[DealerSummary]:
    """A line for every dealer; the tree of a dealer under another one counts in both. The warehouse is asked once for all of them."""
    of_month = leakage(connection, month) if leaks is None else leaks
    trees = all_trees(connection)
    clients, fleets = _clients(connection, frozenset[str]().union(*trees.values()), month, on)
    lines = []
    for dealer, tree in trees.items():
        own = {code: clients[code] for code in tree}
        fleet = {code: fleets[code] for code in tree if code in fleets}
        lines.append(_summary(DealerMonth(month, on, dealer, _dealer_first(own, dealer), fleet, (), ()), _leaked(of_month, tree)))
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


def _leaked(leaks: Iterable[Leak], tree: frozenset[str]) -> Decimal:
    """What was served to a tree and billed to nobody, roubles without VAT."""
    return sum((leak.roubles for leak in leaks if leak.client_code in tree and leak.direction == UNBILLED and not leak.agreed), ZERO)


def _dips(connection: "Connection", month: Month, names: Mapping[str, str]) -> tuple[ClientDip, ...]:
    owners = dict(tuple(row) for row in query.rows(connection, "master/contract_clients"))
    of_clients = (each for each in store.listing(connection, month, DIP) if owners.get(each["contract_no"]) in names)
    return tuple(
        ClientDip(names[owners[each["contract_no"]]], each["contract_no"], _hidden_since(each), each["detail"]) for each in of_clients
    )


def _hidden_since(row: Mapping[str, Any]) -> date:
    """The first low day; a dip is stored on the month's last day, and rows of earlier versions know no other."""
    since = (row["parameters"] or {}).get("since")
    return date.fromisoformat(since) if since else row["first_seen"]


def _summary(of: DealerMonth, leaked: Decimal) -> DealerSummary:
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
        leaked,
    )


@dataclass(frozen=True, slots=True)
class DealerParties:
    """A dealer and the organization that writes to it, as master data have them; None: nobody sells to the tree."""

    dealer: Mapping[str, Any]
    organization: Mapping[str, Any] | None


def parties(connection: "Connection", of: DealerMonth) -> DealerParties:
    """Who writes the dealer's report to whom: the organization of its own contract, else the first of its tree's."""
    clients = [each.client_code for each in of.clients]
    sides = query.first(connection, "reports/dealer_parties", DealerParties, dealer=of.dealer_code, clients=clients)
    if sides is None:
        raise BadInput.one("--dealer", f"there is no client {of.dealer_code!r}")
    return sides
