"""Where the exchange stands: numbers, and what 1C has not confirmed, since when and why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.delivery.onec import declared
from pipelines.delivery.onec.message import message_name
from pipelines.delivery.onec.peers import local_time
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class ExchangeStanding:
    """One peer. ``unconfirmed_…``: objects, whatever their versions; a correction counts as a sale, ``others`` are catalogues, prices and
    statuses; ``sales_of_open_months`` wait for the close of their month.

    ``refused``: of the unconfirmed, those that 1C could not take as they are. ``file_waiting``: whether our message lies in ``out``.
    ``heard_at``: when its last message was taken. ``configuration``: bp, ut, other; None: a peer that was never declared or is so no more.
    ``valid_to``: its last day. ``why``: what the unconfirmed waits for, in words; empty where nothing does.
    """

    peer: str
    sent_no: int
    confirmed_no: int
    received_no: int
    unconfirmed_invoices: int
    unconfirmed_sales: int
    unconfirmed_others: int
    sales_of_open_months: int
    refused: int
    oldest_queued_at: datetime | None
    file_waiting: bool
    configuration: str | None
    valid_to: date | None
    heard_at: datetime | None
    is_over: bool
    why: str


def status(settings: Settings, at: datetime) -> list[ExchangeStanding]:
    """Every peer that we have ever had, and those that are declared, on the day of `at`. Reads only."""
    with engine.transaction(settings) as connection:
        return standings(settings, connection, local_time(connection, at).date())


def standings(settings: Settings, connection: "Connection", today: date) -> list[ExchangeStanding]:
    """Every peer as `status` gives it, in the caller's transaction."""
    bases = {base.code: base for base in declared.peers(settings, connection)}
    standings_now = []
    for row in query.rows(connection, "delivery/onec/status", peers=list(bases)):
        base = bases.get(row.peer)
        file_waiting = (base or declared.default(settings)).root.joinpath("out", message_name(settings.onec_node, row.peer)).exists()
        is_over = base is None or base.is_over(today)
        kept = {name: value for name, value in row._mapping.items() if name not in ("is_carried", "problem", "refusal")}
        standings_now.append(
            ExchangeStanding(
                **kept,
                file_waiting=file_waiting,
                configuration=base.configuration if base else None,
                valid_to=base.valid_to if base else None,
                is_over=is_over,
                why=_why(row, is_over=is_over, file_waiting=file_waiting, is_over_http=base is not None and base.transport == "http"),
            )
        )
    return standings_now


def _why(row: Any, *, is_over: bool, file_waiting: bool, is_over_http: bool) -> str:
    """What keeps the unconfirmed from being confirmed."""
    if row.problem and not is_over:
        return str(row.problem)
    if not row.oldest_queued_at:
        return ""
    if is_over:
        return "the peer is declared no more, nothing is written to it"
    if row.refused:
        return f"{row.refused} objects it could not take as they are; one of them: {row.refusal}"
    if not row.is_carried:
        return "it goes with the next turn" if is_over_http else "no message has carried it yet"
    if file_waiting:
        return f"message {row.sent_no} lies in its folder, and 1C has not answered it"
    return f"1C took message {row.sent_no} and has not confirmed it"
