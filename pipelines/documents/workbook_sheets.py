"""The detail sheets of the finance workbook: their columns, and what is tallied while their rows stream by."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from pipelines.documents.workbook_model import Cell, ChargeRow, Column, FleetRow, RegisterRow, Sheet, WorkbookData
from pipelines.documents.workbook_money import money_sheets
from pipelines.documents.workbook_money_model import LeakRow
from pipelines.findings.kinds import KIND_NAMES
from pipelines.findings.words import subject_words
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.wording import outside

REGISTER, CHARGES, FLEET = "Реестр счетов", "Начисления", "Парк по дням"
FINDINGS, PARKED, SNAPSHOTS = "Находки", "Отложено", "Снимки"
KINDS = {
    "advance": "Предоплата",
    "corrective": "Доплата за превышение",
    "monthly": "Ежемесячный",
    "adjustment": "Корректировка",
}
OPEN = "да"  # in the findings' column of what is still open

_REGISTER = (
    Column("Номер", width=18), Column("Вид", width=22), Column("Состояние", width=14), Column("Организация", width=13),
    Column("Код клиента", width=13), Column("Клиент", width=36), Column("Договор", width=16),
    Column("Выставлен", "date", 12), Column("Оплатить до", "date", 12), Column("Без НДС", "money", 15, total=True),
    Column("НДС", "money", 14, total=True), Column("Всего", "money", 15, total=True), Column("Оплачено", "money", 15, total=True),
    Column("Остаток", "money", 15, total=True),
)  # fmt: skip
_CHARGES = (
    Column("Счёт", width=18), Column("Строка", "whole", 8), Column("Договор", width=16), Column("Клиент", width=36),
    Column("Тариф", width=14), Column("Составляющая", width=30), Column("С", "date", 12), Column("По", "date", 12),
    Column("Количество", "quantity", 13), Column("Цена", "quantity", 12), Column("Доля месяца", width=12),
    Column("Без НДС", "money", 15, total=True), Column("Ставка НДС", width=12), Column("НДС", "money", 14, total=True),
    Column("Всего", "money", 15, total=True),
)  # fmt: skip
_FINDINGS = (
    Column("Вид", width=34), Column("О чём", width=34), Column("Договор", width=16), Column("Клиент", width=30),
    Column("Впервые", "date", 12), Column("В последний раз", "date", 12), Column("Дней", "whole", 8), Column("Ещё открыто", width=11),
    Column("Подробности", "long", 70),
)  # fmt: skip
_PARKED = (
    Column("Договор", width=18), Column("Клиент", width=40), Column("Прогон", width=16), Column("Причина", width=30),
    Column("Подробности", "long", 80),
)  # fmt: skip
_SNAPSHOTS = (
    Column("Платформа", width=20), Column("День", "date", 12), Column("Получен", "moment", 17), Column("Состояние", width=16),
    Column("Строк", "whole", 12), Column("Отпечаток", width=68),
)  # fmt: skip


@dataclass(slots=True)
class KindTally:
    """Sums over the register's rows of one kind."""

    invoices: int = 0
    net: Decimal = ZERO
    vat: Decimal = ZERO
    total: Decimal = ZERO


@dataclass(slots=True)
class LeakTally:
    """Sums over what leaks of one kind."""

    places: int = 0
    vehicles: int = 0
    vehicle_days: int = 0
    roubles: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """A sheet that is written: its rows, the letters of its columns by their titles, the sums of those with totals."""

    rows: int
    letters: dict[str, str] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class SummaryTally:
    """What the summary needs to know of rows that were streamed once: the values beside its formulas."""

    period: Month
    written: dict[str, WrittenSheet] = field(default_factory=dict)
    parked: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    open_findings: Counter[str] = field(default_factory=Counter)
    leaks: dict[str, LeakTally] = field(default_factory=dict)
    kinds: defaultdict[str, KindTally] = field(default_factory=lambda: defaultdict(KindTally))
    paid: Decimal = ZERO
    tariffs: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    fleet: Counter[int] = field(default_factory=Counter)

    def register(self, row: RegisterRow) -> None:
        kind = self.kinds[row.kind]
        kind.invoices += 1
        kind.net += row.net
        kind.vat += row.vat
        kind.total += row.total
        self.paid += row.paid


def detail_sheets(data: WorkbookData, tally: SummaryTally) -> Iterator[Sheet]:
    """The sheets in their order; ``tally`` fills while each one's rows are read."""
    yield Sheet(REGISTER, _REGISTER, _register_rows(data, tally))
    yield Sheet(CHARGES, _CHARGES, _charge_rows(data, tally))
    yield from money_sheets(replace(data.money, leaks=_leaks(data, tally)))
    yield _fleet_sheet(data, tally)
    yield Sheet(FINDINGS, _FINDINGS, _finding_rows(data, tally))
    yield Sheet(PARKED, _PARKED, _parked_rows(data, tally))
    yield Sheet(
        SNAPSHOTS,
        _SNAPSHOTS,
        ((row.platform, row.on, row.taken_at, row.status, row.rows, row.digest) for row in data.snapshots),
        frozen_columns=2,
    )
    yield from data.more


def _leaks(data: WorkbookData, tally: SummaryTally) -> Iterator[LeakRow]:
    for row in data.money.leaks:
        kind = tally.leaks.setdefault(row.kind, LeakTally())
        kind.places += 1
        kind.vehicles += row.vehicles
        kind.vehicle_days += row.vehicle_days
        kind.roubles += row.roubles
        yield row


def _finding_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in data.findings:
        kind = outside.clean(KIND_NAMES.get(row.kind, row.kind))
        tally.findings[kind] += 1
        tally.open_findings[kind] += row.is_open
        yield (
            kind, subject_words(row.kind, row.subject), row.contract_no or "", row.client, row.first_seen, row.last_seen, row.days,
            OPEN if row.is_open else "нет", row.detail,
        )  # fmt: skip


def _parked_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in data.parked:
        tally.parked[row.run] += 1
        yield row.contract_no, row.client, row.run, row.reason, row.detail


def _register_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in data.register:
        tally.register(row)
        yield (
            row.number, KINDS[row.kind], row.status, row.organization, row.client_code, row.client, row.contract_no,
            row.issued_on, row.due_on, row.net, row.vat, row.total, row.paid, row.total - row.paid,
        )  # fmt: skip


def _charge_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in data.charges:
        tally.tariffs[outside.clean(row.tariff_code)] += row.total
        yield _charge(row)


def _charge(row: ChargeRow) -> tuple[Cell, ...]:
    rate = "без НДС" if row.vat_rate is None else f"{row.vat_rate.normalize():f} %"
    return (
        row.number, row.line_no, row.contract_no, row.client, row.tariff_code, row.component, row.segment_from,
        row.segment_to, row.quantity, row.price, row.share, row.net, rate, row.vat, row.total,
    )  # fmt: skip


def fleet_column(day: date) -> str:
    """Title of a day's column on the fleet sheet."""
    return f"{day:%d.%m}"


def _fleet_sheet(data: WorkbookData, tally: SummaryTally) -> Sheet:
    days = tuple(Column(fleet_column(day), "whole", 7, total=True) for day in data.period.dates())
    columns = (Column("Договор", width=16), Column("Клиент", width=36), *days, Column("Максимум", "whole", 11),
               Column("В среднем", "quantity", 11))  # fmt: skip
    return Sheet(FLEET, columns, _fleet_rows(data.fleet, tally), frozen_columns=2)


def _fleet_rows(fleet: Iterable[FleetRow], tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in fleet:
        if len(row.sizes) != tally.period.days:
            raise ValueError(f"{row.contract_no}: {len(row.sizes)} days of fleet in a month of {tally.period.days}")
        tally.fleet.update({day: size for day, size in enumerate(row.sizes) if size})
        yield (row.contract_no, row.client, *row.sizes, row.peak, row.average)
