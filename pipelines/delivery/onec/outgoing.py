"""What a base must be told and was not, put into its outbox: documents, catalogues, prices, corrections, statuses.

What has not changed since the last turn is not looked at: what every room holds is compared by how far it has come; of master data
only the rows of the history since then are compared by a digest with what the base was told last. All of it is compared anew once a
day, and when the base gets another organization or takes other types of objects.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pipelines.delivery.onec.peers import Peer, Takes
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipelines.delivery.onec.declared import DeclaredPeer

_OVERLAP: Final = timedelta(days=1)
"""How long a verb of another room may run before what it wrote at its beginning is seen."""


@dataclass(frozen=True, slots=True)
class ExchangeScope:
    """Whose data a base gets on a day. `from_date`: what was over before that day stays out."""

    organizations: list[str]
    from_date: date | None
    today: date


def scope(connection: "Connection", peer: str, now: datetime) -> ExchangeScope:
    """The scope of a base at a moment of the house's clock."""
    rows = query.rows(connection, "delivery/onec/scope", peer=peer)
    first_days = [row.from_date for row in rows if row.from_date]
    return ExchangeScope([row.code for row in rows], min(first_days, default=None), now.date())


def takes(base: "DeclaredPeer", peer: Peer) -> Takes:
    """What a base takes beside the common objects; orders and statuses of their payment exist in messages alone."""
    return peer.takes if base.transport == "folder" else replace(peer.takes, orders=False, payment_statuses=False)


def queue(connection: "Connection", base: "DeclaredPeer", peer: Peer, of: ExchangeScope, now: datetime) -> None:
    """Queue everything that the base lacks, in the caller's transaction, which holds the base's turn; `now`: of the house's clock.

    A base that is over still lacks the documents that are dated until its last day, and is told of nothing else.
    """
    taken = takes(base, peer)
    marks = query.first(connection, "delivery/onec/marks")
    said, how_far = f"{of.organizations} {of.from_date} {base.valid_to} {taken}", " ".join(map(str, marks))
    is_today = peer.compared_at is not None and peer.compared_at.astimezone(now.tzinfo).date() == of.today
    if is_today and (said, how_far) == (peer.compared_scope, peer.compared_marks):
        return
    name, is_full = {"peer": base.code}, not is_today or said != peer.compared_scope
    is_issued = is_full or _issued_and_closed(how_far) != _issued_and_closed(peer.compared_marks or "")
    if is_issued or query.scalar(connection, "delivery/onec/has_new_delivery", since_no=peer.compared_no):
        _queue_documents(connection, base, taken, of, now)
    if not base.is_over(of.today):
        if not query.scalar(connection, "delivery/onec/has_business", **name) and not peer.is_heard:
            return
        query.run(connection, "delivery/onec/told")
        _tell(connection, base, peer, of, is_full=is_full)
        query.run(connection, "delivery/onec/queue_told", **name, at=now)
    query.run(connection, "delivery/onec/compared", **name, scope=said, marks=how_far, history_no=marks.history_no, at=now)


def _queue_documents(connection: "Connection", base: "DeclaredPeer", taken: Takes, of: ExchangeScope, now: datetime) -> None:
    """Invoices, sales and corrections: all that were ever issued are compared with the outbox."""
    whose = {"peer": base.code, "organizations": of.organizations, "from_date": of.from_date, "valid_to": base.valid_to}
    query.run(connection, "delivery/onec/queue_invoices", **whose, at=now)
    query.run(connection, "delivery/onec/queue_sales", **whose, takes_corrections=taken.corrections, at=now)
    if taken.corrections:
        query.run(connection, "delivery/onec/queue_corrections", **whose, at=now)


def _issued_and_closed(marks: str) -> list[str]:
    """Of what `marks` says, that on which documents rest: numbers of invoices and of closed months."""
    return marks.split()[1:3]


def _tell(connection: "Connection", base: "DeclaredPeer", peer: Peer, of: ExchangeScope, *, is_full: bool) -> None:
    """Fill the table of what the base shall know, as far as it may have changed."""
    taken = takes(base, peer)
    since = peer.compared_at - _OVERLAP if peer.compared_at else None
    name = {"peer": base.code, "is_full": is_full or since is None}
    whose = {"organizations": of.organizations, "from_date": of.from_date, "since_no": peer.compared_no}
    query.run(connection, "delivery/onec/tell_counterparties", **name, **whose, since=since, tells_access=taken.properties)
    query.run(connection, "delivery/onec/tell_contracts", **name, **whose)
    query.run(connection, "delivery/onec/tell_tariffs", **name, **whose, today=of.today, tells_prices=taken.prices)
    if taken.payment_statuses:
        query.run(connection, "delivery/onec/tell_payments", **name, since=since)
