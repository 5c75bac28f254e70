"""A person's word on an outgoing payment: which payment it gives back, or that it gives none back (domain.md §8)."""

from typing import TYPE_CHECKING

from pipelines import logs
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.receivables import ledger
from pipelines.receivables.payment import StoredPayment
from pipelines.receivables.reversals import reopen
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock

if TYPE_CHECKING:
    from sqlalchemy import Connection


class AlreadyGivesBack(Refused):
    """The outgoing payment gives another payment back already."""


def rule_on_refund(settings: Settings, reversal_id: str, payment_id: str | None, author: Authorship) -> None:
    """Store the word and carry it out: the payment is taken back and re-opens what it paid; None: the outgoing payment is no refund.

    BadInput for an id that is none, a payment of another organization, later or smaller. AlreadyGivesBack when it is a reversal of
    another payment. The same word again changes nothing.
    """
    with logs.verb("receivables", "rule_on_refund", reversal=reversal_id, payment=payment_id), engine.transaction(settings) as connection:
        lock(connection, Lock.RECEIVABLES)
        reversal = ledger.stored_payment(connection, reversal_id, "PAYMENT_ID")
        if reversal.amount > 0:
            raise BadInput.one("PAYMENT_ID", f"{reversal_id} came in; only money that left can give a payment back")
        if reversal.reverses is not None and reversal.reverses != payment_id:
            raise AlreadyGivesBack(f"{reversal_id} gives {reversal.reverses} back already")
        payment = None if payment_id is None else _payment(connection, payment_id, reversal)
        word = {"reversal_id": reversal_id, "payment_id": payment_id, "by_name": author.by, "reason": author.reason, "at": author.at}
        query.run(connection, "receivables/add_refund_word", **word)
        if payment is not None and reversal.reverses is None:
            reopen(connection, reversal, payment, author.at)
        ledger.record(connection, "bank", (), author.at)


def _payment(connection: "Connection", payment_id: str, reversal: StoredPayment) -> StoredPayment:
    payment = ledger.stored_payment(connection, payment_id, "--of")
    problem = None
    if payment.amount < 0:
        problem = "went out itself"
    elif payment.organization_code != reversal.organization_code:
        problem = f"came to {payment.organization_code}, not to {reversal.organization_code}"
    elif payment.paid_on > reversal.paid_on:
        problem = f"came later, on {payment.paid_on}"
    elif reversal.reverses is None and payment.left < -reversal.amount:
        problem = f"has {payment.left:.2f} left to give back, less than {-reversal.amount:.2f}"
    if problem:
        raise BadInput.one("--of", f"{payment_id} {problem}")
    return payment
