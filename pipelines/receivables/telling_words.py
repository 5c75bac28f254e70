"""A person's word on two payments of different sources that may be one (domain.md §8)."""

from hashlib import blake2b

from pipelines import logs
from pipelines.clock import Authorship
from pipelines.errors import BadInput, Refused
from pipelines.receivables import ledger
from pipelines.receivables.payment import StoredPayment
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock


class AlreadyRuledOn(Refused):
    """A person has said already whether the two payments are one."""


def rule_on_pair(settings: Settings, payment_id: str, other_id: str, author: Authorship, *, is_same: bool) -> None:
    """Store the word and carry it out: of one payment told twice, the one told later is taken back and re-opens what it paid.

    BadInput when the two are no doubtful pair. AlreadyRuledOn when somebody has said otherwise; the same word again changes nothing.
    """
    with logs.verb("receivables", "rule_on_pair", payment=payment_id, other=other_id), engine.transaction(settings) as connection:
        lock(connection, Lock.RECEIVABLES)
        pair = {"payment_id": payment_id, "other_id": other_id}
        known = query.first(connection, "receivables/doubtful_pair", **pair)
        if known is None:
            raise BadInput.one(
                "OTHER_ID", f"nobody doubts that {payment_id} and {other_id} are two (`fleetbill findings --kind doubtful_payment`)"
            )
        if known.is_same is not None:
            if known.is_same != is_same:
                raise AlreadyRuledOn(f"{known.by_name} has said already that they are {'one payment' if known.is_same else 'two payments'}")
            return
        word = {"is_same": is_same, "by_name": author.by, "reason": author.reason, "at": author.at}
        query.run(connection, "receivables/add_pair_word", **pair, **word)
        payment = query.first(connection, "receivables/stored_payment", StoredPayment, payment_id=payment_id)
        corrections = []
        if is_same and payment is not None and payment.left:
            reversal_id = blake2b(f"same\x1f{payment_id}\x1f{other_id}".encode(), digest_size=10).hexdigest()
            corrections.append((ledger.taking_back(payment, reversal_id, f"Тот же платёж, что {other_id}"), payment))
        ledger.record(connection, known.source, (), author.at, corrections=corrections)
