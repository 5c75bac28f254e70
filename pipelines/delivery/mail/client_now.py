"""How a client and a payment stand in the moment in which a letter about them is handed over."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.clock import local_date
from pipelines.delivery.mail.decisions import ClientNow, LetterDecision, OpenDebt, PaymentNow, WaitingLetter, decide
from pipelines.delivery.mail.digest import decided_digest
from pipelines.delivery.mail.events import AUDIENCES
from pipelines.instalments import held, plan_of
from pipelines.settings import Settings
from pipelines.warehouse import query

if TYPE_CHECKING:
    from sqlalchemy import Connection


def decided(settings: Settings, connection: "Connection", row: Any, at: datetime) -> LetterDecision:
    """What the letter of one row of message.sql says at `at`, or why it is not sent: a client's, and the daily digest.

    Other letters of the house itself stay as they were.
    """
    if row.event_kind == "findings_digest":
        return decided_digest(connection, row.facts)
    if AUDIENCES[row.event_kind] != "client":
        return LetterDecision(row.facts)
    client = _client(settings, connection, row.organization_code, row.client_code, at)
    payment = None
    if row.event_kind == "payment_received":
        payment = _payment(connection, row.facts.get("payment_id", row.event_key), row.client_code)
    return decide(row.event_kind, row.event_key, row.facts, client, payment)


def _client(settings: Settings, connection: "Connection", organization_code: str, client_code: str, at: datetime) -> ClientNow:
    whose = {"organization_code": organization_code, "client_code": client_code}
    stands = query.run(connection, "delivery/mail/standing", **whose).one()
    today = local_date(at, stands.time_zone)
    plans = map(plan_of, query.rows(connection, "access/plans", **whose))
    kept = {number for number, (_, plan) in held(plans, today).items() if plan.is_kept}
    return ClientNow(
        today=today,
        debts=tuple(
            OpenDebt(
                debt.number,
                debt.invoice_id,
                debt.due_on,
                debt.open,
                frozenset(WaitingLetter(kind, days) for kind, days in debt.waiting),
                debt.number in kept,
            )
            for debt in query.rows(connection, "delivery/mail/open_debts", **whose)
        ),
        may_block=not stands.never_block and not stands.is_stopped and _is_fresh(settings, connection, organization_code, today, at),
        promised_until=stands.promised_until,
        is_blocked=stands.is_blocked,
        is_blocked_by_others=stands.is_blocked_by_others,
        least_debt=settings.least_debt,
    )


def _is_fresh(settings: Settings, connection: "Connection", organization_code: str, today: date, at: datetime) -> bool:
    """Whether payment data of every account of the organization are fresh enough to block by, as the ladder asks (domain.md §9)."""
    rows = [
        row
        for row in query.rows(connection, "receivables/payment_data", on=today, known_at=None)
        if row.organization_code == organization_code
    ]
    limit = timedelta(hours=settings.blocking_data_hours)
    return bool(rows) and all(row.as_of is not None and at - row.as_of <= limit for row in rows)


def _payment(connection: "Connection", payment_id: str, client_code: str) -> PaymentNow | None:
    row = query.first(connection, "delivery/mail/payment", payment_id=payment_id)
    return PaymentNow(row.amount, row.left_over, row.parts, row.client_code == client_code) if row else None
