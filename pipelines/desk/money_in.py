"""Payments of which something is nobody's, each with what it may be meant for and why: a person takes one of these with a click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.clock import Authorship
from pipelines.errors import Refused
from pipelines.receivables.allocation_words import allocate
from pipelines.receivables.listing import offers_of
from pipelines.receivables.offers import Offer
from pipelines.receivables.reallocation import Reallocation, Wish
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 25


class OfferGone(Refused):
    """What was offered for a payment is not offered any more: the invoice was paid, or somebody has spoken: ``word`` says who and when."""

    def __init__(self, number: str, word: Any) -> None:
        self.number, self.word = number, word
        super().__init__(f"{number} is offered for the payment no longer")


@dataclass(frozen=True, slots=True)
class StrayPayment:
    """A payment of which ``left_over`` roubles are nobody's (below zero: money that left), with the invoices that it may be meant for."""

    payment_id: str
    organization_code: str
    paid_on: date
    left_over: Decimal
    payer_name: str
    payer_inn: str
    purpose: str
    offers: Sequence[Offer]


def stray_payments(connection: "Connection") -> tuple[list[StrayPayment], int, Decimal]:
    """The payments, the newest first, with their number and what is left over of all of them together."""
    rows = query.rows(connection, "receivables/unmatched")
    newest = sorted(rows, key=lambda row: (row.paid_on, row.payment_id), reverse=True)[:MOST]
    may_pay = offers_of(connection, [row for row in newest if row.left_over > 0])
    listed = [
        StrayPayment(
            row.payment_id, row.organization_code, row.paid_on, row.left_over, row.payer_name or "", row.payer_inn or "",
            row.purpose or "", may_pay.get(row.payment_id, ()),
        )
        for row in newest
    ]  # fmt: skip
    return listed, len(rows), sum((row.left_over for row in rows), Decimal("0.00"))


def take_offer(settings: Settings, payment_id: str, number: str, author: Authorship) -> tuple[Offer, Reallocation]:
    """Let a payment pay the invoice that is offered for it now: as much as is open of it, in the person's name.

    The reason that is kept is the person's, or else that of the offer. OfferGone; everything that `allocate` refuses.
    """
    with engine.reading(settings) as connection:
        rows = [row for row in query.rows(connection, "receivables/unmatched") if row.payment_id == payment_id and row.left_over > 0]
        offers = offers_of(connection, rows).get(payment_id, ())
        word = query.first(connection, "receivables/allocation_word", payment_id=payment_id)
    taken = next((offer for offer in offers if offer.number == number), None)
    if taken is None:
        raise OfferGone(number, word)
    wish = Wish(number, min(taken.open, rows[0].left_over))
    said = Authorship(author.by, author.reason or taken.why, author.at)
    return taken, allocate(settings, payment_id, [wish], said)
