"""The finance workbook of a month, read from the warehouse and put into the store; written anew when payments have come."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import IO, TYPE_CHECKING, Any

from pipelines.billing import inputs
from pipelines.billing.model import Purpose
from pipelines.documents.bridge_words import CAUSE_PARTS, PART_NAMES, uncompared, why
from pipelines.documents.dealer_workbook import dealers_sheet
from pipelines.documents.parked_words import REASONS, next_step
from pipelines.documents.paths import workbook_path
from pipelines.documents.report_money import money_data
from pipelines.documents.run_words import RUN_NAMES
from pipelines.documents.store import DocumentStore
from pipelines.documents.workbook import write_workbook
from pipelines.documents.workbook_debts import Names, debt_sheets
from pipelines.documents.workbook_model import (
    ChargeRow,
    ClientChangeRow,
    FindingRow,
    FleetRow,
    LedgerTotal,
    ParkedRow,
    RegisterRow,
    Sheet,
    SnapshotRow,
    WorkbookData,
)
from pipelines.findings.kinds import FINDING_KINDS, OWNER_NAMES
from pipelines.logs import verb
from pipelines.master import house_clock
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.reports.changes import ContractChange, changes
from pipelines.reports.closing import month_closing
from pipelines.reports.dealers import summaries
from pipelines.reports.finding_costs import priced_findings
from pipelines.reports.leakage import Leak
from pipelines.reports.parked import LeftOut, left_out
from pipelines.reports.unserved import both_ways
from pipelines.settings import Settings
from pipelines.warehouse import engine, query
from pipelines.warehouse.locks import Lock, lock
from pipelines.wording.russian import short_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

STATES = {"landed": "принят", "quarantined": "в карантине", "withdrawn": "отозван"}
_OWNERS = list(OWNER_NAMES)
_BY_OWNERS = sorted(FINDING_KINDS, key=lambda kind: (_OWNERS.index(FINDING_KINDS[kind].owner), kind))
"""Kinds in the order of the sheet of findings: each role's together."""

Read = Callable[..., Iterator[Any]]


def write_report(settings: Settings, month: Month, at: datetime, on: date | None = None) -> str:
    """Write the workbook of a month; its address in the store. Drafts are shown as drafts.

    Debts and payments as of the day ``on``; None: the organization's local day of the moment ``at``.
    """
    buffer, path = io.BytesIO(), workbook_path(month)
    with verb("documents", "write_report", month=month) as done, engine.transaction(settings) as connection:
        lock(connection, Lock.WORKBOOK, month)  # two at once: the file and what it has seen are of the same one
        seen = _write(settings, month, at, on, buffer)
        store = DocumentStore(settings.documents)
        store.put(path, buffer.getvalue())
        query.run(connection, "documents/note_workbook", month=month.first, at=at, **seen)
        done |= {"path": path, "bytes": len(buffer.getvalue())}
    return store.url(path)


def _write(settings: Settings, month: Month, at: datetime, on: date | None, target: IO[bytes]) -> Mapping[str, int]:
    """Write the workbook from one moment of the warehouse; how much of the ledger it has seen."""
    with engine.reading(settings) as connection:
        seen = query.mappings(connection, "documents/ledger_entries", month=month.first, last=month.last)[0]
        write_workbook(_data(connection, month, at, on), target)
    return seen


def renew_reports(settings: Settings, at: datetime, on: date | None = None) -> list[Month]:
    """Write anew every workbook that lacks payments which came since it was written; their months.

    A workbook lacks a payment of its month, or one that pays an invoice of its month; the newest one lacks every payment: it
    shows today's debts. A month that nobody has reported yet is left alone. Run again: nothing, until further payments come.
    """
    with engine.transaction(settings) as connection:
        months = [Month.of(day) for day in query.scalars(connection, "documents/stale_workbooks")]
    for month in months:
        write_report(settings, month, at, on)
    return months


def _data(connection: "Connection", month: Month, at: datetime, on: date | None) -> WorkbookData:
    day = on or house_clock.today(connection, at)

    def read(name: str, **binds: Any) -> Iterator[Any]:
        return query.stream(connection, name if "/" in name else f"documents/{name}", **binds)

    bounds = {"first": month.first, "last": month.last}
    clients = {row.contract_no: row.client for row in read("report_clients")}
    organizations = list(read("report_organizations", month=month.first, previous=month.previous.first))
    leaks = both_ways(connection, month)
    return WorkbookData(
        period=month,
        organization=", ".join(row.name for row in organizations),
        made_at=at,
        notice=uncompared(month_closing(connection, month), month),
        register=_register(read, month, day),
        charges=(_charge(row) for row in read("report_charges", month=month.first)),
        changes=(_client_change(each, month) for each in changes(connection, month)),
        fleet=(_fleet(row, month) for row in read("report_fleet", **bounds)),
        findings=_findings(connection, month, clients),
        parked=(_parked(each) for each in left_out(connection, month, leaks)),
        snapshots=(
            SnapshotRow(row.platform, row.business_date, row.taken_at, STATES[row.state], row.row_count, row.digest)
            for row in read("report_snapshots", **bounds)
        ),
        ledger=tuple(LedgerTotal(*row) for row in read("report_ledger", month=month.first)),
        before_by_organization={row.name: row.before for row in organizations},
        previous_by_tariff={row.tariff_code: row.total for row in read("report_previous", month=month.previous.first)},
        tariff_names={code: versions[-1].name for code, versions in inputs.read_tariffs(connection, month).items()},
        money=money_data(read, month, day, house_clock.zone(connection).key, leaks),
        more=(*debt_sheets(connection, month, day, _names(connection)), *_dealers(connection, month, day, leaks)),
    )  # fmt: skip


def _names(connection: "Connection") -> Names:
    return Names(
        dict(tuple(row) for row in query.rows(connection, "documents/organization_names")),
        dict(tuple(row) for row in query.rows(connection, "master/client_names")),
    )


def _dealers(connection: "Connection", month: Month, day: date, leaks: Sequence[Leak]) -> tuple[Sheet, ...]:
    """The sheet of dealers, where there is one."""
    listed = summaries(connection, month, day, leaks)
    return (dealers_sheet(listed),) if listed else ()


def _findings(connection: "Connection", month: Month, clients: Mapping[str, str]) -> Iterator[FindingRow]:
    for each in priced_findings(connection, month, kinds_first=_BY_OWNERS):
        yield FindingRow(
            each["kind"], each["subject"], each["contract_no"], each["first_seen"], each["last_seen"], each["days"], each["detail"],
            clients.get(each["contract_no"], ""), each["is_open"],
            each["owner"] or "", each["roubles"], _muted(each),
        )  # fmt: skip


def _muted(row: Mapping[str, Any]) -> str:
    return f"до {short_date(row['muted_until'])}, {row['muted_by']}: {row['muted_for']}" if row["muted_until"] else ""


def _register(read: Read, month: Month, on: date) -> Iterator[RegisterRow]:
    for row in read("report_register", month=month.first, on=on):
        yield RegisterRow(
            row.number, row.kind, row.status, row.organization, row.client_code, row.client, row.contract_no,
            row.issued_on, row.due_on, row.net, row.vat, row.total, row.paid, row.lines,
        )  # fmt: skip


def _charge(row: Any) -> ChargeRow:
    return ChargeRow(
        row.number, row.line_no, row.contract_no, row.client, row.tariff_code, row.component, row.segment_from, row.segment_to,
        row.quantity, row.price, Fraction(row.share), row.discount_percent, row.net, row.vat_rate, row.vat, row.total, row.arithmetic,
    )  # fmt: skip


def _client_change(change: ContractChange, month: Month) -> ClientChangeRow:
    months = change.months
    return ClientChangeRow(
        change.client_code,
        change.client,
        months.contract_no,
        months.before or ZERO,
        PART_NAMES[months.standing] if months.standing else "",
        months.difference if months.standing else ZERO,
        tuple(change.parts.get(part, ZERO) for part in CAUSE_PARTS),
        months.now or ZERO,
        why(change, month) if months.difference else "",
    )


def _parked(parked: LeftOut) -> ParkedRow:
    return ParkedRow(
        parked.contract_no,
        parked.client,
        REASONS.get(parked.reason, parked.reason),
        parked.detail,
        RUN_NAMES[Purpose(parked.purpose)],
        parked.before,
        parked.estimate,
        next_step(parked.reason),
        parked.how,
    )


def _fleet(row: Any, month: Month) -> FleetRow:
    by_day = dict(zip(row.days, row.sizes, strict=True))
    sizes = tuple(by_day.get(day) for day in range(1, month.days + 1))
    return FleetRow(row.contract_no, row.client, sizes, max(row.sizes), Fraction(sum(row.sizes), len(row.sizes)))
