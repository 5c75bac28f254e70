"""Draft a run of a month: computed anew, written over the last draft, never over an issued invoice."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines import garbage_collection
from pipelines.billing import billed_so_far, causes, inputs, usage_of_month
from pipelines.billing.inputs_state import inputs_state
from pipelines.billing.model import Draft, Purpose, Scope, shown_quantity
from pipelines.billing.rules import KINDS, prepared
from pipelines.billing.run import DraftedRun, RunFacts
from pipelines.billing.usage_of_month import NO_USAGE
from pipelines.evidence.gate_verdicts import judge_month_again
from pipelines.money import CURRENCY
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
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
_PARKED_COLUMNS = ("month", "purpose", "contract_no", "reason", "detail", "russian")


class StoredRun(NamedTuple):
    """The run that is drafted now, with the last word of a person on exactly it and all who have approved it since the last refusal."""

    digest: str
    watched_on: date | None
    only_contract: str | None
    nothing: Sequence[str]
    drafted_at: datetime
    approval_no: int | None
    decision: str | None
    by_name: str | None
    approved_by: Sequence[str]


def stored_run(connection: "Connection", month: Month, purpose: Purpose) -> StoredRun | None:
    """The run of a month and purpose as it is drafted, None without one."""
    return query.first(connection, "billing/run", StoredRun, month=month.first, purpose=purpose)


def drafted_digest(settings: Settings, month: Month, purpose: Purpose = Purpose.CLOSE) -> str | None:
    """Digest of the run that is drafted now, None without one."""
    with engine.transaction(settings) as connection:
        run = stored_run(connection, month, purpose)
    return run.digest if run else None


def draft(settings: Settings, scope: Scope, at: datetime) -> DraftedRun:
    """Compute a run and keep it as drafts, all in one transaction; what is issued is left alone.

    Every contract that the run is about gets drafts, is parked with a reason, or comes to nothing. Before a month is closed
    its days are judged again that have another day before them than when they were judged (domain.md §2.3).
    """
    if scope.purpose is Purpose.CLOSE:
        judge_month_again(settings, scope.month, at)
    with garbage_collection.paused(), engine.transaction(settings) as connection:
        run = compute(settings, connection, scope, keep=True, at=at)
        store(connection, run, at)
    return run


def compute(settings: Settings, connection: "Connection", scope: Scope, *, keep: bool, at: datetime) -> DraftedRun:
    """The run in the caller's transaction; ``keep``: usage and its findings are stored, never drafts."""
    return prepared(read_facts(settings, connection, scope, keep=keep, at=at))


def read_facts(settings: Settings, connection: "Connection", scope: Scope, *, keep: bool, at: datetime) -> RunFacts:
    """What a run is computed from, as the warehouse and the lake have it; ``keep``: usage and its findings are stored."""
    month = scope.month
    state = inputs_state(connection, month)  # before everything else: what changes from here on makes another state
    month_inputs, billed = inputs.read(connection, month), billed_so_far.read(connection, month)
    closed = frozenset(query.scalars(connection, "billing/closed_contracts", month=month.first))
    usage = NO_USAGE
    if KINDS[scope.purpose].rests_on_usage:
        usage = usage_of_month.read(settings, connection, month, store=keep, at=at)
    return RunFacts(scope, month_inputs, billed, closed, usage, state)


def store(connection: "Connection", run: DraftedRun, at: datetime) -> None:
    """Write a run over the last one of the same month and purpose: drafts, lines, parked contracts, causes, findings."""
    key = {"month": run.month.first, "purpose": run.purpose}
    if not _is_kept(connection, run):
        _store_drafts(connection, run)
    query.run(connection, "billing/delete_parked", **key)
    query.copy(connection, "billing.parked", _PARKED_COLUMNS, ((run.month.first, run.purpose, *astuple(each)) for each in run.parked))
    if run.is_empty:
        query.run(connection, "billing/drop_run", **key)
    else:
        scope = {"watched_on": run.watched_on, "only_contract": run.only}
        query.run(connection, "billing/upsert_run", **key, **scope, digest=run.digest, nothing=list(run.nothing), at=at)
    causes.keep(connection, run)
    if KINDS[run.purpose].keeps_findings:
        _store_findings(connection, run)


def drafted(connection: "Connection", run: DraftedRun) -> set[tuple[str, str, str]]:
    """Contract, invoice and digest of every draft that is stored for the run."""
    rows = query.rows(connection, "billing/drafted", month=run.month.first, purpose=run.purpose)
    return {(row.contract_no, str(row.invoice_id), row.digest) for row in rows}


def _is_kept(connection: "Connection", run: DraftedRun) -> bool:
    """Whether the drafts and lines of the run are stored already, to the last printed word."""
    stored = stored_run(connection, run.month, run.purpose)
    if stored is None or stored.digest != run.digest:
        return False
    if drafted(connection, run) != {(draft.contract_no, str(draft.invoice_id), draft.digest) for draft in run.drafts}:
        return False
    return bool(query.scalar(connection, "billing/drafted_words", month=run.month.first, purpose=run.purpose) == _words(run))


def _words(run: DraftedRun) -> str:
    """Digest of what the lines of the run print, as drafted_words.sql takes it."""
    lines = (
        f"{draft.invoice_id}|{line_no}|{line.printed.quantity:f}|{line.printed.price:.2f}|{line.printed.text}"
        for draft in sorted(run.drafts, key=lambda draft: draft.invoice_id.bytes)
        for line_no, line in enumerate(draft.lines, 1)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _store_drafts(connection: "Connection", run: DraftedRun) -> None:
    query.run(connection, "billing/new_drafts_table")
    query.copy(connection, "new_drafts", _DRAFT_COLUMNS, (_draft_row(run.purpose, draft) for draft in run.drafts))
    query.run(connection, "billing/discard_drafts", month=run.month.first, purpose=run.purpose)
    query.run(connection, "billing/upsert_drafts")
    query.run(connection, "billing/delete_draft_lines")
    query.copy(connection, "billing.draft_lines", _LINE_COLUMNS, chain.from_iterable(map(_line_rows, run.drafts)))
    query.run(connection, "billing/drop_new_drafts")


def _store_findings(connection: "Connection", run: DraftedRun) -> None:
    from pipelines.findings.store import Occurrence, replace

    month = run.month
    parked = [
        Occurrence("parked_contract", each.contract_no, month.last, each.contract_no, {"reason": each.reason, "text": each.russian})
        for each in run.parked
    ]
    zero = [
        Occurrence(
            "zero_price",
            f"{contract_no}/{each.tariff_code}/{each.component_no}/{each.span.first}",
            each.span.last,
            contract_no,
            {"component": each.name, "quantity": number(each.quantity)},
        )
        for contract_no, each in run.zero_prices
    ]
    unused = [
        Occurrence(
            "prepaid_unused",
            f"{contract_no}/{each.span.first}",
            each.span.last,
            contract_no,
            {"unused": number(each.unused), "prepaid": each.prepaid},
        )
        for contract_no, each in run.unused
    ]
    closed = query.rows(connection, "billing/findings_of_closed", month=month.first, last=month.last)
    before = [Occurrence(*row) for row in closed]
    kinds = ["parked_contract", "zero_price", "prepaid_unused"]
    replace(connection, kinds, month.first, month.last, [*parked, *zero, *unused, *before])


def _draft_row(purpose: Purpose, draft: Draft) -> tuple[Any, ...]:
    amounts = draft.amounts
    return (
        draft.invoice_id, draft.contract_no, draft.month.first, purpose, draft.kind, draft.cause,
        draft.client_code, draft.organization_code, draft.payment_days, CURRENCY,
        amounts.net, amounts.vat, amounts.total, draft.digest, draft.evidence,
    )  # fmt: skip


def _line_rows(draft: Draft) -> Iterator[tuple[Any, ...]]:
    for line_no, line in enumerate(draft.lines, 1):
        charge = line.charge
        yield (
            draft.invoice_id, line_no, charge.tariff_code, charge.component_no, charge.name, charge.kind.value,
            charge.span.first, charge.span.last,
            shown_quantity(charge.quantity), charge.quantity, charge.price, charge.share, charge.discount, charge.prices_include_vat,
            charge.net, charge.vat_rate, charge.vat, charge.total, charge.arithmetic, *line.printed,
        )  # fmt: skip
