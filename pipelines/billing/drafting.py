"""Draft a run of a month: computed anew, written over the last draft, never over an issued invoice."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipelines import collection
from pipelines.billing import billed_so_far, inputs, usage_of_month
from pipelines.billing.model import CLOSE, CORRECT, PREPAY, WATCH, Draft, Prepared, Scope, shown_quantity
from pipelines.billing.rules import close_run, correct_run, prepay_run, watch_run
from pipelines.money import CURRENCY
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine
from pipelines.warehouse.query import copy
from pipelines.warehouse.statements import statement
from pipelines.wording.russian import number

if TYPE_CHECKING:
    from sqlalchemy import Connection

_DRAFT_COLUMNS = (
    "invoice_id", "contract_no", "month", "purpose", "kind", "cause", "client_code", "organization_code", "payment_days", "currency",
    "net", "vat", "total", "digest", "evidence",
)  # fmt: skip
_LINE_COLUMNS = (
    "invoice_id", "line_no", "tariff_code", "component_no", "component", "component_kind", "segment_from", "segment_to",
    "quantity", "quantity_exact", "price", "share", "discount_percent", "prices_include_vat", "net", "vat_rate", "vat", "total",
    "arithmetic", "printed_quantity", "printed_price", "printed_text",
)  # fmt: skip


def draft(settings: Settings, scope: Scope, at: datetime) -> Prepared:
    """Compute a run and keep it as drafts, all in one transaction; what is issued is left alone.

    Every contract that the run is about gets drafts, is parked with a reason, or comes to nothing.
    """
    with collection.paused(), engine.transaction(settings) as connection:
        prepared = compute(settings, connection, scope, keep=True, at=at)
        store(connection, prepared, at)
    return prepared


def drafted_digest(settings: Settings, month: Month, purpose: str = CLOSE) -> str | None:
    """Digest of the run that is drafted now, None without one."""
    from sqlalchemy import text

    with engine.transaction(settings) as connection:
        run = connection.execute(text(statement("warehouse/billing/run")), {"month": month.first, "purpose": purpose}).one_or_none()
    return run.digest if run else None


def compute(settings: Settings, connection: "Connection", scope: Scope, *, keep: bool, at: datetime) -> Prepared:
    """The run in the caller's transaction; ``keep``: usage and its findings are stored, never drafts."""
    from sqlalchemy import text

    month = scope.month
    known, before = inputs.read(connection, month), billed_so_far.read(connection, month)
    closed = frozenset(connection.execute(text(statement("warehouse/billing/closed_contracts")), {"month": month.first}).scalars())
    if scope.purpose == PREPAY:
        return prepay_run(known, before, closed)
    usage = usage_of_month.read(settings, connection, month, store=keep, at=at)
    if scope.purpose == WATCH:
        return watch_run(known, before, usage.days, usage.digest, closed, scope.on or month.last)
    if scope.purpose == CORRECT:
        return correct_run(known, before, usage.days, usage.gaps, usage.digest, closed, scope.only)
    return close_run(known, before, usage.days, usage.gaps, usage.digest, closed)


def store(connection: "Connection", prepared: Prepared, at: datetime) -> None:
    """Write a run over the last one of the same month and purpose: drafts, lines, parked contracts, findings."""
    from sqlalchemy import text

    key = {"month": prepared.month.first, "purpose": prepared.purpose}
    connection.execute(text(statement("warehouse/billing/new_drafts_table")))
    copy(connection, "new_drafts", _DRAFT_COLUMNS, (_draft_row(prepared.purpose, one) for one in prepared.drafts))
    connection.execute(text(statement("warehouse/billing/discard_drafts")), key)
    connection.execute(text(statement("warehouse/billing/upsert_drafts")))
    connection.execute(text(statement("warehouse/billing/delete_draft_lines")))
    copy(connection, "billing.draft_lines", _LINE_COLUMNS, chain.from_iterable(map(_line_rows, prepared.drafts)))
    connection.execute(text(statement("warehouse/billing/delete_parked")), key)
    if prepared.parked:
        connection.execute(
            text(statement("warehouse/billing/insert_parked")),
            [
                {**key, "contract_no": each.contract_no, "reason": each.reason, "detail": each.detail, "russian": each.russian}
                for each in prepared.parked
            ],
        )
    if prepared.drafts or prepared.nothing:
        run = {**key, "watched_on": prepared.watched_on, "only_contract": prepared.only, "digest": prepared.digest, "at": at}
        connection.execute(text(statement("warehouse/billing/upsert_run")), {**run, "nothing": list(prepared.nothing)})
    else:
        connection.execute(text(statement("warehouse/billing/drop_run")), key)
    connection.execute(text(statement("warehouse/billing/drop_new_drafts")))
    if prepared.purpose == CLOSE:
        _store_findings(connection, prepared)


def _store_findings(connection: "Connection", prepared: Prepared) -> None:
    from sqlalchemy import text

    from pipelines.findings.store import replace

    month = prepared.month
    parked = [("parked_contract", each.contract_no, month.last, each.contract_no, each.russian) for each in prepared.parked]
    zero = [
        (
            "zero_price",
            f"{contract_no} {each.tariff_code}/{each.component_no} {each.span.first}",
            each.span.last,
            contract_no,
            f"«{each.name}»: использовано {number(each.quantity)} по цене 0",
        )
        for contract_no, each in prepared.zero_prices
    ]
    unused = [
        (
            "prepaid_unused",
            f"{contract_no} {each.span.first}",
            each.span.last,
            contract_no,
            f"не использовано {number(each.unused)} из {each.prepaid} предоплаченных объектов",
        )
        for contract_no, each in prepared.unused
    ]
    binds = {"month": month.first, "last": month.last}
    closed = connection.execute(text(statement("warehouse/billing/findings_of_closed")), binds)
    before = [(row.kind, row.subject, row.seen_on, row.contract_no, row.detail) for row in closed]
    kinds = ["parked_contract", "zero_price", "prepaid_unused"]
    replace(connection, kinds, month.first, month.last, [*parked, *zero, *unused, *before])


def _draft_row(purpose: str, one: Draft) -> tuple[Any, ...]:
    amounts = one.amounts
    return (
        one.invoice_id, one.contract_no, one.month.first, purpose, one.kind, one.cause, one.client_code, one.organization_code,
        one.payment_days,
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
