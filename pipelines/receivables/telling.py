"""The same payment told by several sources: recognised, doubted, and ruled on by a person (domain.md §8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from pipelines.findings import store
from pipelines.receivables.pairing import ToldPayment, pair
from pipelines.receivables.payment import Payment
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

DOUBTFUL: Final = "doubtful_payment"
"""Kind of finding: a payment that may be one that another source has told of; its subject is the payment's id."""
CONTRADICTED: Final = "onec_contradicts"
"""Kind of finding: a document that 1C changed or deleted, while the bank tells of the money; its subject is base and UUID."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """`fresh`: payments that no other source has told of, and those known by their own id, `known`. `doubtful`: id → id of one that it
    may be."""

    fresh: tuple[Payment, ...]
    known: frozenset[str]
    doubtful: dict[str, str]


def recognise(connection: "Connection", teller: str, payments: Sequence[Payment], at: datetime) -> Recognised:
    """Find those payments that another source has told of, and keep under which id; the lock of the ledger must be held.

    `teller`: 'bank', or the base of 1C.
    """
    known = dict(map(tuple, query.rows(connection, "receivables/known_payments", ids=[payment.payment_id for payment in payments])))
    of_teller = [_told(payment) for payment in payments if payment.payment_id not in known]
    pairs = pair(of_teller, _told_by_others(connection, teller, of_teller) if of_teller else ())
    if pairs.same:
        binds = {"payment_ids": list(pairs.same), "others": list(pairs.same.values())}
        query.run(connection, "receivables/add_same_payments", **binds, teller=teller, at=at)
    fresh = (payment for payment in payments if payment.payment_id not in pairs.same and not known.get(payment.payment_id))
    return Recognised(tuple(fresh), frozenset(key for key, same_as in known.items() if same_as is None), pairs.doubtful)


def note(connection: "Connection", doubtful: dict[str, str], at: datetime) -> None:
    """Keep new doubts, and say all that are left as findings; what is in doubt must be stored before."""
    if doubtful:
        ids = set(query.scalars(connection, "receivables/known_payments", ids=list(doubtful)))
        pairs = {payment: other for payment, other in doubtful.items() if payment in ids}
        query.run(connection, "receivables/add_doubtful_pairs", payment_ids=list(pairs), others=list(pairs.values()), at=at)
    occurrences = [_doubt(row) for row in query.rows(connection, "receivables/doubtful_pairs")]
    occurrences += [_contradiction(row) for row in query.rows(connection, "receivables/contradicted")]
    store.replace(connection, [DOUBTFUL, CONTRADICTED], date.min, date.max, occurrences)


def _doubt(row: Any) -> store.Occurrence:
    parameters = {
        "amount": f"{row.amount:.2f}",
        "source": row.source,
        "document": row.document_no,
        "on": row.paid_on.isoformat(),
        "other_source": row.other_source,
        "other_document": row.other_document_no,
        "other_on": row.other_paid_on.isoformat(),
        "other": row.other_id,
    }
    return store.Occurrence(DOUBTFUL, row.payment_id, row.paid_on, parameters=parameters)


def _contradiction(row: Any) -> store.Occurrence:
    parameters = {
        "peer": row.peer,
        "is_deleted": row.is_deleted,
        "document": row.document_no,
        "amount": f"{row.amount:.2f}",
        "on": row.paid_on.isoformat(),
        "payment": row.payment_id,
        "known_amount": f"{row.known_amount:.2f}",
        "known_on": row.known_paid_on.isoformat(),
    }
    return store.Occurrence(CONTRADICTED, f"{row.peer}/{row.reference}", row.known_paid_on, parameters=parameters)


def _told_by_others(connection: "Connection", teller: str, payments: Sequence[ToldPayment]) -> list[ToldPayment]:
    sums = sorted({(payment.organization_code, payment.amount) for payment in payments})
    return query.rows(
        connection,
        "receivables/told_by_others",
        ToldPayment,
        teller=teller,
        organizations=[code for code, _ in sums],
        amounts=[amount for _, amount in sums],
        first=min(payment.paid_on for payment in payments),
        last=max(payment.paid_on for payment in payments),
    )


def _told(payment: Payment) -> ToldPayment:
    return ToldPayment(
        payment.payment_id, payment.organization_code, payment.document_no, payment.paid_on, payment.amount, payment.payer_inn or "",
        payment.payer_account,
    )  # fmt: skip
