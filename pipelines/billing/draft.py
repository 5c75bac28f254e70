"""Draft a month: computed anew, written over the last draft, never over an issued invoice."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipelines.billing import inputs, usage_of_month
from pipelines.billing.prepare import Draft, Prepared, prepare, shown_quantity
from pipelines.money import CURRENCY
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.bulk import copy
from pipelines.warehouse.statements import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

MONTHLY = "monthly"

_DRAFT_COLUMNS = (
    "invoice_id", "contract_no", "month", "kind", "cause", "client_code", "organization_code", "payment_days", "currency",
    "net", "vat", "total", "digest", "evidence",
)  # fmt: skip
_LINE_COLUMNS = (
    "invoice_id", "line_no", "tariff_code", "component_no", "component", "component_kind", "segment_from", "segment_to",
    "quantity", "quantity_exact", "price", "share", "discount_percent", "prices_include_vat", "net", "vat_rate", "vat", "total",
    "arithmetic", "printed_quantity", "printed_price", "printed_text",
)  # fmt: skip


def draft(settings: Settings, month: Month, at: datetime) -> Prepared:
    """Compute the month and keep it as drafts, all in one transaction; issued months and invoices are left alone.

    Every contract that is not closed yet gets a draft, is parked with a reason, or comes to nothing.
    """
    with engine.transaction(settings) as connection:
        prepared = compute(settings, connection, month, store=True, at=at)
        _store(connection, prepared, at)
    return prepared


def drafted_digest(settings: Settings, month: Month) -> str | None:
    """Digest of the run that is drafted now, None without one."""
    from sqlalchemy import text

    with engine.transaction(settings) as connection:
        run = connection.execute(text(statement("warehouse/billing/run")), {"month": month.first, "purpose": MONTHLY}).one_or_none()
    return run.digest if run else None


def compute(settings: Settings, connection: "Connection", month: Month, *, store: bool, at: datetime) -> Prepared:
    """The run of a month in the caller's transaction; ``store`` keeps usage and findings, never drafts."""
    from sqlalchemy import text

    usage = usage_of_month.read(settings, connection, month, store=store, at=at)
    closed = connection.execute(text(statement("warehouse/billing/closed_contracts")), {"month": month.first}).scalars()
    return prepare(inputs.read(connection, month), usage.days, usage.gaps, usage.digest, frozenset(closed))


def _store(connection: "Connection", prepared: Prepared, at: datetime) -> None:
    from sqlalchemy import text

    key = {"month": prepared.month.first, "purpose": MONTHLY}
    connection.execute(text(statement("warehouse/billing/new_drafts_table")))
    copy(connection, "new_drafts", _DRAFT_COLUMNS, map(_draft_row, prepared.drafts))
    connection.execute(text(statement("warehouse/billing/discard_drafts")), {"month": prepared.month.first, "kind": MONTHLY})
    connection.execute(text(statement("warehouse/billing/upsert_drafts")))
    connection.execute(text(statement("warehouse/billing/delete_draft_lines")))
    copy(connection, "billing.draft_lines", _LINE_COLUMNS, chain.from_iterable(map(_line_rows, prepared.drafts)))
    connection.execute(text(statement("warehouse/billing/delete_parked")), key)
    if prepared.parked:
        connection.execute(
            text(statement("warehouse/billing/insert_parked")),
            [{**key, "contract_no": each.contract_no, "reason": each.reason, "detail": each.detail} for each in prepared.parked],
        )
    run = {**key, "digest": prepared.digest, "nothing": list(prepared.nothing), "at": at}
    connection.execute(text(statement("warehouse/billing/upsert_run")), run)
    _store_findings(connection, prepared)


def _store_findings(connection: "Connection", prepared: Prepared) -> None:
    from pipelines.findings.store import replace

    month = prepared.month
    parked = [
        ("parked_contract", each.contract_no, month.last, each.contract_no, f"{each.reason}: {each.detail}") for each in prepared.parked
    ]
    zero = {
        (contract_no, each.tariff_code, each.component_no): (
            "zero_price",
            f"{contract_no} {each.tariff_code}/{each.component_no} {each.span.first}",
            each.span.last,
            contract_no,
            f"{each.name}: {shown_quantity(each.quantity)} used at price 0",
        )
        for contract_no, each in prepared.zero_prices
    }
    replace(connection, ["parked_contract", "zero_price"], month.first, month.last, [*parked, *zero.values()])


def _draft_row(one: Draft) -> tuple[Any, ...]:
    amounts = one.amounts
    return (
        one.invoice_id, one.contract_no, one.month.first, one.kind, one.cause, one.client_code, one.organization_code, one.payment_days,
        CURRENCY, amounts.net, amounts.vat, amounts.total, one.digest, one.evidence,
    )  # fmt: skip


def _line_rows(one: Draft) -> Iterator[tuple[Any, ...]]:
    for line_no, line in enumerate(one.lines, 1):
        charge = line.charge
        yield (
            one.invoice_id, line_no, charge.tariff_code, charge.component_no, charge.name, charge.kind.value,
            charge.span.first, charge.span.last,
            shown_quantity(charge.quantity), charge.quantity, charge.price, charge.share, charge.discount, charge.prices_include_vat,
            charge.net, charge.vat_rate, charge.vat, charge.total, charge.arithmetic, *line.printed,
        )  # fmt: skip
