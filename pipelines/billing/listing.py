"""Invoices, lines and parked contracts as rows for people and scripts."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.billing.model import Purpose
from pipelines.billing.transitions import status_of
from pipelines.master.history import known
from pipelines.period import Month, Span
from pipelines.rating.rows import listed_price, listed_share
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

Row = dict[str, Any]

INVOICE_COLUMNS = (
    "number",
    "kind",
    "status",
    "contract_no",
    "client_code",
    "period",
    "issued_on",
    "due_on",
    "net",
    "vat",
    "total",
    "paid",
    "currency",
)
LINE_COLUMNS = (
    "number", "line_no", "component", "segment_from", "segment_to", "quantity", "price", "share", "net", "vat_rate", "vat", "total",
)  # fmt: skip
PARKED_COLUMNS = ("contract_no", "reason", "detail")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which invoices are listed; None: all. ``first``: issued on or after it; ``overdue_on``: due before that day and not paid whole."""

    client_code: str | None = None
    contract_no: str | None = None
    first: date | None = None
    overdue_on: date | None = None


ALL = Chosen()


def invoices(settings: Settings, month: Month | None, kind: str | None, chosen: Chosen = ALL) -> list[Row]:
    """Issued invoices and drafts (these without a number), in the order of their numbers.

    BadInput for a client or a contract never heard of.
    """
    rows = _read(settings, "invoices", chosen, {"month": month and month.first, "kind": kind, "overdue_on": chosen.overdue_on})
    for row in rows:
        row["status"] = row["status"] or status_of(row["approved_by"] or (), four_eyes=settings.four_eyes).value
    return rows


def invoice_lines(settings: Settings, month: Month | None, kind: str | None, chosen: Chosen = ALL) -> list[Row]:
    """Their lines, with price and share as a person writes them (`shown`)."""
    rows = _read(settings, "invoice_lines", chosen, {"month": month and month.first, "kind": kind})
    for row in rows:
        share, amount = Fraction(row["share"]), row["total"] if row["prices_include_vat"] else row["net"]
        row["price"] = listed_price(row["price"], Fraction(row["quantity_exact"]), share, row["discount_percent"], amount)
        row["share"] = listed_share(share, Span(row["segment_from"], row["segment_to"]))
    return rows


def parked(settings: Settings, month: Month) -> list[Row]:
    """Contracts that the month's last run left out, and why."""
    with engine.transaction(settings) as connection:
        return query.mappings(connection, "billing/parked", month=month.first, purpose=Purpose.CLOSE)


def _read(settings: Settings, name: str, chosen: Chosen, binds: Row) -> list[Row]:
    with engine.transaction(settings) as connection:
        for what, code in (("client", chosen.client_code), ("contract", chosen.contract_no)):
            if code is not None:
                known(connection, what, code)
        own = {"client": chosen.client_code, "contract": chosen.contract_no, "from_day": chosen.first}
        return query.mappings(connection, f"billing/{name}", **own, **binds)
