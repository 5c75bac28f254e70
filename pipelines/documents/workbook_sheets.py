"""The detail sheets of the finance workbook: their columns, and what is tallied while their rows stream by."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from pipelines.documents.workbook_model import Cell, ChargeRow, Column, FleetRow, Link, RegisterRow, Sheet, WorkbookData
from pipelines.documents.workbook_money import money_sheets
from pipelines.documents.workbook_money_model import AgeingRow, GivenRow, LeakRow
from pipelines.findings.kinds import KIND_NAMES, OWNER_NAMES
from pipelines.findings.words import subject_words
from pipelines.money import ZERO
from pipelines.period import Month
from pipelines.wording import outside

REGISTER, CHARGES, FLEET = "Реестр счетов", "Начисления", "Парк по дням"
CLIENT_CHANGES, FINDINGS, PARKED, SNAPSHOTS = "Изменения по клиентам", "Находки", "Отложено", "Снимки"
CAUSES = ("Парк и использование", "Условия", "Цены тарифов", "Ставка НДС", "Прочее")
KINDS = {
    "advance": "Предоплата",
    "corrective": "Доплата за превышение",
    "monthly": "Ежемесячный",
    "adjustment": "Корректировка",
}
MOST_DEBTORS = 10
OPEN = "да"  # in the findings' column of what is still open

_REGISTER = (
    Column("Номер", width=18), Column("Вид", width=22), Column("Состояние", width=18), Column("Организация", width=30),
    Column("Код клиента", width=13), Column("Клиент", width=36), Column("Договор", width=16),
    Column("Выставлен", "date", 12), Column("Оплатить до", "date", 12), Column("Без НДС", "money", 15, total=True),
    Column("НДС", "money", 14, total=True), Column("Всего", "money", 15, total=True), Column("Оплачено", "money", 15, total=True),
    Column("Остаток", "money", 15, total=True),
)  # fmt: skip
_CHARGES = (
    Column("Счёт", width=18), Column("Строка", "whole", 8), Column("Договор", width=16), Column("Клиент", width=36),
    Column("Тариф", width=14), Column("Составляющая", width=30), Column("С", "date", 12), Column("По", "date", 12),
    Column("Количество", "quantity", 13), Column("Цена", "quantity", 12), Column("Доля месяца", "share", 10),
    Column("Скидка, %", "percent", 9), Column("Без НДС", "money", 15, total=True), Column("Ставка НДС, %", "percent", 9),
    Column("НДС", "money", 14, total=True), Column("Всего", "money", 15, total=True), Column("Расчёт", width=70),
)  # fmt: skip
_CLIENT_CHANGES = (
    Column("Клиент", width=34), Column("Код клиента", width=12), Column("Договор", width=16), Column("Было", "money", 15, total=True),
    Column("Группа", width=20), Column("Приход, уход, отложено", "change", 15, total=True),
    *(Column(title, "change", 15, total=True) for title in CAUSES), Column("Стало", "money", 15, total=True),
    Column("Разница", "change", 15, total=True), Column("Почему", width=60),
)  # fmt: skip
_FINDINGS = (
    Column("Вид", width=34), Column("О чём", width=34), Column("Договор", width=16), Column("Клиент", width=30),
    Column("Впервые", "date", 12), Column("В последний раз", "date", 12), Column("Дней", "whole", 8), Column("Ещё открыто", width=11),
    Column("Подробности", width=70), Column("Кому", width=22), Column("Оценка без НДС", "money", 15), Column("Заглушено", width=34),
)  # fmt: skip
_PARKED = (
    Column("Договор", width=18), Column("Клиент", width=34), Column("Запуск", width=14), Column("Причина", width=24),
    Column("Подробности", width=44), Column("Месяцем раньше, с НДС", "money", 15, total=True),
    Column("Оценка месяца, с НДС", "money", 15, total=True), Column("Что сделать, чтобы выставить", width=44),
    Column("Как оценено, без НДС", width=44),
)  # fmt: skip
_SNAPSHOTS = (
    Column("Платформа", width=20), Column("День", "date", 12), Column("Получен", "moment", 17), Column("Состояние", width=16),
    Column("Строк", "whole", 12), Column("Отпечаток", width=68),
)  # fmt: skip


@dataclass(slots=True)
class KindTally:
    """Sums over the register's rows of one kind or organization."""

    invoices: int = 0
    net: Decimal = ZERO
    vat: Decimal = ZERO
    total: Decimal = ZERO

    def add(self, row: RegisterRow) -> None:
        self.invoices += 1
        self.net += row.net
        self.vat += row.vat
        self.total += row.total


@dataclass(slots=True)
class LeakTally:
    """Sums over what leaks of one kind."""

    places: int = 0
    vehicles: int = 0
    vehicle_days: int = 0
    roubles: Decimal = ZERO


@dataclass(slots=True)
class GroupTally:
    """Contracts that came, went or wait, of one group of the bridge."""

    contracts: int = 0
    amount: Decimal = ZERO


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
    organizations: dict[str, KindTally] = field(default_factory=dict)
    clients: set[str] = field(default_factory=set)
    paid: Decimal = ZERO
    tariffs: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    fleet: Counter[int] = field(default_factory=Counter)
    groups: dict[str, GroupTally] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    debtors: list[AgeingRow] = field(default_factory=list)
    given: dict[str, LeakTally] = field(default_factory=dict)
    parked_estimate: Decimal = ZERO
    checks: int = 0
    disagreements: int = 0

    def register(self, row: RegisterRow) -> None:
        self.kinds[row.kind].add(row)
        self.organizations.setdefault(outside.clean(row.organization), KindTally()).add(row)
        self.clients.add(row.client_code)
        self.paid += row.paid

    def unexplained(self, totals: Mapping[str, Decimal]) -> Decimal:
        """What the bridge leaves: ``totals`` of the sheet of changes; 0.00, or it is wrong."""
        explained = totals["Приход, уход, отложено"] + sum((totals[title] for title in CAUSES), ZERO)
        return totals["Стало"] - totals["Было"] - explained


def detail_sheets(data: WorkbookData, tally: SummaryTally) -> Iterator[Sheet]:
    """The sheets in their order; ``tally`` fills while each one's rows are read."""
    yield Sheet(REGISTER, _REGISTER, _register_rows(data, tally))
    yield Sheet(CHARGES, _CHARGES, _charge_rows(data, tally))
    yield Sheet(CLIENT_CHANGES, _CLIENT_CHANGES, _client_change_rows(data, tally))
    money = replace(data.money, leaks=_leaks(data, tally), ageing=_debtors(data, tally), given=_given(data, tally))
    yield from money_sheets(money)
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


def _given(data: WorkbookData, tally: SummaryTally) -> Iterator[GivenRow]:
    for row in data.money.given:
        kind = tally.given.setdefault(row.kind, LeakTally())
        kind.places += 1
        kind.vehicle_days += row.vehicle_days
        kind.roubles += row.roubles
        yield row


def _debtors(data: WorkbookData, tally: SummaryTally) -> Iterator[AgeingRow]:
    """The biggest debts come first: those are named on the summary."""
    for row in data.money.ageing:
        if row.total and len(tally.debtors) < MOST_DEBTORS:
            tally.debtors.append(row)
        yield row


def _client_change_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in data.changes:
        if row.group:
            group = tally.groups.setdefault(row.group, GroupTally())
            group.contracts += 1
            group.amount += row.moved
        ends = (("Было", row.before), ("Стало", row.now))
        tally.causes.update(title for title, amount in (*zip(CAUSES, row.causes, strict=True), *ends) if amount)
        yield (
            row.client, row.client_code, row.contract_no, row.before, row.group, row.moved, *row.causes, row.now, row.now - row.before,
            row.why,
        )  # fmt: skip


def _finding_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in data.findings:
        kind = outside.clean(KIND_NAMES.get(row.kind, row.kind))
        tally.findings[kind] += 1
        tally.open_findings[kind] += row.is_open
        yield (
            kind, subject_words(row.kind, row.subject), row.contract_no or "", row.client, row.first_seen, row.last_seen, row.days,
            OPEN if row.is_open else "нет", row.detail, OWNER_NAMES.get(row.owner, row.owner), row.roubles, row.muted,
        )  # fmt: skip


def _parked_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    for row in data.parked:
        tally.parked[row.run] += 1
        tally.parked_estimate += row.estimate or ZERO
        yield row.contract_no, row.client, row.run, row.reason, row.detail, row.before, row.estimate, row.next_step, row.how


def _register_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    first = 2  # the row of the invoice's first line: lines stand in the order of the invoices
    for row in data.register:
        tally.register(row)
        number = Link(row.number, CHARGES, first) if row.number else ""
        first += row.lines
        yield (
            number, KINDS[row.kind], row.status, row.organization, row.client_code, row.client, row.contract_no,
            row.issued_on, row.due_on, row.net, row.vat, row.total, row.paid, row.total - row.paid,
        )  # fmt: skip


def _charge_rows(data: WorkbookData, tally: SummaryTally) -> Iterator[tuple[Cell, ...]]:
    invoice = 1
    for row in data.charges:
        tally.tariffs[outside.clean(row.tariff_code)] += row.total
        invoice += row.line_no == 1
        yield _charge(row, invoice)


def _charge(row: ChargeRow, invoice: int) -> tuple[Cell, ...]:
    """``invoice``: the row of its invoice in the register."""
    number = Link(row.number, REGISTER, invoice) if row.number and row.line_no == 1 else row.number
    return (
        number, row.line_no, row.contract_no, row.client, row.tariff_code, row.component, row.segment_from, row.segment_to, row.quantity,
        row.price, row.share, row.discount, row.net, row.vat_rate, row.vat, row.total, row.arithmetic,
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
