"""The ledger of payments: stored once, matched by the declared rules, advances and credits paying what is open (domain.md §8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.findings import store
from pipelines.receivables.matching import Book, Debt, KnownClient, KnownContract, Match, Receipt
from pipelines.warehouse.locks import Lock, lock
from pipelines.warehouse.query import copy
from pipelines.warehouse.statements import statement
from pipelines.wording.russian import in_roubles

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult

UNMATCHED = "unmatched_payment"
"""Kind of finding: a payment of which something is nobody's; its subject is the payment's id."""

_STILL_TELLS = timedelta(days=400)
_COLUMNS = ("payment_id", "organization_code", "document_no", "paid_on", "amount", "payer_inn", "payer_name", "payer_account", "purpose")


@dataclass(frozen=True, slots=True)
class Received:
    """A payment as a source tells of it; `amount` below zero: a reversal. `payment_id` by `incoming.payment_id`, whatever the source."""

    payment_id: str
    organization_code: str
    document_no: str
    paid_on: date
    amount: Decimal
    payer_inn: str | None
    payer_name: str
    payer_account: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the payments of one source: how many were new; `matched`: allocations made by rules, `settled`: of advances
    and credits; `unmatched`: payments in the ledger of which something is nobody's."""

    stored: int
    matched: int
    settled: int
    unmatched: int


def run(connection: "Connection", name: str, **binds: Any) -> "CursorResult[Any]":
    """Run a statement of the room by its name."""
    from sqlalchemy import text

    return connection.execute(text(statement(f"warehouse/receivables/{name}")), binds)


def record(connection: "Connection", source: str, received: Sequence[Received], at: datetime) -> Recorded:
    """Store payments and reversals of a source ('bank', 'onec', 'opening'), each once, and match everything that is nobody's yet.

    Holds the ledger until the caller's transaction ends. Payments that could not be matched before are tried again: a
    client's ИНН may have been put right since. A client is told of every payment, once it is known to be the client's. One
    call per transaction.
    """
    lock(connection, Lock.RECEIVABLES)
    for table in ("stage_payments", "stage_allocations", "stage_owners"):
        run(connection, table)
    copy(connection, "staged_payments", _COLUMNS, ([getattr(one, column) for column in _COLUMNS] for one in received))
    stored = len(run(connection, "add_payments", source=source, at=at).all())
    matched = _match(connection, at)
    _take_back(connection, at)
    settled = _settle(connection, at)
    run(connection, "queue_mail", at=at)
    return Recorded(stored, matched, settled, _note_unmatched(connection))


def settle(connection: "Connection", at: datetime) -> int:
    """Let advances and credits pay what is open; number of allocations made. Holds the ledger until the transaction ends."""
    lock(connection, Lock.RECEIVABLES)
    return _settle(connection, at)


def _settle(connection: "Connection", at: datetime) -> int:
    run(connection, "add_credits", at=at)
    return int(run(connection, "allocate_open", at=at).rowcount)


def _match(connection: "Connection", at: datetime) -> int:
    """Match what is nobody's by the rules, oldest payment first; number of allocations."""
    waiting = run(connection, "to_match").all()
    if not waiting:
        return 0
    book = _book(connection, min(row.paid_on for row in waiting))
    matches = [book.match(Receipt(row.payment_id, row.organization_code, row.left_over, row.payer_inn, row.purpose)) for row in waiting]
    rows = [
        (match.payment_id, place, one.number, one.amount, one.rule) for match in matches for place, one in enumerate(match.allocations, 1)
    ]
    copy(connection, "staged_allocations", ("payment_id", "place", "number", "amount", "rule"), rows)
    owners = ((one.payment_id, one.client_code) for one in matches if _owned(one))
    copy(connection, "staged_owners", ("payment_id", "client_code"), owners)
    run(connection, "add_allocations", at=at)
    run(connection, "set_owners")
    return len(rows)


def _owned(match: Match) -> bool:
    """Whether all of a payment is its client's: what several clients may mean stays nobody's."""
    return match.client_code is not None and not match.unmatched


def _book(connection: "Connection", earliest: date) -> Book:
    debts = (
        Debt(row.number, row.number, row.organization_code, row.client_code, row.contract_no, row.issued_on, row.due_on, row.open)
        for row in run(connection, "debts", since=earliest - _STILL_TELLS)
    )
    contracts = run(connection, "contracts").all()
    clients = {
        (row.organization_code, row.client_code): KnownClient(row.client_code, row.organization_code, row.inn)
        for row in contracts
        if row.inn
    }
    known = (KnownContract(row.contract_no, row.organization_code, row.client_code) for row in contracts)
    return Book(debts, known, clients.values())


def _take_back(connection: "Connection", at: datetime) -> None:
    """Every reversal finds its payment, and re-opens what that paid beyond what was still free of it."""
    for payment_id in list(run(connection, "open_reversals").scalars()):
        if run(connection, "find_reversed", payment_id=payment_id).rowcount:
            run(connection, "take_back", payment_id=payment_id, at=at)


def _note_unmatched(connection: "Connection") -> int:
    rows = run(connection, "unmatched").all()
    found = [
        (UNMATCHED, row.payment_id, row.paid_on, None, _detail(row.left_over, row.payer_name, row.payer_inn, row.purpose)) for row in rows
    ]
    store.replace(connection, [UNMATCHED], date.min, date.max, found)
    return len(rows)


def _detail(left_over: Decimal, payer: str | None, inn: str | None, purpose: str) -> str:
    who = " ".join(filter(None, (payer, inn and f"ИНН {inn}"))) or "плательщик неизвестен"
    return f"{in_roubles(left_over)}, {who}: {purpose}"
