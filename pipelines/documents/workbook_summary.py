"""«Сводка»: counts and totals as formulas over the detail sheets, whether all of it agrees with the ledger, and three charts."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pipelines.documents import workbook_charts
from pipelines.documents.bridge_words import MOVES
from pipelines.documents.workbook_checks import CHECKS
from pipelines.documents.workbook_model import WorkbookData
from pipelines.documents.workbook_money import REVENUE
from pipelines.documents.workbook_page import set_up
from pipelines.documents.workbook_sheets import (
    CAUSES,
    CHARGES,
    CLIENT_CHANGES,
    FINDINGS,
    FLEET,
    KINDS,
    OPEN,
    PARKED,
    REGISTER,
    GroupTally,
    KindTally,
    SummaryTally,
    fleet_column,
)
from pipelines.documents.workbook_summary_money import debts, given, leaks
from pipelines.documents.workbook_summary_page import LABEL_WIDTH, SummaryPage, Value
from pipelines.money import ZERO
from pipelines.wording import outside, russian

SUMMARY = "Сводка"
CLOSING = "закрытие"  # the run whose parked contracts are counted
_MOST_BARS = 15
_MARGIN = 0.5
_AGREES, _DISAGREES = "Сверено: реестр, строки и учёт сходятся, расхождений нет", "РАСХОЖДЕНИЯ, лист «Сверка», строк: "
_CHART_AT, _CHART_ROWS, _CHART_SIZE = 8, 20, {"x_scale": 1.35, "y_scale": 1.25}


def write_summary(book: Any, page: Any, data: WorkbookData, tally: SummaryTally, styles: dict[str, Any]) -> None:
    """Fill the first sheet once the others are written."""
    page.hide_gridlines(2)
    set_up(page)
    page.set_margins(left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=0.6)
    page.set_column(0, 0, LABEL_WIDTH)
    page.set_column(1, 6, 17)
    page.set_column(7, 7, 3)
    at = SummaryPage(page, tally, styles)
    _head(at, data)
    _organizations(at, data)
    _bridge(at)
    _facts(at)
    _invoices(at)
    tariffs = _tariffs(at, data)
    page.set_h_pagebreaks([at.row])
    ages = debts(at, data)
    leaks(at)
    given(at)
    _findings(at)
    days = _fleet(at, data)
    charts = (
        workbook_charts.tariff_chart(book, SUMMARY, (tariffs[0], min(tariffs[1], tariffs[0] + _MOST_BARS - 1))),
        workbook_charts.fleet_chart(book, SUMMARY, days),
        workbook_charts.ageing_chart(book, SUMMARY, ages),
    )
    for index, chart in enumerate(charts):
        page.insert_chart(4 + index * _CHART_ROWS, _CHART_AT, chart, _CHART_SIZE)


def _head(at: SummaryPage, data: WorkbookData) -> None:
    """Title, organizations, the day of debts and payments, and in one line whether the sheets agree with the ledger."""
    at.page.write_string(0, 0, f"Финансовый отчёт за {russian.month_name(data.period)}", at.styles["title"])
    at.page.write_string(1, 0, outside.clean(data.organization), at.styles["note"])
    on = f"Долги и оплаты на {russian.short_date(data.money.on)}" if data.money.on else "Долги и оплаты"
    at.page.write_string(2, 0, f"{on}; суммы в рублях, с НДС, где не сказано иное", at.styles["note"])
    differences = f"SUMPRODUCT(--(ABS('{CHECKS}'!$D$2:$D${at.tally.checks + 1})>=0.005))"
    wrong = at.tally.disagreements
    formula = f'=IF({differences}=0,"{_AGREES}","{_DISAGREES}"&{differences})'
    at.page.write_formula(3, 0, formula, at.styles["wrong" if wrong else "right"], f"{_DISAGREES}{wrong}" if wrong else _AGREES)
    at.row = 4
    if data.notice:
        at.page.write_string(at.row, 0, data.notice, at.styles["wrong_note"])
        at.row += 1


def _organizations(at: SummaryPage, data: WorkbookData) -> None:
    """What each organization billed, beside the month before."""
    at.section("По организациям", REGISTER)
    at.heads("Организация", "Счетов", "Без НДС", "НДС", "Всего", "Прошлый месяц", "Изменение")
    first, area = at.row + 1, at.area(REGISTER, "Организация")
    before = {outside.clean(name): total for name, total in data.before_by_organization.items()}
    now = at.tally.organizations
    for name in list(dict.fromkeys([*now, *before])) or [""]:
        sums, number = now.get(name, KindTally()), at.row + 1
        at.label(name)
        # EXACT and not SUMIFS: a name such as «Т*» or «>5» would be taken for a pattern
        matches = f"--EXACT({area},$A{number})"
        at.formula(1, f"=SUMPRODUCT({matches})", "count", sums.invoices)
        for column, heading, value in ((2, "Без НДС", sums.net), (3, "НДС", sums.vat), (4, "Всего", sums.total)):
            at.formula(column, f"=SUMPRODUCT({matches},{at.area(REGISTER, heading)})", "sum", value)
        at.number(5, before.get(name, ZERO))
        at.formula(6, f"=ROUND(E{number}-F{number},2)", "sum", sums.total - before.get(name, ZERO))
        at.row += 1
    whole, last = _sum_of(now.values()), sum(before.values(), ZERO)
    _totals(at, first, (whole.invoices, whole.net, whole.vat, whole.total, last, whole.total - last))


def _bridge(at: SummaryPage) -> None:
    """From the month before to this one: what came, went and waits, then the causes of the others."""
    at.section("Из чего складывается изменение", CLIENT_CHANGES)
    at.heads("Что изменилось", "Сумма, с НДС", "Договоров")
    written, first = at.tally.written[CLIENT_CHANGES], at.row + 1
    _bridge_end(at, "Было: прошлый месяц", "Было")
    groups, moved = at.area(CLIENT_CHANGES, "Группа"), at.area(CLIENT_CHANGES, "Приход, уход, отложено")
    for name in MOVES:
        group, number = at.tally.groups.get(name, GroupTally()), at.row + 1
        at.label(name)
        at.formula(1, f"=SUMIFS({moved},{groups},$A{number})", "sum", group.amount)
        at.formula(2, f"=COUNTIFS({groups},$A{number})", "count", group.contracts)
        at.row += 1
    for title in CAUSES:
        at.label(title)
        at.formula(1, f"=SUM({at.area(CLIENT_CHANGES, title)})", "sum", written.totals[title])
        at.formula(2, f'=COUNTIFS({at.area(CLIENT_CHANGES, title)},"<>0")', "count", at.tally.causes[title])
        at.row += 1
    _bridge_end(at, "Стало: этот месяц", "Стало")
    at.label("Не объяснено")
    at.formula(1, f"=ROUND(B{at.row}-SUM(B{first}:B{at.row - 1}),2)", "sum", at.tally.unexplained(written.totals))
    at.row += 1
    at.checked(1, at.row - 1)


def _bridge_end(at: SummaryPage, label: str, title: str) -> None:
    area = at.area(CLIENT_CHANGES, title)
    at.label(label, "total_label")
    at.formula(1, f"=SUM({area})", "total_sum", at.tally.written[CLIENT_CHANGES].totals[title])
    at.formula(2, f'=COUNTIFS({area},"<>0")', "total_count", at.tally.causes[title])
    at.row += 1


def _invoices(at: SummaryPage) -> None:
    """Invoices by kind."""
    at.section("Счета по видам", REGISTER)
    at.heads("Вид", "Счетов", "Без НДС", "НДС", "Всего")
    first, kind_area = at.row + 1, at.area(REGISTER, "Вид")
    for kind, title in KINDS.items():
        sums, line = at.tally.kinds.get(kind, KindTally()), at.row + 1
        at.label(title)
        at.formula(1, f"=COUNTIFS({kind_area},$A{line})", "count", sums.invoices)
        for column, heading, value in ((2, "Без НДС", sums.net), (3, "НДС", sums.vat), (4, "Всего", sums.total)):
            at.formula(column, f"=SUMIFS({at.area(REGISTER, heading)},{kind_area},$A{line})", "sum", value)
        at.row += 1
    whole = _sum_of(at.tally.kinds.values())
    _totals(at, first, (whole.invoices, whole.net, whole.vat, whole.total))


def _sum_of(tallies: Iterable[KindTally]) -> KindTally:
    whole = KindTally()
    for each in tallies:
        whole = KindTally(whole.invoices + each.invoices, whole.net + each.net, whole.vat + each.vat, whole.total + each.total)
    return whole


def _totals(at: SummaryPage, first: int, values: Sequence[Value]) -> None:
    """Sums of the lines from row ``first`` on: a count, then amounts."""
    at.label("Итого", "total_label")
    for column, (letter, value) in enumerate(zip("BCDEFG", values, strict=False), start=1):
        style = "total_count" if column == 1 else "total_sum"
        at.formula(column, f"=SUM({letter}{first}:{letter}{at.row})", style, value)
    at.row += 1


def _facts(at: SummaryPage) -> None:
    """Single figures that finance asks for first."""
    at.section("Кратко")
    tally, whole = at.tally, _sum_of(at.tally.kinds.values())
    sums, paid = at.area(REGISTER, "Всего"), at.area(REGISTER, "Оплачено")
    clients, vehicles = len(tally.clients), Decimal(tally.fleet.total()) / tally.period.days
    facts: list[tuple[str, str, str, Decimal | int]] = [
        ("Собрано по счетам месяца", f"=SUM({paid})", "sum", tally.paid),
        ("Собрано, доля", f"=IF(SUM({sums})=0,0,SUM({paid})/SUM({sums}))", "rate", tally.paid / whole.total if whole.total else ZERO),
        ("Остаток к оплате", f"=ROUND(SUM({sums})-SUM({paid}),2)", "sum", whole.total - tally.paid),
        ("Клиентов со счетами", "", "count", clients),
        ("В среднем на клиента (ARPU), с НДС", f"=SUM({sums})/{max(1, clients)}", "sum", whole.total / max(1, clients)),
        ("Машин в среднем за день", "", "sum", vehicles),
        ("В среднем на машину, без НДС", "", "sum", whole.net / vehicles if vehicles else ZERO),
        ("Договоров с машинами", f"=COUNTA({at.area(FLEET, 'Договор')})", "count", tally.written[FLEET].rows),
        ("Отложено договоров", f'=COUNTIFS({at.area(PARKED, "Запуск")},"{CLOSING}")', "count", tally.parked[CLOSING]),
        ("Отложено, оценка с НДС", f"=SUM({at.area(PARKED, 'Оценка месяца, с НДС')})", "sum", tally.parked_estimate),
        ("Находок", f"=COUNTA({at.area(FINDINGS, 'Вид')})", "count", tally.written[FINDINGS].rows),
    ]
    for label, formula, style, value in facts:
        at.label(label)
        if formula:
            at.formula(1, formula, style, value)
        else:
            at.number(1, value, style)
        at.row += 1


def _tariffs(at: SummaryPage, data: WorkbookData) -> tuple[int, int]:
    """Revenue by tariff against last month, the biggest first; gives the first and last row index."""
    at.section("Выручка по тарифам, с НДС", REVENUE)
    at.heads("Тариф", "За месяц", "Прошлый месяц", "Изменение", "Код")
    first, now = at.row, at.tally.tariffs
    previous = {outside.clean(tariff): total for tariff, total in data.previous_by_tariff.items()}
    for tariff in sorted({*now, *previous}, key=lambda code: (-now.get(code, ZERO), code)) or [""]:
        line, before, total = at.row + 1, previous.get(tariff, ZERO), now.get(tariff, ZERO)
        at.label(outside.clean(data.tariff_names.get(tariff)) or tariff)
        # EXACT and not SUMIFS, as above
        matches = f"--EXACT({at.area(CHARGES, 'Тариф')},$E{line})"
        at.formula(1, f"=SUMPRODUCT({matches},{at.area(CHARGES, 'Всего')})", "sum", total)
        at.number(2, before)
        at.formula(3, f"=ROUND(B{line}-C{line},2)", "sum", total - before)
        at.text(4, tariff)
        at.row += 1
    last = at.row - 1
    sums = sum(now.values(), ZERO), sum(previous.values(), ZERO)
    at.label("Итого", "total_label")
    for column, (letter, value) in enumerate(zip("BCD", (*sums, sums[0] - sums[1]), strict=True), start=1):
        at.formula(column, f"=SUM({letter}{first + 1}:{letter}{last + 1})", "total_sum", value)
    at.row += 1
    return first, last


def _findings(at: SummaryPage) -> None:
    """What somebody must look at, by kind."""
    at.section("Находки по видам", FINDINGS)
    at.heads("Вид", "Всего", "Ещё открыто")
    kinds, are_open, first = at.area(FINDINGS, "Вид"), at.area(FINDINGS, "Ещё открыто"), at.row + 1
    for kind, count in sorted(at.tally.findings.items()) or [("нет", 0)]:
        line = at.row + 1
        at.label(kind)
        # EXACT and not COUNTIFS, as above
        at.formula(1, f"=SUMPRODUCT(--EXACT({kinds},$A{line}))", "count", count)
        at.formula(2, f'=SUMPRODUCT(--EXACT({kinds},$A{line}),--EXACT({are_open},"{OPEN}"))', "count", at.tally.open_findings[kind])
        at.row += 1
    at.label("Итого", "total_label")
    for column, (letter, counts) in enumerate((("B", at.tally.findings), ("C", at.tally.open_findings)), start=1):
        at.formula(column, f"=SUM({letter}{first}:{letter}{at.row})", "total_count", counts.total())
    at.row += 1


def _fleet(at: SummaryPage, data: WorkbookData) -> tuple[int, int]:
    """Billable vehicles of all contracts by day; gives the first and last row index."""
    at.section("Парк по дням", FLEET)
    at.heads("День", "Объектов")
    first = at.row
    for index, day in enumerate(data.period.dates()):
        at.page.write_datetime(at.row, 0, day, at.styles["day"])
        at.formula(1, f"=SUM({at.area(FLEET, fleet_column(day))})", "count", at.tally.fleet[index])
        at.row += 1
    return first, at.row - 1
