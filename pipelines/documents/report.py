"""The finance workbook of a month, read from the warehouse and put into the store."""

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipelines.clock import local_date
from pipelines.documents.paths import workbook_path
from pipelines.documents.report_money import money_data
from pipelines.documents.store import DocumentStore
from pipelines.documents.workbook import write_workbook
from pipelines.documents.workbook_model import (
    ChargeRow,
    FindingRow,
    FleetRow,
    LedgerTotal,
    ParkedRow,
    RegisterRow,
    SnapshotRow,
    WorkbookData,
)
from pipelines.findings.store import listing as findings_of
from pipelines.logs import verb
from pipelines.period import Month
from pipelines.settings import Settings
from pipelines.warehouse import engine, query

if TYPE_CHECKING:
    from sqlalchemy import Connection

STATES = {"landed": "принят", "quarantined": "в карантине", "withdrawn": "отозван"}
REASONS = {
    "missing_days": "нет данных за дни",
    "no_terms": "нет условий договора",
    "no_tariff": "нет версии тарифа",
    "broken_tariff": "тариф нельзя рассчитать",
    "unknown_online": "нет времени на связи",
    "missing_meter": "нет данных счётчика",
    "negative_usage": "отрицательный показатель",
    "no_vat_mode": "нет режима НДС",
    "held": "придержан",
}
RUNS = {"close": "закрытие", "prepay": "предоплата", "watch": "превышение", "correct": "корректировка"}
_ZONE = "Europe/Moscow"

Read = Callable[..., Iterator[Any]]


def write_report(settings: Settings, month: Month, at: datetime) -> str:
    """Write the workbook of a month; its address in the store. Drafts are shown as drafts."""
    buffer, path = io.BytesIO(), workbook_path(month)
    with verb("documents", "write_report", month=month) as done:
        with engine.reading(settings) as connection:
            write_workbook(_data(connection, month, at), buffer)
        store = DocumentStore(settings.documents)
        store.put(path, buffer.getvalue())
        done |= {"path": path, "bytes": len(buffer.getvalue())}
    return store.url(path)


def _data(connection: "Connection", month: Month, at: datetime) -> WorkbookData:
    zone = query.scalar(connection, "master/time_zone") or _ZONE
    today = local_date(at, zone) if at.tzinfo else at.date()

    def read(name: str, **binds: object) -> Iterator[Any]:
        return query.stream(connection, f"documents/{name}", **binds)

    bounds = {"first": month.first, "last": month.last}
    clients = {row.contract_no: row.client for row in read("report_clients")}
    still_open = {(row.kind, row.subject) for row in read("report_open_findings")}
    return WorkbookData(
        period=month,
        organization=", ".join(row.name for row in read("report_organizations", month=month.first)),
        made_at=at,
        register=_register(read, month, today),
        charges=(ChargeRow(*row) for row in read("report_charges", month=month.first)),
        fleet=(_fleet(row, month) for row in read("report_fleet", **bounds)),
        findings=(
            FindingRow(
                each["kind"], each["subject"], each["contract_no"], each["first_seen"], each["last_seen"], each["days"], each["detail"],
                clients.get(each["contract_no"], ""), (each["kind"], each["subject"]) in still_open,
            )
            for each in findings_of(connection, month, None)
        ),
        parked=(
            ParkedRow(row.contract_no, row.client or "", REASONS.get(row.reason, row.reason), row.detail, RUNS[row.purpose])
            for row in read("report_parked", month=month.first)
        ),
        snapshots=(
            SnapshotRow(row.platform, row.business_date, row.taken_at, STATES[row.state], row.row_count, row.digest)
            for row in read("report_snapshots", **bounds)
        ),
        ledger=tuple(LedgerTotal(*row) for row in read("report_ledger", month=month.first)),
        previous_by_tariff={row.tariff_code: row.total for row in read("report_previous", month=month.previous.first)},
        money=money_data(connection, read, month, today, zone),
    )  # fmt: skip


def _register(read: Read, month: Month, today: date) -> Iterator[RegisterRow]:
    for row in read("report_register", month=month.first, today=today):
        yield RegisterRow(
            row.number, row.kind, row.status, row.organization_code, row.client_code, row.client, row.contract_no,
            row.issued_on, row.due_on, row.net, row.vat, row.total, row.paid,
        )  # fmt: skip


def _fleet(row: Any, month: Month) -> FleetRow:
    by_day = dict(zip(row.days, row.sizes, strict=True))
    sizes = tuple(by_day.get(day) for day in range(1, month.days + 1))
    return FleetRow(row.contract_no, row.client, sizes, max(row.sizes), Fraction(sum(row.sizes), len(row.sizes)))
