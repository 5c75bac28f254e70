"""Opening balances at go-live, from a CSV file: what each client owed or had paid ahead before the first invoice (domain.md §8)."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines import logs
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Problem
from pipelines.receivables import ledger
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS: Final = ("organization_code", "client_code", "contract_no", "date", "amount")
_MOST_BYTES = 64 << 20
_MOST = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What a client owed an organization at the end of a day (`amount` above zero), or had paid ahead (below zero)."""

    organization_code: str
    client_code: str
    contract_no: str
    dated: date
    amount: Decimal

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

    CSV in UTF-8, parted by `,` or `;`: organization_code, client_code, contract_no (may be empty), date (ISO: the balance is that of the
    day's end), amount (roubles; above zero the client owes, below zero it has paid ahead). An advance pays the next invoices; a debt stands
    in the акт сверки and is asked for by no ladder, for it has no invoice. BadInput names every problem with its line.
    """
    with logs.verb("receivables", "import_opening") as done, engine.transaction(settings) as connection:
        lock(connection, Lock.RECEIVABLES)
        balances = _checked(connection, _read(path), path.name)
        known = {row.payment_id for row in query.rows(connection, "receivables/openings")}
        fresh = [one for one in balances if one.payment_id not in known]
        for one in fresh:
            query.run(connection, "receivables/add_opening", **_binds(one, author))
        ledger.settle(connection, author.at)
        done |= {"stored": len(fresh), "known": len(balances) - len(fresh)}
    return OpeningResult(len(fresh), len(balances) - len(fresh))


def _binds(one: OpeningBalance, author: Authorship) -> dict[str, str | date | datetime | Decimal]:
    return {
        "payment_id": one.payment_id,
        "organization_code": one.organization_code,
        "client_code": one.client_code,
        "contract_no": one.contract_no,
        "dated": one.dated,
        "amount": -one.amount,
        "words": f"Входящий остаток: {author.reason} ({author.by})",
        "at": author.at,
    }


def _read(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Rows of the file with their lines; BadInput when it is none."""
    try:
        data = path.read_bytes()[: _MOST_BYTES + 1]
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise BadInput.one("FILE", f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput.one(f"{path.name}:1", "is not UTF-8 text") from None
    if len(data) > _MOST_BYTES or "\x00" in text:
        raise BadInput.one(f"{path.name}:1", "is too large or no text: not read")
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(Problem(f"{path.name}:1", f"column {column} is missing") for column in missing)
    return [(reader.line_num, {key: (value or "").strip() for key, value in row.items() if key}) for row in reader]


def _checked(connection: "Connection", rows: list[tuple[int, dict[str, str]]], name: str) -> list[OpeningBalance]:
    contracts = {(row.organization_code, row.client_code, row.contract_no) for row in query.rows(connection, "receivables/contracts")}
    stored = {row.payment_id: (row.paid_on, -row.amount) for row in query.rows(connection, "receivables/openings")}
    problems: list[Problem] = []
    balances: dict[str, OpeningBalance] = {}
    for line, row in rows:
        try:
            one = _balance(row, contracts)
        except ValueError as error:
            problems.append(Problem(f"{name}:{line}", str(error)))
            continue
        if one.payment_id in balances:
            problems.append(Problem(f"{name}:{line}", "this client, organization and contract stands in the file twice"))
        if stored.get(one.payment_id, (one.dated, one.amount)) != (one.dated, one.amount):
            day, amount = stored[one.payment_id]
            problems.append(Problem(f"{name}:{line}", f"the balance is known as {amount:.2f} of {day}: it is said once"))
        balances[one.payment_id] = one
    if problems:
        raise BadInput(problems)
    return list(balances.values())


def _balance(row: dict[str, str], contracts: set[tuple[str, str, str]]) -> OpeningBalance:
    """One row as a balance, or ValueError that says what is wrong with it."""
    organization, client, contract = (row[column] for column in COLUMNS[:3])
    if not any(known[:2] == (organization, client) and contract in ("", known[2]) for known in contracts):
        raise ValueError(f"client {client!r} has no contract {contract!r} with {organization!r}".replace(" ''", ""))
    try:
        amount = Decimal(row["amount"].replace(",", ".").replace("\u00a0", "").replace(" ", ""))
    except InvalidOperation:
        raise ValueError(f"column amount: {row['amount']!r} is not a sum") from None
    if not amount.is_finite() or not amount or amount != amount.quantize(Decimal("0.01")) or abs(amount) > _MOST:
        raise ValueError(f"column amount: {row['amount']!r} is zero, too large or finer than a kopeck")
    try:
        dated = date.fromisoformat(row["date"])
    except ValueError:
        raise ValueError(f"column date: {row['date']!r} is no date such as 2025-12-31") from None
    return OpeningBalance(organization, client, contract, dated, amount)
