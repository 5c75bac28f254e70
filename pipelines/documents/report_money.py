"""The sheets of money of the finance workbook, read from the warehouse."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.documents.tariff_changes import SHEETS, TariffChange, lines
from pipelines.documents.workbook_money_model import (
    AgeingRow,
    AgreedRow,
    DebtRow,
    GivenRow,
    LeakRow,
    MoneyData,
    MoneyLedger,
    PaymentRow,
    RevenueRow,
    TariffChangeRow,
)
from pipelines.findings.kinds import KIND_NAMES
from pipelines.instalments import PlanState, plan_of
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.leakage import DISCOUNT, UNBILLED, UNSERVED, ZERO_PRICE, Leak
from pipelines.wording.russian import amount

if TYPE_CHECKING:
    pass

UNITS = {
    "fixed": "месяцев",
    "vehicles": "машино-мес.",
    "vehicle_days": "машино-дней",
    "online_hours": "часов",
    "meter": "по счётчику",
    "minimum": "",
}
GIVEN_NAMES = {ZERO_PRICE: "бесплатно по тарифу", DISCOUNT: "скидки по договорам"}
PLAN_STATES = {PlanState.KEPT: "соблюдается", PlanState.BROKEN: "нарушена"}
SOURCES = {"bank": "банк", "onec": "1С", "opening": "начальный остаток"}

Read = Callable[..., Iterator[Any]]


def money_data(read: Read, month: Month, on: date, zone: str, leaks: Sequence[Leak]) -> MoneyData:
    """Rows of a month; debts and payments as of the day ``on``; moments in the time zone ``zone``."""
    bounds = {"first": month.first, "last": month.last}
    ledger = next(read("report_checks", month=month.first, previous=month.previous.first, on=on, **bounds))
    return MoneyData(
        on,
        (_revenue(row) for row in read("report_revenue", month=month.first, previous=month.previous.first, last=month.last)),
        (
            AgeingRow(
                row.organization, row.client_code, row.client, row.inn or "", tuple(row.buckets), row.total, row.advance, row.invoices,
            )
            for row in read("report_ageing", on=on)
        ),
        (_debt(row) for row in read("report_debts", on=on)),
        (_payment(row) for row in read("report_payments", on=on, **bounds)),
        (
            _leak(leak) for leak in leaks if not leak.agreed and leak.direction == UNBILLED
        ),
        (
            _leak(leak) for leak in leaks if leak.direction == UNSERVED
        ),
        (
            GivenRow(
                GIVEN_NAMES[leak.kind], leak.contract_no or "", leak.client_code or "", leak.client or "", leak.vehicle_days, leak.roubles,
                leak.how,
            )
            for leak in leaks
            if leak.agreed
        ),
        _changes(read("report_tariff_changes", sheets=list(SHEETS), zone=zone, **bounds)),
        MoneyLedger(ledger.revenue, ledger.revenue_before, ledger.debts, ledger.advances, ledger.payments),
        "; ".join(f"{row.by_name}, {row.stopped_at}: {row.reason}" for row in read("report_stop", zone=zone)),
        (*_plans(read, on), *map(_written_off, read("report_write_offs", on=on, **bounds))),
    )  # fmt: skip


def _plans(read: Read, on: date) -> Iterator[AgreedRow]:
    """The plans of instalments that are not over on a day, and those that were broken."""
    names = {(row.kind, row.code): row.name for row in read("report_names")}
    for row in read("access/plans", organization_code=None, client_code=None):
        standing = (plan := plan_of(row)).standing(on)
        if plan.made_on > on or standing.state not in PLAN_STATES:
            continue
        yield AgreedRow(
            "рассрочка", plan.made_on, names["organization", row.organization_code], row.client_code, names["client", row.client_code],
            ", ".join(sorted(plan.covers)), plan.promised, standing.paid, PLAN_STATES[standing.state],
            standing.next.due_on if standing.next else None, row.by_name, row.reason,
        )  # fmt: skip


def _written_off(row: Any) -> AgreedRow:
    state = "списано" if row.amount > 0 else "списание отменено"
    return AgreedRow(
        "списание", row.paid_on, row.organization, row.client_code, row.client, row.number, row.amount, None, state, None, row.by_name,
        row.reason,
    )  # fmt: skip


def _leak(leak: Leak) -> LeakRow:
    return LeakRow(
        KIND_NAMES[leak.kind], leak.subject, leak.contract_no or "", leak.client_code or "", leak.client or "", leak.vehicles,
        leak.vehicle_days, leak.roubles, leak.how, leak.dealer_code or "", leak.before or ZERO,
    )  # fmt: skip


def _revenue(row: Any) -> RevenueRow:
    unit = UNITS.get(row.component_kind, "")
    return RevenueRow(
        row.tariff_code, row.tariff or "", row.component, unit, row.quantity if unit else None, row.net, row.vat, row.total, row.before
    )  # fmt: skip


def _payment(row: Any) -> PaymentRow:
    return PaymentRow(
        row.paid_on, SOURCES[row.source], row.document_no, row.payer_name or "", row.payer_inn or "", row.client_code or "",
        row.client or "", row.amount, row.matched, row.advance, row.unknown, _paid_invoices(row.invoices), row.purpose,
    )  # fmt: skip


def _debt(row: Any) -> DebtRow:
    return DebtRow(
        row.organization, row.client, row.inn or "", row.number, row.contract_no, row.month, row.issued_on, row.due_on, row.days, row.total,
        row.paid,
    )  # fmt: skip


def _paid_invoices(invoices: Sequence[tuple[str, str]] | None) -> str:
    """``ВМ26-000001: 1 000,00; ВМ26-000002: 488,00``."""
    return "; ".join(f"{number}: {amount(Decimal(paid))}" for number, paid in invoices or ())


def _changes(rows: Iterator[Any]) -> Iterator[TariffChangeRow]:
    for row in rows:
        yield from lines(TariffChange(row.sheet, row.action, row.before, row.after, row.at, row.by_name, row.reason, row.client or ""))
