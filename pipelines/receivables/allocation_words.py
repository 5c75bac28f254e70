"""A person's word on what a payment pays: given to invoices, or set free from all of them until somebody speaks (domain.md §8)."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines import logs
from pipelines.clock import Authorship
from pipelines.delivery.mail.events import PaymentNotice, payment_moved
from pipelines.delivery.mail.queue import queue
from pipelines.errors import BadInput, Problem, Refused
from pipelines.receivables import ledger
from pipelines.receivables.payment import StoredPayment
from pipelines.receivables.reallocation import NamedClaim, Reallocation, Wish, problems, reallocated
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


class AlreadyAllocated(Refused):
    """Another person has said what the payment pays; the message says who, when and why."""


def allocate(settings: Settings, payment_id: str, wishes: Sequence[Wish], author: Authorship, *, over: bool = False) -> Reallocation:
    """Let a payment pay the named invoices, whatever it paid before; what is left of it pays the oldest debts of their client.

    Somebody may pay for another client. `over`: another person's word is replaced. BadInput with every problem of the wishes;
    AlreadyAllocated. The same word again changes nothing.
    """
    with logs.verb("receivables", "allocate", payment=payment_id), engine.transaction(settings) as connection:
        payment, known = _begin(connection, payment_id, author, over=over)
        claims = _claims(connection, payment_id, [wish.number for wish in wishes])
        wrong = problems(payment.organization_code, payment.left, wishes, {claim.number: claim for claim in claims})
        if wrong:
            raise BadInput([Problem("--to", said) for said in wrong])
        done = reallocated(payment.left, wishes, claims)
        if done.free and len(done.clients) > 1:
            whose = ", ".join(sorted(done.clients))
            raise BadInput.one("--to", f"{done.free:.2f} would be left over, and nobody knows whose: the invoices are those of {whose}")
        pays = [[number, f"{amount:.2f}"] for number, amount in done.pays.items()]
        client = done.clients[0] if len(done.clients) == 1 else payment.client_code
        _carry_out(connection, payment, pays, client, done, author, known)
    return done


def set_free(settings: Settings, payment_id: str, author: Authorship, *, over: bool = False) -> Reallocation:
    """Take a payment off everything that it pays: it is nobody's, and no rule is asked again until a person allocates it."""
    with logs.verb("receivables", "set_free", payment=payment_id), engine.transaction(settings) as connection:
        payment, known = _begin(connection, payment_id, author, over=over)
        done = reallocated(payment.left, (), _claims(connection, payment_id, []))
        _carry_out(connection, payment, [], None, done, author, known)
    return done


class NothingSaid(Refused):
    """No person's word on the payment holds: there is nothing to undo."""


def undo(settings: Settings, payment_id: str, author: Authorship, *, over: bool = False) -> Reallocation:
    """Take back a person's word on a payment: the rules are asked again, as on the day it came. NothingSaid; AlreadyAllocated."""
    with logs.verb("receivables", "undo", payment=payment_id), engine.transaction(settings) as connection:
        payment, known = _begin(connection, payment_id, author, over=over)
        if known is None or known.pays is None:
            raise NothingSaid(f"nobody has said what {payment_id} pays: the rules have (`fleetbill payments show {payment_id}`)")
        done = reallocated(payment.left, (), _claims(connection, payment_id, []))
        _carry_out(connection, payment, None, None, done, author, known)
    return done


def _begin(connection: "Connection", payment_id: str, author: Authorship, *, over: bool) -> tuple[StoredPayment, Any]:
    """The payment, and the word on it that holds."""
    lock(connection, Lock.RECEIVABLES)
    payment = ledger.stored_payment(connection, payment_id, "PAYMENT_ID")
    if payment.amount < 0:
        raise BadInput.one("PAYMENT_ID", f"{payment_id} is no money that came in; of money that left `fleetbill payments refund` speaks")
    known = query.first(connection, "receivables/allocation_word", payment_id=payment_id)
    if known and known.pays is not None and known.by_name != author.by and not over:
        raise AlreadyAllocated(f"{known.by_name} has said on {known.at:%Y-%m-%d} what it pays: {known.reason} (--over replaces that)")
    return payment, known


def _claims(connection: "Connection", payment_id: str, numbers: Sequence[str]) -> list[NamedClaim]:
    return query.rows(connection, "receivables/claims_by_number", NamedClaim, payment_id=payment_id, numbers=list(numbers))


def _carry_out(
    connection: "Connection", payment: StoredPayment, pays: list[list[str]] | None, client_code: str | None, done: Reallocation,
    author: Authorship, known: Any,
) -> None:  # fmt: skip
    payment_id = payment.payment_id
    if known is None or known.pays != pays:
        word = {"by_name": author.by, "reason": author.reason, "at": author.at}
        query.run(connection, "receivables/add_allocation_word", payment_id=payment_id, pays=json.dumps(pays), **word)
    for number, amount in sorted(done.changes.items(), key=lambda change: (change[1] > 0, change[0])):
        query.run(connection, "receivables/add_own_allocation", payment_id=payment_id, number=number, amount=amount, at=author.at)
    query.run(connection, "receivables/set_payer", payment_id=payment_id, client_code=client_code)
    if client_code not in (None, payment.client_code):
        notice = PaymentNotice(payment_id, payment.paid_on, payment.left, payment.document_no, list(done.pays.items()), done.free)
        queue(connection, [payment_moved(payment.organization_code, client_code, notice)], author.at)
    ledger.record(connection, "bank", (), author.at)
