"""The rows of each dataset as the warehouse has them now, or (clients and contracts) as the history knew them at a moment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pipelines.errors import BadInput
from pipelines.exports.datasets import CLIENTS, CONTRACTS, DEBTS, FLEETS, STATUSES, Dataset, Record
from pipelines.exports.scope import Consumer, Visible, visible
from pipelines.master.sheets import TABLES
from pipelines.master.store import typed
from pipelines.period import Month
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

WHOLE = ""  # the only part of a dataset that has no parts


@dataclass(frozen=True, slots=True)
class DatasetPart:
    """A part of a dataset that is stored as one file: a month of fleets, else the whole.

    ``source``: digest of what its rows are made from, empty where only the rows tell whether they have changed.
    """

    name: str
    source: str


def consumers(connection: "Connection") -> list[Consumer]:
    """All declared consumers in the order of their codes."""
    return [Consumer.of(row) for row in query.mappings(connection, "exports/consumers")]


def consumer(connection: "Connection", code: str) -> Consumer:
    """The consumer of that code. BadInput when there is none."""
    listed = {each.code: each for each in consumers(connection)}
    if code not in listed:
        known = ", ".join(listed) or "none; the sheet consumers of the master data declares them"
        raise BadInput.one("CONSUMER", f"there is no consumer {code!r}; declared: {known}")
    return listed[code]


def visible_now(connection: "Connection", whose: Consumer) -> Visible:
    """What the consumer sees of the clients and contracts of this moment."""
    return visible(whose, query.mappings(connection, "exports/clients"), query.mappings(connection, "exports/contracts"))


def visible_at(connection: "Connection", whose: Consumer, moment: datetime) -> Visible:
    """What it would have seen at an earlier moment, by today's rights and the history of master data."""
    columns = {name: {column.name: column for column in TABLES[name].columns} for name in ("clients", "contracts")}
    rows: dict[str, list[dict[str, Any]]] = {"clients": [], "contracts": []}
    for row in query.stream(connection, "exports/rows_at", moment=moment):
        rows[row.sheet].append(dict(typed(row.row_text, columns[row.sheet])))
    return visible(whose, rows["clients"], rows["contracts"])


def parts(connection: "Connection", dataset: Dataset, seen: Visible) -> list[DatasetPart]:
    """The parts of a dataset in the order of their rows."""
    if dataset.name != FLEETS.name:
        return [DatasetPart(WHOLE, "")]
    owners = sha256(repr(sorted((number, row["client_code"]) for number, row in seen.contracts.items())).encode()).hexdigest()
    return [DatasetPart(str(Month.of(row.month)), f"{row.inputs}/{owners}") for row in query.rows(connection, "exports/fleet_months")]


def records(connection: "Connection", dataset: Dataset, part: DatasetPart, seen: Visible, *, as_of: date) -> Iterable[Record]:
    """The rows of a part in the order of their keys; debts and statuses are those of the day ``as_of``."""
    if dataset.name == CLIENTS.name:
        return seen.client_records(dataset)
    if dataset.name == CONTRACTS.name:
        return seen.contract_records(dataset)
    if dataset.name == FLEETS.name:
        return _fleets(connection, Month.parse(part.name), seen)
    statement = {STATUSES.name: "exports/statuses", DEBTS.name: "exports/debts"}[dataset.name]
    pairs = seen.pairs()
    clients, organizations = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    stream = query.stream(connection, statement, clients=clients, organizations=organizations, on=as_of)
    return (tuple(getattr(row, name) for name in dataset.names) for row in stream)


def _fleets(connection: "Connection", month: Month, seen: Visible) -> Iterator[Record]:
    contracts = sorted(seen.contracts)
    for row in query.stream(connection, "exports/fleets", first=month.first, last=month.last, contracts=contracts):
        client = seen.contracts[row.contract_no]["client_code"]
        yield row.contract_no, row.business_date, client, row.fleet_size, row.online_minutes
