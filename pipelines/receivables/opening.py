"""Opening balances at go-live, from a CSV file: what each client owed or had paid ahead before the first invoice (domain.md §8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines import logs
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Problem
from pipelines.master.cell_values import Misread, clean, value_of
from pipelines.master.csv_files import read_csv_file
from pipelines.master.sheets import MasterColumn, Value
from pipelines.master.source import limits
from pipelines.master.source_sheets import RawSheet, SheetLimits
from pipelines.money import round_kopeck
from pipelines.receivables import ledger
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COLUMNS: Final = (
    MasterColumn("organization_code", "code", "the seller", required=True),
    MasterColumn("client_code", "code", "the client", required=True),
    MasterColumn("contract_no", "code", "its contract; empty: of none in particular"),
    MasterColumn("date", "date", "the balance is that of this day's end", required=True),
    MasterColumn("amount", "decimal", "roubles; above zero the client owes, below zero it has paid ahead", required=True),
    MasterColumn("due_on", "date", "the day by which a debt was to be paid; empty: it stands in the акт сверки alone"),
)
COLUMNS: Final = tuple(column.name for column in _COLUMNS)
_MAY_BE_MISSING: Final = ("due_on",)
_MOST = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What a client owed an organization at the end of a day (`amount` above zero), or had paid ahead (below zero)."""

    organization_code: str
    client_code: str
    contract_no: str
    dated: date
    amount: Decimal
    due_on: date | None = None

    @property
    def payment_id(self) -> str:
        """The same for ever for one client, organization and contract: an opening balance is said once."""
        key = "\x1f".join(("opening", self.organization_code, self.client_code, self.contract_no))
        return blake2b(key.encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True)
class OpeningResult:
    """Balances stored now, and known before."""

    stored: int
    known: int


def import_opening(settings: Settings, path: Path, author: Authorship) -> OpeningResult:
    """Store the opening balances of a file, all or none; the same file again stores nothing.

    A CSV file with `COLUMNS`, read as those of master data are. An advance pays the next invoices. A debt with a due date is a claim as an
    invoice is: ageing and letters name it, payments pay the oldest due first, and the ladder asks for it from its beginning, not before
    the day of this import (domain.md §9); without a due date it stands in the акт сверки alone. BadInput names every problem with its line.
    """
    with logs.verb("receivables", "import_opening") as done, engine.transaction(settings) as connection:
        lock(connection, Lock.RECEIVABLES)
        stored = {row.payment_id: (row.paid_on, -row.amount, row.due_on) for row in query.rows(connection, "receivables/openings")}
        balances = _checked(connection, _read(path, limits(settings)), stored)
        fresh = [opening for opening in balances if opening.payment_id not in stored]
        for opening in fresh:
            query.run(connection, "receivables/add_opening", **_binds(opening, author))
        ledger.settle(connection, author.at)
        done |= {"stored": len(fresh), "known": len(balances) - len(fresh)}
    return OpeningResult(len(fresh), len(balances) - len(fresh))


def _binds(opening: OpeningBalance, author: Authorship) -> dict[str, str | date | datetime | Decimal | None]:
    return {
        "payment_id": opening.payment_id,
        "organization_code": opening.organization_code,
        "client_code": opening.client_code,
        "contract_no": opening.contract_no,
        "dated": opening.dated,
        "amount": -opening.amount,
        "words": f"Входящий остаток: {author.reason} ({author.by})",
        "at": author.at,
        "due_on": opening.due_on,
    }


def _read(path: Path, limits: SheetLimits) -> RawSheet:
    """The file as a sheet, with its headings as they are named; BadInput when it is none, or lacks a column."""
    try:
        sheet = read_csv_file("opening balances", path, limits)
    except OSError as error:
        raise BadInput.one("FILE", f"{path} cannot be read: {error.strerror}") from None
    if sheet.problems and not sheet.headings:
        raise BadInput(problem for _, problem in sheet.problems)
    sheet.headings = tuple(clean(heading) for heading in sheet.headings)
    missing = [name for name in COLUMNS if name not in (*sheet.headings, *_MAY_BE_MISSING)]
    if missing:
        raise BadInput(Problem(sheet.place(sheet.heading_row), f"column {name} is missing") for name in missing)
    return sheet


def _checked(connection: "Connection", sheet: RawSheet, stored: Mapping[str, tuple[date, Decimal, date | None]]) -> list[OpeningBalance]:
    contracts = {(row.organization_code, row.client_code, row.contract_no) for row in query.rows(connection, "receivables/contracts")}
    columns = [(column, sheet.headings.index(column.name) if column.name in sheet.headings else None) for column in _COLUMNS]
    balances: dict[str, OpeningBalance] = {}
    for row in sheet.rows:
        place = sheet.place(row.number)
        try:
            opening = _balance([None if index is None else _value(column, row.cells[index]) for column, index in columns], contracts)
        except Misread as error:
            sheet.problems.append((row.number, Problem(place, str(error))))
            continue
        if opening.payment_id in balances:
            sheet.problems.append((row.number, Problem(place, "this client, organization and contract stands in the file twice")))
        said = (opening.dated, opening.amount, opening.due_on)
        day, amount, due_on = stored.get(opening.payment_id, said)
        if (day, amount, due_on) != said:
            due = f", due on {due_on}" if due_on else ""
            sheet.problems.append((row.number, Problem(place, f"the balance is known as {amount:.2f} of {day}{due}: it is said once")))
        balances[opening.payment_id] = opening
    if sheet.problems:
        raise BadInput(problem for _, problem in sorted(sheet.problems, key=lambda noted: noted[0]))
    return list(balances.values())


def _value(column: MasterColumn, cell: object) -> Value:
    """One cell; Misread names its column, also where it is empty and may not be."""
    try:
        value = value_of(cell, column)
    except Misread as error:
        raise Misread(f"column {column.name}: {error}") from None
    if value is None and column.required:
        raise Misread(f"column {column.name}: is empty")
    return value


def _balance(values: Sequence[Value], contracts: set[tuple[str, str, str]]) -> OpeningBalance:
    """One row's values in the order of the columns as a balance, or Misread that says what is wrong with it."""
    organization, client, contract, dated, amount, due_on = values
    number = str(contract or "")
    if not any(known[:2] == (organization, client) and number in ("", known[2]) for known in contracts):
        raise Misread(f"client {client!r} has no contract {number!r} with {organization!r}".replace(" ''", ""))
    if not isinstance(dated, date) or not isinstance(amount, Decimal):
        raise TypeError(f"a date and a decimal are declared, not {dated!r} and {amount!r}")
    if not amount or amount != round_kopeck(amount) or abs(amount) > _MOST:
        raise Misread(f"column amount: {amount} is zero, too large or finer than a kopeck")
    if due_on is not None and not isinstance(due_on, date):
        raise TypeError(f"a date is declared, not {due_on!r}")
    if due_on is not None and amount < 0:
        raise Misread("column due_on: what the client has paid ahead is due on no day")
    return OpeningBalance(str(organization), str(client), number, dated, round_kopeck(amount), due_on)
