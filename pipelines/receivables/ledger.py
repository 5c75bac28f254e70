"""The ledger of payments: stored once, matched by the declared rules, advances and credits paying what is open (domain.md §8)."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from pipelines import garbage_collection
from pipelines.errors import BadInput
from pipelines.findings import store
from pipelines.receivables import reversals, telling
from pipelines.receivables.matching import Book, InvoiceDebt, KnownClient, KnownContract, Match, Unallocated
from pipelines.receivables.payment import Payment, StoredPayment
from pipelines.warehouse import query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNMATCHED = "unmatched_payment"
"""Kind of finding: a payment of which something is nobody's; its subject is the payment's id."""

_PART = 5_000  # payments that are matched before their allocations are stored
_STILL_TELLS = timedelta(days=400)
_COLUMNS = Payment._fields

Correction = tuple[Payment, StoredPayment]
"""Money that undoes a stored payment, and that payment: below zero for money that came in, above zero for a refund."""


@dataclass(frozen=True, slots=True)
class RecordedPayments:
    """What became of the payments of one source: how many were new; `matched`: allocations made by rules, `settled`: of advances
    and credits; `unmatched`: payments in the ledger of which something is nobody's; `reversals`: ids of the outgoing ones that the
    ledger knows as reversals."""

    stored: int
    matched: int
    settled: int
    unmatched: int
    reversals: frozenset[str]


def record(
    connection: "Connection",
    source: str,
    payments: Sequence[Payment],
    at: datetime,
    outgoing: Sequence[Payment] = (),
    *,
    teller: str | None = None,
    corrections: Sequence[Correction] = (),
) -> RecordedPayments:
    """Store payments of a source ('bank', 'onec', 'opening'), each once, and match everything that is nobody's yet.

    `outgoing`: money that left us; what of it gives a payment back, or may do so, is stored as a reversal. `teller`: the base of 1C that
    tells, where not the source itself; what another teller has told of is not stored again. `corrections`: what takes a stored payment
    back for certain. Holds the ledger until the caller's transaction ends. Payments that could not be matched before are tried again: a
    client's ИНН may have been put right since. A client is told of every payment, once it is known to be the client's. One call per
    transaction.
    """
    recording = Recording(connection, source, at, teller)
    recording.add(payments, corrections)
    return recording.finish(outgoing)


class Recording:
    """Payments of a source on their way into the ledger, in as many parts as they come in: only a part is in memory at a time.

    What `record` says of a call holds of `add` for each part, and of `finish`, which matches all of them; once per transaction. What
    `add` is given waits beside the ledger until its owner is known, so that each payment is written once.
    """

    def __init__(self, connection: "Connection", source: str, at: datetime, teller: str | None = None) -> None:
        """Take the ledger until the caller's transaction ends."""
        lock(connection, Lock.RECEIVABLES)
        for table in ("stage_payments", "stage_allocations", "stage_owners"):
            query.run(connection, f"receivables/{table}")
        self._connection, self._source, self._at, self._teller = connection, source, at, teller
        self._stored = 0
        self._doubtful: dict[str, str] = {}

    def add(self, payments: Sequence[Payment], corrections: Sequence[Correction] = ()) -> None:
        """Store what is new of a part, and what takes stored payments back."""
        self._stored += _correct(self._connection, self._source, corrections, self._at)
        recognised = self._recognised(payments)
        fresh = {each.payment_id: each for each in reversed(recognised.fresh) if each.payment_id not in recognised.known}
        query.copy(self._connection, "staged_payments", _COLUMNS, reversed(fresh.values()))

    def store_waiting(self) -> None:
        """Store what waits for its owner: somebody asks for it."""
        self._stored += _store_waiting(self._connection, self._source, self._at)

    def finish(self, outgoing: Sequence[Payment] = ()) -> RecordedPayments:
        """Match everything that is nobody's, then what left us with what it gives back; advances and credits pay what is open."""
        connection, at = self._connection, self._at
        with garbage_collection.paused():
            stored, matched = _match(connection, self._source, at)
        self._stored += stored
        outgoing_found = reversals.find(connection, self._recognised(outgoing).fresh, is_for_customers=self._teller is not None)
        self._stored += _store(connection, self._source, outgoing_found.to_store, at)
        reversals.take_back(connection, outgoing_found, at)
        telling.note(connection, self._doubtful, at)
        settled = _settle(connection, at)
        query.run(connection, "receivables/queue_mail", at=at)
        return RecordedPayments(self._stored, matched, settled, _note_unmatched(connection), outgoing_found.known)

    def _recognised(self, payments: Sequence[Payment]) -> telling.Recognised:
        """What no other source has told of; doubts are kept for the end."""
        recognised = telling.recognise(self._connection, self._teller or self._source, payments, self._at)
        self._doubtful.update(recognised.doubtful)
        return recognised


def stored_payment(connection: "Connection", payment_id: str, place: str) -> StoredPayment:
    """A payment, or money that left, by its id. BadInput at `place` for an id that is none."""
    payment = query.first(connection, "receivables/stored_payment", StoredPayment, payment_id=payment_id)
    if payment is None:
        raise BadInput.one(place, f"there is no payment {payment_id!r} (`fleetbill payments` lists them)")
    return payment


def taking_back(payment: StoredPayment, reversal_id: str, words: str) -> Payment:
    """Money that undoes all that is left of a payment or refund, on its own day."""
    return Payment(
        payment_id=reversal_id,
        organization_code=payment.organization_code,
        document_no=payment.document_no,
        paid_on=payment.paid_on,
        amount=-payment.left,
        payer_inn=payment.payer_inn,
        payer_name="",
        payer_account=payment.payer_account,
        purpose=words,
    )


def _correct(connection: "Connection", source: str, corrections: Sequence[Correction], at: datetime) -> int:
    """Store what undoes payments and refunds: the first opens again what they paid, the second is its client's again."""
    stored = _store(connection, source, [correction for correction, _ in corrections], at)
    for correction, payment in corrections:
        if correction.amount < 0:
            reversals.reopen(connection, correction, payment, at)
        else:
            query.run(connection, "receivables/set_client", payment_id=correction.payment_id, like=payment.payment_id)
    return stored


def _store(connection: "Connection", source: str, payments: Sequence[Payment], at: datetime) -> int:
    """How many of them, and of what waits, were not there."""
    if not payments:
        return 0
    query.copy(connection, "staged_payments", _COLUMNS, payments)
    return _store_waiting(connection, source, at)


def _store_waiting(connection: "Connection", source: str, at: datetime) -> int:
    return len(query.scalars(connection, "receivables/add_payments", source=source, at=at))


def settle(connection: "Connection", at: datetime) -> int:
    """Let advances and credits pay what is open; number of allocations made. Holds the ledger until the transaction ends."""
    lock(connection, Lock.RECEIVABLES)
    return _settle(connection, at)


def _settle(connection: "Connection", at: datetime) -> int:
    query.run(connection, "receivables/add_credits", at=at)
    return int(query.run(connection, "receivables/allocate_open", at=at).rowcount)


def _match(connection: "Connection", source: str, at: datetime) -> tuple[int, int]:
    """Match what is nobody's by the rules, oldest payment first, and store what waits; numbers of payments stored and of allocations."""
    waiting = query.stream(connection, "receivables/to_match")
    oldest = next(waiting, None)
    if oldest is None:
        return _store_waiting(connection, source, at), 0
    book = open_book(connection, oldest.paid_on)
    left = chain([oldest], waiting)
    stored, matched, storing = 0, 0, None
    with ThreadPoolExecutor(1) as beside:  # the database stores a part while the next one is matched
        following = beside.submit(_next_part, left)
        while rows := following.result():
            following = beside.submit(_next_part, left)
            matches = [book.match(Unallocated(*row[:-2])) for row in rows]
            if storing:
                stored, matched = stored + storing.result()[0], matched + storing.result()[1]
            fresh = tuple(row.payment_id for row in rows if row.is_waiting)
            storing = beside.submit(_store_matches, connection, source, matches, fresh, at)
        if storing:
            stored, matched = stored + storing.result()[0], matched + storing.result()[1]
    stored += _store_waiting(connection, source, at)  # what no rule is asked about
    query.run(connection, "receivables/stage_named_owners")
    query.run(connection, "receivables/set_owners")
    return stored, matched


def _next_part(waiting: Iterator[Any]) -> list[Any]:
    return list(islice(waiting, _PART))


def _store_matches(
    connection: "Connection", source: str, matches: Sequence[Match], fresh: tuple[str, ...], at: datetime
) -> tuple[int, int]:
    """Store the payments of a part that wait (ids: `fresh`) with their owners, the allocations, and whose the others are; how many
    payments and allocations."""
    owners = {match.payment_id: match.client_code for match in matches if _owned(match)}
    named = {"payment_ids": list(fresh), "client_codes": [owners.get(payment_id) for payment_id in fresh]}
    stored = query.run(connection, "receivables/add_owned_payments", **named, source=source, at=at).rowcount if fresh else 0
    rows = [
        (match.payment_id, place, part.number, part.amount, part.rule)
        for match in matches
        for place, part in enumerate(match.allocations, 1)
    ]
    query.copy(connection, "staged_allocations", ("payment_id", "place", "number", "amount", "rule"), rows)
    query.run(connection, "receivables/add_allocations", at=at)
    query.copy(connection, "staged_owners", ("payment_id", "client_code"), owners.items())
    waited = frozenset(fresh)
    if known := {payment_id: code for payment_id, code in owners.items() if payment_id not in waited}:
        query.run(connection, "receivables/set_part_owners", payment_ids=list(known), client_codes=list(known.values()))
    return int(stored), len(rows)


def _owned(match: Match) -> bool:
    """Whether all of a payment is its client's: what several clients may mean stays nobody's."""
    return match.client_code is not None and not match.unmatched


def open_book(connection: "Connection", earliest: date) -> Book:
    """The debts that payments of a day or later may pay, with contracts and clients."""
    debts = (
        InvoiceDebt(row[0], *row)  # a number is the key of its debt
        for row in query.stream(connection, "receivables/debts", since=earliest - _STILL_TELLS)
    )
    contracts = query.rows(connection, "receivables/contracts")
    clients = {
        (row.organization_code, row.client_code): KnownClient(row.client_code, row.organization_code, row.inn)
        for row in contracts
        if row.inn
    }
    all_contracts = (KnownContract(row.contract_no, row.organization_code, row.client_code) for row in contracts)
    return Book(debts, all_contracts, clients.values())


def _note_unmatched(connection: "Connection") -> int:
    rows = query.rows(connection, "receivables/unmatched")
    findings = [
        store.Occurrence(
            UNMATCHED,
            row.payment_id,
            row.paid_on,
            parameters={"left_over": f"{row.left_over:.2f}", "payer": row.payer_name, "inn": row.payer_inn, "purpose": row.purpose},
        )
        for row in rows
    ]
    store.replace(connection, [UNMATCHED], date.min, date.max, findings)
    return len(rows)
