"""Payments and the ageing of debt as rows, from the one ledger (domain.md §8)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.master.dealer_trees import clients_under
from pipelines.master.history import known
from pipelines.receivables import ledger
from pipelines.receivables.matching import Unallocated
from pipelines.receivables.offers import Offer, offers
from pipelines.reports.ageing import Grouping, ageing_groups
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = dict[str, Any]

PAYMENT_COLUMNS = ("payment_id", "source", "paid_on", "amount", "payer_inn", "client_code", "purpose", "matched", "advance")
STORY_COLUMNS = ("at", "what", "subject", "amount", "why", "by_name")
AGEING_COLUMNS = ("client_code", "organization_code", "not_due", "0", "1-30", "31-60", "61-90", "90+", "total")


def payments(settings: Settings, *, unmatched_only: bool = False, client_code: str | None = None, first: date | None = None) -> list[Row]:
    """Payments and reversals, oldest first: what each paid (`matched`), what of it is the client's `advance`; matched + advance = amount
    where the client is known. `first`: of that day or later. BadInput for a client never heard of."""
    with engine.transaction(settings) as connection:
        if client_code is not None:
            known(connection, "client", client_code)
        return query.mappings(connection, "receivables/payments", unmatched_only=unmatched_only, client=client_code, from_day=first)


def payment_story(settings: Settings, payment_id: str) -> list[Row]:
    """What happened to a payment, in its order: it came, a person spoke of it, it pays an invoice, or pays it no longer, and why.

    Of money that gave a payment back: the story of that payment.

    `why` is the name of a rule (`matching.RULES`, `advance`, `reversal`, `person`), a source, or a person's reason. BadInput for an id
    that is none.
    """
    with engine.transaction(settings) as connection:
        payment = ledger.stored_payment(connection, payment_id, "PAYMENT_ID")
        return query.mappings(connection, "receivables/payment_story", payment_id=payment.reverses or payment.payment_id)


def offered(settings: Settings, payment_ids: Iterable[str]) -> dict[str, list[str]]:
    """Payment of which something is nobody's → invoices that it may pay, each with the reason and the command that takes it.

    Of the given payments only; one that is whole somebody's, or gave nothing back, is left out.
    """
    wanted = set(payment_ids)
    with engine.transaction(settings) as connection:
        left = [row for row in query.rows(connection, "receivables/unmatched") if row.payment_id in wanted and row.left_over > 0]
        may_pay = offers_of(connection, left)
    left_of = {row.payment_id: row.left_over for row in left}
    return {payment_id: [offer.line(payment_id, left_of[payment_id]) for offer in listed] for payment_id, listed in may_pay.items()}


def offers_of(connection: "Connection", left: Sequence[Any]) -> dict[str, tuple[Offer, ...]]:
    """The same as offers; ``left``: rows of `receivables/unmatched`, money that came in."""
    if not left:
        return {}
    book = ledger.open_book(connection, min(row.paid_on for row in left))
    names = {row.client_code: row.name for row in query.rows(connection, "master/client_names")}
    may_pay = {
        row.payment_id: offers(
            book,
            Unallocated(row.payment_id, row.organization_code, row.left_over, row.payer_inn, row.purpose),
            names,
            row.payer_name or "",
        )
        for row in left
    }
    return {payment_id: listed for payment_id, listed in may_pay.items() if listed}


def ageing(
    settings: Settings, on: date, *, client_code: str | None = None, dealer: str | None = None, is_overdue: bool = False
) -> list[Row]:
    """Open debt per client and organization by days past due on a day; only what was issued and paid by that day counts.

    `not_due`: due after that day; `0`: due on it. `is_overdue`: only who has a debt past due. `dealer`: only it and the clients under
    it. BadInput for a client or dealer never heard of.
    """
    with engine.transaction(settings) as connection:
        asked = _asked(connection, client_code, dealer)
        rows = query.mappings(connection, "receivables/ageing", on=on)
    return [
        row
        for row in rows
        if (asked is None or row["client_code"] in asked) and (not is_overdue or row["total"] > row["not_due"] + row["0"])
    ]


def ageing_by(
    settings: Settings, on: date, by: Grouping, *, client_code: str | None = None, dealer: str | None = None, is_overdue: bool = False
) -> list[Row]:
    """The same debts added up by organization, dealer or manager (`reports.ageing`). BadInput for a client or dealer never heard of."""
    with engine.transaction(settings) as connection:
        asked = _asked(connection, client_code, dealer)
        return ageing_groups(connection, on, by, clients=asked, is_overdue=is_overdue)


def _asked(connection: "Connection", client_code: str | None, dealer: str | None) -> frozenset[str] | None:
    """The clients that are asked for; None: all."""
    if client_code is not None:
        known(connection, "client", client_code)
    tree = None if dealer is None else clients_under(connection, dealer)
    if client_code is None:
        return tree
    return frozenset({client_code}) if tree is None else tree & {client_code}
