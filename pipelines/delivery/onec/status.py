"""Where the exchange stands: numbers, and what 1C has not confirmed."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.delivery.onec.message import message_name
from pipelines.settings import Settings
from pipelines.warehouse import engine, query


@dataclass(frozen=True, slots=True)
class ExchangeStanding:
    """One peer. ``unconfirmed_…``: objects, whatever their versions; ``sales_of_open_months`` wait for the close of their month.

    ``refused``: of the unconfirmed, those that 1C could not take as they are. ``file_waiting``: whether our message lies in ``out``.
    """

    peer: str
    sent_no: int
    confirmed_no: int
    received_no: int
    unconfirmed_invoices: int
    unconfirmed_sales: int
    sales_of_open_months: int
    refused: int
    oldest_queued_at: datetime | None
    file_waiting: bool


def status(settings: Settings) -> list[ExchangeStanding]:
    """Every peer that we have ever had, and the configured one. Reads only."""
    out = settings.exchange / "onec" / "out"
    with engine.transaction(settings) as connection:
        rows = query.rows(connection, "delivery/onec/status", peer=settings.onec_peer)
    return [ExchangeStanding(**row._mapping, file_waiting=(out / message_name(settings.onec_node, row.peer)).exists()) for row in rows]
